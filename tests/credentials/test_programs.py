"""Programs that hand out credentials (`credential_process`): everything they may do but hand out keys is told apart.

Each row is a program (a shell script) and what is right to say of it, from the form that AWS's tools expect (AWS SDKs
and Tools Reference Guide, process credential provider).
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.aws.impostor import Answer, Impostor, impostor
from tests.credentials.conftest import Computer, stamp
from tests.credentials.processes import all_end, family
from tests.credentials.test_spellings import UNKNOWN_KEY, ask, told
from wizard.aws import credential_program
from wizard.aws.errors import ErrorKind
from wizard.aws.keys import KeySource

pytestmark = pytest.mark.process
ROOT = Path(__file__).resolve().parents[2]
LIMIT = 60.0
KEYS = {
    "Version": 1, "AccessKeyId": "ASIAIOSFODNN7EXAMPLE", "SecretAccessKey": "PLANTEDsecret", "SessionToken": "PLANTED",
    "Expiration": stamp(4e9),
}  # fmt: skip


def printing(text: str) -> str:
    return f"#!/bin/sh\ncat <<'END'\n{text}\nEND\n"


def keys(**changes: object) -> str:
    """Return a program that prints keys, with changes; a value of None leaves a field out."""
    return printing(json.dumps({name: value for name, value in {**KEYS, **changes}.items() if value is not None}))


PROGRAMS = {
    "nothing": ("#!/bin/sh\n", "printed nothing"),
    "a blank line": ("#!/bin/sh\necho\n", "printed nothing"),
    "null": (printing("null"), "isn't an object"),
    "a list": (printing("[]"), "isn't an object"),
    "a number": (printing("7"), "isn't an object"),
    "a text": (printing('"PLANTED"'), "isn't an object"),
    "words": (printing("PLANTED"), "isn't JSON"),
    "half": (printing('{"Version": 1, "AccessKeyId": "PLANTED'), "isn't JSON"),
    "a page": (printing("<html>PLANTED</html>"), "isn't JSON"),
    "variables": (printing("export AWS_ACCESS_KEY_ID=PLANTED"), "isn't JSON"),
    "text before": (printing(f"Opening the browser\n{json.dumps(KEYS)}"), "text before its JSON"),
    "text after": (printing(f"{json.dumps(KEYS)}\nPLANTED"), "text after its JSON"),
    "two answers": (printing(f"{json.dumps(KEYS)}\n{json.dumps(KEYS)}"), "text after its JSON"),
    "no text": ("#!/bin/sh\nprintf '\\377\\376'\n", "isn't text"),
    "no Version": (keys(Version=None), "no Version"),
    "Version 2": (keys(Version=2), "a Version other than 1"),
    "Version as text": (keys(Version="1"), "a Version other than 1"),
    "no ID": (keys(AccessKeyId=None), "no AccessKeyId"),
    "an empty ID": (keys(AccessKeyId=""), "no AccessKeyId"),
    "no secret": (keys(SecretAccessKey=None), "no SecretAccessKey"),
    "an empty secret": (keys(SecretAccessKey=""), "no SecretAccessKey"),
    "no token": (keys(SessionToken=None), "no SessionToken"),
    "an empty token": (keys(SessionToken=""), "no SessionToken"),
    "a secret that is a list": (keys(SecretAccessKey=["PLANTED"]), "SecretAccessKey that isn't a string"),
    "an ID that is a number": (keys(AccessKeyId=7), "AccessKeyId that isn't a string"),
    "a token that is a number": (keys(SessionToken=7), "SessionToken that isn't a string"),
    "an end that is no time": (keys(Expiration="PLANTED"), "Expiration that isn't a time"),
    "an end that is a number": (keys(Expiration=1893456000), "Expiration that isn't a string"),
    "as the CLI's other commands": (printing(json.dumps({"Credentials": KEYS})), "no Version"),
    "exit 3": ("#!/bin/sh\necho PLANTED >&2\nexit 3\n", "exit code 3"),
    "exit 3 after keys": (keys() + "exit 3\n", "exit code 3"),
    "a signal": ("#!/bin/sh\nkill -9 $$\n", "signal 9"),
    "no end": ("#!/bin/sh\nexec yes PLANTED\n", "printed more than 1 MB"),
    "no end, of errors": ("#!/bin/sh\nhead -c 300000000 /dev/zero >&2\nexit 3\n", "exit code 3"),
    "much, and then waits": ("#!/bin/sh\nhead -c 2000000 /dev/zero\nexec sleep 600\n", "printed more than 1 MB"),
    "no first line": ("echo PLANTED\n", "a first line such as #!/bin/sh"),
    "an interpreter that is not there": ("#!/no/such/interpreter\n", "interpreter"),
}


@pytest.fixture(scope="module")
def server() -> Iterator[Impostor]:
    with impostor() as running:
        running.answer = Answer(UNKNOWN_KEY, 403)
        yield running


def program(computer: Computer, text: str, *, mode: int = 0o755) -> Path:
    file = computer.home / "helper"
    file.write_text(text)
    file.chmod(mode)
    return file


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("through", ["the profile", "a role"])
def test_a_program_that_hands_out_no_keys(name: str, through: str, server: Impostor, computer: Computer) -> None:
    text, words = PROGRAMS[name]
    file = program(computer, text)
    role = "[profile b]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = a\n"
    computer.config(f"[profile a]\ncredential_process = {file} --pin PLANTED\n{role}")
    asked = server.asked
    error = ask(KeySource(profile="a" if through == "the profile" else "b", endpoint=server.url))
    assert (error.problem.id, error.kind) == ("program-failed", ErrorKind.DENIED)
    said = told(error.problem)
    for word in ("The profile a", str(file), words, "--profile a"):
        assert word in said
    assert "PLANTED" not in said + str(error)
    assert server.asked == asked


def test_keys_that_have_expired(server: Impostor, computer: Computer) -> None:
    file = program(computer, keys(Expiration="2020-01-01T00:00:00Z"))
    computer.config(f"[profile a]\ncredential_process = {file}\n")
    error = ask(KeySource(profile="a", endpoint=server.url))
    assert (error.problem.id, error.kind) == ("program-failed", ErrorKind.EXPIRED)
    assert f"{file} (credential_process). This program printed keys that have expired already" in told(error.problem)


@pytest.mark.parametrize(
    "changes", [{}, {"Expiration": None}, {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SessionToken": None}]
)
def test_keys_that_are_keys(changes: dict[str, object], server: Impostor, computer: Computer) -> None:
    computer.config(f"[profile a]\ncredential_process = {program(computer, keys(**changes))}\n")
    asked = server.asked
    assert ask(KeySource(profile="a", endpoint=server.url)).problem.id == "wrong-access-key"
    assert server.asked == asked + 1


LINES = {
    "~/helper": ("follow neither ~", "HOME/helper"),
    "$HOME/helper": ("variables", "HOME/helper"),
    "HOME": ("folder", "the program itself"),
    "HOME/helper": ("isn't executable", "chmod +x"),
    "HOME/other": ("can't find it", "whole path"),
    "no-such-program-anywhere --pin PLANTED": ("no-such-program-anywhere", "whole path"),
    "'HOME/helper": ("can't find it", "whole path"),
}


@pytest.mark.parametrize("line", LINES)
def test_a_line_that_names_no_program(line: str, server: Impostor, computer: Computer) -> None:
    program(computer, keys(), mode=0o644)
    home = str(computer.home)
    computer.config(f"[profile a]\ncredential_process = {line.replace('HOME', home) if line[0] != '$' else line}\n")
    error = ask(KeySource(profile="a", endpoint=server.url))
    assert (error.problem.id, error.kind) == ("program-missing", ErrorKind.DENIED)
    said = told(error.problem)
    for word in ("The profile a" if "a" in line else "profile a", "~/.aws/config, line 2", *LINES[line]):
        assert word.replace("HOME", home) in said
    assert "PLANTED" not in said
    assert [one.problem for one in computer.find("a").values() if one.problem] == [error.problem]


@pytest.mark.parametrize("waits", ["exec sleep 300", "sleep 300", "sleep 300 & sleep 300", "trap '' TERM; sleep 300"])
def test_a_program_that_never_answers(waits: str, computer: Computer, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named while it is waited for, given up, and ended with all that it started."""
    file = program(computer, f"#!/bin/sh\n{waits}\n")
    heard: list[str] = []
    started: list[int] = []

    def listen(name: str) -> None:
        heard.append(name)
        started.extend(family(run._process.pid))  # and no other process of the tests

    monkeypatch.setattr(credential_program, "NOTED_AFTER", 0.2)
    monkeypatch.setattr(credential_program, "_listeners", [])
    credential_program.on_wait(listen)
    run = credential_program.runner("a", 0.6)([str(file)])
    with pytest.raises(credential_program.ProgramError) as caught:
        run.communicate()
    assert heard == [str(file)]
    assert "didn't answer within" in str(caught.value)
    assert started
    assert all_end(started)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_program_ends_with_us(ending: signal.Signals, computer: Computer) -> None:
    file = program(computer, "#!/bin/sh\nsleep 300\n")
    computer.config(f"[profile a]\ncredential_process = {file}\n")
    process = subprocess.Popen(
        ["env", "--default-signal=HUP", sys.executable, "-m", "wizard", "--profile", "a", "credentials", "--ask"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": str(computer.home), "SNOWPIXEL_HOME": str(computer.home / "data")},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    assert process.stderr is not None
    assert str(file) in process.stderr.readline(), "it is said who is waited for"
    started = family(process.pid)[1:]
    assert started
    process.send_signal(ending)
    process.wait(LIMIT)
    process.stderr.close()
    assert process.returncode == 130
    assert all_end(started)
