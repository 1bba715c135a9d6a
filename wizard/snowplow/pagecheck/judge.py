"""The checks of a live page, as rows of a checklist. Pure."""

from collections.abc import Iterator

from wizard.model.results import Check, Status
from wizard.model.setup import Setup
from wizard.snowplow.pagecheck.consent_tools import consent_tool, holder
from wizard.snowplow.pagecheck.elements import HtmlPage, parts_of
from wizard.snowplow.pagecheck.judge_https import without_https
from wizard.snowplow.pagecheck.judge_policy import policies
from wizard.snowplow.pagecheck.judge_settings import losses, settings, views
from wizard.snowplow.pagecheck.judge_tracker import once, version
from wizard.snowplow.pagecheck.look import SHOWN, Look, host_in
from wizard.snowplow.pagecheck.rows import STAGE, ok, unread, wrong
from wizard.snowplow.pagecheck.tag import Arm, Tag
from wizard.snowplow.snippet_builder import collector

__all__ = ["STAGE", "judge"]


def judge(page: HtmlPage, setup: Setup) -> tuple[Check, ...]:
    """Judge a page: one row for each thing that the tag needs."""
    if page.deep:
        return (unread(page.url, "page-not-page", "more elements within each other than browsers take"),)
    look = Look(page, setup)
    if not look.ours:
        return (_absent(look) if not look.tags else _elsewhere(look),)
    tag = look.ours[0]
    if tag.old:
        return (_old(tag, look),)
    return (
        _there(tag, look),
        _collector(tag, look),
        settings(look),
        *losses(tag, look),
        *views(tag, look),
        once(look),
        version(tag, look),
        *without_https(tag, look),
        *policies(tag, look),
        _consent(tag, look),
        *_others(look),
    )


def _absent(look: Look) -> Check:
    """Judge a page that shows no tracker."""
    if look.manager:
        summary = "No tag on the page itself; a tag manager may add it later"
        return wrong("page-tag", "page-tag-manager", summary, look.manager, status=Status.UNKNOWN)
    if look.found.broken:
        return _broken(look)
    hidden = look.hidden or look.named or ("code that couldn't be followed" if look.found.unfollowed else "")
    if hidden:
        summary = "No tag on the page itself; its scripts may hold it"
        return wrong("page-tag", "page-own-scripts", summary, hidden, status=Status.UNKNOWN)
    if any(parts_of(image).hostname in look.hosts for image in look.page.images):
        summary = "Only the image for visitors without JavaScript is there"
        return wrong("page-tag", "page-only-image", summary, f"{look.host}/i")
    count = len(look.page.scripts)
    return wrong(
        "page-tag",
        "page-no-tag",
        "The tag isn't on the page",
        f"{count} {'script' if count == 1 else 'scripts'}, none with it",
    )


def _broken(look: Look) -> Check:
    summary = "A script with a tracker couldn't be read as JavaScript"
    first = look.found.scripts[look.found.broken[0]].text.strip()[:60]
    return wrong("page-tag", "page-syntax", summary, first, status=Status.UNKNOWN)


def _elsewhere(look: Look) -> Check:
    """Judge a page whose trackers don't send to the pixel, as far as can be read."""
    unread_ones = [tag for tag in look.tags if not tag.collector]
    if unread_ones:
        summary = "A tracker is there, but where it sends couldn't be read"
        return wrong(
            "page-tag", "page-collector-unread", summary, _names(unread_ones), look.host, status=Status.UNKNOWN
        )
    observed = ", ".join(dict.fromkeys(tag.collector for tag in look.tags))
    hidden = look.hidden or look.found.unfollowed or look.found.broken
    status = Status.UNKNOWN if hidden else Status.FAILED
    summary = f"The page's tracker sends to {observed}"
    return wrong("page-tag", "page-other-collector", summary, observed, look.host, status=status)


def _names(found: list[Tag]) -> str:
    return ", ".join(dict.fromkeys(f"tracker '{tag.namespace or '?'}'" for tag in found[:SHOWN]))


def _old(tag: Tag, look: Look) -> Check:
    """Name the tag of versions 1 and 2; what it does depends on the tracker's version, if one is loaded at all."""
    summary = f"The page has the old tag, _snaq, and sends to {tag.collector}"
    status = Status.UNKNOWN if look.hidden else Status.FAILED
    return wrong("page-tag", "page-old-loader", summary, tag.collector, status=status)


