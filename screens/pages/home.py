"""Home page: the saved setups with their status, and what can be done with each."""

from collections.abc import Iterable
from typing import ClassVar

from msgspec.structs import replace
from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from screens.background_walk import BackgroundWalk
from screens.pages.page import Page
from screens.routes import Route
from screens.texts.browser_proof import is_proof
from screens.texts.style import MUTED, STYLES, badge, clean, lines, say
from screens.texts.timeline import timeline
from screens.widgets.map_view import MapView
from screens.widgets.prose import Prose
from wizard.choices.table import suggested
from wizard.model.results import Job, Status
from wizard.model.setup import Setup, needs_aws
from wizard.model.threads import in_thread
from wizard.storage.store import StoreError
from wizard.wording.setup_map import setup_map
from wizard.wording.setup_status import begun, finished, setup_status

WELCOME = (
    "A pixel that is yours alone: on your own domain, with its logs in your own bucket. Nobody else sees your data.",
    "",
    "  1  Choose a hostname, and sign in to AWS.",
    "  2  Review what will be created and what it costs.",
    "  3  snowpixel creates it, and shows the two DNS records that only you can add.",
    "  4  It sends a test event and reads it back from your log bucket.",
    "",
)
HONEST = (
    "It takes about 20 minutes, mostly waiting for DNS and AWS. There are no dashboards, no real-time data, and no "
    "mobile trackers: the events are in log files. You can remove everything again."
)
PRACTICE = (
    "Practice: AWS, DNS, and CloudFront are emulated on this computer. Nothing costs anything, nothing leaves it, "
    "and waits are short."
)


