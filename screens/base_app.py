"""The app without its pages: walks, keys of this run, quitting, copying, and crashes."""

import os
import sys
import time
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from importlib.resources import files
from typing import Any, ClassVar

from rich.text import Text
from textual import constants
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input
from textual.worker import Worker, WorkerError

from screens import attention, clipboard, crash
from screens.active_preferences import ActivePreferences
from screens.background_walk import WRITES, BackgroundWalk
from screens.dialogs.plain_text import PlainModal, show_plain_text
from screens.dialogs.quit import QuitModal
from screens.notifier import Notifier
from screens.routes import Route
from screens.themes import DARK, LIGHT
from screens.widgets.map_view import HIGH, LOW
from wizard.aws.keys import KeySource
from wizard.credentials.secret_masking import masked
from wizard.documents import values_file
from wizard.model.results import Copyable, DnsRecord, Job, Status
from wizard.model.setup import Setup
from wizard.model.threads import in_thread
from wizard.service import Service
from wizard.storage import schedules
from wizard.storage.preferences import Appearance
from wizard.storage.store import StoreError

NO_COLOR_THEME = "ansi-dark"
BUILT_IN = ("", "Focus Next", "Focus Previous", "Copy selected text")
"""What every Textual screen can do; help says it in its own words."""
OFFERED = ("Quit",)
"""What the palette offers by itself, in more words."""
THEMES = {Appearance.DARK: DARK.name, Appearance.LIGHT: LIGHT.name, Appearance.TERMINAL: NO_COLOR_THEME}


class JobOver(Message):
    """A walk has ended.

    Args:
        walk: which.
    """

    def __init__(self, walk: BackgroundWalk) -> None:
        super().__init__()
        self.walk = walk


