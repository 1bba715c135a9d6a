"""The map of a setup on the pages: how it is drawn, how it lights up, and where its parts lead."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise, product
from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.widgets import Checkbox

from screens.app import SnowpixelApp
from screens.routes import Route
from screens.texts.map_drawing import Drawing, Level, draw, progress
from screens.texts.map_marks import mark_of
from screens.widgets.checklist_rows import ChecklistRows
from screens.widgets.map_view import MapView
from screens.widgets.stage_list import StageList
from tests.screens import scripted
from tests.screens.driving import Driver, box, on_page, shown, text_of, wait_for
from tests.screens.scenes import MADE, PROVEN, saved
from tests.screens.scripted import ScriptedService
from wizard.engine.progress import Progress
from wizard.model.results import Job, Status
from wizard.model.setup import Goal, Made, SetupChoices, TrackerFile
from wizard.wording.setup_map import SetupMap, setup_map

TRACKER = TrackerFile("release:4.10.1", "lite", "4.10.1", "sha384-x", "0" * 32, 10, "sp.js")
AWS_NAMES = replace(
    PROVEN,
    content_bucket="snowpixel-d28f6c9d-content-123456789012-eu-central-1-an",
    log_bucket="snowpixel-d28f6c9d-logs-123456789012-eu-central-1-an",
    hosted_zone="Z1",
    tracker=TRACKER,
    trackers_stored=(TRACKER,),
)
LONG = "tracking-and-events.of-a-very-long-department-name.some-university.example.org"
MAPS = {
    "first setup": setup_map(SetupChoices(goals=(Goal.PIXEL, Goal.JS_BUCKET), domain="e.example.test"), AWS_NAMES),
    "nothing typed yet": setup_map(SetupChoices(domain="")),
    "no domain": setup_map(SetupChoices(), AWS_NAMES),
    "everything, long names": setup_map(
        SetupChoices(goals=tuple(Goal), domain=LONG, tracker_url=f"https://{LONG}/sp.js", pages=(f"https://{LONG}/",)),
        dns="A provider with a long name of its own",
    ),
    "tracker alone": setup_map(SetupChoices(goals=(Goal.JS_BUCKET,), domain="e.example.test")),
    "own server alone": setup_map(SetupChoices(goals=(Goal.JS_SERVER,), tracker_url="https://shop.example/sp.js")),
}


def cells(drawing: Drawing) -> list[str]:
    return drawing.content.plain.split("\n")


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("width", [56, 58, 72, 78, 90, 98, 118, 130, 198])
@pytest.mark.parametrize("name", MAPS)
def test_a_drawing_fits_its_width_and_names_each_part_once(name: str, width: int, level: Level) -> None:
    drawn = MAPS[name]

    drawing = draw(drawn, width, level)

    rows = cells(drawing)
    assert len(rows) == drawing.height
    assert max(map(len, rows)) <= width
    assert drawn.price in drawing.content.plain
    if not drawing.spots:
        assert drawing.height == 1
        return
    assert sorted(spot.part for spot in drawing.spots) == sorted(part.id for part in drawn.parts)
    for spot in drawing.spots:
        said = rows[spot.y][spot.x : spot.x + spot.width]
        assert said.startswith((f"○ {drawn[spot.part].title}", f"● {drawn[spot.part].title}", "○ ", "● "))
        assert spot.part == "name" or said[2:] == drawn[spot.part].title


@pytest.mark.parametrize("name", MAPS)
@pytest.mark.parametrize(
    ("width", "most", "height"),
    [(56, Level.LINE, 1), (78, Level.NAMES, 4), (118, Level.BOXES, 13), (130, Level.BOXES, 13)],
)
def test_it_is_as_full_as_the_window_allows(name: str, width: int, most: Level, height: int) -> None:
    drawing = draw(MAPS[name], width, most)

    assert drawing.height <= height
    assert bool(drawing.spots) is (most is not Level.LINE)
    assert ("╭" in drawing.content.plain) is (most is Level.BOXES)


def test_pieces_never_lie_over_each_other() -> None:
    for drawn, width in product(MAPS.values(), range(60, 135)):
        places = sorted((spot.y, spot.x, spot.width) for spot in draw(drawn, width, Level.BOXES).spots)
        for (y, x, columns), (after_y, after_x, _) in pairwise(places):
            assert y < after_y or x + columns < after_x


def test_real_names_stand_in_the_boxes_and_long_ones_keep_both_ends() -> None:
    text = draw(MAPS["first setup"], 118, Level.BOXES).content.plain

    for name in ("e.example.test", "DNS: Route 53", "123456789012", "d111111abcdef8.cloudfront.net", "page view"):
        assert name in text
    assert "snowpixel-d28f…u-central-1-an" in text


Scene = Callable[[SnowpixelApp, Driver], Awaitable[None]]


def play(service: ScriptedService, scene: Scene, size: tuple[int, int]) -> None:
    async def run() -> None:
        app = SnowpixelApp(service)
        async with app.run_test(size=size) as pilot:
            await on_page(pilot, "HomePage")
            await scene(app, pilot)

    asyncio.run(run())


def shown_in(app: SnowpixelApp) -> SetupMap:
    there = app.screen.query_one(MapView).shown
    assert there is not None
    return there


def states(app: SnowpixelApp) -> dict[str, str]:
    """Return the word of each part's sign."""
    return {part.id: mark_of(part).word for part in shown_in(app).parts}


