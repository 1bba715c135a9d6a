"""Saved files as anybody could have written them: each is named as damaged with a way out, and all others go on."""

import json
import os
import re
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from wizard.model.setup import SetupChoices
from wizard.storage import preferences
from wizard.storage.atomic_files import own_folder, put
from wizard.storage.blobs import BlobFolder
from wizard.storage.last_check import LastCheck
from wizard.storage.locks import NOTE, owner_of
from wizard.storage.store import Store, StoreError

DEEP = 200_000
"""How deep a JSON may be nested that somebody made to harm."""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "home")
    for name in ("main", "shop"):
        made.create(name, SetupChoices(domain=f"{name}.example.org"))
    return made


def edited(**fields: Any) -> Callable[[bytes], bytes]:
    """Return what changes fields of a saved setup; `made_proof` stands for `proof` in `made`."""

    def edit(data: bytes) -> bytes:
        built = json.loads(data)
        for path, value in fields.items():
            *way, last = path.split("__")
            inner = built
            for one in way:
                inner = inner[one]
            inner[last] = value
        return json.dumps(built).encode()

    return edit


RUN = {"sent_at": 1.0, "browser": "x", "event_ids": []}
PROOF = {"request_id": "x", "sent_at": 1.0, "found_at": 1.0, "log_key": "x", "event": {}}
FILE = {"source": "x", "flavour": "x", "version": "4", "sha384": "x", "md5": "x", "size": 1, "key": "x"}
WORD = {"problem": "", "observed": "", "reason": "", "at": 1.0}

INSIDES: dict[str, Callable[[bytes], bytes]] = {
    "another setup": edited(name="main"),
    "a name that is none": edited(name="../main"),
    "deep list": lambda _: b"[" * DEEP,
    "deep object": lambda _: b'{"schema": ' * DEEP,
    "deep field": lambda data: data[:-2] + b', "waits": ' + b"[" * DEEP + b"]" * DEEP + b"}",
    "deep choices of an old version": lambda _: b'{"schema": 1, "choices": ' + b"[" * DEEP + b"]" * DEEP + b"}",
    "choices of an old version that are a list": lambda _: b'{"schema": 1, "choices": [1]}',
    "choices of an old version that are a number": lambda _: b'{"schema": 1, "choices": 1}',
    "choices of an old version that are nothing": lambda _: b'{"schema": 1, "choices": null}',
    "not UTF-8": lambda data: data.replace(b"shop.example", b"shop\xff.example"),
    "huge file": lambda data: data + b" " * 5_000_000,
    "version true": edited(schema=True),
    "version negative": edited(schema=-1),
    "version with 5,000 digits": lambda data: re.sub(rb'"schema": \d+', b'"schema": 1' + b"0" * 5000, data),
    "recipe negative": edited(recipe=-1),
    "recipe huge": edited(recipe=10**18),
    "created at 1e20": edited(created=1e20),
    "created before 1970": edited(created=-1),
    "created at 1e400": lambda data: re.sub(rb'"created": [\d.]+', b'"created": 1e400', data),
    "wait since 1e20": edited(waits={"alias": 1e20}),
    "wait since before 1970": edited(waits={"alias": -1e9}),
    "made at 1e20": edited(made_at={"distribution": 1e20}),
    "proof found at 1e20": edited(made__proof={**PROOF, "found_at": 1e20}),
    "proof sent at 1e20": edited(made__proof={**PROOF, "sent_at": 1e20}),
    "event sent at 1e20": edited(made__event_sent_at=1e20),
    "record seen at 1e20": edited(made__records_seen={"pixel-record": 1e20}),
    "browser's events sent at 1e20": edited(made__browser_run={**RUN, "sent_at": 1e20}),
    "browser's events found at 1e20": edited(made__browser_run={**RUN, "found_at": 1e20}),
    "accepted at 1e20": edited(accepted={"tls": {**WORD, "at": 1e20}}),
    "no days": edited(choices__retention_days=0),
    "negative days": edited(choices__retention_days=-90),
    "huge days": edited(choices__retention_days=10**15),
    "negative events": edited(choices__events_per_month=-1),
    "huge events": edited(choices__events_per_month=10**30),
    "negative certificates": edited(made__certificates_replaced=-1),
    "negative size": edited(made__tracker={**FILE, "size": -1}),
    "control characters in a name": edited(choices__domain="e.example.org\x1b[2J"),
    "control characters in a key": edited(waits={"\x9b2J": 1.0}),
    "a line end in a name": edited(choices__domain="e.example.org\nNext: rm -r"),
    "control characters in a reason": edited(accepted={"tls": {**WORD, "reason": "\x1b[2J"}}),
    "control characters in what is accepted": edited(accepted={"\x1b[2J": WORD}),
    "control characters in an unknown field": edited(**{"\x1b[2J": 1}),
    "control characters in a wrong value": edited(choices__viewer="\x1b[2J"),
    "control characters in an event": edited(made__proof={**PROOF, "event": {"Page": "\x07"}}),
}


