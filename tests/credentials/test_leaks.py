"""Known secrets in every place, every command and every kind of end: none of them is in any byte that is written."""

import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest

from tests import forking
from tests.aws.impostor import Answer, impostor
from tests.credentials.conftest import AWS_LOGIN, Computer
from tests.credentials.conspicuous import found_below, found_in, secret
from tests.credentials.spoilt import spoilt
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile

ROOT = Path(__file__).resolve().parents[2]

MEDDLING = """
import logging, os, sys
logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)  # as boto3.set_stream_logger("") would
crash = os.environ.get("CRASH")
if crash:
    import importlib.util
    module, name, attribute = crash.split(":")
    def boom(*arguments, **named):
        words = os.environ.get("CRASH_WORDS")
        raise RuntimeError(open(words).read() if words else "boom")
    class Finder:
        def find_spec(self, fullname, path=None, target=None):
            if fullname != module:
                return None
            sys.meta_path.remove(self)
            spec = importlib.util.find_spec(module)
            load = spec.loader.exec_module
            def exec_module(loaded):
                load(loaded)
                setattr(getattr(loaded, name) if name else loaded, attribute, boom)
            spec.loader.exec_module = exec_module
            return spec
    sys.meta_path.insert(0, Finder())
"""
"""A `sitecustomize` that logs everything at the finest level, and lets one function crash."""

CRASHES = (
    "botocore.endpoint:Endpoint:make_request",
    "botocore.auth:SigV4Auth:add_auth",
    "botocore.crt.auth:CrtSigV4Auth:add_auth",
    "boto3.session:Session:client",
    "wizard.aws.sessions::explicit",
    "wizard.engine.walk:Walk:run",
    "wizard.credentials.sign_in:SignIns:source",
)


@dataclass
class Runs:
    """Runs the program on a computer full of secrets, and remembers all that it said."""

    computer: Computer
    world: Path
    secrets: dict[str, str]
    meddling: Path
    said: list[bytes] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str, stdin: str = "", **more: str) -> int:
        home = self.computer.home
        variables = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "TMPDIR": str(home / "tmp"),
            "PYTHONPATH": os.pathsep.join([str(self.meddling), str(ROOT)]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "SNOWPIXEL_HOME": str(home / "data"),
            "SNOWPIXEL_PRACTICE": str(self.world),
            "AWS_EC2_METADATA_DISABLED": "true",
            **self.environment,
            **more,
        }
        ran = forking.run(
            [sys.executable, "-m", "wizard", *arguments],
            typed=stdin.encode(),
            cwd=home,
            env={name: value for name, value in variables.items() if value},
            timeout=60,
            fork="CRASH" not in more,
        )
        self.said.append(ran.stdout + ran.stderr)
        assert found_in(self.said[-1], self.secrets) == [], (arguments, more)
        return ran.returncode