async def to_the_map(app: SnowpixelApp, pilot: Driver) -> None:
    view = app.screen.query_one(MapView)
    view.focus()
    await wait_for(pilot, lambda: view.has_focus, "the map has the focus")


def faulty(home: Path) -> ScriptedService:
    service = ScriptedService(home, scripts={Job.CHECK: scripted.mixed})
    saved(service, made=PROVEN)
    return service


async def checked(app: SnowpixelApp, pilot: Driver) -> None:
    app.visit(Route.CHECKLIST, "main")
    await on_page(pilot, "ChecklistPage")
    await wait_for(pilot, lambda: app.screen.query_one("#repair").display, "the check is over")


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
def test_a_red_part_of_the_map_leads_to_its_checks(home: Path, size: tuple[int, int]) -> None:
    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        await checked(app, pilot)
        words = states(app)
        assert (words["bucket"], words["events"], words["pages"]) == ("failed", "waiting", "couldn't check")
        assert set(words.values()) == {"failed", "waiting", "couldn't check", "OK"}
        await pilot.press("shift+tab")
        await wait_for(pilot, lambda: app.screen.query_one(MapView).has_focus, "the map is before the rows")
        await pilot.press(*["right"] * [part.id for part in shown_in(app).parts].index("bucket"), "enter")
        rows = app.screen.query_one(ChecklistRows)
        await wait_for(pilot, lambda: app.focused is rows, "its checks")
        assert rows.highlighted_option
        assert rows.highlighted_option.id == "bucket/content-bucket.public-access", "the check that failed"

    play(faulty(home), scene, size)


def test_a_part_is_opened_by_a_click_and_a_green_one_at_its_first_check(home: Path) -> None:
    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        await checked(app, pilot)
        view = app.screen.query_one(MapView)
        spot = next(one for one in view.drawn.spots if one.part == "log-bucket")
        await pilot.click(MapView, offset=(spot.x + 3, spot.y))
        rows = app.screen.query_one(ChecklistRows)
        await wait_for(pilot, lambda: app.focused is rows)
        assert rows.highlighted_option
        assert rows.highlighted_option.id == "logs/log-bucket", "not the stage's first, but the part's"

    play(faulty(home), scene, (120, 40))


def test_the_cursor_shows_without_color_and_only_while_it_is_there(home: Path) -> None:
    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        await checked(app, pilot)
        view = app.screen.query_one(MapView)

        def turned_over() -> list[str]:
            content = view.drawn.content
            return [content.plain[one.start : one.end] for one in content.spans if "reverse" in str(one.style)]

        assert turned_over() == []
        await to_the_map(app, pilot)
        await pilot.press("left")
        await wait_for(pilot, lambda: turned_over() == ["… First event"], "the last part, from the first one backward")

    play(faulty(home), scene, (80, 24))


def test_in_a_small_window_a_line_of_signs_says_how_far_it_is(home: Path) -> None:
    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        await checked(app, pilot)
        view = app.screen.query_one(MapView)
        assert view.size.height == 1
        assert not view.can_focus
        assert progress(shown_in(app)) == "7 of 10 done"
        await pilot.resize_terminal(120, 40)
        await wait_for(pilot, lambda: view.size.height > 3 and view.can_focus, "it grows with the window")

    play(faulty(home), scene, (60, 20))


