"""Make the README's pictures, and those that tests compare with, from the running product: `make pictures`."""

import asyncio
import tempfile
from pathlib import Path

from screens.app import SnowpixelApp
from screens.routes import Route
from tests.pictures.snapshots import renew
from tests.product import Product, not_ok
from tests.screens.driving import text_of, wait_for
from wizard.choices.table import SUGGESTED
from wizard.practice import process
from wizard.practice.control_client import Control

FOLDER = Path(__file__).parent.parent.parent / "docs" / "pictures"
SIZE = (104, 38)
"""Columns and rows: what a README shows without scrolling."""


async def _pictures(product: Product) -> None:
    app = SnowpixelApp(product.service, open_setup="main")
    async with app.run_test(size=SIZE) as pilot:
        await wait_for(pilot, lambda: "Everything is OK" in text_of(app), "the checklist is all green")
        await pilot.press("end")
        await wait_for(pilot, lambda: "snowpixel-check" in text_of(app), "the event's details")
        _save(app, "checklist")
        app.visit(Route.DONE, "main")
        await pilot.pause()
        _save(app, "done")


def _save(app: SnowpixelApp, name: str) -> None:
    path = FOLDER / f"{name}.svg"
    path.write_text(app.export_screenshot(title="snowpixel"), encoding="utf-8")
    print(path)  # noqa: T201 - says what it made


def main() -> None:
    """Photograph what the tests compare with; then set up in a practice world, for the pages that the README shows."""
    renew()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="snowpixel-pictures-") as folder:
        world = process.start(Path(folder) / "world", pace=0)
        try:
            product = Product(world, Control(world), Path(folder) / "home")
            product.new(goals=SUGGESTED)
            wrong = not_ok(product.apply())
            if wrong:
                raise SystemExit(f"the road did not end well: {wrong}")
            asyncio.run(_pictures(product))
        finally:
            process.stop(Path(folder) / "world")


if __name__ == "__main__":
    main()
