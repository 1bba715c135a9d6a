"""The checklist page: looking again at a part, what is different, warnings on purpose, the report."""

from pathlib import Path

from screens.app import SnowpixelApp
from screens.partial_check import looked_at, merged
from screens.routes import Route
from screens.widgets.checklist_rows import ChecklistRows
from tests.product import Product
from tests.screens import scripted
from tests.screens.driving import Driver, box, focused, on_page, shown, text_of, wait_for
from tests.screens.scripted import ScriptedService, a_setup
from tests.screens.test_pages import play
from wizard.engine.progress import Progress
from wizard.model.results import Check, Item, Job, Phase, Problem, Snapshot, StageView, Status


class Worlds:
    """A check whose row on plain http is what a test says."""

    def __init__(self, status: Status = Status.WARNING, observed: str = "max-age=60") -> None:
        self.status = status
        self.observed = observed

    async def __call__(self, progress: Progress) -> None:
        if any(item.id == "http-redirect" for item in progress.snapshot.items):
            problem = Problem("viewer-policy-differs", {"observed": self.observed, "wanted": "a redirect"})
            told = None if self.status is Status.OK else problem
            scripted.end(progress, "http-redirect", self.status, "Plain HTTP", observed=self.observed, problem=told)
        await scripted.all_well(progress)


def to_row(app: SnowpixelApp, row: str) -> None:
    """Put the highlight on a line."""
    rows = app.screen.query_one(ChecklistRows)
    rows.highlighted = rows.get_option_index(row)


async def to_the_warning(app: SnowpixelApp, pilot: Driver) -> None:
    """Open the checklist and go to the single line that is not well."""
    app.visit(Route.CHECKLIST, "main")
    await wait_for(pilot, lambda: "It works; see the rows" in text_of(app))
    to_row(app, "https/http-redirect")
    await wait_for(pilot, lambda: "max-age=60" in shown(app, "#detail"))


def test_a_warning_on_purpose_is_shown_with_its_reason_and_counts_no_more(home: Path) -> None:
    world = Worlds()
    service = ScriptedService(home, scripts={Job.CHECK: world})
    a_setup(service)

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        await to_the_warning(app, pilot)
        await pilot.press("a")
        await on_page(pilot, "AcceptModal")
        await pilot.press("enter")
        await wait_for(pilot, lambda: "Enter a reason" in text_of(app))
        box(app, "reason").value = "our cache wants it so"
        await pilot.press("enter")
        await on_page(pilot, "ChecklistPage")
        await wait_for(pilot, lambda: "Everything is OK" in text_of(app))
        accepted = service.store.load("main").accepted["http-redirect"]
        assert (accepted.reason, accepted.observed) == ("our cache wants it so", "max-age=60")
        await pilot.press("r")
        await wait_for(pilot, lambda: len(service.looked_at) == 2 and "Everything is OK" in text_of(app))
        world.observed = "max-age=61"
        await pilot.press("r")
        await wait_for(pilot, lambda: "It works; see the rows" in text_of(app))

    play(service, scene)


def test_a_word_is_taken_back_with_the_same_key(home: Path) -> None:
    service = ScriptedService(home, scripts={Job.CHECK: Worlds()})
    a_setup(service)

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        await to_the_warning(app, pilot)
        await pilot.press("a")
        await on_page(pilot, "AcceptModal")
        await pilot.press(*"spring", "enter")
        await wait_for(pilot, lambda: "Everything is OK" in text_of(app))
        to_row(app, "https")  # its lines are folded now
        await pilot.press("enter")
        await wait_for(pilot, lambda: "https/http-redirect" in app.screen.query_one(ChecklistRows).places)
        to_row(app, "https/http-redirect")
        await wait_for(pilot, lambda: "accepted on 20" in shown(app, "#detail"))
        await pilot.press("a")
        await wait_for(pilot, lambda: "It works; see the rows" in text_of(app))
        assert service.store.load("main").accepted == {}

    play(service, scene)


