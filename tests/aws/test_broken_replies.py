"""Replies that are none of AWS's, to every call that the product makes: named as what they are, and never repeated."""

import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from functools import partial

import anyio
import pytest

from tests.aws.impostor import Answer, Impostor
from tests.aws.synthetic import PLANTED, operations, parameters, reply
from wizard.aws import reply_limits
from wizard.aws.client import AwsClient
from wizard.aws.errors import UNREADABLE, AwsError, ErrorKind
from wizard.aws.keys import Keys, KeySource, Secret
from wizard.aws.reply_limits import MOST
from wizard.aws.services.sts import caller
from wizard.aws.timeouts import CallTimeouts
from wizard.knowledge.problems import explain

pytestmark = pytest.mark.usefixtures("requests_may_be_nonsense")

ONCE = CallTimeouts(connect=5, read=30, attempts=1)

PAGE = f"<!DOCTYPE html>\n<html><head><title>Sign in to\n the airport</title></head><body>{PLANTED}</body></html>"
XHTML = f'<?xml version="1.0"?>\n<!-- {PLANTED} --><html xmlns="x"><head><title>Portal</title></head></html>'
OTHER = f"<ListAllMyBucketsResult><Owner><ID>{PLANTED}</ID></Owner><Buckets/></ListAllMyBucketsResult>"
HTML = {"Content-Type": "text/html; charset=utf-8"}
CUTS = 14
NUMBERED = {"x-amz-request-id": "4442587FB7D0A2F9"}
"""With it, a file may be anything, a web page too."""


def broken(whole: bytes) -> Iterator[Answer]:
    """Yield spoilt forms of a good reply, and other things that answer in AWS's place."""
    for cut in range(1, CUTS):
        yield Answer(whole[: len(whole) * cut // CUTS])
    yield Answer(whole + whole)
    yield Answer(whole.replace(b">1<", f">{PLANTED}<".encode()).replace(b": 1", f': "{PLANTED}"'.encode()))
    yield Answer(whole.replace(b"2026-11-27", PLANTED.encode()))
    yield Answer(whole.replace(b"</", b"<"))
    yield Answer(whole[::-1])
    for status in (200, 403, 404, 500, 503):
        yield Answer(PAGE.encode(), status, HTML)
        yield Answer(PLANTED.encode(), status)
        yield Answer(b"", status)
    yield Answer(XHTML.encode())
    yield Answer(OTHER.encode())
    yield Answer(b"", 302, {"Location": f"https://portal.example/?token={PLANTED}"})
    yield Answer(PAGE.encode(), 302, {"Location": "https://portal.example/", **HTML})
    for text in ("null", "[]", '"x"', f'[{{"SecretAccessKey": "{PLANTED}"}}]', "{", f'{{"a": "{PLANTED}'):
        yield Answer(text.encode())
    yield Answer(b"\xff\xfe\x00" + PLANTED.encode("utf-16-le"))
    yield Answer(b"<a>" * 20_000 + PLANTED.encode())
    yield Answer(b"<a>" * 20_000 + b"</a>" * 20_000)
    yield Answer(b'{"a":' * 20_000 + b"1" + b"}" * 20_000)


@pytest.fixture(scope="module")
def client(server: Impostor) -> AwsClient:
    return AwsClient(
        KeySource(Keys("AKIAIOSFODNN7EXAMPLE", Secret("x" * 40)), endpoint=server.url), "eu-central-1", ONCE
    )


@pytest.mark.parametrize(("service", "operation"), list(operations()))
def test_no_reply_is_a_crash_or_repeated(service: str, operation: str, server: Impostor, client: AwsClient) -> None:
    given = parameters(service, operation)

    async def ask_all() -> None:
        for answer in broken(reply(service, operation)):
            server.answer = answer
            try:
                await client(service, operation, **given)
            except AwsError as error:
                judge(error)
            else:
                assert answer.status < 300, "a refusal passed for an answer"
                assert not answer.body.startswith((b"<!", b"<?")), "a web page passed for an answer"

    anyio.run(ask_all)


def judge(error: AwsError) -> None:
    """Look through all that an error brings to a reader."""
    told = explain(error.problem)
    said = " ".join((error.code, str(error), told.title, told.meaning, *told.steps, *error.problem.values.values()))
    assert "PLANTED" not in said
    assert len(said) < 4000


def test_a_good_reply_still_passes(server: Impostor, client: AwsClient) -> None:
    """The table above is worth nothing if the whole reply is refused, too."""
    for service, operation in operations():
        server.answer = Answer(reply(service, operation), headers=NUMBERED)
        anyio.run(partial(client, service, operation, **parameters(service, operation)))


@pytest.mark.parametrize("operation", ["get_object", "head_object", "head_bucket"])
@pytest.mark.parametrize(("status", "body"), [(200, PAGE), (200, ""), (403, PAGE), (403, ""), (404, ""), (302, "")])
def test_a_file_or_no_body_is_s3s_only_with_its_number(
    server: Impostor, client: AwsClient, operation: str, status: int, body: str
) -> None:
    server.answer = Answer(body.encode(), status, HTML)
    with pytest.raises(AwsError) as caught:
        anyio.run(partial(client, "s3", operation, **parameters("s3", operation)))
    assert (caught.value.code, caught.value.problem.id) == (UNREADABLE, "reply-unreadable")


@pytest.mark.parametrize("text", ['{"Version": "2012', "", "not a policy", "[]"])
def test_a_bucket_policy_is_a_json_document(server: Impostor, client: AwsClient, text: str) -> None:
    server.answer = Answer(text.encode(), headers=NUMBERED)
    with pytest.raises(AwsError) as caught:
        anyio.run(partial(client, "s3", "get_bucket_policy", Bucket="b"))
    assert caught.value.code == UNREADABLE


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(PAGE.encode(), 200, HTML), 'a web page: "Sign in to the airport"'),
        (Answer(PAGE.encode(), 403, HTML), 'a web page: "Sign in to the airport"'),
        (Answer(XHTML.encode()), 'a web page: "Portal"'),
        (Answer(b"<html></html>"), "a web page"),
        (Answer(b"", 302, {"Location": "https://portal.example/?t=1"}), "a redirect to portal.example"),
        (Answer(b"hello"), "something that isn't XML"),
        (Answer(b""), "an empty reply"),
        (Answer(b"<GetCallerIdentityResponse><Get"), "something that isn't XML"),
        (Answer(b"<a><b></a>"), "something unreadable"),
    ],
)
def test_what_came_back_is_named(server: Impostor, client: AwsClient, answer: Answer, words: str) -> None:
    server.answer = answer
    with pytest.raises(AwsError) as caught:
        anyio.run(client, "sts", "get_caller_identity")
    error = caught.value
    assert (error.code, error.kind, error.problem.id) == (UNREADABLE, ErrorKind.UNREACHABLE, "reply-unreadable")
    assert str(error) == f"answered with {words}"
    assert not error.answered


