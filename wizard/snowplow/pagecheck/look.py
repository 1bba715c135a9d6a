"""What is known about a page with respect to one setup: its trackers, and the scripts that it loads. Pure."""

from collections.abc import Iterator
from functools import cached_property

from wizard.model.setup import Setup, TrackerFile
from wizard.snowplow.pagecheck.elements import HtmlPage, Script, parts_of
from wizard.snowplow.pagecheck.inline_trackers import absolute, tags_in
from wizard.snowplow.pagecheck.js_reader import Load, reading
from wizard.snowplow.pagecheck.js_values import text_of
from wizard.snowplow.pagecheck.page_tools import is_library, tag_manager
from wizard.snowplow.pagecheck.tag import Tag
from wizard.snowplow.setup_snippet import host_of, hosts_of

_EVALUATES = ("eval(", "new Function(", "atob(")
"""Signs of code that is put together while the page runs."""

BUNDLED = ("com.snowplowanalytics", "snowplowOutQueue")
"""Texts that stay in a tracker when a bundler has renamed everything else."""

SHOWN = 3
"""Addresses that a row names."""


class Look:
    """A page, read for one setup.

    Args:
        page: the page.
        setup: the setup whose tag should be on it.
    """

    def __init__(self, page: HtmlPage, setup: Setup) -> None:
        self.page = page
        self.setup = setup
        self.host = host_of(setup) or ""
        self.found = reading(page)
        self.tags = tags_in(self.found)

    @cached_property
    def hosts(self) -> frozenset[str]:
        """Host names at which the pixel is served."""
        return hosts_of(self.setup)

    def is_ours(self, tag: Tag) -> bool:
        """Whether a tracker sends to the pixel."""
        return bool(tag.collector) and host_in(tag.collector) in self.hosts

    @cached_property
    def ours(self) -> tuple[Tag, ...]:
        """Trackers that send to the pixel, those that certainly run first."""
        found = [tag for tag in self.tags if self.is_ours(tag)]
        return tuple(sorted(found, key=lambda tag: (tag.held, tag.unreached, bool(tag.path), tag.number, tag.place)))

    @cached_property
    def others(self) -> tuple[Tag, ...]:
        """Trackers that send elsewhere, as far as that is known."""
        return tuple(tag for tag in self.tags if tag.collector and not self.is_ours(tag))

    @cached_property
    def elements(self) -> tuple[Script, ...]:
        """Script elements with an address, those that are held back too; data and old browsers' scripts left out."""
        return tuple(one for one in self.found.scripts if one.source and not one.is_data)

    def source_of(self, load: Load) -> str:
        """Return the absolute address of a script that code adds, as far as it is known."""
        return absolute(self.page, load.start) if load.start else ""

    @cached_property
    def addresses(self) -> tuple[str, ...]:
        """Addresses of scripts: of those that the page loads, and of those that its code adds or names."""
        loaded = [one.source for one in self.elements]
        added = [self.source_of(load) for load in self.found.loads if load.start]
        named = [absolute(self.page, text) for text in self.found.texts if _is_script_address(text)]
        return tuple(dict.fromkeys([*loaded, *added, *named]))

    @cached_property
    def manager(self) -> str | None:
        """The address of a tag manager on the page; None without one."""
        return tag_manager(self.addresses)

    @cached_property
    def hidden(self) -> str:
        """What may hold a tracker that the page's text doesn't show; empty for nothing."""
        if self.found.cut:
            return "more code than is read"
        if self.manager:
            return self.manager
        return ", ".join(list(dict.fromkeys(self._hiding()))[:SHOWN])

    def _hiding(self) -> Iterator[str]:
        for script in self.elements:
            if self.known(script.source) is None and not is_library(script.source):
                yield script.source
        for load in self.found.loads:
            address = self.source_of(load)
            if self.known(address) is None and not is_library(address):
                yield address or "a script whose address is put together in code"
        for script in self.found.scripts:
            if script.runs and any(mark in script.text for mark in _EVALUATES):
                yield "code that is put together while the page runs"
            if script.runs and any(mark in script.text for mark in BUNDLED):
                yield "a tracker within the page's own code"

    @property
    def named(self) -> str:
        """Code that names the pixel; empty where none does."""
        return f"code that names {self.host}" if any(host_in(text) in self.hosts for text in self.found.texts) else ""

    def known(self, address: str) -> TrackerFile | None:
        """Return the file of the setup that an address leads to; what stands after a `?` doesn't matter."""
        made, own = self.setup.made, self.setup.choices.tracker_url
        path = parts_of(address).path
        by_path = next((file for file in self._files if path == f"/{file.key}"), None)
        return by_path or (made.tracker if own and _bare(address) == _bare(own) else None)

    @cached_property
    def _files(self) -> tuple[TrackerFile, ...]:
        made = self.setup.made
        return (*((made.tracker,) if made.tracker else ()), *made.trackers_stored)

    def makers(self, queue: str) -> tuple[Load, ...]:
        """Return the scripts that the functions load which make a queue; none where that isn't seen."""
        frames = next((frames for name, frames in self.found.owned if name == queue), None)
        if not queue or frames is None:
            return ()
        near = [(_shared(frames, load.frames), load) for load in self.found.loads]
        most = max((shared for shared, _ in near), default=0)
        return tuple(load for shared, load in near if shared == most and most > 0)

    def attribute(self, load: Load, name: str) -> str:
        """Return an attribute of a script that code adds; empty where it isn't known."""
        return text_of(load.attributes.get(name, "")) or ""


def _shared(first: tuple[int, ...], second: tuple[int, ...]) -> int:
    count = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        count += 1
    return count


def _is_script_address(text: str) -> bool:
    return ".js" in text and not text.isspace() and " " not in text and text.startswith(("http", "/", "./"))


def _bare(address: str) -> tuple[str, str, str]:
    parts = parts_of(address)
    return parts.scheme.lower(), parts.netloc.lower(), parts.path


def host_in(collector: str) -> str:
    """Return the host that a collector's address leads to, whatever is wrong with it otherwise."""
    text = collector.strip()
    address = text if "://" in text else f"https://{text.lstrip('/')}"
    return (parts_of(address).hostname or "").rstrip(".").lower()
