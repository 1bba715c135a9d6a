"""Keys in the operating system's key store: the real Secret Service, and every way in which a store fails."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import chainer, fail, null
from keyring.errors import InitError, KeyringError, KeyringLocked, PasswordDeleteError, PasswordSetError

from tests.credentials.store import SECRET, SETUP
from tests.support import require
from wizard.aws.errors import AwsError, ErrorKind
from wizard.aws.keys import Keys, Secret
from wizard.credentials import keyring_store
from wizard.knowledge.problems import explain

ROOT = Path(__file__).resolve().parents[2]
KEYS = Keys("AKIAKEPT000000000001", Secret(SECRET))
UNLOCKED = 'printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$@"'


def run(home: Path, *before: str, **environment: str) -> dict[str, object]:
    """Run `store.py` as a user with a fresh home would, without a display."""
    ran = subprocess.run(
        [*before, sys.executable, str(ROOT / "tests/credentials/store.py"), str(home)],
        env={"PATH": "/usr/bin:/bin", "HOME": str(home), "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert SECRET not in ran.stdout + ran.stderr
    assert ran.returncode == 0, ran.stderr
    said: dict[str, object] = json.loads(ran.stdout.splitlines()[-1])  # the daemon says where it is first
    return said


def written(home: Path) -> bytes:
    """Return every byte below a folder."""
    return b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def test_the_real_secret_service_keeps_reads_and_forgets(home: Path) -> None:
    session = (require("dbus-run-session"), "--", "/bin/sh", "-c", UNLOCKED, "sh")
    require("gnome-keyring-daemon")
    said = run(home, *session)
    assert said["backend"] == "keyring.backends.SecretService"
    assert said["where"] == "this desktop's key store (Secret Service), as “snowpixel”, main-0a1b2c3d"
    assert (said["same"], said["forgot"], said["trial"], said["left"]) == (True, True, None, None)
    assert SECRET.encode() not in written(home)  # the daemon's own file is encrypted


def test_a_locked_secret_service_ends_in_a_sentence(home: Path) -> None:
    require("gnome-keyring-daemon")
    said = run(home, require("dbus-run-session"), "--")
    assert "locked" in str(said["cannot"])
    assert keyring_store.THIS_RUN in str(said["cannot"])
    assert not keyring_store.is_kept(home, SETUP)


def test_without_any_store_it_is_said(home: Path) -> None:
    said = run(home)
    assert str(said["cannot"]).startswith("This computer has no usable key store.")


@pytest.mark.parametrize("override", ["no.Such", "", "keyring", "keyring.backends.null.Nothing"])
def test_an_override_that_does_not_exist_is_said(home: Path, override: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", "from wizard.credentials import keyring_store; print(keyring_store.place())"],
        env={"PATH": "/usr/bin:/bin", "HOME": str(home), "PYTHONPATH": str(ROOT), "PYTHON_KEYRING_BACKEND": override},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "The key store can't be opened" in ran.stderr


class Memory(KeyringBackend):
    """A store that works."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.items: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.items.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.items[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.items.pop((service, username), None) is None:
            raise PasswordDeleteError("not found")


class Windows(Memory):
    """Refuses what the Windows Credential Manager refuses: more than 2560 bytes of UTF-16."""

    LIMIT = 2560

    def set_password(self, service: str, username: str, password: str) -> None:
        if len(password.encode("utf-16-le")) > self.LIMIT:
            raise OSError(1783, "The stub received bad data", "CredWrite")
        super().set_password(service, username, password)


class Small(Windows):
    LIMIT = 20


class Refusing(Memory):
    """Refuses with an error of keyring's own, or with one whose words hold what was to be stored, as on macOS."""

    def __init__(self, error: type[Exception], words: str = "Failed to unlock the collection!") -> None:
        super().__init__()
        self.error, self.words = error, words

    def set_password(self, service: str, username: str, password: str) -> None:
        raise self.error(f"{self.words} {service} {username} {password}")

    def get_password(self, service: str, username: str) -> str | None:
        raise self.error(f"{self.words} {service} {username}")


class Mangling(Memory):
    def get_password(self, service: str, username: str) -> str | None:
        found = super().get_password(service, username)
        return found and found.upper()


class LosesLater(Memory):
    """Passes the trial, and loses the item."""

    def set_password(self, service: str, username: str, password: str) -> None:
        if username.endswith("-trial"):
            super().set_password(service, username, password)


class PlaintextKeyring(Memory):
    pass


class Chained(chainer.ChainerBackend):
    """keyring's own chainer over back ends of our choice."""

    backends: tuple[KeyringBackend, ...] = ()


@pytest.fixture
def store() -> Iterator[None]:
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


