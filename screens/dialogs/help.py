"""Help dialog of a page: its purpose, its keys, and the signs."""

from collections.abc import Iterable, Sequence

from textual import on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button

from screens.dialogs.modal import Modal
from screens.texts.style import MUTED, WORDS, badge, lines, say
from screens.widgets.prose import Prose

MEANINGS = (
    "as it should be",
    "nothing is wrong; you or AWS still have something to do",
    "works, but needs a look",
    "broken until somebody fixes it",
    "couldn't be tested from here; says nothing about your setup",
    "checked once something else is fixed",
)


class HelpModal(Modal[None]):
    """Explains one page.

    Args:
        heading: the page's name.
        purpose: what happens there.
        keys: key and what it does.
    """

    def __init__(self, heading: str, purpose: str, keys: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.heading = f"Help: {heading}"
        self.purpose = purpose
        self.keys = keys

    def contents(self) -> Iterable[Widget]:
        """List keys and signs."""
        yield Prose(lines(self.purpose, ""))
        yield Prose(lines(say("Keys", "bold"), *(_pair(key, what) for key, what in self.keys)))
        yield Prose(
            lines(
                _pair("tab ↑ ↓", "move"),
                _pair("enter", "choose"),
                _pair("ctrl+p", "all commands, by name"),
                _pair("ctrl+t", "light or dark"),
                _pair("ctrl+o", "settings: colors, animations, bell, notifications"),
            )
        )
        signs = [
            Content.assemble("  ", badge(status).pad_right(18 - len(badge(status))), (meaning, MUTED))
            for status, meaning in zip(WORDS, MEANINGS, strict=True)
        ]
        yield Prose(lines("", say("Signs", "bold"), *signs))

    @on(Button.Pressed)
    def closed(self) -> None:
        """Go back to the page."""
        self.dismiss(None)


def _pair(key: str, what: str) -> Content:
    return Content.assemble("  ", (key.ljust(12), "bold $text-accent"), what)
