"""The verdict on a browser's report: the events arrived, or what blocked them. Pure."""

from msgspec import Struct

from wizard.snowplow.browserproof.page_report import SENT, Asks, PageReport
from wizard.snowplow.pagecheck.elements import parts_of

BLOCKED = "blocked"
HIDDEN = "hidden"
OK = "ok"


class Outside(Struct, frozen=True):
    """What snowpixel itself sees at the same time, without a browser.

    Each is `ok`, or the id of the problem in `assets/problems.toml`.
    """

    pixel: str = OK
    tracker: str = OK


class Verdict(Struct, frozen=True):
    """What is to be said."""

    problem: str | None
    """Id in `assets/problems.toml`; None when all is well."""
    summary: str
    observed: str = ""


def judge(report: PageReport, outside: Outside) -> Verdict:
    """Say what a report means.

    Args:
        report: what the page saw.
        outside: what is seen without a browser, which tells a fault of the setup from one of the browser.
    """
    if report.well:
        return Verdict(None, f"{SENT} events sent and answered, and none is waiting in the browser")
    return _policy(report) or _script(report, outside) or _posted(report) or _requests(report, outside)


def _posted(report: PageReport) -> Verdict | None:
    if report.method != "post":
        return None
    return Verdict("browser-post", "The tag sends by POST, which a pixel can't accept", _observed(report))


def _policy(report: PageReport) -> Verdict | None:
    if not report.violations:
        return None
    first = report.violations[0]
    what = parts_of(first.blocked).netloc or first.blocked
    return Verdict(
        "browser-csp",
        f"The page's Content-Security-Policy blocks the tag: {first.directive} doesn't allow {what}",
        f"{first.directive}: {first.blocked}",
    )


def _script(report: PageReport, outside: Outside) -> Verdict | None:
    """Judge a tracker file that was not run."""
    if report.started and not report.lost_script:
        return None
    what = report.lost_script or "the tracker"
    if outside.tracker == OK and report.lost_script:
        return Verdict("browser-blocks-tracker", f"This browser didn't run {what}, although it is there", what)
    if outside.tracker == OK:
        return Verdict("browser-not-started", "The tracker didn't start in this browser", report.agent)
    return Verdict(outside.tracker, f"The browser couldn't load {what}", what)


def _requests(report: PageReport, outside: Outside) -> Verdict:
    """Judge events that were not answered."""
    asks, observed = report.asks, _observed(report)
    if outside.pixel != OK and (asks.hidden == BLOCKED or _refused(asks) or _elsewhere(asks, outside)):
        return Verdict(outside.pixel, "Neither the browser nor snowpixel can get the pixel", observed)
    found = (
        (asks.hidden == BLOCKED, "browser-blocks-pixel", "This browser can't reach the pixel, but this computer can"),
        (asks.plain == BLOCKED, "browser-cors", "The pixel responds, but doesn't let pages read it: the tracker stops"),
        (asks.as_set == BLOCKED, "browser-credentials", "The tag sends cookies: browsers then hide the response"),
        (asks.with_header == BLOCKED, "browser-preflight", "The tag sends a header that the pixel can't allow"),
        (asks.like_event == BLOCKED, "browser-blocks-events", "Something in this browser blocks Snowplow's events"),
        (_refused(asks), "browser-refused", f"The pixel responds with HTTP status {asks.plain}"),
        (True, "browser-jammed", f"{report.queue} of {SENT} events are stuck in the browser"),
    )
    return next(Verdict(problem, summary, observed) for true, problem, summary in found if true)


_READABLE = frozenset({"cors-missing", "cors-narrow", "cors-twice", "content-type-wrong", "pixel-broken"})
"""Faults of an answer that does come: a page that is not shown it is not shown it for want of CORS."""


def _elsewhere(asks: Asks, outside: Outside) -> bool:
    """Whether the page is shown nothing because the pixel is refused or moved, which snowpixel sees without CORS."""
    return asks.plain == BLOCKED and outside.pixel not in _READABLE


def _refused(asks: Asks) -> bool:
    return asks.plain.isascii() and asks.plain.isdigit() and int(asks.plain) >= 400  # noqa: PLR2004 - HTTP: errors begin here


def _observed(report: PageReport) -> str:
    statuses = sorted({failure.status for failure in report.failures})
    failed = f", failures with status {', '.join(map(str, statuses))}" if statuses else ""
    return f"{len(set(report.answered))} of {SENT} answered, {report.queue} still waiting{failed}"
