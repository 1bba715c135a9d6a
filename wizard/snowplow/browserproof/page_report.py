"""What the proof's page reports about its events."""

from msgspec import Struct

SENT = 3
"""Events that the page sends: one page view, two of its own."""


class Failure(Struct, frozen=True):
    """A request that the tracker gave up, or will repeat."""

    status: int = 0
    """HTTP status; 0 when the browser showed no answer."""
    message: str = ""


class Violation(Struct, frozen=True):
    """Something that the page's Content-Security-Policy forbade."""

    directive: str = ""
    blocked: str = ""


class Asks(Struct, frozen=True):
    """How the page's own questions ended: an HTTP status, `hidden` (answered, but not shown), or `blocked`."""

    plain: str = ""
    """The pixel, without cookies, as the tag asks."""
    as_set: str = ""
    """The same with cookies, if the tag asks with them."""
    with_header: str = ""
    """The same with the tag's own header, if it sends one: browsers then ask beforehand."""
    hidden: str = ""
    """The pixel, without wanting to see the answer: works without CORS."""
    like_event: str = ""
    """An address that begins like an event's: block lists know it."""


class PageReport(Struct, frozen=True):
    """Everything that the page saw."""

    answered: tuple[str, ...] = ()
    """Ids of the events that were answered."""
    failures: tuple[Failure, ...] = ()
    violations: tuple[Violation, ...] = ()
    lost_script: str = ""
    """Address of a script that the browser did not load or run."""
    started: bool = False
    """Whether the tracker ran at all."""
    queue: int = 0
    """Events that still wait in the browser."""
    asks: Asks = Asks()
    method: str = "get"
    """How the tag was told to send."""
    agent: str = ""

    @property
    def well(self) -> bool:
        """Whether each event was sent and answered, and none waits."""
        return len(set(self.answered)) >= SENT and not self.queue
