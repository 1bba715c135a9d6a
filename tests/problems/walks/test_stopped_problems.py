"""What stops a setup on its way, or waits in one that is not made yet: provoked, and read as a user reads it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.hands import Hands
from tests.problems.scene import red, words
from tests.product import DOMAIN, Product
from wizard.model.context import BROWSE, PROVE, YES
from wizard.model.results import Check, Job, Snapshot, Status
from wizard.model.setup import Goal
from wizard.service import Service
from wizard.snowplow.browserproof import proof_server


def found(snapshot: Snapshot, item: str, problem: str, *says: str, status: Status = Status.FAILED) -> Check:
    """Return an item's row, which has this problem and says these words; no row is red for another reason."""
    checks = {check.id: check for check in snapshot.checks}
    check = checks[item]
    assert check.problem is not None, check
    assert (check.problem.id, check.status) == (problem, status), check
    for text in says:
        assert text in words(check)
    assert red(checks) == ({problem} if status is Status.FAILED else set()), red(checks)
    return check


def test_what_is_not_made_yet_waits_under_its_own_name(product: Product) -> None:
    product.new()
    found(product.check(), "content-bucket", "not-made", "Private bucket for the pixel", status=Status.WAITING)


@pytest.mark.parametrize(
    ("content", "says"), [(b"<html>not here</html>", "GIF"), (None, "There is no file")], ids=["a page", "no file"]
)
def test_an_image_that_is_no_pixel_stops_before_it_is_used(
    product: Product, tmp_path: Path, content: bytes | None, says: str
) -> None:
    image = tmp_path / "own-pixel.gif"
    if content is not None:
        image.write_bytes(content)
    product.new(pixel=str(image))
    found(product.apply(patience=0.0), "pixel-image", "pixel-unusable", str(image), says)
    assert product.setup().made.pixel_image is None


def test_a_file_that_is_no_tracker_stops_before_it_is_used(product: Product, tmp_path: Path) -> None:
    page = tmp_path / "tracker.js"
    page.write_bytes(b"<!doctype html><title>Sign in</title>" + b" " * 9000)
    product.new(goals=(Goal.PIXEL, Goal.JS_BUCKET), tracker=str(page))
    found(product.apply(patience=0.0), "tracker-file", "tracker-unusable", str(page), "web page")
    assert product.setup().made.tracker is None


def test_a_test_event_that_the_pixel_does_not_take_is_not_counted_as_sent(product: Product) -> None:
    product.stand()
    before = product.setup().made.event_request_id
    Hands(product).delete("i")
    ended = product.apply(only=("first-event",), answers={PROVE: YES})
    found(ended, "first-event", "event-not-sent", "HTTP 403")
    assert product.setup().made.event_request_id == before


def test_a_page_that_nobody_opens_is_taken_down_and_said(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.trackers import V4  # noqa: PLC0415 - beside the tests that need it

    product.new(goals=(Goal.PIXEL, Goal.JS_BUCKET), tracker=str(V4))
    product.apply()
    monkeypatch.setattr(proof_server, "LIFE", 0.0)
    ended = product.apply(only=("browser-run",), answers={BROWSE: YES})
    found(ended, "browser-run", "browser-none", "ssh -L")
    assert product.setup().made.browser_run is None


def test_what_cannot_be_written_down_stops_before_the_next_thing_is_made(product: Product) -> None:
    product.new()
    ended = interrupted(product, "create_distribution_with_tags", lambda folder: folder.write_text("in the way"))
    found(ended, "distribution", "cannot-save", str(product.service.store.folder))


def interrupted(product: Product, at: str, put: Callable[[Path], object]) -> Snapshot:
    """Apply while somebody moves the folder of the setups away at a call and puts something else there."""
    folder = product.service.store.folder
    aside = folder.with_name("aside")

    def observe(service: str, operation: str) -> None:
        del service
        if operation == at and not aside.exists():
            folder.rename(aside)
            put(folder)

    usual = product.service
    product.service = Service(replace(usual.environment, observe=observe))
    try:
        return product.run(Job.APPLY, adds_records=False, patience=0.0)
    finally:
        product.service = usual
        folder.unlink()
        aside.rename(folder)
        assert DOMAIN in str(product.setup().choices)
