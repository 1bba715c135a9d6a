"""How far a saved setup is, in the words of every front end."""

from datetime import datetime
from typing import Any

import pytest

from wizard.model.results import Status
from wizard.model.setup import Goal, Made, Proof, Setup, SetupChoices, TrackerFile
from wizard.wording.aws_names import aws_names
from wizard.wording.setup_status import finished, setup_status

NOW = 1_000_000.0
PROOF = Proof("r", 0, 0, "k", {})
TRACKER = TrackerFile("release:4.10.1", "lite", "4.10.1", "sha384-x", "0" * 32, 10, "sp.js")
FOUND = f"{datetime.fromtimestamp(0).astimezone():%Y-%m-%d %H:%M}"
"""When the proof was found, by the clock of this computer."""
OF_THE_BUCKET = {"goals": (Goal.JS_BUCKET,)}


def setup(choices: dict[str, Any] | None = None, *, removed: bool = False, **made: Any) -> Setup:
    chosen = SetupChoices(**{"domain": "e.example.test", **(choices or {})})
    return Setup(name="main", id="ab", created=NOW - 300, choices=chosen, made=Made(**made), removed=removed)


@pytest.mark.parametrize(
    ("saved", "status", "words", "following"),
    [
        (setup(), Status.SKIPPED, "chosen 5 min ago, nothing created yet", "Continue: Account"),
        (setup(account="1"), Status.SKIPPED, "chosen 5 min ago, nothing created yet", "Continue: Account"),
        (setup(content_bucket="b"), Status.WAITING, "not finished; next: CloudFront", "Continue: CloudFront"),
        (setup(content_bucket="b", distribution="E1"), Status.WAITING, "not finished; next: DNS", "Continue: DNS"),
        (
            setup(content_bucket="b", distribution="E1", alias="e.example.test"),
            Status.WAITING,
            "not finished; next: HTTPS",
            "Continue: HTTPS",
        ),
        (
            setup(proof=PROOF),
            Status.OK,
            f"proven on {FOUND}",
            "Run checks",
        ),
        (setup(removed=True, log_bucket="l"), Status.SKIPPED, "removed; the logs were kept", "Set up again"),
    ],
)
def test_each_state_has_its_words_and_what_comes_next(saved: Setup, status: Status, words: str, following: str) -> None:
    found = setup_status(saved, NOW)
    assert (found.status, found.words, found.next) == (status, words, following)


def test_a_setup_for_the_javascript_alone_is_finished_when_that_is_served() -> None:
    begun = setup(OF_THE_BUCKET, content_bucket="b", tracker=TRACKER)
    assert not finished(begun)
    assert setup_status(begun).status is Status.WAITING
    made = setup(OF_THE_BUCKET, content_bucket="b", tracker=TRACKER, distribution="E1", alias="e.example.test")
    assert finished(made)
    assert setup_status(made).words.startswith("created; ")
    elsewhere = setup({"goals": (Goal.JS_SERVER,)}, tracker=TRACKER)
    assert finished(elsewhere)


def test_names_in_aws_tell_a_certificate_that_was_there_before() -> None:
    made = Made(account="1", content_bucket="b", certificate="arn", certificate_borrowed=True)
    assert [(one.label, one.value) for one in aws_names(made)] == [
        ("AWS account", "1"),
        ("Bucket of pixel and tracker", "b"),
        ("Certificate that you had before", "arn"),
    ]
