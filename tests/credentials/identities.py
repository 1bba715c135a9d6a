"""Users, roles and sessions of the practice account, made by its administrator, for tests of credentials."""

import json
import uuid
from typing import Any

import boto3

from tests.inventory import CALM_CLIENT
from wizard.aws.client import AwsClient
from wizard.aws.keys import Keys, KeySource, Secret
from wizard.aws.timeouts import LOOK
from wizard.practice.worldfile import WorldFile

ALLOW_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
WITHOUT_SESSION = {
    "Effect": "Deny",
    "NotAction": ["sts:GetSessionToken", "sts:GetCallerIdentity", "iam:ListMFADevices", "sts:AssumeRole"],
    "Resource": "*",
    "Condition": {"Null": {"aws:TokenIssueTime": "true"}},
}
"""Denies everything to plain keys: the emulator knows no second factor, and a session is what one brings."""


def admin(world: WorldFile, service: str) -> Any:
    return boto3.client(
        service,
        config=CALM_CLIENT,
        endpoint_url=world.aws_endpoint,
        region_name="us-east-1",
        aws_access_key_id=world.access_key_id,
        aws_secret_access_key=world.secret_access_key,
    )


def user(world: WorldFile, *statements: dict[str, Any]) -> Keys:
    """Make an IAM user with one policy, and return its keys."""
    iam, name = admin(world, "iam"), f"user-{uuid.uuid4().hex[:8]}"
    iam.create_user(UserName=name)
    policy = {"Version": "2012-10-17", "Statement": list(statements or (ALLOW_ALL,))}
    iam.put_user_policy(UserName=name, PolicyName="only", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Keys(key["AccessKeyId"], Secret(key["SecretAccessKey"]))


def role(world: WorldFile) -> str:
    """Make a role that everybody in the account may assume, and return its ARN."""
    iam, name = admin(world, "iam"), f"role-{uuid.uuid4().hex[:8]}"
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{world.account_id}:root"},
        "Action": "sts:AssumeRole",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)
    policy = json.dumps({"Version": "2012-10-17", "Statement": [ALLOW_ALL]})
    iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=policy)
    return str(made["Role"]["Arn"])


def client(
    world: WorldFile, keys: Keys | None = None, *, profile: str | None = None, region: str = "eu-central-1"
) -> AwsClient:
    return AwsClient(KeySource(keys, profile, world.aws_endpoint), region, LOOK)


def of_world(world: WorldFile) -> Keys:
    return Keys(world.access_key_id, Secret(world.secret_access_key))


def factor(world: WorldFile, keys: Keys) -> str:
    """Give a user a second factor, and return its serial number."""
    shown = boto3.client(
        "sts",
        config=CALM_CLIENT,
        endpoint_url=world.aws_endpoint,
        region_name="us-east-1",
        aws_access_key_id=keys.access_key_id,
        aws_secret_access_key=keys.secret_access_key.reveal(),
    ).get_caller_identity()
    name, iam = shown["Arn"].rpartition("/")[2], admin(world, "iam")
    serial = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]["SerialNumber"]
    codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
    iam.enable_mfa_device(UserName=name, SerialNumber=serial, **codes)
    return str(serial)