def test_a_run_lights_it_up_part_by_part(home: Path) -> None:
    service = ScriptedService(home, scripts={Job.APPLY: scripted.stays_waiting})
    saved(service, made=Made())

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        app.visit(Route.RUN, "main")
        await on_page(pilot, "DnsPage")
        await pilot.press("escape")
        await on_page(pilot, "RunPage")
        await wait_for(pilot, lambda: app.screen.query_one(MapView).shown, "the map")
        words = states(app)
        assert (words["certificate"], words["cloudfront"]) == ("your turn", "waiting")
        assert (words["logs"], words["log-bucket"], words["events"]) == ("working", "to do", "to do")
        await to_the_map(app, pilot)
        await pilot.press("left", "enter")
        stages = app.screen.query_one(StageList)
        await wait_for(pilot, lambda: app.focused is stages and stages.chosen and stages.chosen.id == "event")
        await pilot.click("#show-dns")
        await on_page(pilot, "DnsPage")
        await pilot.press("escape")
        await on_page(pilot, "RunPage")
        walk = app.live("main")
        assert walk
        assert walk.running.state
        walk.running.state.record(distribution_domain="d999.cloudfront.net")
        await wait_for(pilot, lambda: shown_in(app)["cloudfront"].name == "d999.cloudfront.net", "its real name")
        walk.progress.look_now()
        await wait_for(pilot, lambda: set(states(app).values()) == {"OK"}, "all of it")

    play(service, scene, (120, 40))


async def removes_when_looked_at(progress: Progress) -> None:
    await scripted.waits_for_ever(progress)
    await scripted.all_well(progress)


def test_a_removal_lights_nothing_up(home: Path) -> None:
    service = ScriptedService(home, scripts={Job.REMOVE: removes_when_looked_at})
    saved(service, made=MADE)

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        app.visit(Route.RUN, "main", job=Job.REMOVE)
        await on_page(pilot, "RunPage")
        await wait_for(pilot, lambda: app.screen.query_one(MapView).size.height == 1, "a line, however large")
        await pilot.press("l")
        await wait_for(pilot, lambda: "Gone" in text_of(app), "its result")
        assert not app.screen.query_one(MapView).display

    play(service, scene, (120, 40))


def test_a_part_that_stands_for_some_checks_of_a_stage_isnt_red_because_of_the_others(home: Path) -> None:
    service = ScriptedService(home)
    setup = saved(service, made=PROVEN)
    board = service.start(Job.CHECK, "main").progress
    scripted.end(board, "delivery", Status.FAILED)
    scripted.end(board, "log-bucket")

    drawn = setup_map(setup.choices, setup.made, board.snapshot)

    assert (drawn["logs"].view.status, drawn["log-bucket"].view.status) == (Status.FAILED, Status.OK)


async def at_the_form(app: SnowpixelApp, pilot: Driver) -> None:
    app.visit(Route.CHOICES)
    await on_page(pilot, "ChoicesPage")
    await wait_for(pilot, lambda: box(app, "domain").has_focus, "the form")


@pytest.mark.parametrize("size", [(120, 40), (60, 16)])
def test_it_grows_while_choices_are_typed(home: Path, size: tuple[int, int]) -> None:
    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        await at_the_form(app, pilot)
        assert {"name", "certificate", "tracker", "events"} <= {part.id for part in shown_in(app).parts}
        box(app, "domain").value = ""
        await pilot.press(*"e.shop.org")
        await wait_for(pilot, lambda: shown_in(app)["name"].name == "e.shop.org", "each letter")
        await pilot.press("tab")
        await wait_for(pilot, lambda: shown_in(app)["name"].note == "DNS: Cloudflare", "who runs its DNS")
        before = shown_in(app).price
        assert before in text_of(app)
        box(app, "events").value = "40,000,000"
        await wait_for(pilot, lambda: shown_in(app).price != before, "more events cost more")
        box(app, "events").value = "many"
        await wait_for(pilot, lambda: shown_in(app).price == before, "what can't be read counts as usual")
        app.screen.query_one("#nodomain", Checkbox).value = True
        await wait_for(pilot, lambda: shown_in(app).get("name") is None, "no certificate either")
        assert shown_in(app).get("certificate") is None
        for goal, left in (("js-bucket", 8), ("pixel", 8)):
            app.screen.query_one(f"#goal-{goal}", Checkbox).value = False
            await wait_for(pilot, lambda left=left: len(shown_in(app).parts) == left, goal)  # type: ignore[misc]
        app.screen.query_one("#goal-js-server", Checkbox).value = True
        await wait_for(pilot, lambda: [part.id for part in shown_in(app).parts] == ["pages", "server"], "no account")
        assert "no AWS costs" in text_of(app)

    service = ScriptedService(home, zone=None)
    service.holds = "shop.org"
    play(service, scene, size)


def test_the_form_of_a_setup_that_exists_has_its_real_names(home: Path) -> None:
    service = ScriptedService(home)
    saved(service, made=AWS_NAMES)

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        app.visit(Route.CHOICES, "main")
        await on_page(pilot, "ChoicesPage")
        await wait_for(pilot, lambda: app.screen.query_one(MapView).shown, "the map")
        assert shown_in(app)["account"].name == "123456789012"
        assert states(app)["cloudfront"] == "created"
        assert not app.screen.query_one(MapView).can_focus

    play(service, scene, (120, 40))