@pytest.fixture
def runs(computer: Computer, running: WorldFile, control: Control, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    control.touch()
    names = ("typed", "environment", "token", "profile", "config", "sso", "login", "program", "assumed")
    secrets = {name: secret(name) for name in names} | {"world": running.secret_access_key, "control": running.token}
    (computer.home / "tmp").mkdir()
    meddling = tmp_path_factory.getbasetemp() / "meddling"  # the same for all, so that they fork from one template
    meddling.mkdir(exist_ok=True)
    (meddling / "sitecustomize.py").write_text(MEDDLING)
    plant(computer, secrets)
    return Runs(computer, Path(running.ca_file).parent, secrets, meddling)


def plant(computer: Computer, secrets: Mapping[str, str]) -> None:
    said = {"Version": 1, "AccessKeyId": "AKIAPROGRAM000000001", "SecretAccessKey": secrets["program"]}
    program = computer.home / "vault"
    program.write_text(f"#!/bin/sh\nif [ \"$1\" = fail ]; then echo '{secrets['program']}' >&2; exit 1; fi\n"
                       f"echo '{json.dumps(said)}'\n")  # fmt: skip
    program.chmod(0o755)
    computer.credentials(
        f"[default]\naws_access_key_id = AKIADEFAULT000000001\naws_secret_access_key = {secrets['profile']}\n"
    )
    computer.config(
        f"[profile inconfig]\naws_access_key_id = AKIACONFIG0000000001\naws_secret_access_key = {secrets['config']}\n"
        f"[profile vault]\ncredential_process = {program}\n"
        f"[profile failing]\ncredential_process = {program} fail\n"
        f"[profile ada]\nlogin_session = {AWS_LOGIN}\n"
        "[profile deploy]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = default\n"
        "[profile corp]\nsso_account_id = 1\nsso_role_name = A\nsso_region = eu-west-1\nsso_start_url = https://c.example\n"
    )
    computer.sso_token("https://c.example", time.time() - 60, accessToken=secrets["sso"])
    keys = {"accessKeyId": "ASIA", "secretAccessKey": secrets["login"], "sessionToken": secrets["login"]}
    keys |= {"accountId": "210987654321", "expiresAt": "2099-01-01T00:00:00Z"}
    computer.login_token(AWS_LOGIN, accessToken=keys, refreshToken=secrets["login"])


def nothing_on_disk(runs: Runs) -> None:
    """Search every file of the user, but those in which the secrets were planted."""
    home = runs.computer.home
    planted = {home / "vault", *(path for path in (home / ".aws").rglob("*") if path.is_file())}
    assert found_below(home, runs.secrets, planted) == []


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "log").write_text(f"x {secret('typed')} y")
    assert found_below(tmp_path, {"typed": secret("typed")}, set()) == [("log", "typed")]


def test_a_whole_life_with_good_keys_writes_none_of_them(runs: Runs) -> None:
    commands = (
        ("new", "main", "--no-domain"),
        ("credentials", "main", "--ask", "--guide"),
        ("plan", "main", "--json"),
        ("apply", "main", "--yes", "-vv", "--wait", "20"),
        ("check", "main", "-vv"),
        ("check", "main", "--json"),
        ("repair", "main", "--yes", "-v"),
        ("policy", "main"),
        ("list", "--account"),
        ("report", "main"),
        ("remove", "main", "--yes", "--delete-logs", "-v"),
        ("forget", "main", "--yes"),
    )
    for command in commands:
        runs(*command)
    nothing_on_disk(runs)


@pytest.mark.parametrize("profile", ["default", "inconfig", "vault", "failing", "ada", "corp", "gone"])
def test_no_place_shows_its_secret(runs: Runs, profile: str) -> None:
    runs("new", "main", "--no-domain")
    for command in (("credentials", "--ask", "--json"), ("check", "main", "-vv"), ("plan", "main")):
        assert runs(*command, "--profile", profile) != 0
    nothing_on_disk(runs)


def test_keys_of_the_environment_and_typed_keys_stay_where_they_are(runs: Runs) -> None:
    runs("new", "main", "--no-domain")
    typed = f"AKIATYPED00000000001\n{runs.secrets['typed']}\n"
    for stdin in (typed, f"export AWS_SECRET_ACCESS_KEY='{runs.secrets['typed']}'", f"{typed}{runs.secrets['token']}"):
        for command in (("check", "main", "-vv"), ("apply", "main", "--yes", "--keep-keys"), ("credentials", "--ask")):
            runs(*command, "--keys-stdin", stdin=stdin)
    given = {
        "AWS_ACCESS_KEY_ID": "ASIAENVIRONMENT00001",
        "AWS_SECRET_ACCESS_KEY": runs.secrets["environment"],
        "AWS_SESSION_TOKEN": runs.secrets["token"],
    }
    for command in (("credentials", "--ask", "--json"), ("check", "main", "-vv"), ("apply", "main", "--yes")):
        runs(*command, **given)
    nothing_on_disk(runs)


