"""Profiles of `aws login` with AWS's real runtime library: found, renewed with proof of possession, over, or broken."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.credentials.conftest import AWS_LOGIN, Computer, stamp
from tests.credentials.signin import SignIn
from tests.support import REQUIRE_ALL
from wizard.aws.client import AwsClient
from wizard.aws.errors import AwsError, ErrorKind
from wizard.aws.identity import Identity, who_am_i
from wizard.aws.keys import KeySource
from wizard.aws.timeouts import LOOK
from wizard.knowledge.problems import explain
from wizard.practice.worldfile import WorldFile

ROOT = Path(__file__).resolve().parents[2]
ADA = f"[profile ada]\nlogin_session = {AWS_LOGIN}\n"
needs_runtime = pytest.mark.skipif(
    not REQUIRE_ALL and find_spec("awscrt") is None, reason="needs the extra: pip install 'botocore[crt]'"
)


@pytest.fixture
def signin(computer: Computer, world: WorldFile) -> Iterator[SignIn]:
    service = SignIn(world)
    computer.config(ADA)
    computer.setenv("AWS_ENDPOINT_URL_SIGNIN", service.url)
    for name in ("STS", "IAM"):
        computer.setenv(f"AWS_ENDPOINT_URL_{name}", world.aws_endpoint)
    yield service
    service.close()


def signed_in(computer: Computer, signin: SignIn, until: float, **changes: object) -> Path:
    """Write the cache as the AWS command line does after `aws login`."""
    token = {
        "accessKeyId": signin.keys["AccessKeyId"],
        "secretAccessKey": signin.keys["SecretAccessKey"],
        "sessionToken": signin.keys["SessionToken"],
        "accountId": "123456789012",
        "expiresAt": stamp(until),
    }
    whole = {"accessToken": token, "refreshToken": "refresh-0", "dpopKey": signin.pem, **changes}
    return computer.login_token(AWS_LOGIN, tokenType="aws_sigv4", **whole)


def who(aws: AwsClient | None = None) -> Identity:
    return anyio.run(who_am_i, aws or AwsClient(KeySource(None, "ada"), "eu-central-1", LOOK))


def refused(aws: AwsClient | None = None) -> AwsError:
    with pytest.raises(AwsError) as caught:
        who(aws)
    return caught.value


@needs_runtime
def test_a_sign_in_that_lasts_is_used_as_it_is(computer: Computer, signin: SignIn) -> None:
    signed_in(computer, signin, time.time() + 3600)
    assert computer.find()["ada"].problem is None
    assert who().account == "123456789012"
    assert signin.renewals == 0


@needs_runtime
def test_a_sign_in_is_renewed_with_proof_of_possession_and_kept_for_the_next_run(
    computer: Computer, signin: SignIn
) -> None:
    cache = signed_in(computer, signin, time.time() - 60)
    assert computer.find()["ada"].problem is None  # it renews itself
    assert who().account == "123456789012"
    assert (signin.renewals, signin.wrong) == (1, [])
    kept = json.loads(cache.read_text())
    assert kept["refreshToken"] == "refresh-1"
    assert who().account == "123456789012"  # another session: it finds what the first one got
    assert signin.renewals == 1


@needs_runtime
@pytest.mark.parametrize("why", ["TOKEN_EXPIRED", "USER_CREDENTIALS_CHANGED", "SOMETHING_NEW"])
def test_a_sign_in_that_cannot_be_renewed_is_over_until_somebody_signs_in(
    computer: Computer, signin: SignIn, why: str
) -> None:
    signed_in(computer, signin, time.time() - 60)
    signin.refusal = why
    aws = AwsClient(KeySource(None, "ada"), "eu-central-1", LOOK)
    error = refused(aws)
    assert (error.kind, error.problem.id) == (ErrorKind.EXPIRED, "login-expired")
    assert "aws login" in " ".join(explain(error.problem).steps)
    signin.refusal = ""
    signed_in(computer, signin, time.time() + 3600)
    aws.renew()
    assert who(aws).account == "123456789012"


@needs_runtime
def test_a_user_who_may_not_sign_in_here_is_told_so(computer: Computer, signin: SignIn) -> None:
    signed_in(computer, signin, time.time() - 60)
    signin.refusal = "INSUFFICIENT_PERMISSIONS"
    assert refused().problem.id == "login-forbidden"


@needs_runtime
def test_a_sign_in_service_that_does_not_answer_is_unseen_and_not_over(computer: Computer, signin: SignIn) -> None:
    signed_in(computer, signin, time.time() - 60)
    signin.close()
    assert refused().kind is ErrorKind.UNREACHABLE


@needs_runtime
@pytest.mark.parametrize("key", ["", "pem", "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n"])
def test_a_cache_with_a_spoilt_key_needs_a_new_sign_in(computer: Computer, signin: SignIn, key: str) -> None:
    signed_in(computer, signin, time.time() - 60, dpopKey=key)
    assert refused().problem.id == "login-expired"


@needs_runtime
@pytest.mark.parametrize("spoilt", [{"accessToken": {}}, {"accessToken": "x"}, {"accessToken": None}])
def test_a_cache_of_another_shape_ends_in_a_sentence(
    computer: Computer, signin: SignIn, spoilt: dict[str, Any]
) -> None:
    signed_in(computer, signin, time.time() + 3600, **spoilt)
    assert explain(refused().problem).steps
    assert computer.find()["ada"].problem


def test_without_the_runtime_library_it_says_what_to_install(
    computer: Computer, signin: SignIn, tmp_path: Path
) -> None:
    """A process in which the library is not to be had, also where the tests have it."""
    signed_in(computer, signin, time.time() + 3600)
    (tmp_path / "without").mkdir()
    (tmp_path / "without" / "sitecustomize.py").write_text('import sys\nsys.modules["awscrt"] = None\n')
    ran = subprocess.run(
        [sys.executable, "-m", "wizard", "credentials", "--ask", "--json", "--profile", "ada"],
        env={**os.environ, "PYTHONPATH": f"{tmp_path / 'without'}{os.pathsep}{ROOT}", "SNOWPIXEL_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "runtime library (awscrt)" in ran.stdout
    assert "login-extra-missing" in ran.stdout
