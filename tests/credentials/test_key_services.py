"""Spoilt replies of the services that hand out keys on a machine: named, bounded, and never repeated.

The services of sign-ins (single sign-on, `aws login`, roles) are asked over botocore's clients, and bounded with these.
"""

import json
import time
import tracemalloc
from collections.abc import Callable, Iterator
from importlib.util import find_spec

import anyio
import pytest
from botocore.credentials import SSOProvider
from botocore.tokens import SSOTokenProvider
from botocore.utils import ContainerMetadataFetcher

from tests.aws.impostor import Answer, Impostor, impostor
from tests.credentials.conftest import AWS_LOGIN, Computer, stamp
from tests.credentials.metadata import CONTAINER, ROLE, ROLES, TOKEN
from tests.credentials.spoilt import ZONE, Slow, Spoilt, spoilt
from tests.credentials.test_login import ADA
from tests.credentials.test_sso import CORP
from tests.support import REQUIRE_ALL
from wizard.aws import key_services, reply_limits
from wizard.aws.client import AwsClient
from wizard.aws.errors import UNREADABLE, AwsError, ErrorKind
from wizard.aws.keys import KeySource
from wizard.aws.reply_limits import MOST
from wizard.aws.timeouts import CallTimeouts
from wizard.knowledge.problems import explain

ONCE = CallTimeouts(connect=5, read=30, attempts=1)
PLANTED = "PLANTEDsecret/0123456789+abcdefghijklmnop"
KEYS = {
    "Code": "Success",
    "AccessKeyId": "ASIAIOSFODNN7EXAMPLE",
    "SecretAccessKey": PLANTED,
    "Token": PLANTED,
    "Expiration": "2099-01-01T00:00:00Z",
}
WHOLE = json.dumps(KEYS).encode()
PAGE = f"<!DOCTYPE html>\n<html><head><title>{PLANTED}</title></head><body>{PLANTED}</body></html>".encode()
DEEP = b'{"a":' + b"[" * 200_000 + PLANTED.encode()
PLENTY = 300 * 1024 * 1024
ACCEPTABLE = 40 * 1024 * 1024
"""Bytes of memory that any reply may take."""

BUILT = 100 * 1024 * 1024
"""The same for all that botocore builds a client from."""

NOT_KEYS = {
    "a page": (Answer(PAGE), "answered with a web page"),
    "cut": (Answer(WHOLE[:-20]), "answered with something that isn't JSON"),
    "cut in the secret": (Answer(WHOLE[:90]), "answered with something that isn't JSON"),
    "doubled": (Answer(WHOLE + WHOLE), "answered with something that isn't JSON"),
    "bytes": (Answer(b"\xff\xfe" + PLANTED.encode("utf-16-le")), "answered with something that isn't JSON"),
    "deep": (Answer(DEEP), "answered with something that isn't JSON"),
    "deep and whole": (Answer(b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}"), "answered with something that isn't"),
    "a list": (Answer(json.dumps([KEYS]).encode()), "answered with JSON that isn't an object with keys"),
    "a text": (Answer(json.dumps(PLANTED).encode()), "answered with JSON that isn't an object with keys"),
    "nothing": (Answer(b"null"), "answered with JSON that isn't an object with keys"),
    "blanks": (Answer(b" \n"), "answered with an empty reply"),
    "refused": (
        Answer(json.dumps({"Code": "AssumeRoleUnauthorizedAccess", "Message": PLANTED}).encode()),
        "answered without AccessKeyId",
    ),
    **{
        f"without {name}": (
            Answer(json.dumps({other: value for other, value in KEYS.items() if other != name}).encode()),
            f"answered without {name}",
        )
        for name in ("AccessKeyId", "SecretAccessKey", "Token", "Expiration")
    },
    "no text": (
        Answer(json.dumps({**KEYS, "SecretAccessKey": [PLANTED]}).encode()),
        "answered without SecretAccessKey",
    ),
    "empty": (Answer(json.dumps({**KEYS, "Token": ""}).encode()), "answered without Token"),
    "no time": (Answer(json.dumps({**KEYS, "Expiration": PLANTED}).encode()), "answered with an Expiration that isn't"),
    "endless": (Answer(WHOLE, repeated=b" " * 65_536), "answered with more than 1 MB"),
    "300 MB": (
        Answer(WHOLE, headers={"Content-Length": str(PLENTY)}, repeated=b" " * 65_536),
        "answered with more than 1 MB",
    ),
    "an endless refusal": (Answer(b"<a>", 403, repeated=b"x" * 65_536), "answered with more than 1 MB"),
    "slow": (Slow(WHOLE), "answered with a reply that wasn't complete after"),
    "slow headers": (Slow(WHOLE, within="headers"), "didn't answer within"),
}
NOT_A_WORD = {
    "a page": (Answer(PAGE), "answered with a web page"),
    "two lines": (Answer(f"a\n{PLANTED}".encode()), "answered with something that isn't a"),
    "bytes": (Answer(b"\xff\x00"), "answered with something that isn't a"),
    "long": (Answer(b"x" * 3000), "answered with something that isn't a"),
    **{name: NOT_KEYS[name] for name in ("endless", "300 MB", "an endless refusal", "slow", "slow headers")},
}
PLACES = {
    "container": ("container", CONTAINER, NOT_KEYS | {"status": (Answer(WHOLE, 500), "answered with HTTP status 500")}),
    "instance": ("instance", ROLES + ROLE, NOT_KEYS),
    "instance's role": ("instance", ROLES, NOT_A_WORD),
    "instance's session": ("instance", TOKEN, NOT_A_WORD),
}


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Spoilt]:
    monkeypatch.setattr(key_services, "SLOWEST", 0.5)
    monkeypatch.setattr(ContainerMetadataFetcher, "SLEEP_TIME", 0)  # botocore waits between its tries
    with spoilt(WHOLE) as running:
        yield running


