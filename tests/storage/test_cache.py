"""The cache folder: where it is, and that deleting a setup's part of it touches nothing else."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from wizard.commands.data_folder import cache_of
from wizard.storage.cache import delete_store, kept_events


@dataclass(frozen=True)
class Options:
    home: Path | None = None
    practice: Path | None = None


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (Options(home=Path("/a/home")), "/a/home/cache"),
        (Options(practice=Path("/a/world")), "/a/world/home/cache"),
        (Options(Path("/a/home"), Path("/a/world")), "/a/home/cache"),
        (Options(), "/a/xdg/snowpixel"),
    ],
)
def test_where_it_is(options: Options, found: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/a/xdg")
    monkeypatch.setattr("sys.platform", "linux")
    assert cache_of(options) == Path(found)


def test_deleting_a_setups_part_leaves_others_and_follows_no_link(tmp_path: Path) -> None:
    for name in ("main", "other"):
        kept_events(tmp_path, name).mkdir(parents=True)
        (kept_events(tmp_path, name) / "1.parquet").write_text("events")
    linked = kept_events(tmp_path, "linked")
    linked.symlink_to(kept_events(tmp_path, "other"))
    for name in ("main", "linked", "unknown"):
        delete_store(kept_events(tmp_path, name))
    assert not kept_events(tmp_path, "main").exists()
    assert (kept_events(tmp_path, "other") / "1.parquet").exists()
