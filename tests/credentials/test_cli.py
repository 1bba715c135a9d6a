"""Credentials by plain commands: listed, asked about, kept in the real key store, used by themselves, dropped."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import forking
from tests.credentials.conftest import Computer
from tests.credentials.identities import ALLOW_ALL, user
from tests.support import require
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile

ROOT = Path(__file__).resolve().parents[2]
SHELL = "printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null\n"


class Shell:
    """A user's shell; AWS is the practice account, by boto3's own variable."""

    def __init__(self, computer: Computer, world: WorldFile) -> None:
        self.computer, self.world = computer, world

    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.computer.home),
            "PYTHONPATH": str(ROOT),
            "SNOWPIXEL_HOME": str(self.computer.home / "data"),
            "AWS_ENDPOINT_URL": self.world.aws_endpoint,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def __call__(self, *arguments: str, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        ran = forking.run(
            [sys.executable, "-m", "wizard", *arguments],
            typed=stdin,
            text=True,
            env={**self.environment(), **more},
            timeout=60,
        )
        assert self.world.secret_access_key not in ran.stdout + ran.stderr
        return ran

    def script(self, text: str) -> list[dict[str, Any]]:
        """Run a script in a session with an unlocked key store; return the documents that it printed."""
        ran = subprocess.run(
            [require("dbus-run-session"), "--", "/bin/sh", "-c", SHELL + text],
            input=self.typed,
            capture_output=True,
            text=True,
            env={**self.environment(), "SNOW": f"{sys.executable} -m wizard"},
            timeout=120,
            check=False,
        )
        assert self.world.secret_access_key not in ran.stdout + ran.stderr
        return [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]

    @property
    def typed(self) -> str:
        return f"{self.world.access_key_id}\n{self.world.secret_access_key}\n"


@pytest.fixture
def shell(computer: Computer, world: WorldFile) -> Shell:
    return Shell(computer, world)


def identity(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(check for check in document["data"]["checks"] if check["id"] == "identity")
    return found


def known_elsewhere(document: dict[str, Any]) -> bool:
    """Whether the credentials were taken, and it was said that the server that took them is not AWS's."""
    found = identity(document)
    return (found["status"], found["problem"]["id"]) == ("warning", "endpoint-elsewhere")


def test_keys_are_kept_used_by_themselves_and_dropped(shell: Shell) -> None:
    require("gnome-keyring-daemon")
    documents = shell.script(
        "$SNOW new main --no-domain >&2\n"
        "$SNOW plan main --keys-stdin --keep-keys --json\n"
        "$SNOW plan main --json </dev/null\n"
        "$SNOW credentials main --json </dev/null\n"
        "$SNOW forget main --keys-only --json </dev/null\n"
        "$SNOW plan main --json </dev/null\n"
        "$SNOW forget main --keys-only --json </dev/null\n"
    )
    typed, kept, listed, dropped, without, again = documents
    assert known_elsewhere(typed)
    assert known_elsewhere(kept)
    assert [one["kind"] for one in listed["data"]["found"] if one["wins"]] == ["saved key"]
    assert dropped["data"]["keys"] == "dropped"
    assert identity(without)["problem"]["id"] == "no-credentials"
    assert again["data"]["keys"] == "none"


def test_forgetting_a_set_up_drops_its_keys(shell: Shell) -> None:
    require("gnome-keyring-daemon")
    shell.script("$SNOW new main --no-domain >&2\n$SNOW plan main --keys-stdin --keep-keys --json\n"
                 "$SNOW forget main --yes >&2\n")  # fmt: skip
    assert list((shell.computer.home / "data" / "kept").iterdir()) == []


def test_without_a_key_store_the_run_goes_on_and_says_so(shell: Shell) -> None:
    shell("new", "main", "--no-domain")
    ran = shell("plan", "main", "--keys-stdin", "--keep-keys", "--json", stdin=shell.typed)
    assert known_elsewhere(json.loads(ran.stdout))
    assert "weren't saved" in ran.stderr
    assert "for this run only" in ran.stderr


def test_keys_that_aws_does_not_know_are_not_kept(shell: Shell) -> None:
    shell("new", "main", "--no-domain")
    typed = f"AKIANOSUCHKEY0000000\n{'s' * 40}\n"
    assert "AWS didn't accept them" in shell("plan", "main", "--keys-stdin", "--keep-keys", stdin=typed).stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--keep-keys",), "needs --keys-stdin"),
        (("--mfa",), "needs a terminal"),
    ],
)
def test_flags_that_make_no_sense_alone(shell: Shell, arguments: tuple[str, ...], words: str) -> None:
    shell("new", "main", "--no-domain")
    ran = shell("plan", "main", *arguments)
    assert ran.returncode == 2
    assert words in ran.stderr


def test_credentials_lists_places_and_asks_nobody(shell: Shell, control: Control) -> None:
    shell.computer.credentials("[default]\naws_access_key_id = AKIA1\naws_secret_access_key = x\n")
    control.clear_calls()
    ran = shell("credentials")
    assert ran.returncode == 0
    assert "* default: access keys, ~/.aws/credentials" in ran.stdout
    assert "used, because it is the default profile" in ran.stdout
    assert control.calls() == []


def test_credentials_says_whose_they_are_and_warns(shell: Shell) -> None:
    keys = {"AWS_ACCESS_KEY_ID": shell.world.access_key_id, "AWS_SECRET_ACCESS_KEY": shell.world.secret_access_key}
    ran = shell("credentials", "--ask", **keys)
    assert ran.returncode == 0
    assert "user/practice-admin, account 123456789012 (practice)" in ran.stdout
    assert "! This access key never expires" in ran.stdout


def test_credentials_without_any_shows_the_guide(shell: Shell) -> None:
    ran = shell("credentials")
    assert "(recommended)" in ran.stdout
    assert "--for check" in ran.stdout


def test_a_check_that_needs_digits_is_unseen_and_says_how(shell: Shell) -> None:
    keys = user(shell.world, ALLOW_ALL)
    shell.computer.credentials(
        f"[base]\naws_access_key_id = {keys.access_key_id}\naws_secret_access_key = {keys.secret_access_key.reveal()}\n"
    )
    shell.computer.config(
        "[profile deputy]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = base\n"
        "mfa_serial = arn:aws:iam::123456789012:mfa/ada\n"
    )
    shell("new", "main", "--no-domain")
    ran = shell("check", "main", "--profile", "deputy", "--only", "credentials", "--json")
    assert ran.returncode == 3
    assert identity({"data": json.loads(ran.stdout)["data"]["setups"][0]})["problem"]["id"] == "mfa-needed"


def test_an_apply_without_a_person_ends_with_the_way_on(shell: Shell, control: Control) -> None:
    shell("new", "main", "--no-domain", "--goal", "pixel")
    control.fail("sts", "GetCallerIdentity", "ExpiredToken", 400, times=9)
    ran = shell("apply", "main", "--yes", "--keys-stdin", stdin=shell.typed)
    control.clear_faults()
    assert ran.returncode == 3
    assert "then the same command again" in ran.stdout + ran.stderr


def test_version_loads_neither_boto3_nor_keyring() -> None:
    code = (
        "import sys\nfrom wizard.cli import main\nimport os\nexit_ = os._exit\n"
        "os._exit = lambda code: (print(sorted({'boto3', 'botocore', 'keyring'} & set(sys.modules))), exit_(code))\n"
        "import atexit\nmain(['--version'])\n"
    )
    ran = subprocess.run(
        [sys.executable, "-u", "-c", code], env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True
    )
    assert ran.stdout.splitlines()[-1] == "[]"
