"""What the system shows of a running program that has typed keys, and what the programs it starts are given."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from screens import clipboard
from tests.credentials.conftest import Computer
from tests.credentials.conspicuous import found_below, found_in, secret
from tests.credentials.processes import family, shown_by
from wizard.aws.keys import Keys, Secret
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile
from wizard.snowplow.browserproof import chromium
from wizard.snowplow.tracker import npm
from wizard.snowplow.tracker.tracker_file import TrackerError

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 60.0

RECORDER = """#!/bin/sh
{{ env; tr '\\000' ' ' </proc/$$/cmdline; }} >>{kept}
exit 1
"""
"""A program that writes down what it was given."""


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Programs of others in front of the real ones, and the file in which they write down what they are given."""
    tools, kept = tmp_path / "tools", tmp_path / "given"
    tools.mkdir()
    for name in ("npm", "xclip", "chromium"):
        (tools / name).write_text(RECORDER.format(kept=kept))
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("DISPLAY", ":99")
    for name in ("WAYLAND_DISPLAY", "SSH_TTY", "SSH_CONNECTION", "WSL_DISTRO_NAME"):
        monkeypatch.delenv(name, raising=False)
    return kept


def through_npm(folder: Path) -> None:
    with pytest.raises(TrackerError):
        npm.bundle(f"4.10.{len(folder.name)}")


def through_browser(folder: Path) -> None:
    program = chromium.found()
    assert program
    chromium.start(program, folder, ["--no-first-run"], "http://127.0.0.1:9/").wait(LIMIT)


def through_clipboard(folder: Path) -> None:
    assert not clipboard.fill(str(folder))


@pytest.mark.parametrize("through", [through_npm, through_browser, through_clipboard])
def test_programs_that_are_started_are_given_no_secret(
    computer: Computer, kept: Path, tmp_path: Path, through: object
) -> None:
    secrets = {name: secret(name) for name in ("environment", "token", "container", "typed")}
    computer.setenv("AWS_ACCESS_KEY_ID", "ASIAENVIRONMENT00001")
    computer.setenv("AWS_SECRET_ACCESS_KEY", secrets["environment"])
    computer.setenv("AWS_SESSION_TOKEN", secrets["token"])
    computer.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", secrets["container"])
    computer.setenv("CONSPICUOUS", "inherited")
    held = Keys("AKIATYPED00000000001", Secret(secrets["typed"]))
    through(tmp_path)  # type: ignore[operator]
    given = kept.read_bytes()
    assert held.secret_access_key.reveal() == secrets["typed"]
    assert b"CONSPICUOUS=inherited" in given  # the search can find something
    assert found_in(given, secrets) == []


def test_the_system_shows_nothing_of_keys_from_stdin(computer: Computer, running: WorldFile, control: Control) -> None:
    """The program has the keys, works with them and waits: then arguments, title and variables are read."""
    control.touch()
    secrets = {"typed": running.secret_access_key}
    (computer.home / "tmp").mkdir()
    variables = {
        "PATH": os.environ["PATH"],
        "HOME": str(computer.home),
        "TMPDIR": str(computer.home / "tmp"),
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "SNOWPIXEL_HOME": str(computer.home / "data"),
        "SNOWPIXEL_PRACTICE": str(Path(running.ca_file).parent),
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    program = [sys.executable, "-m", "wizard"]
    new = [*program, "new", "main", "--domain", f"e.{running.zone}"]
    subprocess.run(new, env=variables, capture_output=True, timeout=LIMIT, check=True)
    said = computer.home / "said"
    with said.open("wb") as output:
        apply = [*program, "apply", "main", "--yes", "--keys-stdin", "-vv"]
        process = subprocess.Popen(apply, env=variables, stdin=subprocess.PIPE, stdout=output, stderr=output)
        try:
            assert process.stdin
            process.stdin.write(f"{running.access_key_id}\n{secrets['typed']}\n".encode())
            process.stdin.close()
            wait_for(said, b"acm request_certificate: ok", process)
            told = b"".join(map(shown_by, family(process.pid)))
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(LIMIT)
    assert b"--keys-stdin" in told
    assert found_in(told, secrets) == []
    assert found_below(computer.home, secrets, set()) == []


def wait_for(said: Path, words: bytes, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + LIMIT
    while words not in said.read_bytes():
        assert process.poll() is None, said.read_bytes().decode()
        assert time.monotonic() < until, said.read_bytes().decode()
        time.sleep(0.05)
