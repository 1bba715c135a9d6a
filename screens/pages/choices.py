"""Choices page: the form of a setup."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, ClassVar

import anyio
from msgspec.structs import replace
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalGroup
from textual.widget import Widget
from textual.widgets import Button, Checkbox, Input, Select, Static

from screens.pages.form import FormPage
from screens.pages.goals import WHY as GOALS_WHY
from screens.pages.goals import Goals
from screens.routes import Route
from screens.texts.regions import options
from screens.texts.style import MUTED, clean, say
from screens.widgets.choice_field import RARE, ChoiceList, choice_field
from screens.widgets.field import Field
from screens.widgets.map_view import MapView
from screens.widgets.tick import Tick
from wizard.choices.table import CHOICE, suggested
from wizard.knowledge.costs import estimate_for
from wizard.model import validators
from wizard.model.fields import QUESTIONS
from wizard.model.ports import DnsUnreachableError
from wizard.model.setup import Goal, Made, Setup, SetupChoices, needs_aws
from wizard.model.threads import in_thread
from wizard.model.validators import InvalidChoice
from wizard.net.dns_operator import DnsOperator
from wizard.storage.store import StoreError, free_name
from wizard.wording import cost_table
from wizard.wording.setup_map import setup_map
from wizard.wording.setup_status import begun

LONGEST_LOOK = 2.0
"""Seconds that going on waits for the DNS to say whose the name is; whoever it is, the DNS page will know later."""

OF_BEGUN = "Change what you chose. Nothing changes in AWS before you continue the setup."
"""The page's purpose once something was created."""

USUAL = ("pixel", "retention", "events")
"""The choices whose boxes stand in the form as declared; the ones above them are more than a box."""

BOXES = (*USUAL, *(choice.id for choice in RARE))
"""The choices that are asked for only where they make a difference."""

NEXT = {True: "Next: your AWS account", False: "Next: the plan"}
"""What the button says where an account is needed, and where it is not."""


