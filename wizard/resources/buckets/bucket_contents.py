"""What the buckets of a lost setup show: its image, its tracker files, and its log retention."""

import re
from collections.abc import Awaitable
from typing import Any, TypeVar

from wizard.aws.errors import MISSING, AwsError
from wizard.aws.services.s3 import FetchedFile, OurBucket
from wizard.model.digest import integrity
from wizard.model.setup import Goal, TrackerFile
from wizard.resources.buckets.lifecycle import RULE
from wizard.snowplow import pixel_image
from wizard.snowplow.tracker.tracker_file import TrackerError, recognize

T = TypeVar("T")

TRACKER = re.compile(r"[A-Za-z0-9.-]+/[a-z0-9]{10}\.js")
"""Key of a tracker file of ours."""

Seen = tuple[dict[str, Any], dict[str, Any]]
"""Fields of `Choices` and of `Made`."""


class Contents:
    """Reads the buckets of one setup.

    Args:
        content: the content bucket; None when it is not there.
        logs: the log bucket; None when it is not there.
    """

    def __init__(self, content: OurBucket | None, logs: OurBucket | None) -> None:
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
        bucket = self._content or self._logs
        return await _unless_missing(bucket.tags() if bucket else None) or {}

    async def _keys(self) -> list[str]:
        """Return the names of the files that may be ours, newest first."""
        if self._content is None:
            return []
        newest = sorted(await self._content.files(), key=lambda one: one.last_modified, reverse=True)
        return [one.key for one in newest if one.key == "i" or TRACKER.fullmatch(one.key)]

    async def _pixel(self) -> Seen:
        found = await self._file("i")
        try:
            image = pixel_image.validate(found.body).content
        except pixel_image.PixelError:
            return {}, {}
        if image == pixel_image.builtin().content:
            return {"pixel": "builtin"}, {}
        source = f"s3://{self._content.name if self._content else ''}/i"
        return {"pixel": source}, {"pixel_source": source, "pixel_image": image}

    async def _tracker(self, key: str, host: str) -> TrackerFile | None:
        """Describe a tracker file that we put there: it says its own hash, and that is right."""
        if key == "i":
            return None
        found = await self._file(key)
        try:
            tracker = recognize(found.body, found.metadata.get("version"))
        except TrackerError:
            return None
        if found.metadata.get("sha384") != integrity(found.body):
            return None
        return TrackerFile(
            source=f"https://{host}/{key}",
            flavour=str(tracker.flavour),
            version=tracker.version,
            sha384=tracker.sha384,
            md5=tracker.md5,
            size=len(found.body),
            key=key,
        )

    async def _file(self, key: str) -> FetchedFile:
        """Return a file of the content bucket, an empty one where it is gone by now."""
        return await _unless_missing(self._content.get(key) if self._content else None) or FetchedFile(b"")

    async def _retention(self) -> dict[str, int]:
        rules = await _unless_missing(self._logs.lifecycle() if self._logs else None) or ()
        ours = next((one.read for one in rules if one.read.id == RULE), None)
        days = ours.expiration.days if ours and ours.expiration else None
        return {"retention_days": days} if days else {}


async def _unless_missing(call: Awaitable[T] | None) -> T | None:
    """Ask S3 about a bucket; None where there is no bucket, or nothing of the kind in it."""
    if call is None:
        return None
    try:
        return await call
    except AwsError as error:
        if error.code in MISSING:
            return None
        raise


def _goals(*, pixel: bool) -> tuple[Goal, ...]:
    return (Goal.PIXEL, Goal.JS_BUCKET) if pixel else (Goal.JS_BUCKET,)