@pytest.mark.parametrize("crash", CRASHES)
@pytest.mark.parametrize("place", ["world", "typed", "environment", "profile"])
def test_a_crash_shows_none(runs: Runs, crash: str, place: str) -> None:
    runs("new", "main", "--no-domain")
    arguments: tuple[str, ...] = ("check", "main", "-v")
    stdin, more = "", {}
    if place == "typed":
        arguments, stdin = (*arguments, "--keys-stdin"), f"AKIATYPED00000000001\n{runs.secrets['typed']}\n"
    elif place == "profile":
        arguments = (*arguments, "--profile", "default")
    elif place == "environment":
        more = {"AWS_ACCESS_KEY_ID": "AKIAENVIRONMENT00001", "AWS_SECRET_ACCESS_KEY": runs.secrets["environment"]}
    more["BOTO_DISABLE_CRT"] = str(crash.startswith("botocore.auth")).lower()  # AWS's runtime library signs by itself
    assert runs(*arguments, stdin=stdin, CRASH=crash, **more) != 0
    never_called = crash.endswith("explicit") and place in ("profile", "environment")  # botocore finds those itself
    assert (b"boom" in runs.said[-1]) != never_called
    nothing_on_disk(runs)


@pytest.mark.parametrize("place", ["typed", "environment", "profile"])
def test_an_error_that_repeats_a_secret_is_masked(runs: Runs, place: str, tmp_path: Path) -> None:
    """No code of ours or AWS's is known to do that; if one ever does, the last word still masks it."""
    runs("new", "main", "--no-domain")
    words = tmp_path / "words"
    words.write_text(f"boom {runs.secrets[place]} {quote(runs.secrets[place], safe='')} boom")
    arguments: tuple[str, ...] = ("plan", "main", "-vv")
    stdin, more = "", {}
    if place == "typed":
        arguments, stdin = (*arguments, "--keys-stdin"), f"AKIATYPED00000000001\n{runs.secrets['typed']}\n"
    elif place == "environment":
        more = {"AWS_ACCESS_KEY_ID": "AKIAENVIRONMENT00001", "AWS_SECRET_ACCESS_KEY": runs.secrets["environment"]}
    assert runs(*arguments, stdin=stdin, CRASH="wizard.engine.walk:Walk:run", CRASH_WORDS=str(words), **more) == 1
    assert "boom … … boom" in runs.said[-1].decode()
    assert b"Traceback" in runs.said[-1]
    nothing_on_disk(runs)


def test_said_twice_the_flag_tells_how_each_call_ended(runs: Runs, control: Control) -> None:
    runs("new", "main", "--no-domain")
    control.fail("sts", "GetCallerIdentity", "AccessDenied", 403)
    runs("check", "main", "-v")
    assert b"aws sts get_caller_identity\n" in runs.said[-1]
    assert b"aws sts get_caller_identity:" not in runs.said[-1]
    control.clear_faults()
    control.fail("sts", "GetCallerIdentity", "AccessDenied", 403)
    runs("check", "main", "-vv")
    assert b"aws sts get_caller_identity: AccessDenied" in runs.said[-1]
    control.clear_faults()


def test_what_aws_repeats_of_a_signed_request_is_cut_off(runs: Runs, control: Control) -> None:
    """AWS's answer to a wrong signature repeats the signed text, session token included."""
    runs("new", "main", "--no-domain")
    repeated = f"'POST\n\nx-amz-security-token:{runs.secrets['token']}"
    text = f"It does not match. The Canonical String for this request should have been\n{repeated}"
    control.fail("sts", "GetCallerIdentity", "SignatureDoesNotMatch", 403, times=9, message=text)
    for command in (("check", "main", "-v", "--json"), ("apply", "main", "--yes"), ("credentials", "--ask")):
        runs(*command)
    control.clear_faults()
    nothing_on_disk(runs)


COMMANDS = (
    ("credentials", "--ask"), ("credentials", "--ask", "--json"), ("check", "main", "-v"), ("check", "main", "--json"),
    ("plan", "main", "-vv"), ("events", "main"), ("report", "main"), ("report", "main", "--mask"),
    ("list", "--account"), ("apply", "main", "--yes", "--wait", "0"),
)  # fmt: skip
"""All that asks AWS, and shows what came of it."""


