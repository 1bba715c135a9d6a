"""Every place with credentials that boto3 knows is found in real files, and the one that boto3 would take wins."""

import os
import shlex
import sys
import time
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ProfileNotFound
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.credentials.conftest import AWS_LOGIN, Computer
from wizard.credentials.discovery import find
from wizard.credentials.source import CredentialKind
from wizard.knowledge.problems import explain

HOUR = 3600.0
KEYS = "aws_access_key_id = AKIAPROFILE000000001\naws_secret_access_key = " + "s" * 40 + "\n"
SSO = "sso_account_id = 111122223333\nsso_role_name = Admin\n"
OLD_SSO = "sso_start_url = https://old.example/start\nsso_region = eu-west-1\n"
SESSION = "[sso-session corp]\nsso_start_url = https://corp.example/start\nsso_region = eu-west-1\n"


def test_nothing_is_found_where_nothing_is(computer: Computer) -> None:
    assert computer.find() == {}
    assert computer.winner() is None


def test_keys_of_the_environment_win_over_every_profile(computer: Computer) -> None:
    computer.credentials(f"[default]\n{KEYS}")
    computer.setenv("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT00001")
    computer.setenv("AWS_SECRET_ACCESS_KEY", "x" * 40)
    found = computer.find()
    assert found[CredentialKind.ENVIRONMENT].wins
    assert "before every profile" in found[CredentialKind.ENVIRONMENT].why
    assert found[CredentialKind.ENVIRONMENT].long_lived
    assert not found["default"].wins


def test_keys_of_some_hours_in_the_environment_know_their_end(computer: Computer) -> None:
    computer.setenv("AWS_ACCESS_KEY_ID", "ASIAENVIRONMENT00001")
    computer.setenv("AWS_SECRET_ACCESS_KEY", "x" * 40)
    computer.setenv("AWS_SESSION_TOKEN", "t")
    computer.setenv("AWS_CREDENTIAL_EXPIRATION", "2030-01-01T00:00:00Z")
    found = computer.find()[CredentialKind.ENVIRONMENT]
    assert (found.expires, found.long_lived, found.problem) == (1893456000.0, False, None)


@pytest.mark.parametrize(
    ("names", "missing"),
    [
        ({"AWS_ACCESS_KEY_ID": "AKIA1"}, "AWS_SECRET_ACCESS_KEY"),
        ({"AWS_ACCESS_KEY_ID": "ASIA1", "AWS_SECRET_ACCESS_KEY": "x"}, "AWS_SESSION_TOKEN"),
    ],
)
def test_half_a_key_in_the_environment_is_said(computer: Computer, names: dict[str, str], missing: str) -> None:
    for name, value in names.items():
        computer.setenv(name, value)
    problem = computer.find()[CredentialKind.ENVIRONMENT].problem
    assert problem
    assert problem.id == "keys-incomplete"
    assert missing in explain(problem).meaning


def test_keys_in_either_file(computer: Computer) -> None:
    computer.config(f"[default]\nregion = eu-north-1\n[profile inconfig]\n{KEYS}")
    computer.credentials(f"[default]\n{KEYS}[hours]\n{KEYS}aws_session_token = t\n")
    found = computer.find()
    assert found["default"].wins
    assert found["default"].why == "it is the default profile"
    assert found["default"].place == "~/.aws/config and ~/.aws/credentials"
    assert found["default"].region == "eu-north-1"
    assert (found["inconfig"].kind, found["inconfig"].place) == (CredentialKind.KEYS, "~/.aws/config")
    assert not found["hours"].long_lived


@pytest.mark.parametrize("variable", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])
def test_a_variable_names_the_profile(computer: Computer, variable: str) -> None:
    computer.credentials(f"[default]\n{KEYS}[work]\n{KEYS}")
    computer.setenv(variable, "work")
    winner = computer.winner()
    assert winner
    assert (winner.name, winner.why) == ("work", f"{variable} names it")


def test_a_chosen_profile_wins_over_everything(computer: Computer) -> None:
    computer.credentials(f"[default]\n{KEYS}[work]\n{KEYS}")
    computer.setenv("AWS_ACCESS_KEY_ID", "AKIA1")
    computer.setenv("AWS_SECRET_ACCESS_KEY", "x")
    winner = computer.winner("work")
    assert winner
    assert (winner.name, winner.why) == ("work", "it was chosen")


@pytest.mark.parametrize("how", ["chosen", "variable"])
def test_a_profile_that_is_not_there_is_said(computer: Computer, how: str) -> None:
    if how == "variable":
        computer.setenv("AWS_PROFILE", "gone")
    found = computer.find("gone" if how == "chosen" else None)["gone"]
    assert found.wins
    assert found.problem
    assert found.problem.id == "profile-missing"


