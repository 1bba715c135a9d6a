"""Driving the wizard as a user does: by keys, waiting for what is on the screen and never for a fixed time."""

import time
from collections.abc import Callable
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Input, Static

from screens.app import SnowpixelApp
from screens.texts.map_drawing import progress
from screens.widgets.field import Field
from screens.widgets.map_view import MapView
from screens.widgets.prose import Prose

LIMIT = 30.0

Driver = Pilot[int]


async def wait_for(pilot: Driver, predicate: Callable[[], object], what: str = "", limit: float = LIMIT) -> None:
    """Let the app run until `predicate` holds; a test that waits for too long fails with the screen as text."""
    until = time.monotonic() + limit
    while not predicate():
        if time.monotonic() > until:
            raise AssertionError(f"never happened: {what or predicate}\n{text_of(pilot.app)}")
        await pilot.pause(0.01)
    await pilot.pause()


def text_of(app: Any) -> str:
    """Return what is on the screen, as plain text."""
    return "\n".join("".join(part.text for part in strip).rstrip() for strip in app.screen._compositor.render_strips())


def page(app: SnowpixelApp) -> str:
    """Return the name of the page on top."""
    return type(app.screen).__name__


def focused(app: SnowpixelApp) -> str:
    """Return the id of what has the focus, or its class where it has none."""
    widget = app.focused
    return (widget.id or " ".join(sorted(widget.classes))) if widget else ""


def shown(app: SnowpixelApp, selector: str) -> str:
    """Return the text of a Static, wherever on the screen it is, before its lines were broken to hang."""
    widget = app.screen.query_one(selector, Static)
    content = widget.told if isinstance(widget, Prose) else widget.content
    return getattr(content, "plain", str(content))


def box(app: SnowpixelApp, field: str) -> Input:
    """Return the box of a form's field."""
    return app.screen.query_one(f"#{field}", Field).box


def lit(app: SnowpixelApp) -> str:
    """Return how much of the map on the page works."""
    shown = app.screen.query_one(MapView).shown
    return progress(shown) if shown else ""


async def on_page(pilot: Driver, name: str) -> None:
    """Wait until a page is on top and has its focus."""
    app = pilot.app
    await wait_for(pilot, lambda: type(app.screen).__name__ == name and app.screen.is_mounted, name)