FAILING = {
    "null": (null.Keyring(), "doesn't save what is stored in it"),  # type: ignore[no-untyped-call]
    "fail": (fail.Keyring(), "no usable key store"),  # type: ignore[no-untyped-call]
    "locked": (Refusing(KeyringLocked), "is locked"),
    "nobody": (Refusing(InitError), "nobody is there to unlock it"),
    "denied": (Refusing(PasswordSetError), "refused (PasswordSetError)"),
    "small": (Small(), "refused (OSError)"),
    "mangling": (Mangling(), "doesn't save what is stored in it"),
    "loses": (LosesLater(), "doesn't save what is stored in it"),
    "plaintext": (PlaintextKeyring(), "unencrypted"),
    "empty chain": (Chained(), "doesn't save what is stored in it"),  # type: ignore[no-untyped-call]
}


@pytest.mark.parametrize("name", FAILING)
@pytest.mark.usefixtures("store")
def test_a_store_that_fails_ends_in_a_sentence_and_leaves_nothing(home: Path, name: str) -> None:
    backend, words = FAILING[name]
    keyring.set_keyring(backend)
    with pytest.raises(keyring_store.CannotKeepError) as caught:
        keyring_store.keep(home, SETUP, KEYS)
    assert words in str(caught.value)
    assert str(caught.value).endswith(keyring_store.THIS_RUN)
    assert SECRET not in f"{caught.value!r} {caught.value.__cause__!r}"
    assert not keyring_store.is_kept(home, SETUP)
    assert getattr(backend, "items", {}) == {}
    assert keyring_store.kept(home, SETUP) is None


@pytest.mark.parametrize("backend", [Memory(), Windows()])
@pytest.mark.usefixtures("store")
def test_a_store_that_works_has_one_item_and_no_more_after_forget(home: Path, backend: Memory) -> None:
    keyring.set_keyring(backend)
    keyring_store.keep(home, SETUP, KEYS)
    assert list(backend.items) == [("snowpixel", "main-0a1b2c3d")]
    (note,) = (home / "kept").iterdir()
    assert note.read_bytes() == b""
    assert note.stat().st_mode & 0o077 == 0
    read = keyring_store.kept(home, SETUP)
    assert read
    assert (read.access_key_id, read.secret_access_key.reveal()) == ("AKIAKEPT000000000001", SECRET)
    assert keyring_store.forget(home, SETUP)
    assert backend.items == {}
    assert not keyring_store.forget(home, SETUP)


@pytest.mark.usefixtures("store")
def test_the_longest_keys_fit_into_windows(home: Path) -> None:
    keyring.set_keyring(Windows())
    keyring_store.keep(home, SETUP, Keys("A" * 128, Secret("S" * 40)))


@pytest.mark.usefixtures("store")
def test_a_chain_uses_the_store_that_works(home: Path) -> None:
    chain = Chained()  # type: ignore[no-untyped-call]
    chain.backends = (Memory(),)
    keyring.set_keyring(chain)
    assert keyring_store.keep(home, SETUP, KEYS).startswith("the key stores of this computer")


@pytest.mark.usefixtures("store")
def test_session_tokens_are_never_kept(home: Path) -> None:
    backend = Memory()
    keyring.set_keyring(backend)
    with pytest.raises(keyring_store.CannotKeepError, match="within hours"):
        keyring_store.keep(home, SETUP, Keys("ASIA1", Secret("s" * 40), Secret("t")))
    assert backend.items == {}


@pytest.mark.parametrize("wrong", ["gone", "edited", "locked"])
@pytest.mark.usefixtures("store")
def test_kept_keys_that_cannot_be_read_are_unseen_and_not_wrong(home: Path, wrong: str) -> None:
    backend = Memory()
    keyring.set_keyring(backend)
    keyring_store.keep(home, SETUP, KEYS)
    if wrong == "gone":
        backend.items.clear()
    elif wrong == "edited":
        backend.items["snowpixel", "main-0a1b2c3d"] = '{"id": 1}'
    else:
        keyring.set_keyring(Refusing(KeyringLocked))
    with pytest.raises(AwsError) as caught:
        keyring_store.kept(home, SETUP)
    assert (caught.value.kind, caught.value.problem.id) == (ErrorKind.EXPIRED, "kept-keys-unreadable")
    assert "--keys-only" in " ".join(explain(caught.value.problem).steps)


@pytest.mark.usefixtures("store")
def test_forgetting_in_a_locked_store_says_that_they_may_still_be_there(home: Path) -> None:
    keyring.set_keyring(Memory())
    keyring_store.keep(home, SETUP, KEYS)
    keyring.set_keyring(Refusing(KeyringLocked))
    with pytest.raises(keyring_store.CannotKeepError):
        keyring_store.forget(home, SETUP)
    assert keyring_store.is_kept(home, SETUP)


def test_every_error_of_keyring_has_words() -> None:
    assert "refused (KeyringError)" in keyring_store._why(KeyringError("x"), "the store")
