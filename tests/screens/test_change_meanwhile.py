"""Choices that are changed while the same wizard still works on the setup: a wait is given up, a change is not."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.widgets import Button, Select

from screens.app import SnowpixelApp
from screens.routes import Route
from tests.screens import scripted
from tests.screens.driving import Driver, on_page, wait_for
from tests.screens.scripted import ScriptedService, a_setup
from tests.screens.test_pages import play
from wizard.engine.progress import Progress
from wizard.model.results import Actor, Job, Phase, Wait

REGION = "ap-south-1"


async def waiting(progress: Progress) -> None:
    wait = Wait("Put the file on your web server", Actor.USER, 0.0, 300, 0.0)
    progress.change("certificate-record", phase=Phase.RUNNING, wait=wait)
    await scripted.waits_for_ever(progress)


async def writing(progress: Progress) -> None:
    progress.change("delivery", phase=Phase.RUNNING, activity="Switch on the delivery of log lines")
    await scripted.waits_for_ever(progress)


@pytest.mark.parametrize(("script", "saved"), [(waiting, True), (writing, False)])
def test_choices_can_be_saved_unless_something_is_being_changed(
    home: Path, script: Callable[[Progress], Awaitable[None]], *, saved: bool
) -> None:
    service = ScriptedService(home, scripts={Job.APPLY: script})
    a_setup(service)

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        walk = app.begin(Job.APPLY, "main")
        await wait_for(pilot, lambda: any(item.phase is Phase.RUNNING for item in walk.progress.snapshot.items))
        app.visit(Route.CHOICES, "main")
        await on_page(pilot, "ChoicesPage")
        app.screen.query_one("#region", Select).value = REGION
        app.screen.query_one("#go", Button).press()
        if saved:
            await wait_for(pilot, lambda: service.store.load("main").choices.region == REGION)
            assert walk.over
        else:
            await wait_for(pilot, lambda: any("Try again in a moment" in one.message for one in app._notifications))
            assert not walk.over
            assert service.store.load("main").choices.region != REGION

    play(service, scene)
