"""A setup that is given up in the wizard takes its scheduled check with it."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from screens.app import SnowpixelApp
from screens.routes import Route
from tests.screens import scripted
from tests.screens.driving import Driver, box, focused, on_page, wait_for
from tests.screens.scenes import MADE
from tests.screens.scripted import ScriptedService, a_setup
from wizard.model.results import Job
from wizard.model.setup import Made, Setup
from wizard.storage.schedules import Schedule, Systemd

SYSTEMCTL = '#!/bin/sh\necho "$@" >> "$(dirname "$0")/asked"\n'


def scheduled(setup: Setup, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Systemd:
    """Write a timer for a setup, on a computer with systemd alone."""
    programs = folder / "bin"
    programs.mkdir()
    (programs / "systemctl").write_text(SYSTEMCTL)
    (programs / "systemctl").chmod(0o700)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    by = Systemd()
    by.write(Schedule(setup.name, setup.id, ("/bin/true",)))
    return by


@pytest.mark.process
@pytest.mark.parametrize("made", [MADE, Made()], ids=["created", "never created"])
def test_its_timer_goes_with_it(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: Made) -> None:
    service = ScriptedService(home, scripts={Job.REMOVE: scripted.all_well})
    setup = replace(a_setup(service), made=made)
    service.store.save(setup)
    by = scheduled(setup, tmp_path, monkeypatch)
    wanted = Schedule(setup.name, setup.id, ())
    assert len(by.found(wanted)) == 2
    app = SnowpixelApp(service)

    async def scene() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await on_page(pilot, "HomePage")
            app.visit(Route.REMOVE, "main")
            await confirm(pilot, app)
            await wait_for(pilot, lambda: not by.found(wanted), "the timer is gone")

    asyncio.run(scene())

    asked = (tmp_path / "bin" / "asked").read_text()
    assert "disable --now snowpixel-check-main.timer" in asked


async def confirm(pilot: Driver, app: SnowpixelApp) -> None:
    await on_page(pilot, "RemovePage")
    box(app, "confirm").focus()
    await pilot.press(*"main", "enter")
    await wait_for(pilot, lambda: focused(app) == "remove")
    await pilot.press("enter")
