"""The first page after the practice world of the last time has ended: it says so before anything else."""

import asyncio
import dataclasses
from pathlib import Path

import pytest
from msgspec.structs import replace

from screens.app import SnowpixelApp
from tests.screens.driving import focused, shown, text_of, wait_for
from tests.screens.scenes import MADE
from tests.screens.scripted import ScriptedService, a_setup
from wizard.model.setup import Made

NEWS = "The practice world was reset: what had been created there for main is gone."


@pytest.mark.parametrize(("news", "made", "told"), [(NEWS, Made(), True), (NEWS, MADE, False), ("", Made(), False)])
def test_it_is_told_until_something_is_created_again(home: Path, news: str, made: Made, told: bool) -> None:
    service = ScriptedService(home)
    service.environment = dataclasses.replace(service.environment, news=news)
    service.store.save(replace(a_setup(service), made=made))
    app = SnowpixelApp(service)

    async def scene() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await wait_for(pilot, lambda: focused(app) == "setups")
            await wait_for(pilot, lambda: app.screen.query_one("#news").display is told)
            if told:
                assert " ".join(shown(app, "#news").split()) == NEWS
                assert "was reset" in text_of(app)

    asyncio.run(scene())
