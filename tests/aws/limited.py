"""A user of the practice world's account who may do what one policy says, and the story told with such users."""

import json
import uuid
from collections.abc import Callable, Container, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import boto3
from msgspec.structs import replace

from tests.finished import Finished
from tests.inventory import CALM_CLIENT
from tests.product import Product
from wizard.aws.keys import Keys, Secret
from wizard.model.results import Check, Job, Snapshot
from wizard.model.setup import Made, Setup
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile

MISSING = "permission-missing"

ANYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["*"], "Resource": "*"}]}
"""A policy that allows everything."""


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
    return only(document, {each for one in document["Statement"] for each in one["Action"]} - {action})


def only(document: Mapping[str, Any], allowed: Container[str]) -> dict[str, Any]:
    """Return the policy with these of its actions alone."""
    statements = [{**one, "Action": [a for a in one["Action"] if a in allowed]} for one in document["Statement"]]
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
        home: the data folder: without a setup, or with one that has come as far as the step where the story goes on.
        policy_of: makes the user's policy from the setup as it is when it is first saved.

    Attributes:
        product: the computer with those keys.
        first: the setup as it was first saved.
    """

    def __init__(
        self, world: WorldFile, control: Control, home: Path, policy_of: Callable[[Setup], Mapping[str, Any]]
    ) -> None:
        self.world = world
        self.control = control
        self.product = Product(world, control, home)
        setup = self.product.setup() if self.product.service.store.names() else self.product.new()
        self.first = replace(setup, made=Made())
        self.use(policy_of(self.first))

    def use(self, document: Mapping[str, Any]) -> None:
        """Go on with the keys of a user who may do what another policy says."""
        home = self.product.service.environment.home
        self.product = Product(self.world, self.control, home, user_with(self.world, document))

    def adopt(self) -> Snapshot:
        """Apply with a file from before the replies to our creating calls were saved."""
        with self.product.service.store.writing("main", "a test") as state:
            state.record(
                origin_access_control=None, distribution=None, distribution_domain=None, delivery=None, certificate=None
            )
        return self.product.apply()

    def look(self) -> Snapshot:
        """Check after a change, behind our back, of all that writing actions put right."""
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
        return self.product.check()

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


STEPS: Mapping[str, Callable[[Story], Snapshot]] = {
    "plan": lambda story: story.product.run(Job.PLAN),
    "apply": lambda story: story.product.apply(),
    "check": lambda story: story.product.check(),
    "adopt": Story.adopt,
    "look": Story.look,
    "repair": lambda story: story.product.run(Job.REPAIR),
    "check again": lambda story: story.product.check(),
    "remove": lambda story: story.product.run(Job.REMOVE, answers={"delete-logs": "yes"}),
}
"""The story: each step's name, to what tells it."""


def begin(
    finished: Finished, world: WorldFile, control: Control, home: Path, step: str, *, in_route53: bool = False
) -> None:
    """Have the world and the files as they are when a step of the story begins; it was told up to there by one who may
    do everything.

    Args:
        finished: the remembered setups of the world.
        world: the practice world.
        control: its knobs.
        home: the data folder, still empty.
        step: the step's name.
        in_route53: whether the domain's zone is in the account.
    """
    ground = "in Route 53" if in_route53 else "at a provider"
    if f"{ground}, before {step}" not in finished:
        if in_route53:
            control.add_zone_in_route53()
        with TemporaryDirectory() as elsewhere:
            story = Story(world, control, Path(elsewhere), lambda _: ANYTHING)
            for name, tell in STEPS.items():
                finished.keep(f"{ground}, before {name}", Path(elsewhere))
                tell(story)
    finished.go_back(f"{ground}, before {step}", home)