def test_single_sign_on_knows_its_end(computer: Computer) -> None:
    until = time.time() + HOUR
    computer.config(f"{SESSION}[profile corp]\nsso_session = corp\n{SSO}[profile old]\n{SSO}{OLD_SSO}")
    computer.sso_token("corp", until)
    computer.sso_token("https://old.example/start", until)
    found = computer.find()
    for name in ("corp", "old"):
        assert (found[name].kind, found[name].account, found[name].problem) == (
            CredentialKind.SSO,
            "111122223333",
            None,
        )
        assert abs((found[name].expires or 0) - until) < 1
    assert "Admin through https://corp.example/start" in found["corp"].detail


@pytest.mark.parametrize(
    ("ago", "saved_ago", "problem"),
    [(HOUR, 2 * HOUR, "login-expired"), (HOUR, 0.0, "login-not-renewed"), (None, 0.0, "login-first")],
)
def test_a_sign_in_that_is_over_is_told_from_one_that_was_renewed_in_vain(
    computer: Computer, ago: float | None, saved_ago: float, problem: str
) -> None:
    computer.config(f"{SESSION}[profile corp]\nsso_session = corp\n{SSO}")
    if ago is not None:
        file, at = computer.sso_token("corp", time.time() - ago), time.time() - saved_ago
        os.utime(file, (at, at))
    found = computer.find()["corp"].problem
    assert found
    assert found.id == problem
    assert found.values["command"] == "aws sso login --profile corp"
    assert all(explain(found).steps)


def test_a_sign_in_that_renews_itself_has_no_end(computer: Computer) -> None:
    computer.config(f"{SESSION}[profile corp]\nsso_session = corp\n{SSO}")
    computer.sso_token(
        "corp", time.time() - HOUR, refreshToken="r", clientId="c", registrationExpiresAt="2099-01-01T00:00:00Z"
    )
    found = computer.find()["corp"]
    assert (found.expires, found.problem) == (None, None)


@pytest.mark.parametrize("text", ["", "null", "[]", "{", '{"accessToken": "x"}', '{"accessToken": 3, "expiresAt": 9}'])
def test_a_token_cache_may_hold_anything(computer: Computer, text: str) -> None:
    computer.config(f"{SESSION}[profile corp]\nsso_session = corp\n{SSO}")
    computer.sso_token("corp", 0).write_text(text)
    assert computer.find()["corp"].kind == CredentialKind.SSO


def test_an_incomplete_single_sign_on_says_what_is_missing(computer: Computer) -> None:
    computer.config(f"[profile a]\n{SSO}[profile b]\nsso_session = nowhere\n{SSO}")
    found = computer.find()
    for name, missing in (("a", "sso_region, sso_start_url"), ("b", "sso_region, sso_start_url")):
        problem = found[name].problem
        assert problem
        assert (problem.id, problem.values["missing"]) == ("profile-incomplete", missing)


def test_a_browser_sign_in_needs_the_extra(computer: Computer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "awscrt", None)  # as if it were not installed
    computer.config(f"[profile ada]\nlogin_session = {AWS_LOGIN}\n")
    computer.login_token(AWS_LOGIN)
    found = computer.find()["ada"]
    assert (found.kind, found.account) == (CredentialKind.SIGN_IN, "210987654321")
    assert found.problem
    assert found.problem.id == "login-extra-missing"
    assert "botocore[crt]" in " ".join(explain(found.problem).steps)


def test_with_the_extra_a_browser_sign_in_is_good_or_wanted(
    computer: Computer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "installed" / "awscrt").mkdir(parents=True)
    (tmp_path / "installed" / "awscrt" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path / "installed"))
    computer.config(f"[profile ada]\nlogin_session = {AWS_LOGIN}\n")
    first = computer.find()["ada"].problem
    assert first
    assert first.id == "login-first"
    computer.login_token(AWS_LOGIN)
    assert computer.find()["ada"].problem is None