ENDLESS = {
    "nothing that ends": Answer(b"<a>", repeated=b" " * 65_536),
    "an error that does not end": Answer(b"<a>", 403, repeated=b"x" * 65_536),
    "a fault that does not end": Answer(b"<a>", 500, repeated=b"x" * 65_536),
    "a web page that does not end": Answer(PAGE.encode(), 200, HTML, repeated=b"x" * 65_536),
    "more than the limit": Answer(b"<a>" + b" " * MOST + b"</a>"),
    "a tag in a tag": Answer(b"<a>" * (MOST // 8) + b"</a>" * (MOST // 8)),
    "a tag beside a tag": Answer(b"<a>" + b"<b/>" * (MOST // 5) + b"</a>"),
    "a list in a list": Answer(b'{"a":' + b"[" * (MOST // 3) + b"]" * (MOST // 3) + b"}"),
    "a list beside a list": Answer(b'{"a":[' + b"{}," * (MOST // 4) + b"{}]}"),
}


@pytest.mark.parametrize("which", ENDLESS)
@pytest.mark.parametrize(("service", "operation"), [("sts", "get_caller_identity"), ("acm", "list_certificates")])
def test_a_reply_takes_no_more_memory_than_a_long_one(
    server: Impostor, client: AwsClient, service: str, operation: str, which: str
) -> None:
    server.answer = ENDLESS[which]
    tracemalloc.start()
    try:
        with suppress(AwsError):
            anyio.run(client, service, operation)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 200 * 1024 * 1024, f"{peak // 1024 // 1024} MB"
    server.answer = Answer(reply(service, operation))
    anyio.run(client, service, operation)  # nothing of it is left in the connection


def test_a_reply_without_an_end_is_named(server: Impostor, client: AwsClient) -> None:
    server.answer = ENDLESS["nothing that ends"]
    with pytest.raises(AwsError, match="answered with more than 4 MB") as caught:
        anyio.run(client, "sts", "get_caller_identity")
    assert caught.value.code == UNREADABLE


def test_a_file_without_an_end_is_given_up(
    server: Impostor, client: AwsClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reply_limits, "MOST_OF_A_FILE", MOST)
    server.answer = Answer(b"x", headers=NUMBERED, repeated=b"x" * 65_536)
    with pytest.raises(AwsError, match="answered with more than 4 MB"):
        anyio.run(partial(client, "s3", "get_object", Bucket="b", Key="k"))


def test_a_field_that_is_missing_is_no_mistake_of_ours(server: Impostor, client: AwsClient) -> None:
    server.answer = Answer(b"<GetCallerIdentityResponse><GetCallerIdentityResult/></GetCallerIdentityResponse>")

    with pytest.raises(AwsError, match="a reply without Account"):
        anyio.run(caller, client)
