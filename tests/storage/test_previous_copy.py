"""A damaged file has a way out: the good copy before it, and the exact command that puts it back."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.product import Product, not_ok
from wizard.model.setup import Setup, SetupChoices
from wizard.storage.store import Store, StoreError, UnknownSetupError


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "my home")  # a blank in the path: the command must be quoted


def saved(store: Store) -> Setup:
    """Save twice, so that there is a copy before the newest."""
    setup = store.create("main", SetupChoices())
    store.save(replace(setup, waits={"alias": 1.0}))
    return setup


@pytest.mark.parametrize("damage", ["", "{", '{"schema": 1, "name"', "\x00" * 100, '{"schema": 1}'])
def test_the_command_in_the_message_brings_the_good_copy_back(store: Store, damage: str) -> None:
    before = saved(store)
    store.path("main").write_text(damage, encoding="utf-8")
    with pytest.raises(StoreError, match="good earlier copy") as refused:
        store.load("main")
    command = re.search(r"cp .*$", str(refused.value))
    assert command is not None
    subprocess.run(["sh", "-c", command.group()], check=True)
    assert store.load("main") == before


def test_a_damaged_file_never_takes_the_place_of_the_good_copy(store: Store) -> None:
    before = saved(store)
    newest = store.load("main")
    store.path("main").write_bytes(b"{")
    store.save(newest)
    assert store.load("main") == newest
    store.path("main").with_suffix(".previous").replace(store.path("main"))
    assert store.load("main") == before


def test_where_the_copy_is_damaged_too_the_account_is_named_as_the_way_out(store: Store) -> None:
    saved(store)
    for suffix in (".json", ".previous"):
        store.path("main").with_suffix(suffix).write_bytes(b"")
    with pytest.raises(StoreError, match=r"snowpixel list --account") as refused:
        store.load("main")
    assert "cp " not in str(refused.value)


def test_the_copy_brings_a_set_up_back_into_step_with_the_world(product: Product) -> None:
    product.stand()
    path = product.service.store.path("main")
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(StoreError, match="good earlier copy"):
        product.apply()
    path.with_suffix(".previous").replace(path)
    product.clear()
    assert not_ok(product.apply()) == []
    assert product.writes() == []


def test_everything_beside_the_file_belongs_to_its_owner_only(store: Store) -> None:
    before = os.umask(0)
    try:
        saved(store)
        with store.writing("main", "test"):
            files = list(store.folder.iterdir())
            assert {path.suffix for path in files} == {".json", ".previous", ".lock", ".holder"}
    finally:
        os.umask(before)
    secret = [path for path in files if path.suffix in (".json", ".previous")]
    assert {path.stat().st_mode & 0o777 for path in secret} == {0o600}
    assert store.folder.stat().st_mode & 0o777 == 0o700


def test_what_a_killed_process_left_half_written_is_swept_away(store: Store) -> None:
    saved(store)
    store.create("other", SetupChoices())
    left = [store.folder / name for name in (".main.json.abc", ".main.previous.abc", ".main.room.abc")]
    others = store.folder / ".other.json.abc"
    for path in (*left, others):
        path.write_bytes(b"half")
    with store.writing("main", "test"):
        assert not any(path.exists() for path in left)
    assert others.exists()


def test_a_deleted_set_up_leaves_nothing(store: Store) -> None:
    saved(store)
    with store.writing("main", "test"):
        store.delete("main")
    assert list(store.folder.iterdir()) == []
    with pytest.raises(UnknownSetupError):
        store.load("main")
