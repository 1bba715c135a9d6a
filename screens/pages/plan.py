"""Plan page: what will be created, its cost, its permissions, and its removal, before consent."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static

from screens.background_walk import BackgroundWalk
from screens.pages.page import Page
from screens.routes import Route
from screens.texts import plan_details
from screens.texts.style import lines, say
from screens.widgets.map_view import MapView
from screens.widgets.prose import Prose
from screens.widgets.tabs import Tabs, tab_keys
from wizard.documents.plan import plan_of
from wizard.engine.walks import IDENTITY
from wizard.model.results import Actor, Job, Snapshot, Status
from wizard.model.setup import Setup
from wizard.storage.store import StoreError
from wizard.wording.setup_map import setup_map
from wizard.wording.setup_status import begun, finished

TO_FINISH = (
    "Everything has been created. Continue to finish setup: snowpixel looks for its test event in your log files."
)

OF_BEGUN = "Review what snowpixel will change. What exists stays as it is until you agree."
"""The page's purpose once something was created."""

CREATE, CARRY_OUT = "Create everything", "Apply the changes"
"""What the button says of a plan from nothing, and of one for a setup of which something exists."""

TABS = (("made", "What will be done"), ("cost", "Cost"), ("rights", "Permissions"), ("undo", "Undo"))


class PlanPage(Page):
    """Shows the plan and asks for consent."""

    heading = "Plan"
    purpose = "Review what snowpixel will create. Nothing has been created yet."
    step = "Plan"
    BINDINGS: ClassVar[list[BindingType]] = [
        *tab_keys(len(TABS)),
        Binding("r", "again", "Refresh"),
    ]

    def __init__(self, setup: str) -> None:
        super().__init__(setup)
        self.walk: BackgroundWalk | None = None
        self.saved: Setup | None = None

    def parts(self) -> Iterable[Widget]:
        """Return the headline, the map, and a tab for each question."""
        yield Static(id="headline")
        yield MapView(id="map")
        yield Tabs({name: (title, Prose(id=name)) for name, title in TABS}, id="plan-tabs")

    def buttons(self) -> Iterable[Button]:
        """Return the harmless way first."""
        yield Button("Not yet", id="back", compact=True)
        yield Button(CREATE, id="create", compact=True, variant="primary", disabled=True)
        yield Button("Refresh", id="again", compact=True)

    def on_mount(self) -> None:
        """Make the plan."""
        self.query_one("#back").focus()
        self.action_again()

    def action_again(self) -> None:
        """Look at the world and list the differences anew."""
        self.query_one("#create", Button).disabled = True
        try:
            self.saved = self.base_app.service.store.load(self.setup)
            self.walk = self.base_app.begin(Job.PLAN, self.setup)
            if begun(self.saved):
                self.say_purpose(OF_BEGUN)
        except StoreError as error:
            self._set("headline", say(f"✗ {error}", "bold $text-error"))
            return
        self.follow(self.walk)

    def show(self, snapshot: Snapshot) -> None:
        """Draw how far it is; at the end the plan."""
        if self.saved is None or self.walk is None:
            return
        if not snapshot.finished:
            self._set("headline", plan_details.reading(snapshot.stages))
            return
        plan = plan_of(self.saved, snapshot)
        continues = nothing_left(self.saved, snapshot) and plan.status is Status.OK
        self._set("headline", plan_details.headline(plan))
        self.query_one(MapView).shown = setup_map(self.saved.choices, self.saved.made, cost=plan.cost)
        made = say(TO_FINISH) if continues else plan_details.changes_text(plan)
        matters = plan_details.matters_text(plan)
        self._set("made", lines(matters, made) if matters else made)
        self._set("cost", plan_details.cost_text(plan))
        self._set("rights", plan_details.rights_text(plan))
        self._set("undo", plan_details.undo_text(self.setup, begun=begun(self.saved)))
        if self.walk.error:
            self._set("headline", say(f"✗ {self.walk.error}", "bold $text-error"))
        create = self.query_one("#create", Button)
        create.disabled = bool(self.walk.error) or not _offered(self.saved, snapshot)
        create.label = Content("Continue" if continues else CARRY_OUT if begun(self.saved) else CREATE)

    def _set(self, name: str, content: Content) -> None:
        self.query_one(f"#{name}", Static).update(content)

    @on(Button.Pressed, "#create")
    def create(self) -> None:
        """Consent is given: make it. The plan leaves the stack, for it is no longer what would be."""
        self.base_app.home()
        self.base_app.visit(Route.RUN, self.setup)

    @on(Button.Pressed, "#again")
    def again(self) -> None:
        """Refresh the plan."""
        self.action_again()

    @on(Button.Pressed, "#back")
    def back(self) -> None:
        """Not yet."""
        self.action_back()


def _offered(setup: Setup, snapshot: Snapshot) -> bool:
    """Whether there is something to make, or something that is still to come: what an apply would do or wait for."""
    pending = bool(snapshot.changes) or any(check.status is not Status.OK for check in snapshot.checks)
    return (pending or not finished(setup)) and _known(snapshot)


def nothing_left(setup: Setup, snapshot: Snapshot) -> bool:
    """Whether nothing is left to create by anybody, and yet the setup has not come to its end."""
    return not finished(setup) and all(change.actor is Actor.AWS for change in snapshot.changes)


def _known(snapshot: Snapshot) -> bool:
    """Whether AWS knows us: without that nothing can be created. Everything else an apply can fix."""
    return all(check.status in (Status.OK, Status.WARNING) for check in snapshot.checks if check.id == IDENTITY)
