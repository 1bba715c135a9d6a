"""Make the README's pictures, and those that tests compare with, from the running product: `make pictures`."""

import asyncio
import tempfile
from pathlib import Path

from screens.app import SnowpixelApp
from screens.routes import Route
from tests.pictures.snapshots import renew
from tests.pictures.walk import walk
from tests.product import Product
from tests.screens.driving import text_of, wait_for
from wizard.practice import process
from wizard.practice.control_client import Control

FOLDER = Path(__file__).parent.parent.parent / "docs" / "pictures"
SIZE = (104, 38)
"""Columns and rows: what a README shows without scrolling."""
ROOMY = (120, 40)
"""A window with room for what stands beside the tag."""


async def _pictures(product: Product) -> None:
    app = SnowpixelApp(product.service)
    async with app.run_test(size=SIZE) as pilot:
        film = await walk(pilot, app)
        _save("walk", film.picture())
        await pilot.press("end")
        await wait_for(pilot, lambda: "snowpixel-check" in text_of(app), "the event's details")
        _save("checklist", app.export_screenshot(title="snowpixel"))
    app = SnowpixelApp(product.service)
    async with app.run_test(size=ROOMY) as pilot:
        app.visit(Route.DONE, "main")
        await wait_for(pilot, lambda: "page view" in text_of(app), "the first event")
        _save("done", app.export_screenshot(title="snowpixel"))


def _save(name: str, picture: str) -> None:
    path = FOLDER / f"{name}.svg"
    path.write_text(picture, encoding="utf-8")
    print(path)  # noqa: T201 - says what it made


def main() -> None:
    """Photograph what the tests compare with; then walk through the wizard in a practice world, for the README."""
    renew()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="snowpixel-pictures-") as folder:
        world = process.start(Path(folder) / "world", pace=0)
        try:
            product = Product(world, Control(world), Path(folder) / "home")
            asyncio.run(_pictures(product))
        finally:
            process.stop(Path(folder) / "world")


if __name__ == "__main__":
    main()
