"""A short walk through the wizard as one animated picture, photographed page by page from the running product."""

import re
from dataclasses import dataclass, field

from screens.app import SnowpixelApp
from tests.screens.driving import Driver, focused, on_page, shown, text_of, wait_for

SHORT, LONG = 2.5, 5.0
"""Seconds that a page stands: one to glance at, and one to read."""

_OUTER = re.compile(r"<svg[^>]*>(?P<inner>.*)</svg>\s*$", re.DOTALL)
_HEAD = re.compile(r"<svg[^>]*>")


@dataclass
class Film:
    """The pages so far, and how long each one stands."""

    frames: list[tuple[str, float]] = field(default_factory=list)

    def take(self, app: SnowpixelApp, seconds: float = SHORT) -> None:
        """Photograph what is on the screen."""
        self.frames.append((app.export_screenshot(title="snowpixel"), seconds))

    def picture(self) -> str:
        """Return all pages as one SVG that shows one after the other, over and over; standing still, the last one."""
        whole = sum(seconds for _, seconds in self.frames)
        begun, rules, groups = 0.0, [], []
        for number, (svg, seconds) in enumerate(self.frames):
            rules.append(_shown_from(number, 100 * begun / whole, 100 * (begun + seconds) / whole, whole))
            groups.append(f'<g class="page page-{number}">{_inner(svg)}</g>')
            begun += seconds
        head = _HEAD.search(self.frames[0][0])
        assert head is not None
        still = ".page { animation: none !important } .page:last-of-type { visibility: visible }"
        rules += [f"@media (prefers-reduced-motion: reduce) {{ {still} }}"]
        style = "\n".join((".page { visibility: hidden }", *rules))
        return "\n".join((head.group(), f"<style>\n{style}\n</style>", *groups, "</svg>\n"))


def _shown_from(number: int, begin: float, end: float, whole: float) -> str:
    before = "" if number == 0 else "0% { visibility: hidden } "
    after = "" if end > 99.9 else f"{end:.3f}% {{ visibility: hidden }} "
    frames = f"@keyframes page-{number} {{ {before}{begin:.3f}% {{ visibility: visible }} {after}}}"
    return f"{frames}\n.page-{number} {{ animation: page-{number} {whole:.1f}s step-end infinite }}"


def _inner(svg: str) -> str:
    found = _OUTER.search(svg)
    assert found is not None
    return found["inner"]


async def walk(pilot: Driver, app: SnowpixelApp) -> Film:
    """Go from the first page to a green checklist, as a new user does, and photograph what they see."""
    film = Film()
    await wait_for(pilot, lambda: focused(app) == "new")
    film.take(app, LONG)
    await _choose(pilot, app, film)
    await _build(pilot, app, film)
    await pilot.press("enter")
    await on_page(pilot, "DonePage")
    await wait_for(pilot, lambda: "https://" in shown(app, "#tag") and "page view" in text_of(app), "the first event")
    film.take(app, LONG)
    await pilot.press("2")
    await wait_for(pilot, lambda: "For the <head>" in text_of(app), "the tag")
    film.take(app, LONG)
    await pilot.press("k")
    await on_page(pilot, "ChecklistPage")
    await wait_for(pilot, lambda: "Everything is OK" in text_of(app), "the checklist is green")
    film.take(app, LONG)
    return film


async def _choose(pilot: Driver, app: SnowpixelApp, film: Film) -> None:
    await pilot.press("enter")
    await on_page(pilot, "ChoicesPage")
    film.take(app)
    await pilot.press("enter")
    await on_page(pilot, "CredentialsPage")
    await wait_for(pilot, lambda: focused(app) == "next", "AWS knows us")
    film.take(app)
    await pilot.press("enter")
    await on_page(pilot, "PlanPage")
    await wait_for(pilot, lambda: not app.screen.query_one("#create").disabled, "the plan is made")
    film.take(app, LONG)


async def _build(pilot: Driver, app: SnowpixelApp, film: Film) -> None:
    await pilot.press("right", "enter")
    await on_page(pilot, "DnsPage")
    for _ in range(2):
        await wait_for(
            pilot, lambda: "play" in focused(app) and app.focused and not app.focused.disabled, "a record to add"
        )
        film.take(app)
        await pilot.press("enter")
    await on_page(pilot, "RunPage")
    await wait_for(pilot, lambda: focused(app) == "on", "everything is built")
    film.take(app)
