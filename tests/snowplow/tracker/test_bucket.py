"""The tracker from the bucket: made with the pixel, held to its hash, upgraded beside the old, never pulled away."""

from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.hands import Hands
from tests.product import DOMAIN, Product, not_ok, verdicts
from tests.trackers import V3, V4
from wizard.model.digest import integrity
from wizard.model.results import Action, Check, Job, Snapshot, Status
from wizard.model.setup import Goal, OldTrackers
from wizard.storage.store import StoreError

LOOKS = 30
"""Calls that a look at a setup with a pixel may take; tests/bench holds the same figure.

Three of them ask for the tags of the log delivery's parts, which AWS's replies do not have in them.
"""

BOTH = (Goal.PIXEL, Goal.JS_BUCKET)


def check_of(snapshot: Snapshot, item: str) -> Check:
    return next(check for check in snapshot.checks if check.id == item)


def problem_of(snapshot: Snapshot, item: str) -> str:
    found = check_of(snapshot, item).problem
    assert found is not None, check_of(snapshot, item)
    return found.id


@pytest.fixture
def served(product: Product) -> Product:
    """A finished setup with pixel and tracker."""
    product.stand(goals=BOTH, tracker=str(V4))
    return product


def test_one_walk_does_pixel_and_tracker(served: Product) -> None:
    file = served.setup().made.tracker
    assert file is not None
    assert (file.version, file.flavour, file.sha384) == ("4.10.1", "umd", integrity(V4.read_bytes()))
    folder, _, name = file.key.partition("/")
    assert folder == "4.10.1"
    assert len(name) == len("abcdefghij.js")
    checked = served.check()
    assert not_ok(checked) == []
    assert check_of(checked, "tracker-https").observed.startswith("gzip, sha384-")
    assert [row.id for row in checked.stages][2:4] == ["pixel", "tracker"]


def test_a_second_apply_writes_nothing_and_a_finished_set_up_needs_nothing(served: Product) -> None:
    served.clear()
    assert served.apply().done == ()
    assert served.writes() == []
    assert served.run(Job.PLAN).changes == ()


def choose(product: Product, **choices: Any) -> None:
    product.service.choose("main", **choices)


def test_the_same_file_from_another_place_is_served_and_checked_as_before(served: Product, tmp_path: Path) -> None:
    elsewhere = tmp_path / "copy.js"
    elsewhere.write_bytes(V4.read_bytes())
    before = served.setup().made.tracker
    choose(served, tracker=str(elsewhere))
    served.clear()
    assert not_ok(served.apply()) == []
    assert served.writes() == []
    after = served.setup().made.tracker
    assert before is not None
    assert after is not None
    assert (after.key, after.source) == (before.key, str(elsewhere))
    assert not_ok(served.check()) == []


def test_a_pixel_alone_has_no_row_for_the_tracker_and_costs_no_call(product: Product) -> None:
    product.stand()
    checked = product.check()
    assert "tracker" not in {stage.id for stage in checked.stages}
    assert not {check.id for check in checked.checks if "tracker" in check.id}
    assert len(product.calls) <= LOOKS


def test_the_tracker_costs_one_call_to_check_and_two_to_make(product: Product) -> None:
    product.stand()
    product.check()
    alone = len(product.calls)
    choose(product, goals=BOTH, tracker=str(V4))
    product.clear()
    product.apply()
    assert product.writes() == [("s3", "PutObject")]
    product.clear()
    product.check()
    assert len(product.calls) == alone + 1


def test_the_tracker_can_be_added_later_and_changes_nothing_else(product: Product) -> None:
    product.stand()
    choose(product, goals=BOTH, tracker=str(V4))
    plan = product.run(Job.PLAN)
    assert {change.resource for change in plan.changes} == {"tracker-file", "tracker-object"}
    assert not_ok(product.apply()) == []


def test_the_tracker_alone_needs_no_pixel_no_logs_and_no_event(product: Product) -> None:
    product.new(goals=(Goal.JS_BUCKET,), tracker=str(V4))
    done = product.apply()
    assert not_ok(done) == []
    assert [row.id for row in done.stages] == [
        "credentials", "bucket", "tracker", "certificate", "cloudfront", "dns", "https",
    ]  # fmt: skip
    assert not_ok(product.check()) == []
    product.run(Job.REMOVE)
    assert product.service.store.names() == ()


def test_an_upgrade_lies_beside_the_old_file_which_stays(served: Product) -> None:
    before = served.setup().made.tracker
    choose(served, tracker=str(V3))
    plan = served.run(Job.PLAN)
    assert [change.action for change in plan.changes if change.resource == "tracker-file"] == [Action.UPDATE]
    assert not_ok(served.apply()) == []
    made = served.setup().made
    assert before is not None
    assert made.tracker is not None
    assert made.tracker.key.startswith("3.24.6/")
    assert keys(served) == {"i", "pxl.png", "ice.png", before.key, made.tracker.key}
    checked = served.check()
    assert not_ok(checked) == []
    assert before.key in check_of(checked, "tracker-earlier").summary


def test_the_way_back_changes_no_address(served: Product) -> None:
    before = served.setup().made.tracker
    for source in (V3, V4):
        choose(served, tracker=str(source))
        assert not_ok(served.apply()) == []
    after = served.setup().made.tracker
    assert (before and before.key) == (after and after.key)


