"""When snowpixel itself goes wrong: an exit code that is not 0, no values in the traceback, nothing lost."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from screens import crash
from screens.app import SnowpixelApp
from tests.screens.driving import Driver, on_page, wait_for
from tests.screens.scripted import ScriptedService

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYPLANTEDKEY"

PROGRAM = """
import sys
from pathlib import Path
from screens.app import SnowpixelApp
from screens.pages.home import HomePage
from tests.screens.scripted import ScriptedService

def explode(self):
    planted = {secret!r}
    held = [planted]
    raise RuntimeError("the page broke")

HomePage.{where} = explode
app = SnowpixelApp(ScriptedService(Path({home!r})))
app.run(headless=True)
sys.exit(app.return_code or 0)
"""


@pytest.mark.parametrize("where", ["on_mount", "_fill", "action_new"])
def test_a_crash_ends_with_1_and_shows_no_values(tmp_path: Path, where: str) -> None:
    program = PROGRAM.format(secret=SECRET, where=where, home=str(tmp_path))
    if where == "action_new":
        program = program.replace("app.run(headless=True)", "app.call_later(app.run_action, 'screen.new')")
        program = program.replace("sys.exit", "import asyncio; asyncio.run(pressed(app)); sys.exit")
        program = program.replace("app = Snow", PRESSED + "app = Snow")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)

    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert "the page broke" in said
    assert "Nothing is lost" in said
    assert SECRET not in said
    report = tmp_path / crash.REPORT
    assert "the page broke" in report.read_text()
    assert SECRET not in report.read_text()
    assert report.stat().st_mode & 0o077 == 0


PRESSED = """
async def pressed(app):
    await app.run_async(headless=True, auto_pilot=press_n)

async def press_n(pilot):
    await pilot.press("n")

"""


def test_a_secret_in_an_exceptions_own_words_is_masked() -> None:
    text = crash.describe(ValueError(f"bad key {SECRET}"), [SECRET, ""])

    assert SECRET not in text
    assert "bad key …" in text


def test_a_crash_inside_a_walk_is_words_on_the_page_and_not_the_end(home: Path) -> None:
    from screens.background_walk import BackgroundWalk  # noqa: PLC0415
    from tests.screens.scripted import a_setup  # noqa: PLC0415
    from wizard.engine.progress import Progress  # noqa: PLC0415
    from wizard.model.results import Job  # noqa: PLC0415

    async def breaks(progress: Progress) -> None:
        del progress
        raise RuntimeError(SECRET)

    service = ScriptedService(home, scripts={Job.APPLY: breaks})
    a_setup(service)
    ended: list[BackgroundWalk] = []

    async def run() -> None:
        app = SnowpixelApp(service)
        async with app.run_test() as pilot:
            await settled(app, pilot)

    async def settled(app: SnowpixelApp, pilot: Driver) -> None:
        await on_page(pilot, "HomePage")
        ended.append(app.begin(Job.APPLY, "main"))
        await wait_for(pilot, lambda: ended[0].over)

    asyncio.run(run())

    assert ended[0].over
    assert "RuntimeError" in ended[0].error
    assert SECRET not in ended[0].error
