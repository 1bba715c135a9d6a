"""A computer of one's own for each test: a home folder, no AWS settings of the machine that the tests run on."""

import hashlib
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.credentials.signin import SIGN_IN_CLIENT
from wizard.credentials.discovery import find
from wizard.credentials.source import CredentialSource

AWS_LOGIN = "arn:aws:iam::210987654321:user/ada"


class Computer:
    """The files of one user, written as AWS's own tools write them."""

    def __init__(self, home: Path, setenv: Callable[[str, str], None]) -> None:
        self.home = home
        self.setenv = setenv
        self.progress = home / "board_vendor"

    def config(self, text: str) -> None:
        self._write(self.home / ".aws" / "config", text)

    def credentials(self, text: str) -> None:
        self._write(self.home / ".aws" / "credentials", text)

    def sso_token(self, name: str, until: float, **more: str) -> Path:
        token = {"accessToken": "s3cret-sso-token", "expiresAt": stamp(until), **more}
        digest = hashlib.sha1(name.encode()).hexdigest()
        return self._write(self.home / ".aws" / "sso" / "cache" / f"{digest}.json", json.dumps(token))

    def login_token(self, session: str, **changes: object) -> Path:
        keys = {
            "accessKeyId": "ASIALOGIN",
            "secretAccessKey": "s",
            "sessionToken": "t",
            "accountId": "210987654321",
            "expiresAt": "2099-01-01T00:00:00Z",
        }
        token = {"accessToken": keys, "refreshToken": "r", "dpopKey": "pem", "clientId": SIGN_IN_CLIENT, **changes}
        digest = hashlib.sha256(session.encode()).hexdigest()
        return self._write(self.home / ".aws" / "login" / "cache" / f"{digest}.json", json.dumps(token))

    def find(self, chosen: str | None = None) -> dict[str | None, CredentialSource]:
        """Return what is found, by profile; what has no profile is under its kind."""
        return {one.name or one.kind: one for one in find(chosen, firmware=self.progress)}

    def winner(self, chosen: str | None = None) -> CredentialSource | None:
        return next((one for one in find(chosen, firmware=self.progress) if one.wins), None)

    def _write(self, path: Path, text: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path


def stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")


@pytest.fixture
def computer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Computer:
    home = tmp_path / "user"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    return Computer(home, monkeypatch.setenv)
