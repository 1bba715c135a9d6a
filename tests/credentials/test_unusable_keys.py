"""Keys with something in them that no key has: named before anything is signed, from every place, and never shown."""

import json
from collections.abc import Callable, Iterator

import anyio
import pytest

from tests.aws.impostor import Answer, Impostor, impostor
from tests.credentials.conftest import Computer, stamp
from wizard.aws.client import AwsClient
from wizard.aws.errors import AwsError, ErrorKind
from wizard.aws.key_check import ID, SECRET, TOKEN, fault
from wizard.aws.keys import Keys, KeySource, Secret
from wizard.aws.timeouts import CallTimeouts
from wizard.knowledge.problems import explain

ID_VALUE = "ASIAIOSFODNN7EXAMPLE"
GOOD = {ID: ID_VALUE, SECRET: "PLANTEDsecret/0123456789+abcdefghijklmnop", TOKEN: "PLANTEDtoken=="}
ONCE = CallTimeouts(connect=5, read=15, attempts=1)

SPOILT: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("ends with an invisible line ending", lambda value: f"{value}\r"),
    ("ends with an invisible line ending", lambda value: f"{value}\n"),
    ("begins with an invisible line ending", lambda value: f"\r\n{value}"),
    ("ends with a space", lambda value: f"{value} "),
    ("begins and ends with a space", lambda value: f"\t{value}\u00a0"),
    ("begins and ends with a quotation mark", lambda value: f'"{value}"'),
    ("begins and ends with a quotation mark", lambda value: f"\u201c{value}\u201d"),
    ("contains an invisible line ending", lambda value: f"{value[:6]}\r\n{value[6:]}"),
    ("contains a space", lambda value: f"{value[:6]} {value[6:]}"),
    ("contains an invisible character", lambda value: f"{value[:6]}\u200b{value[6:]}"),
    ("begins with an invisible character", lambda value: f"\ufeff{value}"),
    ("contains a character outside ASCII", lambda value: f"{value[:6]}\u0430{value[6:]}"),
    ("contains only spaces", lambda _: " \r"),
)


@pytest.fixture(scope="module")
def server() -> Iterator[Impostor]:
    with impostor() as running:
        running.answer = Answer(b"", 500)
        yield running


def ask(source: KeySource) -> AwsError:
    """Make a signed call, and return what it came to."""
    client = AwsClient(source, "eu-central-1", ONCE)
    with pytest.raises(AwsError) as caught:
        anyio.run(client, "sts", "get_caller_identity")
    return caught.value


def unusable(error: AwsError, words: str, asked: int, server: Impostor) -> str:
    """Make sure that an error says so, without any part of the key, and that nothing was sent."""
    assert (error.problem.id, error.kind) == ("keys-unusable", ErrorKind.DENIED)
    told = explain(error.problem)
    said = " ".join((str(error), told.title, told.meaning, *told.steps, *error.problem.values.values()))
    assert words in said
    assert "PLANTED" not in said
    assert ID_VALUE not in said
    assert server.asked == asked
    return error.problem.values["place"]


@pytest.mark.parametrize("part", [ID, SECRET, TOKEN])
@pytest.mark.parametrize(("words", "spoil"), SPOILT, ids=[f"{number}" for number, _ in enumerate(SPOILT)])
def test_typed_keys(part: str, words: str, spoil: Callable[[str], str], server: Impostor) -> None:
    values = GOOD | {part: spoil(GOOD[part])}
    keys = Keys(values[ID], Secret(values[SECRET]), Secret(values[TOKEN]))
    asked = server.asked
    place = unusable(ask(KeySource(keys, endpoint=server.url)), words, asked, server)
    assert place.endswith("that was typed or pasted")