def test_one_check_one_row_and_all_can_be_looked_at_again(home: Path) -> None:
    world = Worlds()
    service = ScriptedService(home, scripts={Job.CHECK: world})
    a_setup(service)

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        await to_the_warning(app, pilot)
        everything = shown(app, "#turn").splitlines()[1]
        await pilot.press("o")
        await wait_for(pilot, lambda: len(service.looked_at) == 2 and "It works" in text_of(app))
        assert shown(app, "#turn").splitlines()[1] == everything  # nothing else was forgotten
        await pilot.press("s")
        await wait_for(pilot, lambda: len(service.looked_at) == 3 and "It works" in text_of(app))
        world.status = Status.OK
        to_row(app, "https/http-redirect")
        await pilot.press("o")
        await wait_for(pilot, lambda: "Everything is OK" in text_of(app))
        await wait_for(pilot, lambda: "changed since the last check: " in shown(app, "#turn"))

    play(service, scene)

    first, one, row, again = service.looked_at
    assert first is None
    assert one == again == frozenset({"http-redirect"})
    assert row is not None
    assert row >= {"tls", "pixel-https", "http-redirect"}


def test_what_is_different_is_told_also_after_a_restart(home: Path) -> None:
    world = Worlds(Status.OK)
    service = ScriptedService(home, scripts={Job.CHECK: world})
    a_setup(service)

    async def well(app: SnowpixelApp, pilot: Driver) -> None:
        app.visit(Route.CHECKLIST, "main")
        await wait_for(pilot, lambda: "Everything is OK" in text_of(app))
        assert "changed since" not in shown(app, "#turn")

    async def other(app: SnowpixelApp, pilot: Driver) -> None:
        await to_the_warning(app, pilot)
        assert "changed since the last check" in shown(app, "#turn")
        assert "At the last check: ✓" in shown(app, "#detail")

    play(service, well)
    world.status = Status.WARNING
    play(service, other)


def test_the_report_is_read_before_it_is_saved(product: Product) -> None:
    product.stand()

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        app.visit(Route.CHECKLIST, "main")
        await wait_for(pilot, lambda: "Everything is OK" in text_of(app))
        await pilot.press("e")
        await on_page(pilot, "ReportModal")
        assert "sts get_caller_identity: ok" in shown(app, "#report")
        assert product.world.account_id not in shown(app, "#report")
        await wait_for(pilot, lambda: focused(app) == "close")
        await pilot.press("right", "enter")
        await wait_for(pilot, lambda: "Saved:" in shown(app, "#said"))
        await pilot.press("right", "enter")
        await wait_for(pilot, lambda: "-masked" not in shown(app, "#said"))

    play(product.service, scene)

    named, masked = sorted((product.service.environment.home / "reports").iterdir(), key=lambda file: len(file.name))
    assert product.world.account_id in named.read_text()
    assert product.world.account_id not in masked.read_text()
    assert named.stat().st_mode & 0o777 == 0o600
    for file in (named, masked):
        assert product.world.secret_access_key not in file.read_text()


def _snapshot(*checks: Check) -> Snapshot:
    items = tuple(Item(one.id, "dns", one.id, Phase.DONE, check=one) for one in checks)
    return Snapshot(Job.CHECK, "main", (StageView("dns", "DNS", "", items),), finished=True)


def test_a_part_is_weighed_with_the_whole() -> None:
    missing = Check("pixel-record", "dns", Status.FAILED, "no record", evidence={"flattened": "yes"})
    unseen = Check("pixel-https", "dns", Status.UNKNOWN, "no answer")
    proven = Check("pixel-https", "dns", Status.OK, "our distribution answers")
    whole = merged(_snapshot(missing, unseen), _snapshot(proven))
    assert [check.status for check in whole.checks] == [Status.OK, Status.OK]
    assert merged(None, whole) is whole


def test_what_hangs_together_is_looked_at_together() -> None:
    blocked = Item("alias", "x", "x", check=Check("alias", "x", Status.SKIPPED, "", evidence={"blocked_by": "dist"}))
    assert looked_at([blocked]) == {"alias", "dist"}
    together = {"pixel-record", "dns-resolvers", "pixel-https", "tls", "http-redirect", "tracker-https"}
    before = {"caa", "certificate-record", "name-servers"}
    assert looked_at([Item("pixel-record", "dns", "x")]) == together | before
    assert looked_at([Item("bucket", "x", "x")]) == {"bucket"}
