"""A DNS record to copy: each part on a row that Enter copies."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import HorizontalGroup, VerticalGroup
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Static

from screens.texts.style import MUTED, clean, say
from wizard.model.results import Action, Copyable, DnsRecord
from wizard.wording import dns_records


class CopyRow(Static, can_focus=True):
    """One value. Enter, c or a click copies it.

    Args:
        value: what to show and copy.
    """

    class Copied(Message):
        """The user wants the value on the clipboard."""

        def __init__(self, value: Copyable) -> None:
            super().__init__()
            self.value = value

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,c", "copy", "Copy this"),
        Binding("up", "app.focus_previous", "Up", show=False),
        Binding("down", "app.focus_next", "Down", show=False),
    ]

    def __init__(self, value: Copyable) -> None:
        text = Content.assemble((f"{clean(value.label):<11}", MUTED), say(value.value, "bold"))
        super().__init__(text, classes="copy-row")
        self.value = value

    def action_copy(self) -> None:
        """Ask the page to copy it."""
        self.post_message(self.Copied(self.value))

    def on_click(self) -> None:
        """A click does the same."""
        self.action_copy()


class RecordCard(VerticalGroup):
    """One record: what it is for, its parts, whether it has been seen, and in practice a button that plays the user.

    Args:
        number: its place in the order to act.
        record: the record.
        action: what the user does with it.
        item: the id of the item that waits for it.
        practice: whether to offer the button.
    """

    def __init__(self, number: int, record: DnsRecord, action: Action, item: str, *, practice: bool) -> None:
        super().__init__(classes="card")
        self.number = number
        self.record = record
        self.change = action
        self.item = item
        self.practice = practice
        self.seen = False
        self.verb = dns_records.VERBS[action].capitalize()
        self.count_as(number)

    class Ready(Message):
        """The card has its parts."""

    def on_mount(self) -> None:
        """Tell the page."""
        self.post_message(self.Ready())

    def count_as(self, number: int) -> None:
        """Take a place in the order to act."""
        self.number = number
        self.border_title = Content(f"{number}  {self.verb} this {clean(self.record.type)}")

    def compose(self) -> ComposeResult:
        """Lay out the parts."""
        yield HorizontalGroup(Static(say(self.record.purpose, MUTED), classes="purpose"))
        yield from (CopyRow(value) for value in dns_records.parts(self.record))
        if read := dns_records.letters(self.record):
            yield Static(say(read, MUTED), classes="read")
        with HorizontalGroup():
            if self.practice:
                yield Button(f"{self.verb} this record", compact=True, variant="warning", classes="play")
            yield Static(classes="state")

    def draw(self, state: Content, *, seen: bool) -> None:
        """Show who sees it."""
        self.seen = seen
        self.set_class(seen, "-seen")
        self.query_one(".state", Static).update(state)
        for button in self.query(Button):
            button.display = not seen
