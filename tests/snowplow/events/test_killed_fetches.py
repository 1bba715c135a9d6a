"""A process that is killed while it fetches events: nothing half counts, nothing is fetched twice, nothing is left."""

import shutil
from pathlib import Path

import anyio
import msgspec
import pytest

from tests.product import Product
from tests.snowplow.events.fetch_victim import FEW_PIECES, victim
from tests.snowplow.events.kept_bucket import BUCKET, DAY, HOUR, NOW, Bucket, read, told
from tests.snowplow.events.lines import hit
from wizard.practice.worldfile import WorldFile
from wizard.snowplow.events import reader as event_reader
from wizard.snowplow.events.event_store import Piece
from wizard.storage.locks import LOCK, NOTE

SINCE = 3 * DAY
FEWEST = 30
"""File operations and calls of the look here, at least: fewer, and the victim no longer hears them."""


@pytest.fixture
def bucket(world: WorldFile, product: Product, calm: None) -> Bucket:
    del calm
    return Bucket(world, product)


def leave_much_to_do(bucket: Bucket) -> None:
    """Leave more pieces of a day than stay, one of a file that is gone from the bucket, and files that are new."""
    day = NOW - DAY - (NOW - DAY) % DAY
    gone = bucket.put(NOW - 2 * DAY, hit("e=pv&page=gone"), name="gone")
    reader = None
    for hour in range(FEW_PIECES + 1):
        bucket.put(day + hour * HOUR, hit(f"e=pv&page={hour:02}"))
        if reader is None:
            reader, _ = bucket.look(SINCE)
        else:
            anyio.run(read, reader)
    assert reader is not None
    reader.base.close()
    bucket.s3.delete_object(Bucket=BUCKET, Key=gone)
    for name in "ab":
        bucket.put(NOW - HOUR, hit(f"e=pv&page={name}"), name=name)


def kept(folder: Path) -> set[str]:
    """Return the log files that count as kept."""
    manifests = [msgspec.json.decode(path.read_bytes(), type=Piece) for path in folder.rglob("*.json")]
    return {file.key for piece in manifests for file in piece.files}


def test_a_kill_at_any_operation_costs_only_what_was_under_way(
    bucket: Bucket, world: WorldFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_reader, "MOST_PIECES", FEW_PIECES)
    leave_much_to_do(bucket)
    cache = bucket.kept.parent
    before = cache.with_name("before")
    shutil.copytree(cache, before)
    reader, _ = bucket.look(SINCE)
    there, truth = reader.files, told(reader)
    assert truth
    with victim(world, bucket.product, NOW - SINCE) as computer:
        at = 1
        while True:
            shutil.rmtree(cache)
            shutil.copytree(before, cache)
            alive = not computer.dies_at(at)
            had = kept(bucket.kept)
            reader, fetched = bucket.look(SINCE)
            assert (at, reader.files, told(reader), reader.notes) == (at, there, truth, [])
            gone = {key for key in had if key.endswith(".gone.gz")}
            assert (at, fetched) == (at, there - len(had - gone))
            (work,) = bucket.kept.rglob("work")
            left = [path for path in work.iterdir() if not path.suffix.startswith((LOCK, NOTE))]
            assert (at, left) == (at, []), "a lock may stay for an hour, nothing of what visitors sent"
            tables = {path.with_suffix("") for path in bucket.kept.rglob("*.parquet")}
            manifests = {path.with_suffix("") for path in bucket.kept.rglob("*.json")}
            assert (at, len(tables)) == (at, len(manifests)), "each table belongs to a manifest"
            if alive:
                break
            at += 1
    assert at > FEWEST
