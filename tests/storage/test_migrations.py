"""Files of every earlier version load; newer ones and unknown fields are refused; nothing is dropped silently."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from wizard.model.setup import SCHEMA, Setup
from wizard.storage.migrations import STEPS, NewerError, UnknownVersionError, upgrade
from wizard.storage.store import Store, StoreError

FILES = sorted(Path(__file__).parent.joinpath("files").glob("v*.json"))
"""One complete file of each version there ever was. They are kept for good."""

NEWEST = Path(__file__).parent / "files" / f"v{SCHEMA}.json"


def put(tmp_path: Path, data: Any) -> Store:
    """Save what an earlier or later snowpixel, or somebody by hand, would have saved."""
    store = Store(tmp_path)
    store.folder.mkdir(parents=True)
    store.path("main").write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return store


def whole() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(NEWEST.read_text(encoding="utf-8"))
    return found


def test_there_is_a_file_of_every_version() -> None:
    assert [path.stem for path in FILES] == [f"v{number}" for number in range(1, SCHEMA + 1)]
    assert set(STEPS) == set(range(1, SCHEMA))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_of_that_version_loads_and_is_saved_as_todays(tmp_path: Path, path: Path) -> None:
    store = put(tmp_path, path.read_text(encoding="utf-8"))
    setup = store.load("main")
    assert setup.schema == SCHEMA
    store.save(setup)
    assert json.loads(store.path("main").read_text(encoding="utf-8"))["schema"] == SCHEMA
    assert store.load("main") == setup
    assert store.path("main").with_suffix(".previous").read_text(encoding="utf-8") == path.read_text(encoding="utf-8")


def test_the_newest_file_holds_every_field() -> None:
    """Fails when a field was added or renamed: see wizard/storage/migrations.py for what to do then."""
    saved = whole()
    today = msgspec.to_builtins(msgspec.convert(upgrade(saved), Setup))
    assert {key: set(saved[key]) for key in ("choices", "made")} == {
        key: set(today[key]) for key in ("choices", "made")
    }
    assert set(saved) == set(today)
    assert set(saved["made"]["proof"]) == set(today["made"]["proof"])
    assert [key for part in ("choices", "made") for key, value in saved[part].items() if value in (None, [], {})] == []


def test_a_file_from_a_newer_snowpixel_is_refused_and_left_alone(tmp_path: Path) -> None:
    text = json.dumps({**whole(), "schema": SCHEMA + 1, "made": {"shape": "nobody knows"}})
    store = put(tmp_path, text)
    with pytest.raises(StoreError, match=f"newer snowpixel .file version {SCHEMA + 1}, this one supports {SCHEMA}."):
        store.load("main")
    with pytest.raises(StoreError, match="newer snowpixel"), store.writing("main", "test"):
        pass
    assert store.path("main").read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({**whole(), "color": "red"}, "unknown field `color`"),
        ({**whole(), "made": {**whole()["made"], "bucket": "x"}}, "unknown field `bucket`"),
        ({**whole(), "choices": {**whole()["choices"], "retentoin_days": 7}}, "unknown field `retentoin_days`"),
        ({**whole(), "choices": {"retention_days": "ninety"}}, "retention_days"),
        ({**whole(), "schema": "1"}, "doesn't say its version"),
        ({**whole(), "schema": 0}, "version 0 is unknown"),
        ({"schema": 1}, "missing required field `name`"),
        ([], "Expected `object`"),
        ("", "truncated"),
        (json.dumps(whole())[:300], "truncated"),
    ],
    ids=lambda value: str(value)[:24] if isinstance(value, str) else "",
)
def test_a_field_or_value_that_cannot_be_is_refused_by_name(tmp_path: Path, data: Any, said: str) -> None:
    with pytest.raises(StoreError, match="damaged or was edited by hand") as refused:
        put(tmp_path, data).load("main")
    assert said in str(refused.value)


def test_steps_are_taken_one_after_the_other_and_leave_the_original_alone() -> None:
    steps = {
        1: lambda data: {**data, "b": data["a"]},
        2: lambda data: {key: value for key, value in data.items() if key != "a"},
    }
    before = {"schema": 1, "a": 7}
    assert upgrade(before, steps=steps, newest=3) == {"schema": 3, "b": 7}
    assert upgrade({"schema": 3, "b": 7}, steps=steps, newest=3) == {"schema": 3, "b": 7}
    assert before == {"schema": 1, "a": 7}


def test_a_version_without_a_step_is_not_guessed() -> None:
    with pytest.raises(UnknownVersionError, match="version 1"):
        upgrade({"schema": 1}, steps={2: lambda data: data}, newest=3)
    with pytest.raises(NewerError) as newer:
        upgrade({"schema": 9}, steps={}, newest=3)
    assert newer.value.version == 9