@pytest.mark.parametrize("part", [ID, SECRET, TOKEN])
@pytest.mark.parametrize(("words", "spoil"), SPOILT, ids=[f"{number}" for number, _ in enumerate(SPOILT)])
def test_the_environment(
    part: str, words: str, spoil: Callable[[str], str], server: Impostor, computer: Computer
) -> None:
    values = GOOD | {part: spoil(GOOD[part])}
    for name, value in values.items():
        computer.setenv(name.upper(), value)
    asked = server.asked
    assert unusable(ask(KeySource(endpoint=server.url)), words, asked, server) == f"the variable {part.upper()}"
    if part == ID:
        found = computer.find()["environment"]
        assert found.problem is not None
        assert found.problem.id == "keys-unusable"


def program(computer: Computer, values: dict[str, str]) -> None:
    said = {
        "Version": 1, "AccessKeyId": values[ID], "SecretAccessKey": values[SECRET], "SessionToken": values[TOKEN],
        "Expiration": stamp(4e9),
    }  # fmt: skip
    file = computer.home / "said.json"
    file.write_text(json.dumps(said))
    computer.config(f"[profile a]\ncredential_process = cat {file}\n")


@pytest.mark.process
@pytest.mark.parametrize("part", [ID, SECRET, TOKEN])
@pytest.mark.parametrize(("words", "spoil"), SPOILT, ids=[f"{number}" for number, _ in enumerate(SPOILT)])
def test_a_program(part: str, words: str, spoil: Callable[[str], str], server: Impostor, computer: Computer) -> None:
    program(computer, GOOD | {part: spoil(GOOD[part])})
    asked = server.asked
    place = unusable(ask(KeySource(profile="a", endpoint=server.url)), words, asked, server)
    assert place.endswith("that the profile's program prints")


IN_FILES = [case for case in SPOILT if not any(word in case[0] for word in ("line end", "only", "s with a space"))]
"""A file's own lines end there, and its reader takes off blanks at the ends."""


@pytest.mark.parametrize("part", [ID, SECRET, TOKEN])
@pytest.mark.parametrize("file", ["credentials", "config"])
@pytest.mark.parametrize("case", IN_FILES, ids=lambda case: case[0])
def test_a_profile(
    part: str, file: str, case: tuple[str, Callable[[str], str]], server: Impostor, computer: Computer
) -> None:
    words, spoil = case
    values = GOOD | {part: spoil(GOOD[part])}
    heading = "[a]" if file == "credentials" else "[profile a]"
    text = "\n".join([heading, *(f"{name} = {value}" for name, value in values.items())])
    getattr(computer, file)(f"{text}\n")
    asked = server.asked
    place = unusable(ask(KeySource(profile="a", endpoint=server.url)), words, asked, server)
    assert place == f"{part} in the AWS {file} file"
    problem = computer.find("a")["a"].problem
    assert problem is not None
    assert problem.id == "keys-unusable"
    assert "PLANTED" not in " ".join(problem.values.values())


@pytest.mark.parametrize("text", ["aws_access_key_id =\naws_secret_access_key =\n", "aws_access_key_id = \n"])
def test_a_template_that_nobody_filled_in(text: str, server: Impostor, computer: Computer) -> None:
    computer.credentials(f"[default]\n{text}")
    found = computer.find("default")["default"].problem
    assert found is not None
    assert found.id == "keys-incomplete"
    assert "aws_access_key_id and aws_secret_access_key" in explain(found).meaning
    assert ask(KeySource(profile="default", endpoint=server.url)).kind is ErrorKind.DENIED


UNEXPECTED = (
    "null", "[]", "7", '"text"', "{}", '{"Version": 2}', '{"Version": 1}', "PLANTED", "", '{"Version": 1, "Acc',
    '{"Version": 1, "AccessKeyId": null, "SecretAccessKey": "PLANTEDsecret"}',
    '{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "PLANTEDsecret", "Expiration": "PLANTED"}',
    '{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": ["PLANTEDsecret"], "SessionToken": 5}',
)  # fmt: skip


