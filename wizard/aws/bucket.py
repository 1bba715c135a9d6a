"""Our two buckets as a walk knows them, and what is said of a file in them."""

from collections.abc import Mapping

import anyio

from wizard.aws.errors import MISSING, AwsError
from wizard.aws.services.s3 import OurBucket
from wizard.model.context import Context
from wizard.model.results import Difference


def our_bucket(context: Context, name: str) -> OurBucket:
    """Return a bucket of the setup's account, whose settings are written one after the other in the whole walk."""
    writes = context.bucket_writes.setdefault(name, anyio.Lock())
    return OurBucket(context.ports.aws, name, context.made.account, writes)


def content_bucket(context: Context) -> OurBucket:
    """Return the content bucket."""
    return our_bucket(context, context.made.content_bucket or "")


async def stored(context: Context, key: str) -> dict[str, str] | None:
    """Return what S3 says of a file in the content bucket, None when it is not there.

    Returns:
        Its headers by their HTTP names, `content` (its MD5, which is the ETag of a small file with SSE-S3) and `size`
        in bytes; what is not set is empty.

    Raises:
        AwsError: AWS refused for another reason.
    """
    try:
        head = await content_bucket(context).head(key)
    except AwsError as error:
        if error.code in MISSING:
            return None
        raise
    return {
        "Content-Type": head.content_type,
        "Cache-Control": head.cache_control,
        "Content-Encoding": head.content_encoding,
        "content": head.etag.strip('"'),
        "size": str(head.content_length),
    }


def unlike(found: Mapping[str, str], wanted: Mapping[str, str]) -> tuple[Difference, ...]:
    """Compare the properties that are wanted with those found; an empty text is shown as `none`."""
    return tuple(Difference(k, found[k] or "none", v or "none") for k, v in wanted.items() if found[k] != v)
