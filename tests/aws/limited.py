"""A user of the practice world's account who may do what one policy says, and the story told with such users."""

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3

from tests.inventory import CALM_CLIENT
from tests.product import Product
from wizard.aws.keys import Keys, Secret
from wizard.model.results import Check, Job, Snapshot
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile

MISSING = "permission-missing"


def admin(world: WorldFile, service: str, region: str = "us-east-1") -> Any:
    """Return a client with the keys of the account's administrator."""
    return client_of(world, Keys(world.access_key_id, Secret(world.secret_access_key)), service, region)


def client_of(world: WorldFile, keys: Keys, service: str, region: str = "us-east-1") -> Any:
    """Return a client with a limited user's keys."""
    return boto3.client(
        service,
        config=CALM_CLIENT,
        endpoint_url=world.aws_endpoint,
        region_name=region,
        aws_access_key_id=keys.access_key_id,
        aws_secret_access_key=keys.secret_access_key.reveal(),
    )


def user_with(world: WorldFile, document: Mapping[str, Any]) -> Keys:
    """Make an IAM user who has this managed policy and nothing else."""
    iam, name = admin(world, "iam"), f"limited-{uuid.uuid4().hex[:8]}"
    user = iam.create_user(UserName=name)["User"]["UserName"]
    made = iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(document))
    iam.attach_user_policy(UserName=user, PolicyArn=made["Policy"]["Arn"])
    key = iam.create_access_key(UserName=user)["AccessKey"]
    return Keys(key["AccessKeyId"], Secret(key["SecretAccessKey"]))


def without(document: Mapping[str, Any], action: str) -> dict[str, Any]:
    """Return the policy without one action."""
    statements = [{**one, "Action": [a for a in one["Action"] if a != action]} for one in document["Statement"]]
    return {**document, "Statement": [one for one in statements if one["Action"]]}


def refusals(snapshot: Snapshot) -> list[Check]:
    """Return the checks that failed for want of a permission."""
    return [check for check in snapshot.checks if check.problem and check.problem.id == MISSING]


def give_files_to_writers(s3: Any, bucket: str | None) -> None:
    """Change a bucket's ownership controls."""
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})


def encrypt_by_kms(s3: Any, bucket: str | None) -> None:
    """Change a bucket's default encryption."""
    kms = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [kms]})


def edit_access_control(cloudfront: Any, access: str | None, by: Any = None) -> None:
    """Change an origin access control's description; `by` is who writes, where that is not who reads."""
    found = cloudfront.get_origin_access_control(Id=access)
    config = found["OriginAccessControl"]["OriginAccessControlConfig"] | {"Description": "edited"}
    (by or cloudfront).update_origin_access_control(Id=access, IfMatch=found["ETag"], OriginAccessControlConfig=config)


class Story:
    """Everything that can happen to a setup, step by step, with the keys of a limited user.

    Args:
        world: the practice world.
        control: its knobs.
        home: the data folder.
        policy_of: makes the user's policy once the setup is saved.
    """

    def __init__(
        self, world: WorldFile, control: Control, home: Path, policy_of: Callable[[Any], Mapping[str, Any]]
    ) -> None:
        self.world = world
        self.control = control
        setup = Product(world, control, home).new()
        self.product = Product(world, control, home, user_with(world, policy_of(setup)))

    def steps(self) -> Iterator[tuple[str, Snapshot]]:
        """Tell it, yielding each step's name and what came out."""
        product = self.product
        yield "plan", product.run(Job.PLAN)
        yield "apply", product.apply()
        yield "check", product.check()
        self.lose_replies()
        yield "adopt", product.apply()
        self.drift()
        yield "look", product.check()
        yield "repair", product.run(Job.REPAIR)
        yield "check again", product.check()
        yield "remove", product.run(Job.REMOVE, answers={"delete-logs": "yes"})

    def until_refused(self) -> tuple[str, list[Check]]:
        """Tell it up to the first refusal; return where that was, or the empty string."""
        for step, snapshot in self.steps():
            if found := refusals(snapshot):
                return step, found
        return "", []

    def lose_replies(self) -> None:
        """Put the file back to before the replies to our creating calls were saved."""
        with self.product.service.store.writing("main", "a test") as state:
            state.record(
                origin_access_control=None, distribution=None, distribution_domain=None, delivery=None, certificate=None
            )

    def drift(self) -> None:
        """Change behind our back what each writing action puts right."""
        made, region = self.product.setup().made, self.product.setup().choices.region
        s3 = admin(self.world, "s3", region)
        content, logs = made.content_bucket, made.log_bucket
        s3.delete_bucket_tagging(Bucket=content)
        s3.delete_public_access_block(Bucket=content)
        give_files_to_writers(s3, content)
        encrypt_by_kms(s3, content)
        s3.delete_bucket_lifecycle(Bucket=logs)
        s3.delete_bucket_policy(Bucket=logs)
        s3.put_object(Bucket=content, Key="i", Body=b"edited")
        edit_access_control(admin(self.world, "cloudfront"), made.origin_access_control)
        self._drift_in_logs(made.delivery)

    def _drift_in_logs(self, delivery: str | None) -> None:
        """Make the delivery anew with another path, under the tags of ours: an id of its own, known to our file."""
        logs = admin(self.world, "logs")
        before = logs.get_delivery(id=delivery)["delivery"]
        logs.delete_delivery(id=delivery)
        made = logs.create_delivery(
            deliverySourceName=before["deliverySourceName"],
            deliveryDestinationArn=before["deliveryDestinationArn"],
            s3DeliveryConfiguration={"suffixPath": "elsewhere"},
            tags={"snowpixel:id": self.product.setup().id},
        )
        with self.product.service.store.writing("main", "a test") as state:
            state.record(delivery=made["delivery"]["id"])
