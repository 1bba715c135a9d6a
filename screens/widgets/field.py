"""A form field: label, input, and what is wrong with the answer."""

from collections.abc import Callable
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalGroup
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from screens.texts.style import say
from wizard.model.validators import InvalidChoice

Cleaner = Callable[[str], Any]
"""Returns the cleaned answer, or raises InvalidChoice."""


class FieldInput(Input):
    """An input whose masked text never reaches a clipboard, where every program and the terminal could read it."""

    def on_mount(self) -> None:
        """Keep the cursor still where nothing shall move."""
        self.cursor_blink = self.app.animation_level != "none"

    def action_copy(self) -> None:
        """Copy what is selected; nothing of a masked box."""
        if not self.password:
            super().action_copy()

    def action_cut(self) -> None:
        """Cut what is selected; of a masked box it is only deleted."""
        if self.password:
            self.delete_selection()
        else:
            super().action_cut()


class Field(VerticalGroup):
    """A labeled input that says inline what is wrong, once the user has left it or pressed Enter.

    Args:
        label: the question in a few words.
        why: why we ask, in plain words.
        value: what stands there at first.
        placeholder: an example.
        cleaner: how to clean and judge the answer.
        password: whether the text is masked.
        name: its id.
    """

    class Entered(Message):
        """Enter was pressed in the field."""

    def __init__(
        self,
        label: str,
        why: str,
        *,
        value: str = "",
        placeholder: str = "",
        cleaner: Cleaner = str,
        password: bool = False,
        name: str,
    ) -> None:
        super().__init__(id=name, classes="field")
        self.label = label
        self.why = why
        self.cleaner = cleaner
        self.box = FieldInput(value, placeholder=placeholder, password=password, compact=True, select_on_focus=False)
        self.error = ""

    def compose(self) -> ComposeResult:
        """Lay out label, box and complaint."""
        with Horizontal(classes="field-line"):
            yield Static(Content(self.label), classes="field-label")
            yield self.box
        yield Static(classes="field-error")

    @property
    def value(self) -> Any:
        """The cleaned answer; meaningful after `judge` found nothing."""
        return self.cleaner(self.box.value)

    def judge(self) -> bool:
        """Look at the answer, say what is wrong with it, and return whether it can be used."""
        try:
            self.cleaner(self.box.value)
        except InvalidChoice as error:
            self.complain(str(error))
        else:
            self.complain("")
        return not self.error

    def complain(self, error: str) -> None:
        """Say what is wrong; nothing takes the complaint back."""
        self.error = error
        self.set_class(bool(error), "-wrong")
        self.query_one(".field-error", Static).update(say(f"✗ {error}" if error else ""))

    @on(Input.Blurred)
    def left(self) -> None:
        """Judge once the user is through with it; an untouched empty box is not complained about."""
        if self.box.value:
            self.judge()

    @on(Input.Changed)
    def typed(self) -> None:
        """Take a complaint back as soon as the answer is good; make none while typing."""
        if self.error:
            self.judge()

    @on(Input.Submitted)
    def entered(self, event: Input.Submitted) -> None:
        """Judge, and tell the page."""
        event.stop()
        self.judge()
        self.post_message(self.Entered())