@pytest.mark.parametrize(("columns", "beside"), [(119, False), (120, True)])
def test_why_stands_beside_the_field_where_the_window_is_broad(home: Path, columns: int, *, beside: bool) -> None:
    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        await at_the_form(app, pilot)
        await pilot.pause()
        why, field = app.screen.query_one("#why").region, box(app, "domain").region
        assert (why.y <= field.y and why.x >= field.right) is beside
        assert (why.y > field.y) is not beside

    play(ScriptedService(home), scene, (columns, 40))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_it_stands_on_the_last_page_with_the_first_event_at_its_end(home: Path, size: tuple[int, int]) -> None:
    service = ScriptedService(home)
    saved(service, made=AWS_NAMES)

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        app.visit(Route.DONE, "main")
        await on_page(pilot, "DonePage")
        await wait_for(pilot, lambda: "First event" in text_of(app))
        last = shown_in(app).parts[-1]
        assert (last.name, last.created) == ("page view", True)
        drawing = app.screen.query_one(MapView).drawn.content.plain
        assert (last.note in drawing) is (size == (120, 40)), "in a box"
        assert set(states(app).values()) == {"created"}, "nobody has looked yet"

    play(service, scene, size)


def test_after_a_run_the_last_page_shows_what_the_run_found(home: Path) -> None:
    service = ScriptedService(home)
    saved(service, made=PROVEN)

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        app.visit(Route.RUN, "main")
        await on_page(pilot, "RunPage")
        await wait_for(pilot, lambda: app.screen.query_one("#on").display, "the run is over")
        await pilot.press("enter")
        await on_page(pilot, "DonePage")
        await wait_for(pilot, lambda: app.screen.query_one(MapView).shown, "the map")
        assert set(states(app).values()) == {"OK"}

    play(service, scene, (120, 40))


def test_the_first_page_and_the_plan_have_it_where_the_window_is_tall(home: Path) -> None:
    service = ScriptedService(home, scripts={Job.PLAN: scripted.planned})
    saved(service, made=AWS_NAMES)
    saved(service, "other", domain=None)

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        view = app.screen.query_one(MapView)
        await wait_for(pilot, lambda: view.size.height > 3 and "d111111abcdef8.cloudfront.net" in text_of(app))
        await pilot.press("down")
        await wait_for(pilot, lambda: "Your hostname" not in text_of(app), "the other setup has none")
        await pilot.resize_terminal(120, 30)
        await wait_for(pilot, lambda: not view.display, "the timeline needs the room")
        app.visit(Route.PLAN, "main")
        await on_page(pilot, "PlanPage")
        await wait_for(pilot, lambda: not app.screen.query_one("#create").disabled)
        assert not app.screen.query_one(MapView).display
        await pilot.resize_terminal(120, 40)
        await wait_for(pilot, lambda: "d111111abcdef8.cloudfront.net" in text_of(app), "the map")
        assert shown_in(app).price in shown(app, "#headline"), "one price"

    play(service, scene, (120, 40))


def test_somebody_new_sees_what_they_will_have(home: Path) -> None:
    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        await wait_for(pilot, lambda: app.screen.query_one(MapView).size.height > 3, "the map")
        drawn = shown_in(app)
        assert {"pages", "name", "tracker", "events"} <= {part.id for part in drawn.parts}
        assert set(states(app).values()) == {"to do"}
        assert drawn.price in text_of(app)

    play(ScriptedService(home), scene, (120, 40))


def test_the_account_page_places_the_account_once_it_is_known(home: Path) -> None:
    service = ScriptedService(home)
    saved(service, made=Made())

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        app.visit(Route.CREDENTIALS, "main")
        await on_page(pilot, "CredentialsPage")
        view = app.screen.query_one(MapView)
        await wait_for(pilot, lambda: view.shown and view.size.height > 3, "AWS has said who we are")
        assert shown_in(app)["account"].name == service.who.account  # type: ignore[union-attr]  # no error here
        assert {name for name, word in states(app).items() if word == "created"} == {"account"}
        app.screen.query_one("#sources").focus()
        await pilot.press("down", "enter")
        await wait_for(pilot, lambda: box(app, "key").has_focus and not view.display, "the keys need the room")

    play(service, scene, (120, 40))


def test_with_many_setups_everything_on_the_first_page_still_fits(home: Path) -> None:
    service = ScriptedService(home)
    for number in range(12):
        saved(service, f"setup-{number}", made=PROVEN)

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        await wait_for(pilot, lambda: app.screen.query_one(MapView).size.height > 3, "the map")
        await pilot.pause()
        timeline = app.screen.query_one("#timeline").region
        assert timeline.bottom <= app.screen.query_one("#buttons").region.y

    play(service, scene, (120, 38))
