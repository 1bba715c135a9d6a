"""What the client does by itself where a connection breaks within a reply."""

import anyio
import pytest

from tests.inventory import Account
from wizard.aws.client import AwsClient
from wizard.aws.errors import AwsError, ErrorKind
from wizard.aws.keys import Keys, KeySource, Secret
from wizard.aws.timeouts import WALK
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile

pytestmark = pytest.mark.practice

BUCKET, KEY, BODY = "broken-within", "i", b"a whole body"


@pytest.fixture
def client(world: WorldFile, control: Control) -> AwsClient:
    keys = Keys(world.access_key_id, Secret(world.secret_access_key))
    s3 = Account(world).client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=BODY)
    control.clear_calls()
    return AwsClient(KeySource(keys, endpoint=world.aws_endpoint), "us-east-1")


def read(client: AwsClient) -> bytes:
    async def call() -> bytes:
        reply = await client("s3", "get_object", Bucket=BUCKET, Key=KEY)
        return bytes(reply["Body"])

    return anyio.run(call)


def test_a_body_that_breaks_off_is_read_again(client: AwsClient, control: Control) -> None:
    control.reset_connection("s3", "GetObject", times=WALK.attempts - 1)
    assert read(client) == BODY


def test_a_body_that_always_breaks_off_is_said(client: AwsClient, control: Control) -> None:
    control.reset_connection("s3", "GetObject", times=WALK.attempts**2)
    with pytest.raises(AwsError) as caught:
        read(client)
    assert caught.value.kind is ErrorKind.UNREACHABLE
    assert caught.value.problem.id == "aws-unreachable"
