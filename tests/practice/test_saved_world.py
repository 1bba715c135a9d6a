"""A practice world outlives its process: it comes back as it was, or says why it began anew."""

import json
import os
import pickle
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.practice.conftest import GIF, HOST, Road, fetch, file_of, make_client, until
from wizard.practice import process, worldfile
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile, WorldOrigin

LINGER = 60.0


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "world"
    process.stop(tmp_path / "world")


def begin(folder: Path) -> WorldFile:
    return process.start(folder, pace=0, linger=LINGER)


def build(world: WorldFile) -> Road:
    control = Control(world)
    control.calm()
    road = Road(world, lambda service, region="us-east-1": make_client(world, service, region), control)
    road.whole()
    return road


def keys_in(world: WorldFile, bucket: str) -> list[str]:
    listed = make_client(world, "s3").list_objects_v2(Bucket=bucket)
    return [one["Key"] for one in listed.get("Contents", ())]


def test_a_world_comes_back_as_it_was(folder: Path) -> None:
    first = begin(folder)
    assert first.origin is WorldOrigin.UNSAVED
    road = build(first)
    assert fetch(first, HOST).data == GIF
    assert Control(first).flush_logs() == 1
    assert fetch(first, HOST, "/i?e=pv").status == 200  # its line isn't in a file yet
    records = Control(first).records()
    process.stop(folder)

    second = begin(folder)
    assert second.origin is WorldOrigin.RESTORED
    assert second.pid != first.pid
    assert (second.access_key_id, second.secret_access_key) == (first.access_key_id, first.secret_access_key)
    assert Control(second).records() == records
    assert fetch(second, HOST).data == GIF, "distribution, alias, certificate, and pixel are there"
    assert make_client(second, "sts").get_caller_identity()["Arn"].endswith("user/practice-admin")
    assert Control(second).flush_logs() == 1, "what was in no log file yet is in one now"
    assert len(keys_in(second, road.logs)) == 2
    saved = folder / "world.saved"
    assert saved.stat().st_mode & 0o777 == 0o600

    Control(second).reset()
    assert make_client(second, "s3").list_buckets()["Buckets"] == []
    process.stop(folder)
    third = begin(folder)
    assert third.origin is WorldOrigin.RESTORED
    assert make_client(third, "s3").list_buckets()["Buckets"] == [], "a reset isn't undone"


def test_a_kill_takes_no_more_than_the_last_seconds(folder: Path) -> None:
    world = begin(folder)
    build(world)
    used = datetime.now(UTC).timestamp()
    saved = folder / "world.saved"
    assert until(lambda: saved.exists() and saved.stat().st_mtime > used), "it is saved while it runs"
    os.kill(world.pid, signal.SIGKILL)
    assert until(lambda: process.find(folder) is None)
    assert begin(folder).origin is WorldOrigin.RESTORED
    again = process.find(folder)
    assert again
    assert fetch(again, HOST).data == GIF


def test_a_world_that_ends_with_its_owner_is_not_saved(folder: Path) -> None:
    process.start(folder, pace=0)
    process.stop(folder)
    assert [one.name for one in folder.iterdir() if one.name == "world.saved"] == []


class Foreign:
    """Pickled, it is a call that a careless reader would make."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return os.mkdir, (str(self.path),)


def shape(folder: Path) -> bytes:
    return (folder / "world.saved").read_bytes().partition(b"\n")[0] + b"\n"


def test_what_cannot_be_restored_begins_anew_and_says_why(folder: Path) -> None:
    """Damaged, foreign, or of another version: none of them keeps practice from starting, and none runs anything."""
    begin(folder)
    process.stop(folder)
    ours, trap = shape(folder), folder.parent / "trap"
    whole = (folder / "world.saved").read_bytes()
    table: tuple[tuple[bytes, WorldOrigin], ...] = (
        (b"", WorldOrigin.OTHER_VERSION),
        (b"other\n" + whole.partition(b"\n")[2], WorldOrigin.OTHER_VERSION),
        (ours, WorldOrigin.UNREADABLE),
        (whole[:-9], WorldOrigin.UNREADABLE),
        (ours + pickle.dumps(Foreign(trap)), WorldOrigin.UNREADABLE),
        (ours + pickle.dumps({"not": "a world"}), WorldOrigin.UNREADABLE),
    )
    for content, origin in table:
        (folder / "world.saved").write_bytes(content)
        found = begin(folder)
        assert found.origin is origin, content[:80]
        assert make_client(found, "s3").list_buckets()["Buckets"] == []
        process.stop(folder)
    assert not trap.exists()


def test_an_older_snowpixels_world_is_ended_and_continued(folder: Path) -> None:
    """Whoever updates snowpixel while a world runs gets the new one's rules, with what was created in the old one."""
    older = begin(folder)
    make_client(older, "s3").create_bucket(Bucket="mine")
    text = json.loads(file_of(folder).read_text())
    file_of(folder).write_text(json.dumps({**text, "code": "older"}))
    assert process.find(folder), "it is found as it is"
    process.renew(folder)
    assert process.find(folder) is None
    newer = begin(folder)
    assert newer.pid != older.pid
    assert newer.code == worldfile.code()
    assert [one["Name"] for one in make_client(newer, "s3").list_buckets()["Buckets"]] == ["mine"]
    process.renew(folder)
    assert process.find(folder) == newer, "its own stays"


def test_a_world_file_of_before_is_read(tmp_path: Path) -> None:
    names = ("aws_endpoint", "access_key_id", "secret_access_key", "account_id", "dns", "http", "https", "ca_file")
    text = {**dict.fromkeys((*names, "zone", "control", "token"), "x"), "dns_authorities": {}, "pid": 1, "pace": 1.0}
    file_of(tmp_path).write_text(json.dumps(text))
    found = worldfile.read(tmp_path)
    assert found
    assert found.code != worldfile.code(), "so it is replaced"