def test_a_reply_with_keys_that_is_cut_shows_none(runs: Runs) -> None:
    """A role is assumed; on the way back the reply with its keys is cut, or answers another question."""
    runs("new", "main", "--no-domain")
    keys = (
        f"<Credentials><AccessKeyId>ASIAASSUMED000000001</AccessKeyId><SecretAccessKey>{runs.secrets['assumed']}"
        f"</SecretAccessKey><SessionToken>{runs.secrets['assumed']}</SessionToken><Expiration>2099"
    )
    elsewhere = runs.computer.home / "elsewhere"
    elsewhere.mkdir()
    with impostor() as server:
        saved = json.loads((runs.world / "world.json").read_text()) | {"aws_endpoint": server.url}
        (elsewhere / "world.json").write_text(json.dumps(saved))
        for body in (f"<AssumeRoleResponse><AssumeRoleResult>{keys}", f"<html>{keys}</html>", f"<a>{keys}</a>"):
            server.answer = Answer(body.encode())
            for command in COMMANDS:
                code = runs(*command, "--profile", "deploy", SNOWPIXEL_PRACTICE=str(elsewhere))
                assert (code == 0) == (command[0] == "report"), command
                assert b"snowpixel itself went wrong" not in runs.said[-1], command


@pytest.mark.parametrize("where", ["container", "instance"])
def test_keys_in_a_spoilt_reply_of_a_machines_service_are_not_shown(runs: Runs, where: str) -> None:
    runs("new", "main", "--no-domain")
    (runs.computer.home / ".aws" / "credentials").unlink()
    keys = f'{{"Code": "Success", "AccessKeyId": "ASIAMACHINE000000001", "SecretAccessKey": "{runs.secrets["assumed"]}"'
    with spoilt(f'{keys}, "Token": "{runs.secrets["assumed"]}'.encode()) as service:
        for command in (
            ("credentials", "--ask"),
            ("check", "main", "--json"),
            ("plan", "main", "-vv"),
            ("report", "main"),
        ):
            code = runs(*command, SNOWPIXEL_PRACTICE="", **service.environment(where))
            assert (code == 0) == (command[0] == "report"), command
            asked = b"answered with something that isn't JSON" in runs.said[-1]
            assert asked or command[0] == "report", runs.said[-1]
    assert service.asked
    nothing_on_disk(runs)


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("AWS_ACCESS_KEY_ID", "\r"),
        ("AWS_SECRET_ACCESS_KEY", "\n"),
        ("AWS_SESSION_TOKEN", "\r"),
        ("AWS_SESSION_TOKEN", " "),
    ],
)
def test_a_line_end_in_a_variable_is_named_and_shows_nothing(runs: Runs, name: str, end: str) -> None:
    runs("new", "main", "--no-domain")
    runs("apply", "main", "--yes", "--wait", "0")
    given = {
        "AWS_ACCESS_KEY_ID": "ASIAENVIRONMENT00001",
        "AWS_SECRET_ACCESS_KEY": runs.secrets["environment"],
        "AWS_SESSION_TOKEN": runs.secrets["token"],
    }
    given[name] += end
    for command in COMMANDS:
        assert runs(*command, **given) == (0 if command[0] == "report" else 1), command
        assert command[0] == "report" or name.encode() in runs.said[-1], command
        assert b"internet connection" not in runs.said[-1]
    nothing_on_disk(runs)


def test_process_arguments_and_title_hold_no_keys(runs: Runs) -> None:
    """Keys come in through stdin only: no option takes them."""
    for option in ("--access-key", "--secret-key", "--secret-access-key", "--aws-secret-access-key", "--mfa=123456"):
        assert runs("check", option, "x") == 2
    assert runs("check", "main", "--profile", "AKIAIOSFODNN7EXAMPLE") == 2