def _there(tag: Tag, look: Look) -> Check:
    name = tag.namespace or "?"
    if _certain(look):
        return ok("page-tag", f"The tag is there, as tracker '{name}'")
    if tag.unreached:
        observed = "it is in a function that nothing on the page calls"
    else:
        observed = "it runs under a condition that only a browser can decide"
    summary = f"The tag is there, as tracker '{name}', but may not run"
    return wrong("page-tag", "page-conditional", summary, observed, status=Status.UNKNOWN)


def _certain(look: Look) -> bool:
    """Whether a tracker for the pixel is created in any case, by the branches together if by none alone."""
    paths = {tag.path for tag in look.ours if not tag.unreached}
    while () not in paths:
        whole = [path for path in paths if path and path[-1].arms and _covered(path, paths)]
        shorter = {path[:-1] for path in whole} - paths
        if not shorter:
            return False
        paths |= shorter
    return True


def _covered(path: tuple[Arm, ...], paths: set[tuple[Arm, ...]]) -> bool:
    """Whether each arm of a path's last condition creates one."""
    *outer, last = path
    siblings = [other[-1] for other in paths if other and list(other[:-1]) == outer and other[-1].fork == last.fork]
    return len({arm.number for arm in siblings}) == last.arms


def _collector(tag: Tag, look: Look) -> Check:
    host = look.host if host_in(tag.collector) == look.host.partition(":")[0].lower() else host_in(tag.collector)
    wanted, given = collector(host), tag.collector
    if given == wanted or _same_place(given, wanted):
        return ok("page-collector", f"It sends to {wanted}")
    works = look.page.url.startswith("https:") and _same_place(f"https://{given.lstrip('/')}", wanted)
    status = Status.WARNING if works and not given.lower().startswith("http") else Status.FAILED
    summary = f"The tag writes the pixel's address as {given}"
    return wrong("page-collector", "page-collector-form", summary, given, wanted, status=status)


def _same_place(given: str, wanted: str) -> bool:
    """Whether the tracker takes an address as another one: it looks for `http` in small letters, and adds `/i`."""
    if not given.startswith("https://") or given.endswith(("/", "?", "#")):
        return False
    first, second = parts_of(given), parts_of(wanted)
    try:
        ports = (first.port or 443) == (second.port or 443)
    except ValueError:
        return False
    return ports and first.hostname == second.hostname and not first.path and not first.query


def _consent(tag: Tag, look: Look) -> Check:
    tool = consent_tool(look.page)
    if tag.held:
        return _held(tag, look)
    if tool and tag.unreached:  # such tools take a function that they call once the visitor agrees
        summary, observed = f"{tool} may run the tag once visitors agree", f"it is in a function, for {tool} to call"
        return wrong("page-consent", "page-held", summary, observed, status=Status.WARNING)
    if tool:
        summary = f"{tool} is on the page, but doesn't seem to block the tag"
        return wrong("page-consent", "page-consent-tool", summary, tool, status=Status.WARNING)
    return ok("page-consent", "No consent tool blocks it")


def _held(tag: Tag, look: Look) -> Check:
    """Judge a tag that doesn't run as it stands."""
    kind = tag.script.attributes.get("type", "")
    held = holder(look.page, tag.script)
    if held and held.delays:
        summary = f"{held.name} runs the tag later"
        return wrong("page-consent", "page-delayed", summary, held.name, status=Status.WARNING)
    observed = f'type="{kind}"' + (f", {held.name}" if held else "")
    if held:
        summary = "The tag waits until visitors agree"
        return wrong("page-consent", "page-held", summary, observed, status=Status.WARNING)
    status = Status.UNKNOWN if look.hidden else Status.FAILED
    return wrong("page-consent", "page-held", "The tag doesn't run as it is", observed, status=status)


def _others(look: Look) -> Iterator[Check]:
    """Name the other collectors to which the page sends."""
    hosts = dict.fromkeys(host_in(tag.collector) or tag.collector for tag in look.others)
    if hosts:
        observed = ", ".join(hosts)
        summary = f"The page's visitors are also counted by {observed}"
        yield wrong("page-others", "page-others", summary, observed, status=Status.WARNING)
