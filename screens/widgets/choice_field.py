"""The widgets that ask for a choice, made from its declaration."""

from typing import Any

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalGroup
from textual.widgets import Select, Static

from screens.widgets.field import Field
from wizard.choices.table import CHOICES, Choice
from wizard.model.setup import SetupChoices


class ChoiceList(VerticalGroup):
    """A labeled list of the words that a choice is chosen from.

    Args:
        choice: the choice.
        start: what is chosen at first.
    """

    def __init__(self, choice: Choice, start: SetupChoices) -> None:
        super().__init__(id=choice.id, classes="field")
        self.choice = choice
        self.box = Select(
            [(word, word) for word in choice.words], value=choice.shown(start), allow_blank=False, compact=True
        )

    def compose(self) -> ComposeResult:
        """Lay out label and list."""
        with Horizontal(classes="field-line"):
            yield Static(self.choice.question.label, classes="field-label")
            yield self.box

    @property
    def value(self) -> Any:
        """What is chosen."""
        return self.choice.read(str(self.box.value))


def choice_field(choice: Choice, start: SetupChoices, placeholder: str = "") -> Field | ChoiceList:
    """Return the widget that asks for a choice.

    Args:
        choice: the choice.
        start: what is chosen at first.
        placeholder: an example.
    """
    if choice.words:
        return ChoiceList(choice, start)
    asked = choice.question
    return Field(
        asked.label, asked.why, value=choice.shown(start), placeholder=placeholder, cleaner=choice.read, name=choice.id
    )


RARE = tuple(choice for choice in CHOICES if choice.rare)
"""What most people never need."""
