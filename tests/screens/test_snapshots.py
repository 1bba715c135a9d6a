"""Pages as pictures, the same as those that were looked at: at two sizes, dark and light."""

import asyncio
import difflib
from pathlib import Path

import pytest

from tests.screens import snapshots
from tests.screens.scenes import fixed_surroundings


@pytest.mark.parametrize("name", snapshots.names())
def test_the_page_looks_as_it_did(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    fixed_surroundings(monkeypatch)
    kept = snapshots.path(name).read_text(encoding="utf-8")

    now = asyncio.run(snapshots.taken(name, home))

    if now != kept:
        other = tmp_path / f"{name}.svg"
        other.write_text(now, encoding="utf-8")
        rows = difflib.unified_diff(snapshots.text(kept), snapshots.text(now), "kept", "now", lineterm="")
        difference = "\n".join(rows)
        pytest.fail(f"{name} looks different; the new picture is {other}. If it is meant: {snapshots.RENEW}.\n"
                    f"{difference or 'The words are the same: colors or places differ.'}")  # fmt: skip


def test_no_picture_is_kept_that_is_never_compared() -> None:
    assert {file.stem for file in snapshots.FOLDER.glob("*.svg")} == set(snapshots.names())


def test_a_difference_is_told_in_words() -> None:
    kept = snapshots.path("home-80x24-dark").read_text(encoding="utf-8")
    assert any("Setups on this computer" in row for row in snapshots.text(kept))
    assert snapshots.comparable("terminal-123-line ◑") == "terminal-line ◐"