def test_roles_show_where_they_start_and_their_second_factor(computer: Computer) -> None:
    role = "role_arn = arn:aws:iam::444455556666:role/pixel\n"
    computer.credentials(f"[base]\n{KEYS}")
    computer.config(
        f"{SESSION}[profile corp]\nsso_session = corp\n{SSO}"
        f"[profile plain]\n{role}source_profile = base\n"
        f"[profile factor]\n{role}source_profile = base\nmfa_serial = arn:aws:iam::1:mfa/ada\n"
        f"[profile chained]\n{role}source_profile = factor\n"
        f"[profile fromsso]\n{role}source_profile = corp\n"
        f"[profile machine]\n{role}credential_source = Ec2InstanceMetadata\n"
        f"[profile own]\n{role}source_profile = own\n{KEYS}"
    )
    until = time.time() + HOUR
    computer.sso_token("corp", until)
    found = computer.find()
    names = ("plain", "factor", "chained", "fromsso", "machine", "own")
    assert {(found[name].kind, found[name].account, found[name].problem) for name in names} == {
        (CredentialKind.ROLE, "444455556666", None)
    }
    assert found["factor"].mfa_serial == found["chained"].mfa_serial == "arn:aws:iam::1:mfa/ada"
    assert found["plain"].mfa_serial is None
    assert found["plain"].detail.endswith("from base")
    assert abs((found["fromsso"].expires or 0) - until) < 1


@pytest.mark.parametrize(
    "lines",
    [
        "",
        "source_profile = a\n",
        "source_profile = gone\n",
        "source_profile = empty\n",
        "source_profile = b\n",
        "credential_source = Moon\n",
        "source_profile = empty\ncredential_source = Environment\n",
        "web_identity_token_file = /nowhere/at/all\n",
    ],
)
def test_roles_that_cannot_work_are_said(computer: Computer, lines: str) -> None:
    role = "role_arn = arn:aws:iam::444455556666:role/pixel\n"
    computer.config(
        f"[profile a]\n{role}{lines}[profile b]\n{role}source_profile = a\n[profile empty]\noutput = json\n"
    )
    problem = computer.find()["a"].problem
    assert problem
    assert problem.id == "profile-incomplete"


def test_a_web_identity(computer: Computer, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("jwt")
    computer.config(
        f"[profile pod]\nrole_arn = arn:aws:iam::444455556666:role/pod\nweb_identity_token_file = {tmp_path}/token\n"
    )
    assert (computer.find()["pod"].kind, computer.find()["pod"].problem) == (CredentialKind.WEB, None)
    computer.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(tmp_path / "token"))
    computer.setenv("AWS_ROLE_ARN", "arn:aws:iam::444455556666:role/pod")
    assert computer.find()[CredentialKind.WEB].wins


def test_a_program_is_named_without_its_arguments_and_not_run(computer: Computer, tmp_path: Path) -> None:
    program = tmp_path / "vault"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    program.chmod(0o755)
    computer.config(
        f"[profile vault]\ncredential_process = {program} --pin s3cret-pin\n"
        "[profile gone]\ncredential_process = /no/such/program\n[profile quote]\ncredential_process = a 'b\n"
    )
    found = computer.find()
    assert (found["vault"].kind, found["vault"].detail, found["vault"].problem) == (
        CredentialKind.PROGRAM,
        str(program),
        None,
    )
    assert "s3cret-pin" not in repr(found)
    for name in ("gone", "quote"):
        problem = found[name].problem
        assert problem
        assert problem.id == "program-missing"
    assert not (tmp_path / "ran").exists()


def test_a_container_and_an_instance(computer: Computer, monkeypatch: pytest.MonkeyPatch) -> None:
    computer.progress.write_text("Amazon EC2\n")
    monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
    assert computer.find()[CredentialKind.MACHINE].wins
    computer.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/x")
    found = computer.find()
    assert found[CredentialKind.CONTAINER].wins
    assert not found[CredentialKind.MACHINE].wins
    computer.setenv("AWS_EC2_METADATA_DISABLED", "true")
    assert CredentialKind.MACHINE not in computer.find()


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1", "us-iso-east-1", "eusc-de-east-1"])
def test_a_profile_of_a_separate_aws_is_said(computer: Computer, region: str) -> None:
    computer.credentials(f"[china]\n{KEYS}region = {region}\n")
    problem = computer.find()["china"].problem
    assert problem
    assert problem.id == "wrong-partition"
    assert region in explain(problem).meaning


@pytest.mark.parametrize("which", ["config", "credentials"])
def test_a_broken_file_is_said_and_the_other_still_read(computer: Computer, which: str) -> None:
    good = {"config": computer.credentials, "credentials": computer.config}[which]
    good(f"[default]\n{KEYS}")
    getattr(computer, which)("[work\naws_secret_access_key = s3cretOfABrokenFile\n")
    found = computer.find()
    assert found["default"].kind == CredentialKind.KEYS
    problem = found[CredentialKind.UNUSABLE].problem
    assert problem
    assert problem.id == "profiles-unreadable"
    assert "s3cretOfABrokenFile" not in repr(found)


