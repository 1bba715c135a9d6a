"""Root, administrators and keys without an end are warned of, as AWS's own answers show them."""

import json
import time
from pathlib import Path

import anyio
import pytest

from tests.credentials.identities import admin, client, of_world, role, user
from wizard.aws.client import AwsClient
from wizard.aws.errors import AwsError
from wizard.aws.identity import Identity, who_am_i
from wizard.credentials.manager import CredentialManager
from wizard.credentials.risks import ADMINISTRATOR, risks
from wizard.model.ports import Aws
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile


def warned(aws: Aws, who: Identity | None = None, *, long_lived: bool = False) -> list[str]:
    async def ask() -> list[str]:
        known = who or await who_am_i(aws)
        return [problem.id for problem in await risks(aws, known, long_lived=long_lived)]

    return anyio.run(ask)


def name_of(aws: AwsClient) -> str:
    return anyio.run(who_am_i, aws).arn.rpartition("/")[2]


def test_root(world: WorldFile) -> None:
    aws = client(world, of_world(world))
    assert warned(aws, Identity("123456789012", "arn:aws:iam::123456789012:root")) == ["root-user"]


@pytest.mark.parametrize("how", ["directly", "by a group"])
def test_an_administrator(world: WorldFile, how: str) -> None:
    keys, iam = user(world), admin(world, "iam")
    aws = client(world, keys)
    assert warned(aws, long_lived=True) == ["long-lived-keys"]
    if how == "directly":
        iam.attach_user_policy(UserName=name_of(aws), PolicyArn=ADMINISTRATOR)
    else:
        iam.create_group(GroupName="admins")
        iam.attach_group_policy(GroupName="admins", PolicyArn=ADMINISTRATOR)
        iam.add_user_to_group(GroupName="admins", UserName=name_of(aws))
    assert warned(aws) == ["administrator"]


def test_an_administrators_role(world: WorldFile) -> None:
    arn = role(world)
    admin(world, "iam").attach_role_policy(RoleName=arn.rpartition("/")[2], PolicyArn=ADMINISTRATOR)
    who = Identity("123456789012", f"arn:aws:sts::123456789012:assumed-role/{arn.rpartition('/')[2]}/me")
    assert warned(client(world, of_world(world)), who) == ["administrator"]


def test_single_sign_on_tells_by_its_name(world: WorldFile, control: Control) -> None:
    control.clear_calls()
    who = Identity("1", "arn:aws:sts::1:assumed-role/AWSReservedSSO_AdministratorAccess_0a1b/ada")
    assert warned(client(world, of_world(world)), who) == ["administrator"]
    assert control.calls() == []


def test_what_iam_does_not_show_is_passed_over(world: WorldFile) -> None:
    keys = user(world, {"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    assert warned(client(world, keys)) == []


@pytest.mark.parametrize("partition", ["aws-cn", "aws-us-gov"])
def test_a_separate_aws_is_recognized_by_its_arn(world: WorldFile, partition: str) -> None:
    class Elsewhere:
        region = "eu-central-1"

        async def __call__(self, *_: str, **_more: object) -> dict[str, object]:
            return {"Account": "1", "Arn": f"arn:{partition}:iam::1:user/x"}

    del world
    with pytest.raises(AwsError) as caught:
        anyio.run(who_am_i, Elsewhere())
    assert caught.value.problem.id == "wrong-partition"
    assert partition in json.dumps(caught.value.problem.values)


def test_the_clock_is_compared_once_in_a_run(world: WorldFile, tmp_path: Path) -> None:
    looked: list[float] = []

    def now() -> float:
        looked.append(1.0)
        return time.time()

    desk = CredentialManager(tmp_path, now)
    for _ in range(3):
        aws = client(world, of_world(world))
        desk.prepare(aws, None)
        anyio.run(who_am_i, aws)
    assert len(looked) == 1
