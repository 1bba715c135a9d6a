"""Done page: the first event, the tag for the user's pages, where it goes, and what comes next."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.widget import Widget
from textual.widgets import Button, Static

from screens.pages.page import Page
from screens.routes import Route
from screens.texts.code_text import code
from screens.texts.finale import browser_events, first_event, next_steps
from screens.texts.paste_places import where_to_paste
from screens.texts.style import MUTED, lines, say
from screens.widgets.map_view import MapView
from screens.widgets.prose import Prose
from screens.widgets.tabs import Tabs, tab_keys
from wizard.documents.values_file import ALONE, BODY, CSP, of_snippet
from wizard.model.results import Copyable, Job
from wizard.model.setup import TRACKER_GOALS, Goal, Setup
from wizard.model.threads import in_thread
from wizard.snowplow.setup_snippet import lacking, loaded_by, snippet_for
from wizard.snowplow.snippet_builder import PLACES, Snippet, Variant, script_element
from wizard.storage.store import StoreError
from wizard.wording.setup_map import setup_map
from wizard.wording.setup_status import NOTHING_YET

TABS = {
    "proof": "Event",
    "tag": "Tag",
    "where": "Where",
    "next": "Next",
    "noscript": "No JavaScript",
    "policy": "CSP",
}
PROOF, TAG = 1, 2
"""Numbers of the tabs that the page begins with."""
WRITTEN = ("proof", "where", "next")
"""Tabs of sentences, whose lists hang."""
ROOMY = 116
"""Columns from which on the first event and what comes next stand beside the tag."""


class DonePage(Page):
    """Shows tag, proof and next steps."""

    heading = "Tag"
    purpose = "Add the tag to your pages: each page view becomes an event in your log bucket."
    step = "Proof"
    BINDINGS: ClassVar[list[BindingType]] = [
        *tab_keys(len(TABS)),
        Binding("c", "copy", "Copy"),
        Binding("p", "plain", "Plain text"),
        Binding("t", "variant", "Other tag", show=False),
        Binding("w", "keep_values", "Values file", show=False),
        Binding("s", "tracker", "Add the tracker", show=False),
        Binding("b", "browse", "Browser proof", show=False),
        Binding("k", "checks", "Checks"),
        Binding("v", "events", "Events", show=False),
    ]

    def __init__(self, setup: str) -> None:
        super().__init__(setup)
        self.saved: Setup | None = None
        self.snippet: Snippet | None = None
        self.variant = Variant.PAGE
        self.begun = False
        """Whether the first tab was opened."""
        self.alone = ""
        """The script element of a tracker without a pixel."""
        self.lacks_tracker = False
        """Whether the tag doesn't work without a tracker that the page can add."""

    def parts(self) -> Iterable[Widget]:
        """Return the map with the first event at its end, a tab for each thing, and beside them what comes first."""
        yield MapView(id="map")
        finale = VerticalScroll(Prose(id="beside-proof"), Prose(id="beside-next"), id="beside", can_focus=False)
        tabs = {name: (title, (Prose if name in WRITTEN else Static)(id=name)) for name, title in TABS.items()}
        yield Horizontal(finale, Tabs(tabs, id="done-tabs"), id="finale")

    def buttons(self) -> Iterable[Button]:
        """Return what to do with it."""
        yield Button("Add the tracker", id="tracker", compact=True, variant="primary")
        yield Button("Copy the tag", id="copy", compact=True, variant="primary")
        yield Button("Other tag", id="variant", compact=True)
        yield Button("Browser proof", id="browse", compact=True)
        yield Button("Run checks", id="checks", compact=True)
        yield Button("Events", id="events", compact=True)
        yield Button("All setups", id="home", compact=True)

    def on_mount(self) -> None:
        """Begin with copying the tag."""
        self.query_one("#copy").focus()
        self.query_one("#tracker").display = False
        self.query_one("#beside-proof").border_title = "Your first event"
        self.query_one("#beside-next").border_title = "What comes next"

    def on_resize(self, event: Resize) -> None:
        """Use the room there is."""
        self.set_class(event.size.width >= ROOMY, "-roomy")

    def on_screen_resume(self) -> None:
        """Read what was made; another page may have proved it meanwhile."""
        self.run_worker(self._load(), group="loading", exclusive=True)

    async def _load(self) -> None:
        try:
            self.saved = await in_thread(self.base_app.service.store.load, self.setup)
        except StoreError as error:
            self._set("tag", say(f"✗ {error}", "bold $text-error"))
            return
        self._draw(self.saved)
        if not self.begun:  # from then on the user chooses
            self.begun = True
            self.action_tab(PROOF if self.saved.made.proof and not self.roomy else TAG)

    @property
    def roomy(self) -> bool:
        """Whether the first event stands beside the tabs."""
        return self.has_class("-roomy")

    def _draw(self, setup: Setup) -> None:
        walk = self.base_app.walks.get(self.setup)
        found = walk.progress.snapshot if walk and walk.job is Job.APPLY else None
        self.query_one(MapView).shown = setup_map(setup.choices, setup.made, found)
        self.snippet = snippet_for(setup, self.setup, self.variant)
        self.alone = alone(setup)
        if self.snippet is None:
            self._set("tag", tracker_alone(self.alone) if self.alone else say(NOTHING_YET))
            for name in TABS:
                if name != "tag":
                    self._set(name, say(NO_PIXEL if self.alone else NOTHING_YET, MUTED))
        else:
            self._fill(setup, self.snippet)

    def _fill(self, setup: Setup, made: Snippet) -> None:
        lack = lacking(setup, made)
        hint = [say(lack.in_wizard, "$text-warning"), say("")] if lack else []
        self._offer_tracker(offered=bool(lack))
        proof, prefix = first_event(setup.made.proof), self.base_app.service.environment.prefix
        following = next_steps(setup, prefix)
        where = say(f"{PLACES[self.variant]}   (t: {FOR[after(self.variant)]})", MUTED)
        self._set("tag", lines(*hint, where, code(made.tag, LANGUAGES[self.variant])))
        self._set("where", where_to_paste(setup.name, prefix))
        self._set("proof", lines(proof, "", browser_events(setup.made.browser_run)))
        self._set("noscript", _no_script(made))
        self._set("policy", _policy(made))
        self._set("next", following)
        self._set("beside-proof", first_event(setup.made.proof, brief=True))
        self._set("beside-next", following)

    def _offer_tracker(self, *, offered: bool) -> None:
        """Offer the tracker first where the tag doesn't work without it; what makes room for it still has its key."""
        copy, tracker = self.query_one("#copy", Button), self.query_one("#tracker", Button)
        self.lacks_tracker = tracker.display = offered
        for each in ("#variant", "#browse"):
            self.query_one(each).display = not offered
        copy.variant = "default" if offered else "primary"
        if offered and copy.has_focus:
            tracker.focus()
        elif tracker.has_focus and not offered:
            copy.focus()
        self.refresh_bindings()

    def _set(self, name: str, content: Content) -> None:
        self.query_one(f"#{name}", Static).update(content)

    def _values(self) -> tuple[Copyable, ...]:
        if self.snippet is None:
            return (Copyable(ALONE, self.alone),) if self.alone else ()
        return of_snippet(self.snippet, self.variant)

    def action_copy(self) -> None:
        """Copy what the open tab is about; mostly the tag."""
        values = self._values()
        if values:
            which = _of_tab(self.query_one(Tabs).active, self.snippet) or values[0]
            self.base_app.copy(which.label, which.value)

    def action_plain(self) -> None:
        """Show everything outside the wizard, where a terminal can select it."""
        self.base_app.plain_text("For your pages", self._values())

    def action_keep_values(self) -> None:
        """Write names, records and tags to a file."""
        if self.saved:
            self.base_app.keep_values(self.saved)

    def action_variant(self) -> None:
        """Show the tag for another way of putting it into a site."""
        self.variant = after(self.variant)
        if self.saved:
            self._draw(self.saved)
            self.action_tab(TAG)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the tracker only where the tag lacks it."""
        del parameters
        return action != "tracker" or self.lacks_tracker

    def action_tracker(self) -> None:
        """Let the bucket serve the tracker, too; the plan shows what that takes."""
        self.run_worker(self._with_tracker(), group="saving", exclusive=True)

    async def _with_tracker(self) -> None:
        try:
            await in_thread(self._choose_tracker)
        except StoreError as error:
            self.notify(str(error), title="Not saved", severity="error", markup=False, timeout=15)
        else:
            self.base_app.visit(Route.PLAN, self.setup)

    def _choose_tracker(self) -> None:
        service = self.base_app.service
        goals = service.store.load(self.setup).choices.goals
        if not TRACKER_GOALS & set(goals):
            service.choose(self.setup, goals=(*goals, Goal.JS_BUCKET))

    def action_browse(self) -> None:
        """Prove it with the user's own browser."""
        self.base_app.visit(Route.BROWSE, self.setup)

    def action_events(self) -> None:
        """Show what has arrived."""
        self.base_app.visit(Route.EVENTS, self.setup)

    def action_checks(self) -> None:
        """Open the checklist."""
        self.base_app.visit(Route.CHECKLIST, self.setup)

    @on(Button.Pressed)
    async def pressed(self, event: Button.Pressed) -> None:
        """Do what the button says."""
        if event.button.id == "home":
            self.base_app.home()
        else:
            await self.run_action(event.button.id or "copy")


