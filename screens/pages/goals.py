"""The goals of a setup on the form: pixel, JavaScript, and where that is served."""

from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalGroup
from textual.widgets import Checkbox, Static

from screens.texts.style import say
from screens.widgets.choice_field import choice_field
from screens.widgets.field import Field
from screens.widgets.tick import Tick
from wizard.choices.table import CHOICE
from wizard.model.fields import QUESTIONS
from wizard.model.setup import Goal, SetupChoices

LABELS = {
    Goal.PIXEL: "Pixel: receives the events of your pages",
    Goal.JS_BUCKET: "JavaScript from the same bucket",
    Goal.JS_SERVER: "JavaScript from your own web server",
}
WHY = {
    "goal-pixel": "A 1x1 image at your own hostname. Each event requests it, and the request is logged in your "
    "bucket. There are no reports and no real-time data, and it accepts no POST and no mobile trackers.",
    "goal-js-bucket": "Snowplow's tracker is the script in your pages that sends the events. Your bucket serves it "
    "at your own hostname, and it changes only when you say so. You don't need it if your site bundles the tracker "
    "with npm.",
    "goal-js-server": "snowpixel writes a folder with the tracker and settings for nginx, Apache, Caddy, and IIS. "
    "You put it on your server, and snowpixel checks how it is delivered. It changes nothing on that server itself.",
}
TRACKER = ("tracker", "tracker_url")
"""The questions about the tracker that nearly everybody with JavaScript needs."""

NONE_CHOSEN = "Choose at least one."


class Goals(VerticalGroup):
    """The ticks and what they ask for.

    Args:
        start: what is chosen at first.
    """

    def __init__(self, start: SetupChoices) -> None:
        super().__init__(id="goals", classes="field")
        self.start = start

    def compose(self) -> ComposeResult:
        """Lay out a line for each goal, and the questions about the tracker."""
        for number, (goal, label) in enumerate(LABELS.items()):
            title = Static("" if number else QUESTIONS["goal"].label, classes="field-label")
            yield Horizontal(title, Tick(label, goal in self.start.goals, id=f"goal-{goal}"), classes="field-line")
        yield Static(classes="field-error", id="goals-error")
        yield from (choice_field(CHOICE[name], self.start) for name in TRACKER)

    def on_mount(self) -> None:
        """Ask only what the goals need."""
        self.changed()

    @property
    def chosen(self) -> tuple[Goal, ...]:
        """The goals that are ticked."""
        return tuple(goal for goal in Goal if self.query_one(f"#goal-{goal}", Checkbox).value)

    @on(Checkbox.Changed)
    def changed(self) -> None:
        """Show the questions of the goals that are ticked."""
        chosen = self.chosen
        for name in TRACKER:
            self._offer(name, needed=CHOICE[name].applies(SetupChoices(goals=chosen)))
        if chosen:
            self._complain("")

    def _offer(self, name: str, *, needed: bool) -> None:
        field = self.query_one(f"#{name}", Field)
        field.display = needed
        field.disabled = not needed

    def judge(self) -> bool:
        """Say what is wrong with the ticks; the fields are judged like all others of the form."""
        self._complain("" if self.chosen else NONE_CHOSEN)
        return bool(self.chosen)

    def _complain(self, error: str) -> None:
        self.set_class(bool(error), "-wrong")
        self.query_one("#goals-error", Static).update(say(f"✗ {error}" if error else ""))

    def answers(self) -> dict[str, Any]:
        """Return the choices; meaningful after everything was judged."""
        asked = {name: self.query_one(f"#{name}", Field) for name in TRACKER}
        return {
            "goals": self.chosen,
            **{name: field.value for name, field in asked.items() if not field.disabled},
        }
