"""Rows about the tracker file that a page loads, and about names that others have taken. Pure."""

from wizard.model.results import Check, Status
from wizard.model.setup import TrackerFile
from wizard.snowplow.pagecheck.elements import Script, parts_of
from wizard.snowplow.pagecheck.js_reader import Load
from wizard.snowplow.pagecheck.look import BUNDLED, SHOWN, Look, host_in
from wizard.snowplow.pagecheck.page_tools import is_library
from wizard.snowplow.pagecheck.rows import STAGE, ok, wrong
from wizard.snowplow.pagecheck.tag import Tag
from wizard.snowplow.setup_snippet import loaded_by
from wizard.snowplow.snippet_builder import Loaded

MOST_COMPARED = 40
"""Trackers that are compared with each other: a page with more has them more than once in any case."""


def once(look: Look) -> Check:
    """Judge whether the tag is on the page once."""
    mine = [tag for tag in look.ours if not tag.unreached][:MOST_COMPARED]
    twice = [
        (one, other)
        for place, one in enumerate(mine)
        for other in mine[place + 1 :]
        if one.namespace == other.namespace and not one.excludes(other)
    ]
    elements = [one for one in look.elements if look.known(one.source)]
    added = [load for load in look.found.loads if load.sure and look.known(look.source_of(load))]
    loads = len(elements) + len(added)
    observed = f"{len(mine)} {'tag' if len(mine) == 1 else 'tags'}, {loads} loads of the tracker"
    if any(not one.path or not other.path for one, other in twice):
        return wrong("page-once", "page-twice", "The tag is on the page more than once", observed, "once")
    if loads > 1:
        summary = "The page loads the tracker more than once"
        return wrong("page-once", "page-twice", summary, observed, "once", status=Status.WARNING)
    if twice:
        observed = "two tags, each under a condition of its own"
        summary = "The tag may be on the page more than once"
        return wrong("page-once", "page-twice", summary, observed, "once", status=Status.UNKNOWN)
    idle = [number for number in look.found.unfollowed if _begins_like_mine(look, number)]
    if idle:
        observed = f"{len(mine) + len(idle)} tags, of which {len(mine)} {'runs' if len(mine) == 1 else 'run'}"
        summary = "The tag is on the page more than once, but runs once"
        return wrong("page-once", "page-twice", summary, observed, "once", status=Status.WARNING)
    return ok("page-once", "It is there once")


def _begins_like_mine(look: Look, number: int) -> bool:
    """Whether a script that created no tracker is a second copy of one that did."""
    text = look.found.scripts[number].text.strip()
    return any(text == tag.script.text.strip() for tag in look.ours)


def version(tag: Tag, look: Look) -> Check:
    """Judge which tracker runs the tag."""
    wanted = loaded_by(look.setup)
    taken = _taken(tag, look) if wanted else None
    if taken:
        return taken
    found = next((file for address in look.addresses if (file := look.known(address))), None)
    if wanted is None:
        return Check("page-tracker", STAGE, Status.OK, "This setup doesn't serve the tracker file")
    if found is None and not tag.queue and any(mark in tag.script.text for mark in BUNDLED):
        return ok("page-tracker", "The page's own code contains the tracker")
    if found is None:
        return _another(tag, look, wanted)
    current = look.setup.made.tracker
    if current and found.sha384 != current.sha384:
        summary = f"The page loads tracker {found.version}; the newest is {current.version}"
        return wrong("page-tracker", "page-old-tracker", summary, found.key, current.key, status=Status.WARNING)
    return _checked(look, wanted, found)


def _another(tag: Tag, look: Look, wanted: Loaded) -> Check:
    """Judge a page that doesn't load the setup's file, as far as is seen: a file from elsewhere may work."""
    sources = [look.source_of(load) for load in look.makers(tag.queue)]
    elsewhere = [one for one in sources or look.addresses if host_in(one) not in look.hosts]
    if not sources and tag.queue:
        elsewhere = [one for one in elsewhere if not is_library(one)]
    status = Status.UNKNOWN if elsewhere or (look.hidden and not sources) else Status.FAILED
    scripts = ", ".join(look.addresses[:5]) or "no script"
    return wrong(
        "page-tracker", "page-other-tracker", "The page loads another tracker", scripts, wanted.url, status=status
    )


def _taken(tag: Tag, look: Look) -> Check | None:
    """Judge a tag whose name belongs to somebody else's tracker: its own file is never loaded then."""
    makers = look.makers(tag.queue)
    before = [other for other in look.others if other.queue == tag.queue and other.place < tag.place]
    if not makers or not before or any(look.known(look.source_of(load)) or not load.start for load in makers):
        return None
    whose = ", ".join(dict.fromkeys(host_in(other.collector) for other in before))
    same = any(other.namespace == tag.namespace for other in before)
    status = Status.FAILED if same else Status.WARNING
    summary = f"The name {tag.queue} belongs to the tracker of {whose}, which runs your tag"
    observed = f"{tag.queue}, by {', '.join(look.source_of(load) for load in makers[:SHOWN])} for {whose}"
    return wrong("page-tracker", "page-name-taken", summary, observed, status=status)


def _checked(look: Look, wanted: Loaded, found: TrackerFile) -> Check:
    """Judge whether the page checks the file that it loads."""
    hashes, allowed = _integrity(look)
    if hashes and not _fits(hashes, found):
        known = any(one.startswith("sha384-") for one in hashes)
        summary = "The page checks the tracker with a hash that isn't the file's"
        status = Status.FAILED if known else Status.UNKNOWN
        return wrong("page-tracker", "page-integrity", summary, " ".join(hashes), found.sha384, status=status)
    if not hashes:
        summary = f"The page loads tracker {found.version} without checking it"
        return wrong("page-tracker", "page-unchecked", summary, "no integrity", wanted.integrity, status=Status.WARNING)
    if not allowed:
        summary = "The page loads the tracker without crossorigin"
        return wrong("page-tracker", "page-crossorigin", summary, "none", "anonymous")
    return ok("page-tracker", f"It loads tracker {found.version}, and checks it", found.key)


def _fits(hashes: list[str], found: TrackerFile) -> bool:
    """Whether one of the hashes is the file's; browsers take only the strongest kind."""
    strongest = max(one.partition("-")[0] for one in hashes)
    return any(one.partition("?")[0] == found.sha384 for one in hashes if one.partition("-")[0] == strongest)


def _integrity(look: Look) -> tuple[list[str], bool]:
    """Return the hashes with which the page loads the file, and whether it asks for it as it must."""
    own = parts_of(look.page.url)
    for one in look.elements:
        if look.known(one.source):
            same = (parts_of(one.source).scheme, parts_of(one.source).netloc) == (own.scheme, own.netloc)
            return one.attributes.get("integrity", "").split(), same or _crossorigin(one)
    for load in look.found.loads:
        if look.known(look.source_of(load)):
            return look.attribute(load, "integrity").split(), _asks(load) or _is_own(look, load)
    # The file is only named: code from elsewhere loads it, and how is not seen.
    named = [text for text in look.found.texts if text.startswith("sha384-")]
    return named, True


def _crossorigin(script: Script) -> bool:
    return "crossorigin" in script.attributes


def _asks(load: Load) -> bool:
    return bool({"crossOrigin", "module"} & load.attributes.keys())


def _is_own(look: Look, load: Load) -> bool:
    own, other = parts_of(look.page.url), parts_of(look.source_of(load))
    return (own.scheme, own.netloc) == (other.scheme, other.netloc)