NO_PIXEL = "This setup only serves the tracker: it has no pixel, so it receives no events."


def alone(setup: Setup) -> str:
    """Return the script element of a setup that serves a tracker; empty where it serves none, or not yet."""
    loaded = loaded_by(setup)
    return script_element(loaded) if loaded else ""


def tracker_alone(element: str) -> Content:
    """Show what a page needs of a tracker whose events go elsewhere."""
    return lines(
        say(NO_PIXEL),
        say("Load the tracker like this, and set your collector's address:", MUTED),
        "",
        code(element),
    )


LANGUAGES = {Variant.PAGE: "html", Variant.GTM: "html", Variant.NPM: "javascript"}
FOR = {Variant.PAGE: "for a page", Variant.GTM: "for Google Tag Manager", Variant.NPM: "for npm and bundlers"}


def after(variant: Variant) -> Variant:
    """Return the next way of putting the tag into a site."""
    every = tuple(Variant)
    return every[(every.index(variant) + 1) % len(every)]


def _no_script(made: Snippet) -> Content:
    return lines(
        say("For the <body>: counts visitors without JavaScript", MUTED),
        code(made.no_script),
        "",
        say("For email and other places without JavaScript", MUTED),
        code(made.image),
    )


def _policy(made: Snippet) -> Content:
    return lines(
        say("If your site sends a Content-Security-Policy, it must allow", MUTED),
        *(say(line) for line in made.csp),
        "",
        say("Add each to the existing directive of that name: browsers ignore a second one.", MUTED),
        say("If your site sends none, there is nothing to do here.", MUTED),
    )


def _of_tab(tab: str, made: Snippet | None) -> Copyable | None:
    """Return what a tab other than that of the tag is about."""
    if made is None:
        return None
    return {"noscript": Copyable(BODY, made.no_script), "policy": Copyable(CSP, "\n".join(made.csp))}.get(tab)
