"""Settings page: colors, motion, and notifications."""

import os
from collections.abc import Iterable, Mapping
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalGroup
from textual.widget import Widget
from textual.widgets import Button, Checkbox, Select, Static

from screens import attention, desktop_notification
from screens.pages.form import FormPage
from screens.routes import Route
from screens.texts.style import say
from screens.widgets.tick import Tick
from wizard.model.fields import SETTINGS
from wizard.storage.preferences import Appearance, Preferences

TICKS = ("motion", "bell", "desktop")
"""The settings that are on or off, by their names in the file."""

NO_COLOR = "NO_COLOR is set here, so your terminal's own colors are used. Your choice applies where it isn't set."


class SettingsPage(FormPage):
    """Changes the settings: each counts at once."""

    heading = "Settings"
    purpose = "How snowpixel looks, and how it notifies you. Changes apply immediately and are saved."
    WHY: ClassVar[Mapping[str, str]] = {
        name: one.why.format(long=f"{attention.LONG:.0f}")
        for name, one in SETTINGS.items()
        if name not in tuple(Appearance)
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "try", "Test notification"),
        Binding("d", "defaults", "Defaults"),
    ]

    def __init__(self, setup: str = "") -> None:
        super().__init__()
        del setup  # the settings are the same for all
        self.id = Route.SETTINGS

    def parts(self) -> Iterable[Widget]:
        """Return the settings and the panel that says why each is there."""
        yield self.asking(self._fields(self.base_app.preferences.settings))
        yield Static(say(self.base_app.preferences.trouble), id="trouble", classes="trouble")

    def _fields(self, now: Preferences) -> Iterable[Widget]:
        offered = [(SETTINGS[look].label, look) for look in Appearance]
        theme = Select(offered, value=now.theme, allow_blank=False, compact=True, id="theme")
        theme.disabled = self.base_app.plain
        label = Static(SETTINGS["theme"].label, classes="field-label")
        yield VerticalGroup(Horizontal(label, theme, classes="field-line"))
        for name in TICKS:
            tick = Tick(SETTINGS[name].label, getattr(now, name), id=name)
            yield Horizontal(Static(classes="field-label"), tick, classes="field-line")

    def buttons(self) -> Iterable[Button]:
        """Return the way back, a trial, and the way back to what is usual."""
        yield Button("Back", id="back", compact=True, variant="primary")
        yield Button("Test notification", id="try", compact=True)
        yield Button("Defaults", id="defaults", compact=True)

    def on_mount(self) -> None:
        """Start at the first setting."""
        self.query_one("#why").border_title = "Why?"
        self.query_one("#motion" if self.base_app.plain else "#theme").focus()

    def beside(self, part: str) -> str:
        """Say what a choice means, and by which way the desktop would be told."""
        if part == "theme":
            chosen = self.base_app.preferences.settings.theme
            return f"{SETTINGS[chosen].label}: {SETTINGS[chosen].why}"
        if part == "motion" and self.base_app.plain:
            return NO_COLOR
        if part == "desktop":
            way = desktop_notification.method(os.environ)
            return f"Here it uses {way}." if way else "Desktop notifications aren't available here."
        return ""

    @on(Select.Changed, "#theme")
    def colored(self, event: Select.Changed) -> None:
        """Use the colors that were chosen."""
        self._set("theme", event.value)

    @on(Checkbox.Changed)
    def ticked(self, event: Checkbox.Changed) -> None:
        """Take in a tick."""
        self._set(event.checkbox.id or "", event.value)

    def _set(self, name: str, value: object) -> None:
        if getattr(self.base_app.preferences.settings, name) == value:
            return  # a list says so, too, when it is first shown
        self.base_app.prefer(**{name: value})
        self.query_one("#trouble", Static).update()
        self.explain(name)

    def action_try(self) -> None:
        """Call now, as at the end of a long wait."""
        liked = self.base_app.preferences.settings
        if not (liked.bell or liked.desktop):
            self.notify("Bell and notifications are both off, so nothing notifies you.")
            return
        self.base_app.notifier.call(attention.TRIAL)
        ways = [word for word, on in (("the bell", liked.bell), ("your desktop", liked.desktop)) if on]
        self.notify(f"Notified through {' and '.join(ways)}.")

    def action_defaults(self) -> None:
        """Set everything as it is at first."""
        usual = Preferences()
        with self.prevent(Select.Changed, Checkbox.Changed):
            self.query_one("#theme", Select).value = usual.theme
            for name in TICKS:
                self.query_one(f"#{name}", Checkbox).value = getattr(usual, name)
        self.base_app.prefer(**{name: getattr(usual, name) for name in ("theme", *TICKS)})
        self.query_one("#trouble", Static).update()
        self.notify("All settings are back to their defaults.")

    @on(Button.Pressed)
    async def pressed(self, event: Button.Pressed) -> None:
        """Do what the button says."""
        await self.run_action(event.button.id or "back")