@pytest.mark.process
@pytest.mark.parametrize("said", UNEXPECTED)
def test_a_program_that_prints_something_else(said: str, server: Impostor, computer: Computer) -> None:
    file = computer.home / "said"
    file.write_text(said)
    computer.config(f"[profile a]\ncredential_process = cat {file}\n")
    error = ask(KeySource(profile="a", endpoint=server.url))
    assert error.kind is ErrorKind.DENIED
    assert error.problem.id in ("program-failed", "keys-unusable", "profile-incomplete")
    assert "PLANTED" not in " ".join((str(error), *error.problem.values.values()))


@pytest.mark.process
def test_a_program_that_fails_is_not_quoted(server: Impostor, computer: Computer) -> None:
    script = computer.home / "fails"
    script.write_text("#!/bin/sh\necho PLANTED >&2\nexit 3\n")
    script.chmod(0o755)
    computer.config(f"[profile a]\ncredential_process = {script}\n")
    error = ask(KeySource(profile="a", endpoint=server.url))
    assert error.problem.id == "program-failed"
    assert "PLANTED" not in str(error)


KEYS = (
    "<Credentials><AccessKeyId>ASIAPLANTED000000000</AccessKeyId><SecretAccessKey>PLANTEDsecret</SecretAccessKey>"
    "<SessionToken>PLANTEDtoken</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>"
)
ASSUMED = f"<AssumeRoleResponse><AssumeRoleResult>{KEYS}</AssumeRoleResult></AssumeRoleResponse>".encode()


def replies() -> Iterator[bytes]:
    yield from (ASSUMED[: len(ASSUMED) * part // 24] for part in range(24))
    yield ASSUMED + ASSUMED
    yield ASSUMED.replace(b"2099-01-01T00:00:00Z", b"PLANTED")
    yield ASSUMED.replace(b"<SessionToken>PLANTEDtoken</SessionToken>", b"")
    yield ASSUMED.replace(b"PLANTEDtoken", b"PLANTED\ntoken")
    yield ASSUMED.replace(b"</Credentials>", b"")


@pytest.mark.parametrize("number", range(len(list(replies()))))
def test_a_spoilt_reply_that_holds_keys(number: int, server: Impostor, computer: Computer) -> None:
    """A role is assumed by a client of botocore's own: what STS says then must not show either."""
    computer.config(
        "[profile a]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = b\n"
        f"[profile b]\naws_access_key_id = {ID_VALUE}\naws_secret_access_key = x{'y' * 39}\n"
    )
    server.answer = Answer(list(replies())[number])
    try:
        error = ask(KeySource(profile="a", endpoint=server.url))
    finally:
        server.answer = Answer(b"", 500)
    said = " ".join((str(error), *error.problem.values.values(), explain(error.problem).meaning))
    assert "PLANTED" not in said
    assert error.problem.id in ("reply-unreadable", "keys-unusable", "program-failed")


@pytest.mark.parametrize("spoilt", ["cut", "no-json", "html", "null", "no-token", "500"])
def test_a_container_that_hands_out_something_else(spoilt: str, server: Impostor, computer: Computer) -> None:
    keys = {"AccessKeyId": "ASIAPLANTED000000000", "SecretAccessKey": "PLANTEDsecret", "Token": "PLANTEDtoken"}
    whole = json.dumps(keys)
    bodies = {
        "cut": whole[:-20], "no-json": f"keys are {whole}", "html": f"<html>{whole}</html>", "null": "null",
        "no-token": whole.replace("Token", "Taken"), "500": whole,
    }  # fmt: skip
    computer.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{server.url}/keys")
    computer.setenv("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "1")
    server.answer = Answer(bodies[spoilt].encode(), 500 if spoilt == "500" else 200)
    try:
        error = ask(KeySource(endpoint=server.url))
    finally:
        server.answer = Answer(b"", 500)
    assert "PLANTED" not in " ".join((str(error), *error.problem.values.values()))


@pytest.mark.parametrize("value", ["AKIAIOSFODNN7EXAMPLE", "test", "a_b"])
def test_ids_that_are_fine(value: str) -> None:
    assert fault(ID, value) is None
    assert fault(SECRET, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY") is None