class ChoicesPage(FormPage):
    """Asks for the choices, with inline checks."""

    heading = "Choices"
    purpose = "Choose a hostname; the other defaults are sensible. Nothing is created yet."
    step = "Choices"
    WHY: ClassVar[Mapping[str, str]] = {name: question.why for name, question in QUESTIONS.items()} | GOALS_WHY
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "go", "Next"),
    ]

    def __init__(self, setup: str = "") -> None:
        super().__init__(setup)
        self.saved: Setup | None = None
        self.operators: dict[str, DnsOperator] = {}
        """Who runs the DNS of the names that were looked up."""

    def parts(self) -> Iterable[Widget]:
        """Return the map of what is chosen, the form, and the panel that says why we ask."""
        start = self._start()
        yield MapView(id="map")
        yield self.asking(self._fields(start))

    def buttons(self) -> Iterable[Button]:
        """Return the one way on."""
        yield Button("Save" if self.setup else NEXT[True], id="go", compact=True, variant="primary")
        yield Button("Back", id="back", compact=True)

    def _start(self) -> SetupChoices:
        if self.setup:
            self.saved = self.base_app.service.store.load(self.setup)
            return self.saved.choices
        return suggested(self.base_app.service.environment.zone)

    def _fields(self, start: SetupChoices) -> Iterable[Widget]:
        existing = bool(self.saved)
        yield choice_field(CHOICE["domain"], start, placeholder="e.example.org")
        yield Static(id="holder")
        none = Tick(QUESTIONS["nodomain"].label, existing and start.domain is None, id="nodomain")
        yield Horizontal(Static(classes="field-label"), none, classes="field-line")
        yield Goals(start)
        name = Field(
            QUESTIONS["name"].label,
            QUESTIONS["name"].why,
            value=self.setup or free_name(self.base_app.service.store.names()),
            cleaner=self._judged_name,
            name="name",
        )
        name.box.disabled = existing
        yield name
        select = Select(options(start.region), value=start.region, allow_blank=False, compact=True, id="region")
        select.disabled = bool(self.saved and begun(self.saved))
        yield VerticalGroup(
            Horizontal(Static(QUESTIONS["region"].label, classes="field-label"), select, classes="field-line")
        )
        yield from (choice_field(CHOICE[name], start) for name in USUAL)
        chosen = any(choice.shown(start) != choice.shown(SetupChoices()) for choice in RARE)
        more = Tick(QUESTIONS["more"].label, chosen, id="more")
        yield Horizontal(Static(classes="field-label"), more, classes="field-line")
        yield VerticalGroup(*(choice_field(choice, start) for choice in RARE), id="rare")

    def _judged_name(self, text: str) -> str:
        ours = {self.saved.name} if self.saved else set()
        return validators.new_setup_name(text, {*self.base_app.service.store.names()} - ours)

    def on_mount(self) -> None:
        """Start in the host name's box."""
        self.query_one("#why").border_title = "Why?"
        if self.saved and begun(self.saved):
            self.say_purpose(OF_BEGUN)
        self.query_one("#domain", Field).box.focus()
        self._no_domain()
        self._ticked()

    def _now(self) -> SetupChoices:
        """Return what the form says at this moment, whether or not it can be used; what can't be read is as usual."""
        usual = self.saved.choices if self.saved else suggested(self.base_app.service.environment.zone)
        number = {name: self._typed(name, getattr(usual, CHOICE[name].field)) for name in ("events", "retention")}
        none = self.query_one("#nodomain", Checkbox).value
        return replace(
            usual,
            goals=self.query_one(Goals).chosen or (Goal.PIXEL,),
            domain=None if none else self._typed("domain", ""),
            region=str(self.query_one("#region", Select).value),
            pixel=self.query_one("#pixel", Field).box.value,
            tracker_url=self.query_one("#tracker_url", Field).box.value,
            events_per_month=number["events"],
            retention_days=number["retention"],
        )

    def _typed(self, name: str, otherwise: Any) -> Any:
        try:
            return self.query_one(f"#{name}", Field).value
        except (InvalidChoice, ValueError):
            return otherwise

    @on(Input.Changed)
    @on(Select.Changed)
    def _map(self) -> None:
        """Draw what is chosen at this moment."""
        chosen = self._now()
        found = self.operators.get(chosen.domain or "")
        holder = (found.provider or found.server) if found else ""
        made = self.saved.made if self.saved else Made()
        self.query_one(MapView).shown = setup_map(chosen, made, dns=holder)

    @on(Checkbox.Changed)
    def _ticked(self) -> None:
        """Ask only for what makes a difference, and name what comes next: an own web server alone needs no account."""
        chosen = self._now()
        self._map()
        more = self.query_one("#more", Checkbox).value
        for name in BOXES:
            asked, choice = self.query_one(f"#{name}"), CHOICE[name]
            asked.display = choice.applies(chosen) and (more or not choice.rare)
            asked.disabled = not asked.display
        if not self.setup:
            self.query_one("#go", Button).label = NEXT[needs_aws(chosen, Made())]

    def beside(self, part: str) -> str:
        """Say what it would cost where that depends on the answer."""
        return self._cost() if part in ("events", "retention") else ""

    def _cost(self) -> str:
        guess = estimate_for(self._now(), route53=False)
        return f"{cost_table.total(guess).capitalize()} at AWS's list prices."

    # Who runs the DNS of the host name.

    @on(Input.Blurred, "#domain Input")
    def named(self) -> None:
        """Look it up once the user is through with the name."""
        self.run_worker(self._placed(), group="looking", exclusive=True, exit_on_error=False)

    async def _placed(self) -> bool:
        """Say who runs the name's DNS; False where a CNAME cannot stand there. What cannot be asked is no obstacle."""
        field, shown = self.query_one("#domain", Field), self.query_one("#holder", Static)
        try:
            host = "" if field.disabled else field.value
        except InvalidChoice:
            host = ""
        if host and host not in self.operators:
            with anyio.move_on_after(LONGEST_LOOK), suppress(DnsUnreachableError):
                self.operators[host] = await self.base_app.service.dns_operator(host)
        found = self.operators.get(host)
        shown.update(say(found.told if found and not found.trouble else "", MUTED))
        shown.display = bool(found and not found.trouble)
        self._map()
        if found and found.trouble:
            field.complain(found.trouble)
        return not (found and found.trouble)

    @on(Checkbox.Changed, "#nodomain")
    def _no_domain(self) -> None:
        field = self.query_one("#domain", Field)
        field.disabled = self.query_one("#nodomain", Checkbox).value
        if field.disabled:
            field.complain("")

    @on(Field.Entered)
    @on(Button.Pressed, "#go")
    def action_go(self) -> None:
        """Go on if everything can be used; else go to the first thing that cannot."""
        wrong = [field for field in self._asked() if not field.judge()]
        if not self.query_one(Goals).judge():
            self.query_one(f"#goal-{Goal.PIXEL}").focus()
        elif wrong:
            if not wrong[0].box.has_focus:  # focus comes late, and would take a quick user back
                wrong[0].box.focus()
        elif self._region_fits():
            self._go_on()

    def _region_fits(self) -> bool:
        """Whether the buckets can be in the chosen region: one that was saved need not be on the list."""
        chosen = self.query_one("#region", Select)
        try:
            validators.region(str(chosen.value))
        except InvalidChoice as error:
            self.notify(str(error), title="Region", severity="error", markup=False, timeout=15)
            chosen.focus()
            return False
        return True

    def _go_on(self) -> None:
        self.run_worker(self._save(), group="saving", exclusive=True)

    def _asked(self) -> Sequence[Field]:
        return [field for field in self.query(Field) if not field.disabled]

    @on(Button.Pressed, "#back")
    def back(self) -> None:
        """Leave the form as it is."""
        self.action_back()

    async def _save(self) -> None:
        if not await self._placed():
            self.query_one("#domain", Field).box.focus()
            return
        try:
            await self.base_app.let_go(self.setup)  # who changes a setup does not wait for what was chosen before
            setup = await in_thread(self._store)
        except StoreError as error:
            self.notify(str(error), title="Not saved", severity="error", markup=False, timeout=15)
            return
        edited = bool(self.setup)
        self.saved = setup
        if edited:
            self.notify(f"Saved. Continue {clean(setup.name)} to apply it.", markup=False)
            self.action_back()
        else:
            self.base_app.visit(Route.CREDENTIALS if needs_aws(setup.choices, setup.made) else Route.PLAN, setup.name)

    def _store(self) -> Setup:
        """Save the form. Who comes back to it before anything was made may still change the name."""
        store, answers = self.base_app.service.store, self._answers()
        name = self.query_one("#name", Field).value
        if self.saved is None:
            return store.create(name, SetupChoices(**answers))
        if self.saved.name == name:
            return self.base_app.service.choose(name, **answers)
        created = store.create(name, replace(self.saved.choices, **answers))
        store.delete(self.saved.name)
        return created

    def _answers(self) -> dict[str, Any]:
        none = self.query_one("#nodomain", Checkbox).value
        return {
            **self.query_one(Goals).answers(),
            "domain": None if none else self.query_one("#domain", Field).value,
            "region": str(self.query_one("#region", Select).value),
            **{CHOICE[one.id or ""].field: one.value for one in self._offered()},
        }

    def _offered(self) -> Sequence[Field | ChoiceList]:
        """Return what asks for the other choices that make a difference now."""
        asked = [self.query_one(f"#{name}") for name in BOXES]
        return [one for one in asked if isinstance(one, Field | ChoiceList) and not one.disabled]
