"""What a watched page means for the pixel, as rows of a checklist. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence

from wizard.model.results import Check, Status
from wizard.snowplow.browserproof.collector_requests import Sent
from wizard.snowplow.browserproof.page_watch import PageSeen
from wizard.snowplow.pagecheck.rows import ok, unread, wrong

_SHOWN = 3
_HELD = frozenset({"page-held", "page-delayed", "page-consent-tool"})
"""Problems of the page's text that say why nothing may be sent on a first visit."""

_INLINE = frozenset({"inline", "eval"})


def judged(seen: PageSeen, url: str, hosts: frozenset[str], read: Sequence[Check]) -> tuple[Check, ...]:
    """Judge what a browser showed.

    Args:
        seen: what it showed.
        url: the page.
        hosts: host names of the pixel.
        read: what the page's text says.
    """
    if seen.unreached or seen.status >= 400:  # noqa: PLR2004 - HTTP: errors begin here
        return (unread(url, "page-unreached", seen.unreached or f"HTTP {seen.status}"),)
    ours = [sent for sent in seen.sent if sent.host in hosts]
    return (_arrived(ours, seen, hosts, read), *_others(seen, hosts))


def _arrived(ours: list[Sent], seen: PageSeen, hosts: frozenset[str], read: Sequence[Check]) -> Check:
    other = [sent for sent in ours if sent.method not in ("GET", "HEAD")]
    if other:
        summary = f"In a browser, the tag sends by {other[0].method}, which the pixel can't take"
        return wrong("page-seen", "page-settings", summary, f"eventMethod: {other[0].method}", "eventMethod: get")
    extra = [name for sent in ours for name in sent.headers]
    if extra:
        summary = "In a browser, the tag sends headers of its own, which the pixel can't allow"
        return wrong("page-seen", "page-settings", summary, ", ".join(dict.fromkeys(extra)), "no headers of its own")
    ids = Counter(event.id for sent in ours for event in sent.events)
    failed = [sent.failed for sent in ours if sent.failed]
    if failed or any(count > 1 for count in ids.values()):
        observed = failed[0] if failed else "the same event more than once"
        return wrong("page-seen", "seen-stuck", "In a browser, the tracker gets stuck", observed)
    events = {event for sent in ours for event in sent.events}
    if not events:
        return _nothing(seen, hosts, read)
    views = Counter(event.namespace for event in events if event.kind == "pv")
    twice = [namespace for namespace, count in views.items() if count > 1]
    if twice:
        observed = f"{views[twice[0]]} page views of tracker '{twice[0]}'"
        return wrong("page-seen", "page-twice", "In a browser, each page view is sent more than once", observed)
    names = ", ".join(f"'{name}'" for name in sorted({event.namespace for event in events}))
    count = f"{len(events)} {'event' if len(events) == 1 else 'events'}"
    return ok("page-seen", f"In a browser, tracker {names} sends {count} to {ours[0].host}", seen.agent)


def _nothing(seen: PageSeen, hosts: frozenset[str], read: Sequence[Check]) -> Check:
    """Say why nothing came, as far as the browser tells."""
    blocked = [f"{name} blocks {what}" for name, what in seen.violations if _matters(what, hosts)]
    if blocked:
        summary = "In a browser, the page's Content-Security-Policy stops the tag"
        return wrong("page-seen", "browser-csp", summary, "; ".join(dict.fromkeys(blocked)))
    reasons = [*seen.lost, *seen.errors][:_SHOWN]
    observed = "; ".join(reasons) or "no script failed"
    waits = any(check.status is Status.WARNING and check.problem and check.problem.id in _HELD for check in read)
    summary = "In a browser, nothing is sent to the pixel" + (" before the visitor does something" if waits else "")
    status = Status.WARNING if waits else Status.FAILED
    return wrong("page-seen", "seen-nothing", summary, observed, status=status)


def _matters(blocked: str, hosts: frozenset[str]) -> bool:
    return blocked in _INLINE or "trusted-types" in blocked or any(host in blocked for host in hosts)


def _others(seen: PageSeen, hosts: frozenset[str]) -> Iterator[Check]:
    others = dict.fromkeys(sent.host for sent in seen.sent if sent.host not in hosts and sent.events)
    if others:
        observed = ", ".join(others)
        summary = f"In a browser, the page also sends to {observed}"
        yield wrong("page-seen-others", "page-others", summary, observed, status=Status.WARNING)


def settled(read: Sequence[Check], shown: Sequence[Check]) -> tuple[Check, ...]:
    """Return all rows; what the page's text left open is left out where the browser showed that all is well."""
    well = bool(shown) and shown[0].status is Status.OK
    left = [check for check in read if not (well and check.status is Status.UNKNOWN)]
    named = {check.problem.id for check in left if check.problem}
    more = [check for check in shown if not (check.id == "page-seen-others" and "page-others" in named)]
    return (*left, *more)
