"""Log files in the log bucket: listed since a time, and read."""

import re
from collections.abc import Awaitable, Collection
from datetime import UTC, datetime
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from wizard.aws.bucket import our_bucket
from wizard.aws.errors import AwsError
from wizard.aws.policy import Purpose
from wizard.aws.services.s3 import OurBucket
from wizard.model.context import Context
from wizard.model.setup import LOG_PREFIX
from wizard.model.threads import in_thread
from wizard.snowplow.events.event import TOLD, Event
from wizard.snowplow.events.log_lines import mentions

T = TypeVar("T")

_DAY = re.compile("[0-9]{4}/[0-9]{2}/[0-9]{2}")


class LogKey(Struct, frozen=True):
    """One log file's name, when it was written, and its size."""

    key: str
    written: datetime
    size: int = 0
    """Bytes, as it is packed."""
    etag: str = ""
    """What changes with its content."""

    @property
    def hour(self) -> str:
        """The hour (UTC) in which it was written, as its folder is named: `2026/11/28/14`."""
        return self.key.removeprefix(f"{LOG_PREFIX}/")[: len(hour_of(0.0))]

    @property
    def day(self) -> str:
        """The day (UTC) in which it was written: `2026-11-28`; `other` where its key doesn't say."""
        day = self.hour[:10]
        return day.replace("/", "-") if _DAY.fullmatch(day) else "other"


def hour_of(at: float) -> str:
    """Return the name of the folder of an hour (UTC), of seconds since the epoch."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y/%m/%d/%H")


async def log_keys(context: Context, since: float, until: float | None = None) -> list[LogKey]:
    """List the log files of the hours from `since` to `until` (seconds since the epoch), oldest first.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    found: list[LogKey] = []
    last = None if until is None else hour_of(until)
    more: dict[str, str] = {"StartAfter": f"{LOG_PREFIX}/{hour_of(since)}"}
    while True:
        page = await _on_logs(_bucket(context).page(Prefix=f"{LOG_PREFIX}/", **more))
        found += [LogKey(one.key, one.last_modified, one.size, one.etag) for one in page.contents]
        past = last is not None and bool(found) and found[-1].hour > last
        if past or not page.is_truncated:
            return [one for one in found if last is None or one.hour <= last]
        more = {"ContinuationToken": page.next_continuation_token}


CLOCKS = 3600.0
"""Seconds that this computer's clock may be ahead of AWS's. Folders are by the hour, so one that is seconds ahead just
before the hour would already look in the next one; AWS refuses calls from one that is more than 15 minutes off.
"""


async def log_keys_of(context: Context, sent_at: float) -> list[LogKey]:
    """List the log files that may have what was sent at a time by this computer's clock, and later, oldest first.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    return await log_keys(context, sent_at - CLOCKS)


async def log_file(context: Context, key: str) -> bytes:
    """Fetch one, as it is packed.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    return (await _on_logs(_bucket(context).get(key))).body


async def events_in(file: bytes, words: Collection[str]) -> list[Event]:
    """Decode a file if it has any of these texts, such as request ids; a repeated event stands there once."""
    if not mentions(file, words):
        return []

    def decode() -> list[Event]:
        from wizard.snowplow.events.decoder import decoded  # noqa: PLC0415 - loads DuckDB, which few need

        return list(decoded([("", file)], only=TOLD))

    return await in_thread(decode)


def _bucket(context: Context) -> OurBucket:
    return our_bucket(context, context.made.log_bucket or "")


async def _on_logs(call: Awaitable[T]) -> T:
    """Call S3 on the log bucket; a denial is about reading events, whatever else its action allows elsewhere."""
    try:
        return await call
    except AwsError as error:
        if "purpose" in error.problem.values:
            error.problem = replace(error.problem, values={**error.problem.values, "purpose": Purpose.EVENTS})
        raise