@pytest.fixture
def sign_ins() -> Iterator[Impostor]:
    with impostor() as running:
        yield running


def refused(source: KeySource) -> AwsError:
    """Make a signed call that fails, and look through all that it brings to a reader."""
    with pytest.raises(AwsError) as caught:
        anyio.run(AwsClient(source, "eu-central-1", ONCE), "sts", "get_caller_identity")
    error = caught.value
    told = explain(error.problem)
    said = " ".join((error.code, repr(error), told.title, told.meaning, *told.steps, *error.problem.values.values()))
    assert "PLANTED" not in said
    return error


@pytest.mark.parametrize(
    ("place", "name"), [(place, name) for place, (_, _, answers) in PLACES.items() for name in answers]
)
def test_a_spoilt_reply_is_named_bounded_and_never_shown(
    computer: Computer, service: Spoilt, place: str, name: str
) -> None:
    where, path, answers = PLACES[place]
    service.answers[path], words = answers[name]
    for variable, value in service.environment(where).items():
        computer.setenv(variable, value)
    tracemalloc.start()
    try:
        error = refused(KeySource())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (error.problem.id, error.kind) == ("program-failed", ErrorKind.DENIED)
    assert words in str(error)
    asked = "container" if where == "container" else "EC2 instances"
    assert asked in explain(error.problem).meaning
    assert path in service.asked
    assert peak < ACCEPTABLE, f"{peak // 1024 // 1024} MB"
    assert (error.answered, error.local) == (False, True)


@pytest.mark.parametrize("where", ["container", "instance"])
def test_a_good_reply_is_taken(computer: Computer, service: Spoilt, sign_ins: Impostor, where: str) -> None:
    """The tables above are worth nothing if whole replies are refused, too."""
    for variable, value in service.environment(where).items():
        computer.setenv(variable, value)
    sign_ins.answer = Answer(b"", 403)
    refused(KeySource(endpoint=sign_ins.url))
    assert sign_ins.asked == 1  # signed


@pytest.mark.parametrize(("where", "origin"), [("container", "EcsContainer"), ("instance", "Ec2InstanceMetadata")])
def test_a_role_that_starts_from_such_a_service_is_bounded(
    computer: Computer, service: Spoilt, where: str, origin: str
) -> None:
    service.answers[CONTAINER] = service.answers[ROLES + ROLE] = NOT_KEYS["endless"][0]
    for variable, value in service.environment(where).items():
        computer.setenv(variable, value)
    computer.config(f"[profile from]\nrole_arn = arn:aws:iam::123456789012:role/r\ncredential_source = {origin}\n")
    assert "answered with more than 1 MB" in str(refused(KeySource(None, "from")))