class BaseApp(App[int]):
    """What every page may ask of the app.

    Args:
        service: the product.
    """

    TITLE = "snowpixel"
    CSS = files("assets").joinpath("app.tcss").read_text(encoding="utf-8")
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (100, "-wide"), (120, "-broad")]  # noqa: RUF012 - as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (16, "-short"), (LOW, "-usual"), (HIGH, "-tall")]  # noqa: RUF012 - the same
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "copy_or_leave", "Quit", show=False, priority=True, system=True),
        Binding("ctrl+q", "leave", "Quit", show=False, priority=True, system=True),
        Binding("ctrl+t", "other_theme", "Light or dark", show=False),
        Binding("ctrl+o", "settings", "Settings", show=False),
    ]

    def __init__(self, service: Service) -> None:
        self.plain = bool(os.environ.get("NO_COLOR"))
        # Told at once, or Textual would paint greys over the terminal's own.
        super().__init__(ansi_color=self.plain or None)
        self.service = service
        self.walks: dict[str, BackgroundWalk] = {}
        """The newest walk of each setup that changes something; pages find it again here."""
        self.sources: dict[str, KeySource] = {}
        """Keys typed for this run, by setup. They stay in memory."""
        self.now: Callable[[], float] = time.time
        """This computer's time; a test moves it."""
        self.ticks: Callable[[], float] = time.monotonic
        """Seconds that only grow, for how long something took; a test stops them."""
        for theme in (DARK, LIGHT):
            self.register_theme(theme)
        self.preferences = ActivePreferences(service.environment.home)
        self.long = attention.LONG
        """Seconds from which on work or a wait is long enough to call the user at its end; a test shortens it."""
        self.notifier = Notifier(self)
        self._dress()

    # Where to go. The app knows the pages; this class only knows their names.

    def visit(
        self, place: Route, name: str = "", *, job: Job = Job.APPLY, answers: Mapping[str, str] | None = None
    ) -> None:
        """Open a page on top of this one.

        Raises:
            NotImplementedError: the app has no such page.
        """
        raise NotImplementedError(f"{place} {name} {job} {answers}")

    def home(self) -> None:
        """Go back to the first page; work under way goes on."""
        while len(self.screen_stack) > 2:  # noqa: PLR2004 - the first page stands on the app's own empty screen
            self.pop_screen()

    # Jobs.

    def begin(
        self,
        job: Job,
        name: str,
        answers: Mapping[str, str] | None = None,
        only: Collection[str] | None = None,
    ) -> BackgroundWalk:
        """Start a walk; it belongs to the app, so pages may come and go meanwhile.

        Args:
            job: which walk.
            name: the setup.
            answers: decisions taken beforehand.
            only: limit the walk to these stages or items.

        Raises:
            wizard.storage.store.StoreError: there is no such setup, or its file cannot be used.
        """
        removed = self.service.store.load(name) if job is Job.REMOVE else None
        running = self.service.start(job, name, answers=answers, source=self.sources.get(name), only=only)
        walk = BackgroundWalk(job, name, running, clock=self.ticks)
        if job in WRITES:
            self.walks[name] = walk
        walk.worker = self.run_worker(
            walk.carry_on(partial(self._job_over, removed)), group="jobs", name=f"{job} {name}", exit_on_error=False
        )
        walk.watcher = self.beside(partial(self.notifier.watch, walk), "watching")
        return walk

    def beside(self, task: Callable[[], Coroutine[Any, Any, None]], group: str) -> Worker[None]:
        """Run a task whose coroutine is made only when it begins: one that never does leaves nothing unawaited."""
        return self.run_worker(task, group=group, exit_on_error=False)

    def _job_over(self, removed: Setup | None, walk: BackgroundWalk) -> None:
        self.notifier.over(walk)
        if removed and walk.progress.snapshot.status in (Status.OK, Status.WARNING):
            self.beside(partial(self.unschedule, removed), "saving")
        self.post_message(JobOver(walk))

    def live(self, name: str) -> BackgroundWalk | None:
        """Return the walk that changes this setup right now, if one is under way."""
        walk = self.walks.get(name)
        return walk if walk and not walk.over else None

    async def let_go(self, name: str) -> None:
        """Stop the walk that changes a setup while it only waits, so that the setup can be changed by hand.

        Raises:
            wizard.storage.store.StoreError: it is changing something in AWS at this moment.
        """
        walk = self.live(name)
        if walk is None:
            return
        if walk.writing:
            raise StoreError(f"snowpixel is changing something for '{name}' in AWS right now. Try again in a moment.")
        walk.stop()
        if walk.worker:
            with suppress(WorkerError):
                await walk.worker.wait()

    async def unschedule(self, setup: Setup) -> None:
        """Delete the scheduled checks of a setup that is given up, and say so."""
        for line in await in_thread(lambda: tuple(schedules.drop(setup.name, setup.id))):
            self.notify(line, markup=False, timeout=15)

    # Leaving.

    @property
    def command(self) -> str:
        """The command that brings the user back here."""
        here = self.service.environment
        return here.again or here.prefix

    def action_copy_or_leave(self) -> None:
        """Copy what is selected, as in every other program; with nothing selected: leave."""
        selected, focused = self._selected(), self.focused
        if isinstance(focused, Input) and focused.password and focused.selected_text:
            self.notify("Masked text isn't copied.")
        elif selected:
            self.copy("Selected text", selected)
        else:
            self.action_leave()

    def _selected(self) -> str:
        focused = self.focused
        if isinstance(focused, Input):
            return "" if focused.password else focused.selected_text
        return self.screen.get_selected_text() or ""

    def action_leave(self) -> None:
        """Leave at once; only while a call that changes something is under way, ask first."""
        busy = next((walk for walk in self.walks.values() if walk.writing), None)
        if busy is None or isinstance(self.screen, QuitModal):
            self.exit(0)
        else:
            self.push_screen(QuitModal(self.command), self._left)

    def _left(self, sure: bool | None) -> None:
        if sure:
            self.exit(0)

    # Copying.

    def copy(self, label: str, value: str) -> None:
        """Put a value on the clipboard by every way there is."""
        self.copy_to_clipboard(value)
        self.run_worker(self._copied(label, value), group="copying", exit_on_error=False)

    async def _copied(self, label: str, value: str) -> None:
        native = await in_thread(clipboard.fill, value)
        hint = "" if native else " If your terminal didn't copy it, press p for plain text to select."
        self.notify(f"Copied: {label}.{hint}", markup=False, timeout=3 if native else 6)

    def plain_text(self, title: str, values: Iterable[Copyable]) -> None:
        """Show values as plain text outside the wizard, where any terminal can select them."""
        shown = tuple(values)
        if not show_plain_text(self, title, shown):
            self.push_screen(PlainModal(title, shown))

    def keep_values(self, setup: Setup, records: Sequence[DnsRecord] = ()) -> None:
        """Write everything that is copied somewhere to a file, and say where it is."""
        self.beside(partial(self._keep_values, setup, records), "copying")

    async def _keep_values(self, setup: Setup, records: Sequence[DnsRecord]) -> None:
        home, sections = self.service.environment.home, values_file.of(setup, records)
        if not sections:
            self.notify("There is nothing to copy yet.")
            return
        try:
            path = await in_thread(values_file.keep, home, setup, sections)
        except values_file.ValuesError as error:
            self.push_screen(PlainModal("The values file wasn't written", (Copyable("Why", str(error)),)))
        else:
            self.push_screen(PlainModal("Values file written", (Copyable("It is here", str(path)),)))

    def to_terminal(self, sequence: str) -> None:
        """Send the terminal something that is no part of the picture. Textual has a public way for its bell only."""
        if self._driver is not None and not self.is_headless:
            self._driver.write(sequence)

    # Looks.

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Give a color to what the themes of plain terminals leave out."""
        return {"foreground-disabled": "ansi_bright_black"}

    def action_other_theme(self) -> None:
        """Change between dark and light."""
        if self.plain:
            self.notify("NO_COLOR is set, so your terminal's own colors are used.")
        else:
            self.prefer(theme=Appearance.LIGHT if self.current_theme.dark else Appearance.DARK)

    def action_settings(self) -> None:
        """Open the settings, once."""
        if not any(screen.id == Route.SETTINGS for screen in self.screen_stack):
            self.visit(Route.SETTINGS)

    # What the user likes.

    @property
    def moves(self) -> bool:
        """Whether things may move that need not."""
        return self.animation_level != "none"

    def prefer(self, **changes: object) -> None:
        """Change settings: they count at once, and are kept for the next start."""
        self.preferences.change(**changes)
        self._dress()
        self.beside(self._keep, "keeping")

    async def _keep(self) -> None:
        trouble = await self.preferences.keep()
        if trouble:
            self.notify(trouble, severity="error", markup=False, timeout=15)

    def _dress(self) -> None:
        """Look as the settings say; what the environment says of colors and motion wins."""
        liked = self.preferences.settings
        wanted = NO_COLOR_THEME if self.plain else THEMES.get(liked.theme) or os.environ.get("TEXTUAL_THEME", "")
        self.theme = wanted if wanted in self.available_themes else DARK.name
        self.animation_level = constants.TEXTUAL_ANIMATIONS if liked.motion else "none"

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer everything that this page can do in the command palette, by name."""
        seen = {"app.settings"}
        for binding in screen.active_bindings.values():
            one = binding.binding
            if (
                binding.node is screen
                and binding.enabled
                and one.action not in seen
                and one.description not in BUILT_IN + OFFERED
            ):
                seen.add(one.action)
                yield SystemCommand(one.description, f"Key: {self.get_key_display(one)}", self._doing(one.action))
        yield SystemCommand("Light or dark", "Change the colors (ctrl+t)", self.action_other_theme)
        yield SystemCommand("Settings", "Colors, animations, bell, notifications (ctrl+o)", self.action_settings)
        yield SystemCommand("All setups", "Go back to the first page; running work continues", self.home)
        yield SystemCommand("Quit", "Nothing is lost: the next run continues from here", self.action_leave)

    def _doing(self, action: str) -> "ActionCall":
        return ActionCall(self, action)

    # Crashes.

    def _fatal_error(self) -> None:
        """Show where it went wrong without the values of variables: they may hold secrets.

        Textual's own version prints local variables. The name is private to Textual; a test holds that it still counts.
        """
        error = sys.exc_info()[1] or self._exception
        text = masked(crash.describe(error or RuntimeError("unknown"), self._typed()))
        kept = crash.keep(text, self.service.environment.home)
        where = f"The same text is in {kept}." if kept else ""
        note = f"Internal error in snowpixel. Nothing is lost: continue with `{self.command}`. {where}"
        self.panic(Text(f"{text}\n{note}"))

    def _typed(self) -> tuple[str, ...]:
        """Return what stands in masked boxes: no secret yet that anybody else knows of."""
        return tuple(field.value for screen in self.screen_stack for field in screen.query(Input) if field.password)


class ActionCall:
    """A call of a page's action, from the command palette.

    Args:
        app: whose page.
        action: as bindings spell it.
    """

    def __init__(self, app: BaseApp, action: str) -> None:
        self.app = app
        self.action = action

    async def __call__(self) -> None:
        """Run it on the page under the palette."""
        screen = self.app.screen
        if not isinstance(screen, CommandPalette):
            await screen.run_action(self.action)
