"""The first page's main button says in full what it does with the setup under the highlight."""

import asyncio
from pathlib import Path

from msgspec.structs import replace

from screens.app import SnowpixelApp
from tests.screens.driving import focused, text_of, wait_for
from tests.screens.scenes import MADE, PROOF
from tests.screens.scripted import ScriptedService, a_setup


def test_the_button_is_as_wide_as_its_words_for_each_setup(home: Path) -> None:
    service = ScriptedService(home)
    service.store.save(replace(a_setup(service), made=replace(MADE, proof=PROOF)))
    unfinished = replace(MADE, alias=None, event_sent_at=None, event_request_id=None)
    service.store.save(replace(a_setup(service, "second", domain="px.example.org"), made=unfinished))
    app = SnowpixelApp(service)

    async def scene() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await wait_for(pilot, lambda: focused(app) == "setups")
            for key, words in (("down", "  Continue: DNS   New setup"), ("up", "  Run checks   New setup")):
                await pilot.press(key)
                await wait_for(pilot, lambda words=words: words in text_of(app))  # type: ignore[misc]

    asyncio.run(scene())
