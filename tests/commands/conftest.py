"""The program as a user runs it: a process of its own, its streams and its exit code."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests import forking
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile

if TYPE_CHECKING:
    from tests.commands.terminal import Terminal

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0


@dataclass(frozen=True)
class Ran:
    """How a run ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found


@dataclass
class Cli:
    """Runs snowpixel with a home of its own and nothing of this computer's AWS settings."""

    folder: Path
    secrets: tuple[str, ...] = ()
    practice: Path | None = None
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def environment(self, **more: str) -> dict[str, str]:
        kept = {
            name: os.environ[name]
            for name in ("PATH", "LANG", "TMPDIR", "COVERAGE_PROCESS_START")
            if name in os.environ
        }
        return {
            **kept,
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
            "PYTHONWARNINGS": "default",
            "HOME": str(self.folder),
            "SNOWPIXEL_HOME": str(self.home),
            "AWS_EC2_METADATA_DISABLED": "true",
            "TERM": "xterm-256color",
            **({"SNOWPIXEL_PRACTICE": str(self.practice)} if self.practice else {}),
            **self.extra,
            **more,
        }

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "wizard", *arguments]

    def __call__(self, *arguments: str, stdin: str = "", **environment: str) -> Ran:
        """Run to the end, without a terminal. No secret may show, whatever is run."""
        ran = forking.run(
            self.command(*arguments),
            typed=stdin,
            text=True,
            encoding="utf-8",
            cwd=self.folder,
            env=self.environment(**environment),
            timeout=PATIENCE,
        )
        for secret in self.secrets:
            assert secret not in ran.stdout + ran.stderr
        return Ran(ran.returncode, ran.stdout, ran.stderr)

    def start(self, *arguments: str, **environment: str) -> "Started":
        """Start and leave running; both streams come in one."""
        process = forking.start(
            self.command(*arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            cwd=self.folder,
            env=self.environment(**environment),
            start_new_session=True,
        )
        return Started(process)

    def saved(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.home / "setups" / f"{name}.json").read_text())
        return found


@dataclass
class Started:
    """A run that is under way."""

    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)

    def until(self, word: str, times: int = 1) -> None:
        """Read on until a line with this word came that often."""
        assert self.process.stdout is not None
        seen = 0
        for line in self.process.stdout:
            self.said.append(line)
            seen += word in line
            if seen >= times:
                return
        pytest.fail(f"it ended before it said {word!r}: {''.join(self.said)}")

    def interrupt(self) -> int:
        """Press Ctrl-C; return the exit code."""
        assert self.process.stdout is not None
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(timeout=PATIENCE)
        self.said += self.process.stdout.readlines()
        self.process.stdout.close()
        return code

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()

    @property
    def text(self) -> str:
        return "".join(self.said)


@pytest.fixture
def terminals() -> Iterator["list[Terminal]"]:
    """Collects the terminals that a test opens, and closes them."""
    every: list[Terminal] = []
    yield every
    for one in every:
        one.close()


@pytest.fixture
def alone(tmp_path: Path) -> Cli:
    """The program with nothing around it: no world, no keys, no setup."""
    return Cli(tmp_path)


@pytest.fixture
def cli(tmp_path: Path, world: WorldFile, control: Control) -> Iterator[Cli]:
    """The program, pointed at a fresh practice world by the variable."""
    yield Cli(tmp_path, (world.secret_access_key, world.token), Path(world.ca_file).parent)
    control.silence_dns(None)
    control.clear_faults()


@pytest.fixture
def made(cli: Cli) -> Cli:
    """A finished setup `main`, the pixel alone and without a domain."""
    assert cli("new", "main", "--no-domain", "--goal", "pixel").code == 0
    ran = cli("apply", "main", "--yes")
    assert ran.code == 0, ran.out + ran.err
    return cli


@pytest.fixture
def unused_port() -> int:
    """A port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
