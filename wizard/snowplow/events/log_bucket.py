"""Log files in the log bucket: listed since a time, and read."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from wizard.aws.bucket import call_s3
from wizard.aws.errors import AwsError
from wizard.aws.policy import Purpose
from wizard.model.context import Context
from wizard.model.setup import LOG_PREFIX
from wizard.model.threads import in_thread
from wizard.snowplow.events.event import TOLD, Event
from wizard.snowplow.events.log_files import LogFile


class LogKey(Struct, frozen=True):
    """One log file's name, when it was written, and its size."""

    key: str
    written: datetime
    size: int = 0
    """Bytes, as it is packed."""


async def log_keys(context: Context, since: float) -> list[LogKey]:
    """List the log files of the hour of `since` (seconds since the epoch) and later, oldest first.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    hour = datetime.fromtimestamp(since, UTC).strftime("%Y/%m/%d/%H")
    found: list[LogKey] = []
    more: dict[str, str] = {"StartAfter": f"{LOG_PREFIX}/{hour}"}
    while True:
        reply = await _on_logs(context, "list_objects_v2", Prefix=f"{LOG_PREFIX}/", **more)
        found += [LogKey(one["Key"], one["LastModified"], one["Size"]) for one in reply.get("Contents", [])]
        if not reply.get("IsTruncated"):
            return found
        more = {"ContinuationToken": reply["NextContinuationToken"]}


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


async def log_file(context: Context, key: str) -> LogFile:
    """Fetch one.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    reply = await _on_logs(context, "get_object", Key=key)
    return LogFile(reply["Body"])


async def events_in(file: LogFile, words: Collection[str]) -> list[Event]:
    """Decode a file if it has any of these texts, such as request ids; a repeated event stands there once."""
    if not file.mentions(words):
        return []

    def decode() -> list[Event]:
        from wizard.snowplow.events.decoder import decoded  # noqa: PLC0415 - loads DuckDB, which few need

        return list(decoded([("", file.data)], only=TOLD))

    return await in_thread(decode)


async def _on_logs(context: Context, operation: str, **parameters: Any) -> dict[str, Any]:
    """Call S3 on the log bucket; a denial is about reading events, whatever else its action allows elsewhere."""
    try:
        return await call_s3(context, operation, context.made.log_bucket or "", **parameters)
    except AwsError as error:
        if "purpose" in error.problem.values:
            error.problem = replace(error.problem, values={**error.problem.values, "purpose": Purpose.EVENTS})
        raise