def test_a_container_is_asked_again_after_a_reply_that_was_cut(
    computer: Computer, service: Spoilt, sign_ins: Impostor
) -> None:
    service.answers[CONTAINER], service.once = Answer(WHOLE[:60]), True
    computer.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", service.url + CONTAINER)
    sign_ins.answer = Answer(b"", 403)
    refused(KeySource(endpoint=sign_ins.url))
    assert (service.asked, sign_ins.asked) == ([CONTAINER] * 2, 1)


@pytest.mark.parametrize("name", ["endless", "slow", "slow headers", "a page", "bytes", "deep"])
def test_the_question_for_the_instances_region_is_bounded(
    computer: Computer, service: Spoilt, sign_ins: Impostor, name: str
) -> None:
    """`defaults_mode = auto` asks the metadata service before the first call, and does without an answer."""
    service.answers[ZONE] = NOT_KEYS[name][0]
    for variable, value in service.environment("instance").items():
        computer.setenv(variable, value)
    computer.setenv("AWS_DEFAULTS_MODE", "auto")
    sign_ins.answer = Answer(b"", 403)
    tracemalloc.start()
    try:
        refused(KeySource(endpoint=sign_ins.url))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert ZONE in service.asked
    assert sign_ins.asked == 1
    assert peak < ACCEPTABLE + BUILT, f"{peak // 1024 // 1024} MB"


def single_sign_on(computer: Computer) -> str:
    computer.config(CORP)
    computer.sso_token("corp", time.time() + 3600, accessToken=PLANTED)
    return "corp"


def renewal_of_single_sign_on(computer: Computer) -> str:
    computer.config(CORP)
    client = {"clientId": "c", "clientSecret": PLANTED, "registrationExpiresAt": "2099-01-01T00:00:00Z"}
    place = {"region": "eu-west-1", "startUrl": "https://corp.example/start"}
    computer.sso_token("corp", time.time() - 60, accessToken=PLANTED, refreshToken=PLANTED, **client, **place)
    return "corp"


def sign_in(computer: Computer) -> str:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - for this one alone
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    form = serialization.PrivateFormat.TraditionalOpenSSL
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, form, serialization.NoEncryption()
    )
    computer.config(ADA)
    keys = {"accessKeyId": "ASIAIOSFODNN7EXAMPLE", "secretAccessKey": PLANTED, "sessionToken": PLANTED}
    token = {**keys, "accountId": "123456789012", "expiresAt": stamp(time.time() - 60)}
    computer.login_token(AWS_LOGIN, tokenType="aws_sigv4", accessToken=token, refreshToken="r", dpopKey=pem.decode())
    return "ada"


def role(computer: Computer) -> str:
    computer.credentials(f"[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = {PLANTED}\n")
    computer.config("[profile deploy]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = default\n")
    return "deploy"


def web_identity(computer: Computer) -> str:
    token = computer.home / "token"
    token.write_text(PLANTED)
    computer.config(f"[profile web]\nrole_arn = arn:aws:iam::123456789012:role/r\nweb_identity_token_file = {token}\n")
    return "web"


needs_runtime = pytest.mark.skipif(
    not REQUIRE_ALL and find_spec("awscrt") is None, reason="needs the extra: pip install 'botocore[crt]'"
)


@pytest.mark.parametrize("name", ["endless", "300 MB", "slow"])
@pytest.mark.parametrize(
    "sign", [single_sign_on, renewal_of_single_sign_on, pytest.param(sign_in, marks=needs_runtime), role, web_identity]
)
def test_replies_of_the_services_of_sign_ins_are_bounded(
    computer: Computer, monkeypatch: pytest.MonkeyPatch, service: Spoilt, sign: Callable[[Computer], str], name: str
) -> None:
    monkeypatch.setattr(reply_limits, "LONGEST", 0.5)
    for provider in (SSOProvider, SSOTokenProvider):  # botocore looks up the home folder when it is imported
        monkeypatch.setattr(provider, "_SSO_TOKEN_CACHE_DIR", str(computer.home / ".aws" / "sso" / "cache"))
    service.everywhere = NOT_KEYS[name][0]
    profile = sign(computer)
    tracemalloc.start()
    try:
        error = refused(KeySource(None, profile, endpoint=service.url))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert error.code == UNREADABLE
    assert f"more than {MOST // 1024 // 1024} MB" in str(error) or "wasn't complete after" in str(error)
    assert service.asked
    assert peak < ACCEPTABLE + BUILT, f"{peak // 1024 // 1024} MB"