def test_what_an_accepted_warning_is_compared_with_may_be_anything(store: Store) -> None:
    path = store.path("shop")
    path.write_bytes(edited(accepted={"tls": {**WORD, "observed": "a\nb\tc\x1b"}})(path.read_bytes()))
    assert store.load("shop").accepted["tls"].observed == "a\nb\tc\x1b"


def test_a_file_may_leave_out_what_has_a_default(store: Store) -> None:
    path, before = store.path("shop"), store.load("shop")
    built = json.loads(path.read_bytes())
    for field in ("accepted", "waits", "stood", "made", "removed", "original"):
        del built[field]
    path.write_text(json.dumps(built))
    assert store.load("shop") == before


def refused(store: Store) -> str:
    """Return how the damaged setup is refused, having made sure that the other is in order."""
    with pytest.raises(StoreError) as error:
        store.load("shop")
    assert store.names() == ("main", "shop")
    assert store.load("main").choices.domain == "main.example.org"
    assert store.with_id(store.load("main").id) == store.load("main")
    with pytest.raises(StoreError, match="damaged"):
        store.reading("shop")
    with pytest.raises(StoreError, match="damaged"), store.writing("shop", "test"):
        pytest.fail("it was locked and opened for writing")
    assert not list(store.folder.glob("*.lock"))
    text = str(error.value)
    assert not any(each in text for each in "\x1b\x9b\x07")
    return text


@pytest.mark.parametrize("inside", INSIDES)
def test_what_no_snowpixel_wrote_is_damaged_with_a_way_out(store: Store, inside: str) -> None:
    path = store.path("shop")
    path.write_bytes(INSIDES[inside](path.read_bytes()))
    text = refused(store)
    assert text.startswith(f"{path} is damaged or was edited by hand (")
    assert "snowpixel list --account" in text
    store.delete("shop")
    assert store.names() == ("main",)


@pytest.mark.parametrize("inside", INSIDES)
def test_such_a_file_never_becomes_the_good_copy(store: Store, inside: str) -> None:
    good, path = store.load("shop"), store.path("shop")
    store.save(replace(good, waits={"alias": 1.0}))
    before = path.with_suffix(".previous").read_bytes()
    path.write_bytes(INSIDES[inside](path.read_bytes()))
    try:
        store.keep("shop")
    except StoreError:
        assert inside == "huge file"
    assert path.with_suffix(".previous").read_bytes() == before


def test_a_copied_file_neither_locks_nor_changes_nor_deletes_the_original(store: Store) -> None:
    path, copy = store.path("main"), store.path("shop")
    copy.write_bytes(path.read_bytes())
    before = path.read_bytes()
    assert "a copy of a setup's file isn't a second setup" in refused(store)
    with store.writing("main", "test"):
        store.delete("shop")
    assert path.read_bytes() == before


def fifo(path: Path) -> None:
    os.mkfifo(path)


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        os.chdir(path.parent)  # a socket's path is short
        made.bind(path.name)


def link_to_pipe(path: Path) -> None:
    fifo(path.with_name("fifo"))
    path.symlink_to("fifo")


