"""Events kept on this computer, out of a real bucket: each log file is fetched once, and what goes there goes here."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.product import Product
from tests.snowplow.events.kept_bucket import BUCKET, DAY, HOUR, NOW, Bucket, read, told, with_made
from tests.snowplow.events.lines import hit, log
from wizard.practice.worldfile import WorldFile
from wizard.snowplow.events import event_store
from wizard.snowplow.events.event_base import EventBase
from wizard.snowplow.events.event_store import EventStore
from wizard.snowplow.events.reader import MOST_PIECES
from wizard.snowplow.events.work_folder import PREFIX
from wizard.storage.store import StoreError


@pytest.fixture
def bucket(world: WorldFile, product: Product, calm: None) -> Bucket:
    del calm
    return Bucket(world, product)


def test_a_second_look_fetches_nothing_and_says_the_same(bucket: Bucket) -> None:
    lines = [hit(f"e=pv&page={n}&aid=shop", address="203.0.113.9") for n in range(3)]
    for days in range(15):
        for name in "ab":
            bucket.put(NOW - days * DAY, *lines, "broken", name=name)
    mask = os.umask(0)
    try:
        first, fetched = bucket.look(20 * DAY)
        second, again = bucket.look(20 * DAY)
    finally:
        os.umask(mask)
    assert (fetched, again) == (30, 0)
    assert (first.files, second.files) == (30, 30)
    assert first.odd == second.odd == {"lines with too few or too many fields": 30}
    assert first.newest == second.newest
    assert first.left_out == second.left_out
    assert len(told(first)) == len(told(second)) == 90
    third, fetched = bucket.look(3 * DAY)
    assert (fetched, third.files) == (0, 8)
    third.base.close()
    assert {path.stat().st_mode & 0o077 for path in [bucket.kept, *bucket.kept.rglob("*")]} == {0}


def test_only_new_files_are_fetched_late_ones_too(bucket: Bucket) -> None:
    bucket.put(NOW - 3 * HOUR, hit("e=pv&page=1"))
    assert bucket.look()[1] == 1
    bucket.put(NOW - 3 * HOUR, hit("e=pv&page=late"), name="b")
    bucket.put(NOW, hit("e=pv&page=2"))
    reader, fetched = bucket.look()
    assert (fetched, told(reader)) == (2, ["1", "2", "late"])


def test_one_look_after_the_other_in_one_process(bucket: Bucket) -> None:
    bucket.put(NOW - HOUR, hit("e=pv&page=1"))
    reader, _ = bucket.look()
    assert [event.values["page_title"] for event in reader.base.fresh()] == ["1"]
    bucket.put(NOW, hit("e=pv&page=2"))
    bucket.look()[0].base.close()  # another process has fetched it meanwhile
    bucket.product.calls.clear()
    anyio.run(read, reader)
    assert bucket.product.calls.count(("s3", "get_object")) == 0
    assert [event.values["page_title"] for event in reader.base.fresh()] == ["2"]
    assert told(reader) == ["1", "2"]


def _gone(bucket: Bucket, key: str) -> None:
    bucket.s3.delete_object(Bucket=BUCKET, Key=key)


def _another(bucket: Bucket, key: str) -> None:
    bucket.s3.put_object(Bucket=BUCKET, Key=key, Body=log([hit("e=pv&page=another")]))


@pytest.mark.parametrize(
    ("change", "fetched", "pages"),
    [(_gone, 1, ["2", "3"]), (_another, 2, ["2", "3", "another"])],
)
def test_what_is_deleted_or_replaced_in_the_bucket_leaves_the_store(
    bucket: Bucket, change: Callable[[Bucket, str], None], fetched: int, pages: list[str]
) -> None:
    key = bucket.put(NOW - 2 * DAY + HOUR, hit("e=pv&page=1"))
    bucket.put(NOW - 2 * DAY + HOUR, hit("e=pv&page=2"), name="b")
    bucket.put(NOW - HOUR, hit("e=pv&page=3"))
    bucket.look()[0].base.close()
    change(bucket, key)
    reader, again = bucket.look()
    assert (again, told(reader)) == (fetched, pages)


def test_what_the_retention_has_passed_goes_without_a_look_at_it(bucket: Bucket) -> None:
    bucket.put(NOW - 40 * DAY, hit("e=pv&page=old"))
    bucket.put(NOW - 3 * DAY, hit("e=pv&page=new"))
    bucket.look(50 * DAY)[0].base.close()
    assert len(list(bucket.kept.rglob("*.parquet"))) == 2
    assert bucket.look(HOUR)[1] == 0
    assert len(list(bucket.kept.rglob("*.parquet"))) == 1


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def _flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("files", "damage"),
    [
        ("*.parquet", _cut),
        ("*.parquet", _flipped),
        ("*.parquet", Path.unlink),
        ("*.json", _cut),
        ("*.json", lambda path: path.write_text("[" * 99_999)),
    ],
)
def test_damage_is_seen_told_and_fetched_anew(bucket: Bucket, files: str, damage: Callable[[Path], None]) -> None:
    for name in "ab":
        bucket.put(NOW - HOUR, hit(f"e=pv&page={name}"), name=name)
    bucket.put(NOW - DAY, hit("e=pv&page=c"))
    bucket.look()[0].base.close()
    damage(next(bucket.kept.rglob(f"{datetime.fromtimestamp(NOW - HOUR, UTC):%Y-%m-%d}/{files}")))
    reader, fetched = bucket.look()
    assert (fetched, reader.damaged, told(reader)) == (2, 1, ["a", "b", "c"])
    again, fetched = bucket.look()
    assert (fetched, again.damaged, told(again)) == (0, 0, ["a", "b", "c"])


def test_whole_addresses_are_kept_apart(bucket: Bucket) -> None:
    bucket.put(NOW - HOUR, hit("e=pv&page=1", address="203.0.113.9"))
    for whole, fetched, address in (
        (False, 1, "203.0.113.0"),
        (True, 1, "203.0.113.9"),
        (False, 0, "203.0.113.0"),
        (True, 0, "203.0.113.9"),
    ):
        reader, again = bucket.look(full_address=whole)
        with closing(reader.base) as base:
            assert (again, [event.address for event in base.events()]) == (fetched, [address])


def test_another_decoder_decodes_anew(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket.put(NOW - HOUR, hit("e=pv&page=1"))
    bucket.look()[0].base.close()
    monkeypatch.setattr(event_store, "stamp", lambda: "another")
    reader, fetched = bucket.look()
    assert (fetched, told(reader)) == (1, ["1"])
    reader, fetched = bucket.look()
    assert (fetched, told(reader)) == (0, ["1"])
    assert len(list(bucket.kept.rglob("*.parquet"))) == 1


def test_another_bucket_of_the_setup_starts_anew(bucket: Bucket) -> None:
    bucket.put(NOW - HOUR, hit("e=pv&page=1"))
    bucket.look()[0].base.close()
    bucket.s3.create_bucket(Bucket="another-bucket")
    store, setup = bucket.product.service.store, bucket.product.setup()
    store.save(with_made(setup, account=setup.made.account, log_bucket="another-bucket"))
    reader, fetched = bucket.look()
    assert (fetched, told(reader)) == (0, [])
    assert list(bucket.kept.rglob("*.parquet")) == []


def test_an_interrupted_fetch_leaves_nothing_that_counts_and_is_gone_onwith_made(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    for days in range(4):
        bucket.put(NOW - days * DAY, hit(f"e=pv&page={days}"))
    keep = EventStore.keep
    kept: list[object] = []

    def cut(self: EventStore, *given: object) -> None:
        if len(kept) == 2:
            monkeypatch.setattr(event_store, "put", _power_cut)
        kept.append(given)
        keep(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(EventStore, "keep", cut)
    with pytest.raises(KeyboardInterrupt):
        bucket.look(5 * DAY)
    monkeypatch.undo()
    assert len(list(bucket.kept.rglob("*.json"))) == 2
    assert len(list(bucket.kept.rglob("????-??-??/*.parquet"))) == 3
    reader, fetched = bucket.look(5 * DAY)
    assert (fetched, told(reader)) == (2, ["0", "1", "2", "3"])
    assert len(list(bucket.kept.rglob("????-??-??/*.parquet"))) == 4


def _power_cut(path: Path, data: bytes) -> None:
    del path, data
    raise KeyboardInterrupt


def test_where_nothing_can_be_kept_the_events_are_told_all_the_same(bucket: Bucket) -> None:
    bucket.put(NOW - HOUR, hit("e=pv&page=1"))
    bucket.kept.parent.parent.mkdir(parents=True, exist_ok=True)
    bucket.kept.parent.write_text("a file where the folder belongs")
    for _ in range(2):
        reader, fetched = bucket.look()
        assert (fetched, reader.not_kept, told(reader)) == (1, "a folder in its path is a file", ["1"])


def test_a_disk_that_fills_up_while_it_keeps(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    for days in range(2):
        bucket.put(NOW - days * DAY, hit(f"e=pv&page={days}"))

    def full(path: Path, data: bytes) -> None:
        del data
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(event_store, "put", full)
    reader, _ = bucket.look()
    assert (reader.not_kept, told(reader)) == ("the disk is full, or your quota is used up", ["0", "1"])


def test_no_room_to_decode(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket.put(NOW - HOUR, hit("e=pv&page=1"))

    def full(self: EventBase, files: Iterator[object]) -> None:
        del self, files
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(EventBase, "add", full)
    with pytest.raises(StoreError, match="the disk is full, or your quota is used up"):
        bucket.look()


def test_two_at_once_fetch_each_file_once(bucket: Bucket) -> None:
    for days in range(6):
        bucket.put(NOW - days * DAY, hit(f"e=pv&page={days}"))
    readers = [bucket.product.service.event_reader("main", NOW - 7 * DAY) for _ in range(2)]

    async def both() -> None:
        async with anyio.create_task_group() as group:
            for reader in readers:
                group.start_soon(read, reader)

    bucket.product.calls.clear()
    anyio.run(both)
    assert bucket.product.calls.count(("s3", "get_object")) == 6
    assert [told(reader) for reader in readers] == [list("012345")] * 2


def test_what_a_killed_process_left_is_swept(bucket: Bucket) -> None:
    bucket.put(NOW - HOUR, hit("e=pv&page=1"))
    bucket.look()[0].base.close()
    (work,) = bucket.kept.rglob("work")
    left = work / "snowpixel-events-left"
    left.mkdir()
    (left / "000001.parquet").write_text("what visitors sent")
    left.with_suffix(".lock").touch()
    living, _ = bucket.look()
    assert not left.exists()
    other, _ = bucket.look()
    assert living.base.folder.exists(), "a living process keeps its own"
    assert told(living) == told(other) == ["1"]
    assert list(work.iterdir()) == []
    assert [one.name for one in bucket.kept.iterdir()] == [f"{bucket.product.setup().made.account}-{BUCKET}"]


def test_many_small_pieces_of_a_day_become_one(bucket: Bucket) -> None:
    day = NOW - DAY - (NOW - DAY) % DAY
    reader = None
    for hour in range(MOST_PIECES + 2):
        bucket.put(day + hour * HOUR, hit(f"e=pv&page={hour:02}"), "broken")
        if reader is None:
            reader, _ = bucket.look()
        else:
            anyio.run(read, reader)
    assert reader is not None
    assert len(told(reader)) == MOST_PIECES + 2
    assert len(list(bucket.kept.rglob("*.json"))) == 2
    again, fetched = bucket.look()
    assert (fetched, len(told(again)), again.files, again.broken) == (0, *[MOST_PIECES + 2] * 3)
    assert [path.name[:5] for path in sorted(bucket.kept.rglob("*.json"))] == ["00-12", "13-13"]
    assert len(list(bucket.kept.rglob("*.parquet"))) == 2


def test_no_room_to_work_in_falls_back_to_temporary_files(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.put(NOW - HOUR, hit("e=pv&page=1"))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    mkdir = Path.mkdir

    def full(self: Path, *given: Any, **more: Any) -> None:
        if self.name.startswith(PREFIX) and (self.parent != temporary or everywhere):
            raise OSError(28, "No space left on device", str(self))
        mkdir(self, *given, **more)

    monkeypatch.setattr(Path, "mkdir", full)
    everywhere = False
    reader, _ = bucket.look()
    why = "the disk is full, or your quota is used up"
    assert reader.notes == [f"The events can't be kept on this computer: {why}. The next run fetches them again."]
    assert told(reader) == ["1"]
    everywhere = True
    with pytest.raises(StoreError, match=why):
        bucket.look()
    assert list(temporary.iterdir()) == []
