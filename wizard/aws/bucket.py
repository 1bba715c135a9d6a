"""S3 calls on our buckets, refused by S3 if a bucket belongs to another account (`ExpectedBucketOwner`)."""

from collections.abc import Mapping
from typing import Any

import anyio

from wizard.aws.errors import MISSING, AwsError
from wizard.model.context import Context
from wizard.model.results import Difference

WRITES_OF_SETTINGS = ("put_bucket", "put_public_access_block", "delete_bucket", "delete_public_access_block")
"""How the operations begin that write a setting of a bucket, or end it."""


async def call_s3(context: Context, operation: str, bucket: str, **parameters: Any) -> dict[str, Any]:
    """Call S3 on a bucket of ours, refusing one that belongs to another account.

    The settings of one bucket are written one after the other, as S3 wants it.

    Raises:
        AwsError: AWS refused.
    """
    owned = {"Bucket": bucket, "ExpectedBucketOwner": context.made.account}
    if not operation.startswith(WRITES_OF_SETTINGS):
        return await context.ports.aws("s3", operation, **owned, **parameters)
    async with context.bucket_writes.setdefault(bucket, anyio.Lock()):
        return await context.ports.aws("s3", operation, **owned, **parameters)


async def call_content(context: Context, operation: str, **parameters: Any) -> dict[str, Any]:
    """Call S3 on the content bucket.

    Raises:
        AwsError: AWS refused.
    """
    return await call_s3(context, operation, context.made.content_bucket or "", **parameters)


async def stored(context: Context, key: str) -> dict[str, str] | None:
    """Return what S3 says of a file in the content bucket, None when it is not there.

    Returns:
        Its headers by their HTTP names, `content` (its MD5, which is the ETag of a small file with SSE-S3) and `size`
        in bytes; what is not set is empty.

    Raises:
        AwsError: AWS refused for another reason.
    """
    try:
        head = await call_content(context, "head_object", Key=key)
    except AwsError as error:
        if error.code in MISSING:
            return None
        raise
    return {
        "Content-Type": head.get("ContentType", ""),
        "Cache-Control": head.get("CacheControl", ""),
        "Content-Encoding": head.get("ContentEncoding", ""),
        "content": head["ETag"].strip('"'),
        "size": str(head["ContentLength"]),
    }


def unlike(found: Mapping[str, str], wanted: Mapping[str, str]) -> tuple[Difference, ...]:
    """Compare the properties that are wanted with those found; an empty text is shown as `none`."""
    return tuple(Difference(k, found[k] or "none", v or "none") for k, v in wanted.items() if found[k] != v)
