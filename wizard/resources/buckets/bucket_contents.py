"""What the buckets of a lost setup show: its image, its tracker files, and its log retention."""

import re
from typing import Any

from wizard.aws import listing
from wizard.aws.errors import MISSING, AwsError
from wizard.aws.listing import One, everything
from wizard.model.digest import integrity
from wizard.model.ports import Aws
from wizard.model.setup import Goal, TrackerFile
from wizard.resources.buckets.lifecycle import RULE
from wizard.snowplow import pixel_image
from wizard.snowplow.tracker.tracker_file import TrackerError, recognize

TRACKER = re.compile(r"[A-Za-z0-9.-]+/[a-z0-9]{10}\.js")
"""Key of a tracker file of ours."""

Seen = tuple[dict[str, Any], dict[str, Any]]
"""Fields of `Choices` and of `Made`."""


class Contents:
    """Reads the buckets of one setup.

    Args:
        aws: the port to AWS.
        account: the account that owns them.
        content: the content bucket; None when it is not there.
        logs: the log bucket; None when it is not there.
    """

    def __init__(self, aws: Aws, account: str, content: str | None, logs: str | None) -> None:
        self._aws = aws
        self._account = account
        self._content = content
        self._logs = logs

    async def seen(self, host: str) -> Seen:
        """Return the choices and the records that the buckets show.

        Args:
            host: the name under which visitors get the files.

        Raises:
            wizard.aws.errors.AwsError: AWS refused.
        """
        keys = await self._keys()
        choices, made = await self._pixel() if "i" in keys else ({}, {})
        trackers = [one for key in keys if (one := await self._tracker(key, host))]
        if trackers:
            choices |= {"goals": _goals(pixel="i" in keys), "tracker": trackers[0].source}
            made |= {"tracker": trackers[0], "trackers_stored": tuple(trackers)}
        return {**choices, **await self._retention()}, made

    async def tags(self) -> dict[str, str]:
        """Return the tags of one of the buckets; empty when it has none.

        Raises:
            wizard.aws.errors.AwsError: AWS refused.
        """
        reply = await self._ask(self._content or self._logs, "get_bucket_tagging")
        return listing.as_tags(reply.get("TagSet", []))

    async def _keys(self) -> list[str]:
        """Return the names of the files that may be ours, newest first."""
        if self._content is None:
            return []
        found = await everything(self._aws, listing.FILES, Bucket=self._content, ExpectedBucketOwner=self._account)
        newest = sorted(found, key=lambda one: one["LastModified"], reverse=True)
        return [key for one in newest if (key := one["Key"]) == "i" or TRACKER.fullmatch(key)]

    async def _pixel(self) -> Seen:
        body: bytes = (await self._ask(self._content, "get_object", Key="i")).get("Body", b"")
        try:
            image = pixel_image.validate(body).content
        except pixel_image.PixelError:
            return {}, {}
        if image == pixel_image.builtin().content:
            return {"pixel": "builtin"}, {}
        source = f"s3://{self._content}/i"
        return {"pixel": source}, {"pixel_source": source, "pixel_image": image}

    async def _tracker(self, key: str, host: str) -> TrackerFile | None:
        """Describe a tracker file that we put there: it says its own hash, and that is right."""
        if key == "i":
            return None
        reply = await self._ask(self._content, "get_object", Key=key)
        body: bytes = reply.get("Body", b"")
        try:
            tracker = recognize(body, reply.get("Metadata", {}).get("version"))
        except TrackerError:
            return None
        if reply.get("Metadata", {}).get("sha384") != integrity(body):
            return None
        return TrackerFile(
            source=f"https://{host}/{key}",
            flavour=str(tracker.flavour),
            version=tracker.version,
            sha384=tracker.sha384,
            md5=tracker.md5,
            size=len(body),
            key=key,
        )

    async def _retention(self) -> dict[str, int]:
        reply = await self._ask(self._logs, "get_bucket_lifecycle_configuration")
        rule: One = next((one for one in reply.get("Rules", []) if one.get("ID") == RULE), {})
        days = rule.get("Expiration", {}).get("Days")
        return {"retention_days": days} if days else {}

    async def _ask(self, bucket: str | None, operation: str, **parameters: Any) -> dict[str, Any]:
        """Ask S3 about a bucket; empty where there is no bucket, or nothing of the kind in it."""
        if bucket is None:
            return {}
        try:
            return await self._aws("s3", operation, Bucket=bucket, ExpectedBucketOwner=self._account, **parameters)
        except AwsError as error:
            if error.code in MISSING:
                return {}
            raise


def _goals(*, pixel: bool) -> tuple[Goal, ...]:
    return (Goal.PIXEL, Goal.JS_BUCKET) if pixel else (Goal.JS_BUCKET,)