KINDS: dict[str, Callable[[Path], None]] = {
    "pipe": fifo,
    "folder": Path.mkdir,
    "socket": listening,
    "link to nothing": lambda path: path.symlink_to("nowhere"),
    "link to a pipe": link_to_pipe,
    "link to a device": lambda path: path.symlink_to("/dev/zero"),
    "link to the other setup": lambda path: path.symlink_to("main.json"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_file_is_damaged_and_the_command_brings_the_copy_back(
    store: Store, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    path = store.path("shop")
    good = store.load("shop")
    store.save(replace(good, waits={"alias": 1.0}))
    path.unlink()
    KINDS[kind](path)
    command = re.search(r"(mv|cp) .*$", refused(store))
    assert command is not None
    subprocess.run(["sh", "-c", command.group()], check=True, timeout=60)
    assert store.load("shop") == good
    assert store.load("main").name == "main"


@pytest.mark.parametrize("kind", KINDS)
def test_files_beside_a_setup_may_be_no_files(store: Store, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    for suffix in (".previous", ".checks", NOTE):
        KINDS[kind](store.path("shop").with_suffix(suffix))
        for left in store.folder.glob("fifo"):
            left.unlink()
    assert LastCheck(store, "shop").load() == {}
    assert owner_of(store.path("shop")) is None
    store.path("shop").write_bytes(b"{")
    assert "list --account" in refused(store)


@pytest.mark.parametrize("inside", [b"[" * DEEP, b"\xff", b"{", b'{"a": {"status": "ok", "summary": 1e999}}', b""])
def test_a_last_check_that_cannot_be_read_is_none(store: Store, inside: bytes) -> None:
    store.path("shop").with_suffix(".checks").write_bytes(inside)
    assert LastCheck(store, "shop").load() == {}


@pytest.mark.parametrize(
    "inside",
    [
        b"[" * DEEP,
        b"\xff",
        b'{"what": "x", "pid": 1, "since": 1e20}',
        b'{"what": "x", "pid": 1, "since": -1e20}',
        b'{"what": "x", "pid": 0, "since": 1}',
        b'{"what": "x", "pid": -1, "since": 1}',
        b'{"what": "x", "pid": 1000000000000000000, "since": 1}',
    ],
)
def test_a_lock_note_that_cannot_be_right_is_not_believed(store: Store, inside: bytes) -> None:
    store.path("shop").with_suffix(NOTE).write_bytes(inside)
    assert owner_of(store.path("shop")) is None


def test_a_lock_note_steers_no_terminal(store: Store) -> None:
    with (
        store.writing("shop", "snowpixel \x1b[2J"),
        pytest.raises(StoreError, match="is in use") as error,
        store.writing("shop", "test"),
    ):
        pytest.fail("it was locked twice")
    assert "\x1b" not in str(error.value)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("link to nothing", "link to the other setup")])
def test_preferences_that_are_no_file_do_not_count(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    KINDS[kind](tmp_path / preferences.FILE)
    loaded = preferences.load(tmp_path)
    assert loaded.settings == preferences.Preferences()
    assert "can't be read" in loaded.trouble


@pytest.mark.parametrize("inside", [b"[" * DEEP, b'{"schema": ' * DEEP, b'{"schema": 1, "\x1b[2J": 1}'])
def test_preferences_that_harm_do_not_count(tmp_path: Path, inside: bytes) -> None:
    (tmp_path / preferences.FILE).write_bytes(inside)
    loaded = preferences.load(tmp_path)
    assert "is damaged" in loaded.trouble
    assert "\x1b" not in loaded.trouble


@pytest.mark.parametrize("digest", ["", "sha384-", "sha384-!", "sha384-\xff", "../../x"])
def test_a_hash_that_is_none_finds_no_file(tmp_path: Path, digest: str) -> None:
    (tmp_path / "files").mkdir()
    assert BlobFolder(tmp_path).read(digest) is None


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077, 0o277, 0o777])
def test_folders_and_files_are_the_owners_whatever_the_umask(tmp_path: Path, mask: int) -> None:
    store = Store(tmp_path / "a" / "b" / "home")
    with umask(mask):
        store.create("main", SetupChoices())
        with store.writing("main", "test") as state:
            state.waiting_since("alias", 1.0)
        preferences.save(tmp_path / "c" / "d", preferences.Preferences())
        BlobFolder(tmp_path / "e" / "f").keep(b"x")
        made = [path for path in tmp_path.rglob("*") if path.suffix != ".lock"]
    assert {path.stat().st_mode & 0o777 for path in made if path.is_dir()} == {0o700}
    assert {path.stat().st_mode & 0o777 for path in made if path.is_file()} == {0o600}


def test_a_folder_that_is_there_already_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    own_folder(tmp_path)
    own_folder(tmp_path / "a")
    assert tmp_path.stat().st_mode & 0o777 == 0o750
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError):
        own_folder(tmp_path / "file" / "folder")


def test_a_linked_file_stays_a_link(store: Store, tmp_path: Path) -> None:
    path, target = store.path("main"), tmp_path / "synced" / "pixel.json"
    target.parent.mkdir()
    path.rename(target)
    path.symlink_to(target)
    with store.writing("main", "test") as state:
        state.waiting_since("alias", 7.0)
    assert path.is_symlink()
    assert json.loads(target.read_bytes())["waits"] == {"alias": 7.0}
    assert [each.name for each in target.parent.iterdir()] == ["pixel.json"]


def _other_file(path: Path, target: Path) -> None:
    del path
    os.chown(target, 65534, -1)


def _other_folder(path: Path, target: Path) -> None:
    del path
    os.chown(target.parent, 65534, -1)


def _other_link(path: Path, target: Path) -> None:
    del target
    os.chown(path, 65534, -1, follow_symlinks=False)


def _two_links(path: Path, target: Path) -> None:
    between = target.with_name("between")
    between.symlink_to(target)
    path.unlink()
    path.symlink_to(between)


@pytest.mark.parametrize("arrange", [_other_file, _other_folder, _other_link, _two_links])
def test_a_link_that_somebody_else_has_a_hand_in_is_replaced_and_its_target_left_alone(
    store: Store, tmp_path: Path, arrange: Callable[[Path, Path], None]
) -> None:
    if os.geteuid():
        pytest.skip("only root may give files away")
    path, target = store.path("main"), tmp_path / "synced" / "pixel.json"
    target.parent.mkdir()
    path.rename(target)
    path.symlink_to(target)
    arrange(path, target)
    before = target.read_bytes()
    store.save(replace(store.load("main"), waits={"alias": 7.0}))
    assert not path.is_symlink()
    assert target.read_bytes() == before
    assert store.load("main").waits == {"alias": 7.0}


def test_other_files_are_never_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"theirs")
    (tmp_path / "link").symlink_to("target")
    put(tmp_path / "link", b"ours")
    assert (tmp_path / "target").read_bytes() == b"theirs"
    assert not (tmp_path / "link").is_symlink()
