"""Whether a tracker file is still in use, by the user's pages and the newest access logs."""

from wizard.aws.errors import AwsError
from wizard.model.context import Context
from wizard.model.ports import AGENT, WebError
from wizard.model.setup import TrackerFile
from wizard.snowplow.events.log_bucket import LogKey, log_file, log_keys
from wizard.snowplow.events.log_lines import answered_at, log_lines

DAY = 86_400.0
"""Seconds of logs that are looked through: browsers that have the file do not ask again, new visitors do."""

MOST_FILES = 40
"""Newest log files that are read."""

PAGE_LIMIT = 4 * 1024 * 1024
REDIRECTS = 5
_SERVED = frozenset({"200", "304"})


async def used_by(context: Context, file: TrackerFile) -> str | None:
    """Return where a file is seen in use, or why that cannot be told; None when nothing speaks for it."""
    for page in context.choices.pages:
        found = await _on_page(context, page, file)
        if found:
            return found
    return await _in_logs(context, file)


async def _on_page(context: Context, page: str, file: TrackerFile) -> str | None:
    try:
        answer = await context.ports.web.get(page, limit=PAGE_LIMIT, redirects=REDIRECTS)
    except WebError as error:
        return f"{page} couldn't be read ({error})"
    if answer.status >= 400:  # noqa: PLR2004 - HTTP: errors begin here
        return f"{page} couldn't be read (HTTP {answer.status})"
    name = file.key.rpartition("/")[2]
    return f"{page} loads it" if name.encode() in answer.body else None


async def _in_logs(context: Context, file: TrackerFile) -> str | None:
    if context.made.log_bucket is None:
        return None
    since = context.ports.clock.now() - DAY
    try:
        keys: list[LogKey] = await log_keys(context, since)
        times = [
            answered_at(line)
            for one in keys[-MOST_FILES:]
            for line in log_lines(await log_file(context, one.key))
            if line["cs-uri-stem"] == f"/{file.key}"
            and line["sc-status"] in _SERVED
            and not line.get("cs(user-agent)", "").startswith(AGENT)
            and answered_at(line) >= since
        ]
    except AwsError as error:
        return f"the access logs couldn't be read ({error.code})"
    return f"visitors loaded it {len(times)} times in the last day" if times else None
