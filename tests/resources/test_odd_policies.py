"""A bucket policy that is no JSON document: a reply that cannot be read, and no mistake of ours."""

from dataclasses import replace
from typing import Any

import anyio
import pytest

from tests.engine.parts import context
from wizard.aws.errors import UNREADABLE, AwsError
from wizard.resources.buckets.bucket_policy import BucketPolicy
from wizard.resources.buckets.buckets import Role


class Saying:
    """AWS that gives the same policy for every bucket."""

    region = "eu-central-1"

    def __init__(self, policy: str) -> None:
        self.policy = policy

    async def __call__(self, _service: str, _operation: str, /, **_parameters: Any) -> dict[str, Any]:
        return {"Policy": self.policy}


POLICIES = {
    "nothing": "",
    "cut": "{",
    "null": "null",
    "a list": "[]",
    "a text": '"x"',
    "a number": "1",
    "deep list": "[" * 200_000,
    "deep object": '{"a":' * 200_000,
    "no text": "\x00",
}


@pytest.mark.parametrize("policy", POLICIES)
def test_what_is_no_policy_is_unreadable(policy: str) -> None:
    where = context()
    where = replace(where, ports=replace(where.ports, aws=Saying(POLICIES[policy])))
    where.state.record(content_bucket="snowpixel-main-00000000", account="123456789012")
    with pytest.raises(AwsError, match="a bucket policy that isn't JSON") as caught:
        anyio.run(BucketPolicy(where, Role.CONTENT)._document)
    assert caught.value.code == UNREADABLE