def test_what_is_not_wanted_any_more_is_deleted_by_plan_and_apply(served: Product) -> None:
    choose(served, goals=(Goal.PIXEL,))
    plan = served.run(Job.PLAN)
    assert [(change.resource, change.action) for change in plan.changes] == [("tracker-earlier", Action.DELETE)]
    assert not_ok(served.apply()) == []
    assert keys(served) == {"i", "pxl.png", "ice.png"}
    assert served.setup().made.tracker is None
    assert "tracker" not in {stage.id for stage in served.check().stages}


def test_an_old_file_is_not_removed_while_a_page_loads_it(served: Product) -> None:
    before = served.setup().made.tracker
    assert before is not None
    page = Hands(served).put("page.html", f"<script src='/{before.key}'></script>")
    choose(served, tracker=str(V3), tracker_old=OldTrackers.REMOVE, pages=(page,))
    served.apply()
    again = served.apply()
    assert problem_of(again, "tracker-earlier") == "tracker-in-use"
    assert page in check_of(again, "tracker-earlier").summary
    assert before.key in keys(served)
    Hands(served).put("page.html", "<p>no tag any more</p>")
    assert not_ok(served.apply()) == []
    assert before.key not in keys(served)


def test_an_old_file_is_not_removed_while_visitors_load_it(served: Product) -> None:
    before = served.setup().made.tracker
    assert before is not None
    visit(served, f"/{before.key}")
    served.control.flush_logs()
    choose(served, tracker=str(V3), tracker_old=OldTrackers.REMOVE)
    served.apply()
    again = served.apply()
    assert problem_of(again, "tracker-earlier") == "tracker-in-use"
    assert "visitors loaded it 1 times" in check_of(again, "tracker-earlier").summary


def test_a_page_that_cannot_be_looked_at_speaks_for_keeping(served: Product) -> None:
    choose(served, tracker=str(V3), tracker_old=OldTrackers.REMOVE, pages=("https://nowhere.example.test/",))
    served.apply()
    assert problem_of(served.apply(), "tracker-earlier") == "tracker-in-use"
    choose(served, pages=())
    assert not_ok(served.apply()) == []


def test_a_file_that_somebody_changed_is_named_and_put_right(served: Product) -> None:
    file = served.setup().made.tracker
    assert file is not None
    Hands(served).put(file.key, V3.read_text(), "text/plain")
    checked = served.check()
    assert check_of(checked, "tracker-object").status is Status.FAILED
    assert problem_of(checked, "tracker-https") == "tracker-differs"
    assert "Content-Type" in check_of(checked, "tracker-object").observed
    assert not_ok(served.run(Job.REPAIR)) == []
    assert not_ok(served.check()) == []


def test_a_file_that_is_gone_is_uploaded_again_although_its_source_is_gone_too(
    product: Product, tmp_path: Path
) -> None:
    source = tmp_path / "tracker.js"
    source.write_bytes(V4.read_bytes())
    product.new(goals=BOTH, tracker=str(source))
    product.apply()
    source.unlink()
    file = product.setup().made.tracker
    assert file is not None
    Hands(product).delete(file.key)
    assert problem_of(product.check(), "tracker-object") == "gone"
    assert not_ok(product.run(Job.REPAIR)) == []


def test_a_source_that_changed_meanwhile_is_not_taken(product: Product, tmp_path: Path) -> None:
    source = tmp_path / "tracker.js"
    source.write_bytes(V4.read_bytes())
    product.new(goals=BOTH, tracker=str(source))
    product.apply()
    file = product.setup().made.tracker
    assert file is not None
    source.write_bytes(V3.read_bytes())
    for kept in (product.service.environment.home / "files").iterdir():
        kept.write_bytes(b"damaged")
    Hands(product).delete(file.key)
    ended = product.run(Job.REPAIR)
    assert problem_of(ended, "tracker-object") == "tracker-hash"
    choose(product, tracker_sha384=integrity(V3.read_bytes()))
    assert not_ok(product.apply()) == []


def test_without_compression_the_probe_warns(served: Product) -> None:
    Hands(served).edit(lambda config: config["DefaultCacheBehavior"].update(Compress=False))
    checked = served.check()
    assert problem_of(checked, "tracker-https") == "tracker-not-packed"
    assert check_of(checked, "tracker-https").status is Status.WARNING
    assert check_of(checked, "distribution").status is Status.FAILED


def test_removing_takes_every_tracker_file_too(served: Product) -> None:
    choose(served, tracker=str(V3))
    served.apply()
    gone = served.run(Job.REMOVE, answers={"delete-logs": "yes"})
    assert Status.FAILED not in verdicts(gone).values()
    assert served.service.store.names() == ()


def test_the_pixel_is_not_dropped_by_a_choice(served: Product) -> None:
    with pytest.raises(StoreError, match="may be in use"):
        choose(served, goals=(Goal.JS_BUCKET,))


def keys(product: Product) -> set[str]:
    """Return what the content bucket holds."""
    return Hands(product).keys()


def visit(product: Product, path: str) -> None:
    """Load something as a browser does."""
    setup = product.setup()
    web = product.service.ports(setup.choices).web
    answer = anyio.run(lambda: web.get(f"https://{DOMAIN}{path}", headers={"User-Agent": "Mozilla/5.0"}, limit=10**6))
    assert answer.status == 200