class HomePage(Page):
    """Lists setups, or welcomes."""

    heading = "Your setups"
    purpose = "Set up, check, and remove your own Snowplow pixel in your own AWS account."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", show=False),
        Binding("n", "new", "New"),
        Binding("c", "check", "Checks"),
        Binding("s", "snippet", "Snippet", show=False),
        Binding("e", "edit", "Change", show=False),
        Binding("v", "events", "Events", show=False),
        Binding("x", "remove", "Remove"),
        Binding("o", "app.settings", "Settings"),
    ]

    def __init__(self, setup: str = "") -> None:
        super().__init__(setup)
        self.setups: dict[str, Setup] = {}

    def action_back(self) -> None:
        """Stay: there is no page before this one, and one press too many must not end the wizard."""
        self.notify("This is the first page. Press q to quit.", markup=False)

    def parts(self) -> Iterable[Widget]:
        """Return the practice note, the welcome, the list, and what there is to know of a setup."""
        yield Static(say(self.base_app.service.environment.news), id="news", classes="note")
        if self.base_app.service.environment.zone:
            yield Static(say(PRACTICE), id="practice", classes="note")
        yield Prose(lines(*WELCOME, say(HONEST, MUTED)), id="welcome")
        yield OptionList(id="setups")
        yield MapView(id="map")
        yield Static(id="timeline", classes="note")
        yield Static(id="trouble", classes="trouble")

    def buttons(self) -> Iterable[Button]:
        """Return what can be done; most needs a setup."""
        yield Button("Continue", id="go", compact=True, classes="with-setup", variant="primary")
        yield Button("New setup", id="new", compact=True)
        for name, label in (("snippet", "Snippet"), ("events", "Events"), ("edit", "Change")):
            yield Button(label, id=name, compact=True, classes="with-setup")
        yield Button("Remove…", id="remove", compact=True, classes="with-setup")

    def on_mount(self) -> None:
        """Name the list."""
        self.query_one("#setups").border_title = "Setups on this computer"
        self.query_one("#timeline").display = False
        self.query_one("#news").display = False

    def on_screen_resume(self) -> None:
        """Read the list again: another page may have changed it."""
        self.run_worker(self._load(), group="loading", exclusive=True)

    async def _load(self) -> None:
        setups, trouble = await in_thread(_read_all, self)
        self.setups = {setup.name: setup for setup in setups}
        self._fill()
        self.query_one("#trouble", Static).update(lines(*(say(f"✗ {one}", "$text-error") for one in trouble)))
        if trouble:  # it needs the room
            self.query_one("#timeline").display = False

    def _fill(self) -> None:
        listed = self.query_one("#setups", OptionList)
        at = listed.highlighted or 0
        listed.set_options([Option(self._row(setup), id=setup.name) for setup in self.setups.values()])
        listed.display = bool(self.setups)
        self.query_one("#timeline").display = bool(self.setups)
        for note in self.query("#practice"):  # who comes back knows, and the line at the top still says it
            note.display = not self.setups
        news, anew = self.base_app.service.environment.news, any(map(begun, self.setups.values()))
        self.query_one("#news").display = bool(news) and not anew  # who has continued has read it
        self.query_one("#welcome").display = not self.setups
        self.query_one("#new", Button).variant = "default" if self.setups else "primary"
        for button in self.query(".with-setup"):
            button.display = bool(self.setups)
        self.refresh_bindings()
        if self.setups:
            listed.highlighted = min(at, len(self.setups) - 1)
            listed.focus()
            self.offered()
        else:
            self.query_one(MapView).shown = setup_map(replace(suggested(), domain=""))  # what somebody new will have
            self.query_one("#new").focus()

    def _row(self, setup: Setup) -> Content:
        state = setup_status(setup, self.base_app.now())
        live = self.base_app.live(setup.name)
        mark = badge(state.status, word=False)
        words = _under_way(live) if live else state.words
        name = Content.assemble(mark, " ", (setup.name.ljust(21), "bold"), clean(setup.choices.domain or "no domain"))
        return lines(name, Content.assemble("  ", (words, STYLES[Status.WAITING] if live else MUTED)))

    @property
    def _chosen(self) -> Setup | None:
        option = self.query_one("#setups", OptionList).highlighted_option
        return self.setups.get(option.id or "") if option else None

    @on(OptionList.OptionHighlighted)
    def offered(self) -> None:
        """Let the main button say what it does with this setup."""
        chosen = self._chosen
        if chosen:
            live = self.base_app.live(chosen.name)
            self._tell(chosen)
            go = self.query_one("#go", Button)
            go.label = Content("Show progress" if live else setup_status(chosen).next)
            go.refresh(layout=True)  # it is as wide as its words

    def _tell(self, setup: Setup) -> None:
        """Show a setup's map, and what happened to it so far."""
        self.query_one(MapView).shown = setup_map(setup.choices, setup.made)
        shown = self.query_one("#timeline", Static)
        shown.border_title = Content(f"Timeline of {clean(setup.name)}")
        shown.update(timeline(setup))

    @on(OptionList.OptionSelected)
    def entered(self) -> None:
        """Enter goes on with a setup."""
        self.go_on()

    @on(Button.Pressed)
    async def pressed(self, event: Button.Pressed) -> None:
        """Do what the button says."""
        if event.button.id == "go":
            self.go_on()
        else:
            await self.run_action(event.button.id or "new")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what needs a setup only where there is one."""
        del parameters
        return bool(self.setups) if action in ("check", "snippet", "events", "edit", "remove") else True

    def go_on(self) -> None:
        """Continue a setup where it stands."""
        chosen = self._chosen
        if chosen is None:
            return
        live = self.base_app.live(chosen.name)
        if live and is_proof(live.progress.snapshot):
            self.base_app.visit(Route.BROWSE, chosen.name)
        elif live:
            self.base_app.visit(Route.RUN, chosen.name, job=live.job)
        elif finished(chosen):
            self.base_app.visit(Route.CHECKLIST, chosen.name)
        else:
            account = needs_aws(chosen.choices, chosen.made)
            self.base_app.visit(Route.CREDENTIALS if account else Route.PLAN, chosen.name)

    def action_new(self) -> None:
        """Begin a new setup."""
        self.base_app.visit(Route.CHOICES)

    def action_check(self) -> None:
        """Open the checklist."""
        self._visit(Route.CHECKLIST)

    def action_snippet(self) -> None:
        """Show the tag; before the pixel exists there is none."""
        chosen = self._chosen
        if chosen and not begun(chosen):
            self.notify("Nothing has been created yet, so there is no tag. Continue the setup first.", markup=False)
        else:
            self._visit(Route.DONE)

    def action_events(self) -> None:
        """Show what has arrived."""
        self._visit(Route.EVENTS)

    def action_edit(self) -> None:
        """Change what was chosen."""
        self._visit(Route.CHOICES)

    def action_remove(self) -> None:
        """Go to the page that removes a setup; nothing happens before its name is typed there."""
        self._visit(Route.REMOVE)

    def _visit(self, place: Route) -> None:
        if self._chosen:
            self.base_app.visit(place, self._chosen.name, job=Job.CHECK)


def _under_way(walk: BackgroundWalk) -> str:
    """Say what is under way."""
    return "a browser proof is under way" if is_proof(walk.progress.snapshot) else f"{walk.job} is under way"


def _read_all(page: HomePage) -> tuple[list[Setup], list[str]]:
    """Read every saved setup; one damaged file must not hide the others."""
    store, setups, trouble = page.base_app.service.store, [], []
    for name in store.names():
        try:
            setups.append(store.load(name))
        except StoreError as error:
            trouble.append(str(error))
    return setups, trouble
