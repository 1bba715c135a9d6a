"""Dialog for a walk's decision: its options and what follows; the harmless one is preselected."""

from collections.abc import Iterable

from textual import on
from textual.widget import Widget
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from screens.dialogs.modal import Modal
from screens.texts.style import MUTED, lines, say
from screens.widgets.field import Field
from wizard.credentials.key_entry import code
from wizard.engine.progress import Progress
from wizard.model.results import Decision, DecisionOption


class DecisionModal(Modal[None]):
    """Puts a decision to the user and answers the walk. Closing it leaves the question open; the rest goes on.

    Args:
        decision: the question.
        progress: where the answer goes.
    """

    heading = "Your decision is needed"

    def __init__(self, decision: Decision, progress: Progress) -> None:
        super().__init__()
        self.decision = decision
        self.progress = progress

    def contents(self) -> Iterable[Widget]:
        """Return question and choices."""
        yield Static(lines(self.decision.question, ""))
        if self.decision.typed:
            yield Field(self.decision.typed.capitalize(), "", cleaner=code, name="answer")
        yield OptionList(*(self._option(choice) for choice in self.decision.choices), id="choices")

    def _option(self, choice: DecisionOption) -> Option:
        harmless = "  (changes nothing)" if choice.id == self.decision.default else ""
        return Option(lines(say(choice.label + harmless, "bold"), say(f"  {choice.consequence}", MUTED)), id=choice.id)

    def buttons(self) -> Iterable[Button]:
        """Offer to decide later."""
        yield Button("Decide later", id="later", compact=True)

    def on_mount(self) -> None:
        """Start on the harmless choice."""
        listed = self.query_one("#choices", OptionList)
        listed.highlighted = [choice.id for choice in self.decision.choices].index(self.decision.default)
        (self.query_one("#answer", Field).box if self.decision.typed else listed).focus()

    @on(OptionList.OptionSelected)
    def answered(self, event: OptionList.OptionSelected) -> None:
        """Pass the answer on."""
        self.progress.answer(self.decision.id, event.option.id or self.decision.default)
        self.dismiss(None)

    @on(Field.Entered)
    def typed(self) -> None:
        """Pass on what was typed, once it can be the answer."""
        field = self.query_one("#answer", Field)
        if field.judge():
            self.progress.answer(self.decision.id, field.value)
            self.dismiss(None)

    @on(Button.Pressed)
    def later(self) -> None:
        """Leave it open."""
        self.dismiss(None)