NAMES = st.sampled_from(["default", "a", "b", "c", "work place", "ünïcode"])
VALUES = st.one_of(
    st.sampled_from(["a", "b", "c", "arn:aws:iam::444455556666:role/x", "AKIA1", "ASIA1", "", "corp", "Environment"]),
    st.text(st.characters(exclude_characters="\r\n\x00", exclude_categories=["Cs"]), max_size=20),
)
FIELDS = st.sampled_from(
    [
        "aws_access_key_id",
        "aws_secret_access_key",
        "aws_session_token",
        "role_arn",
        "source_profile",
        "credential_source",
        "mfa_serial",
        "sso_session",
        "sso_account_id",
        "sso_role_name",
        "sso_start_url",
        "sso_region",
        "login_session",
        "credential_process",
        "web_identity_token_file",
        "region",
        "s3",
        "services",
    ]
)
SECTIONS = st.lists(st.tuples(NAMES, st.lists(st.tuples(FIELDS, VALUES), max_size=5)), max_size=5)


def _written(sections: list[tuple[str, list[tuple[str, str]]]], prefix: str) -> str:
    lines = []
    for name, fields in sections:
        lines.append("[default]" if name == "default" else f"[{prefix}{name}]")
        lines += [f"{field} = {value}" for field, value in fields]
    return "\n".join(lines)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(config=SECTIONS, credentials=SECTIONS, noise=st.text(max_size=10))
def test_any_files_are_read_without_an_error_and_no_secret_is_repeated(
    computer: Computer,
    config: list[tuple[str, list[tuple[str, str]]]],
    credentials: list[tuple[str, list[tuple[str, str]]]],
    noise: str,
) -> None:
    computer.config(f"{SESSION}{_written(config, 'profile ')}\n{noise}".replace("\x00", ""))
    computer.credentials(
        f"[keeper]\naws_access_key_id = AKIA2\naws_secret_access_key = {'Z' * 40}\n{_written(credentials, '')}"
    )
    found = find(firmware=computer.progress)
    assert sum(one.wins for one in found) <= 1
    assert "Z" * 40 not in repr(found)
    for one in found:
        if one.problem:
            explain(one.problem)


PLACES = st.fixed_dictionaries(
    {
        "environment": st.booleans(),
        "profiles": st.sets(st.sampled_from(["default", "work", "home"])),
        "named": st.sampled_from([None, "default", "work", "home"]),
        "chosen": st.sampled_from([None, "default", "work", "home"]),
        "in_config": st.booleans(),
    }
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(places=PLACES)
def test_the_winner_is_the_one_that_boto3_takes(computer: Computer, places: dict[str, Any]) -> None:
    """The same files and variables, given to boto3 itself: each place has a key of its own."""
    with pytest.MonkeyPatch.context() as patch:
        if places["environment"]:
            patch.setenv("AWS_ACCESS_KEY_ID", "AKIAenvironment")
            patch.setenv("AWS_SECRET_ACCESS_KEY", "x")
        if places["named"]:
            patch.setenv("AWS_PROFILE", places["named"])
        prefix = "profile " if places["in_config"] else ""
        text = "".join(
            f"[{'' if name == 'default' else prefix}{name}]\n"
            f"aws_access_key_id = AKIA{name}\naws_secret_access_key = x\n"
            for name in sorted(places["profiles"])
        )
        computer.config(text if places["in_config"] else "")
        computer.credentials("" if places["in_config"] else text)
        winner = computer.winner(places["chosen"])
        usable = winner if winner and not winner.problem else None
        try:
            taken = boto3.Session(profile_name=places["chosen"]).get_credentials()
        except ProfileNotFound:
            assert usable is None or usable.kind == CredentialKind.ENVIRONMENT
            return
        assert (f"AKIA{usable.name or usable.kind}" if usable else None) == (taken.access_key if taken else None)


@pytest.mark.parametrize("name", ["my work", "it's", "$HOME", "`id`"])
@pytest.mark.parametrize("kind", ["sso", "login"])
def test_a_sign_in_command_survives_the_shell(computer: Computer, name: str, kind: str) -> None:
    settings = {
        "sso": "sso_start_url = https://x.awsapps.com/start\nsso_region = eu-central-1\n"
        "sso_account_id = 111122223333\nsso_role_name = Admin\n",
        "login": "login_session = arn:aws:iam::111122223333:user/x\n",
    }
    computer.config(f"[profile {shlex.quote(name)}]\nregion = eu-central-1\n{settings[kind]}")
    source = computer.winner(name)
    assert source is not None
    assert source.problem is not None
    assert shlex.split(source.problem.values["command"])[-1] == name
