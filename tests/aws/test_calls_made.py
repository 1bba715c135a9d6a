"""Whole lives of setups in the practice AWS: each call that they make has its like in `calls.json`.

Where one is missing, `make calls` adds it.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import anyio
import pytest

from tests import modelcheck
from tests.aws import calls
from tests.aws.limited import ANYTHING, STEPS, Story, user_with
from tests.inventory import Account
from tests.product import Product
from tests.trackers import V3, V4
from wizard.aws.client import AwsClient
from wizard.aws.errors import AwsError
from wizard.credentials import sign_in
from wizard.model.results import Job
from wizard.model.setup import Goal, OldTrackers
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile

WRITE = "SNOWPIXEL_TESTS_CALLS"
"""Variable with which what is missing is added instead."""

EVERYTHING = {"delete-logs": "yes"}

Life = Callable[[Product, Control], None]


def own_provider(product: Product, control: Control) -> None:
    """Everything that can happen to a setup, at a DNS provider of the user's."""
    story = Story(product.world, control, product.service.environment.home / "story", lambda _: ANYTHING)
    for tell in STEPS.values():
        tell(story)


def in_route53(product: Product, control: Control) -> None:
    control.add_zone_in_route53()
    own_provider(product, control)


def javascript(product: Product, control: Control) -> None:
    """A tracker, another one, and both taken out of the bucket."""
    del control
    product.new(goals=(Goal.PIXEL, Goal.JS_BUCKET), tracker=str(V4), region="us-east-1")
    product.apply()
    product.service.choose("main", tracker=str(V3), tracker_old=OldTrackers.REMOVE)
    product.apply()
    product.service.choose("main", goals=(Goal.PIXEL,))
    product.apply()
    product.run(Job.REMOVE, answers=EVERYTHING)


def certificate(product: Product, control: Control) -> None:
    """A certificate that is replaced, things without tags, and another viewer policy."""
    product.new()
    product.apply()
    made = product.setup().made
    control.fail_certificate(str(made.certificate), "OTHER")
    product.apply()
    acm, arn = Account(product.world).client("acm"), product.setup().made.certificate
    tags = acm.list_tags_for_certificate(CertificateArn=arn)["Tags"]
    acm.remove_tags_from_certificate(CertificateArn=arn, Tags=[{"Key": one["Key"]} for one in tags])
    untag(product)
    product.service.choose("main", viewer="https-only", retention_days=30)
    product.apply()
    product.run(Job.REMOVE)


def untag(product: Product) -> None:
    """Take our tags off the distribution and the log source."""
    account, made, keys = Account(product.world), product.setup().made, ["snowpixel:id", "snowpixel:setup"]
    arn = f"arn:aws:cloudfront::{made.account}:distribution/{made.distribution}"
    account.client("cloudfront").untag_resource(Resource=arn, TagKeys={"Items": keys})
    source = account.client("logs").get_delivery_source(name=f"snowpixel-{product.setup().id}")["deliverySource"]
    account.client("logs").untag_resource(resourceArn=source["arn"], tagKeys=keys)


def found(product: Product, control: Control) -> None:
    """A setup of the account without a file here; another one's log source in the way; who signs, and how safely."""
    del control
    product.new(domain=None)
    product.apply()
    setup = product.setup()
    product.service.store.delete("main")
    [one] = anyio.run(product.service.found_in_account)
    product.service.adopt(one)
    logs, name = Account(product.world).client("logs"), f"snowpixel-{setup.id}"
    logs.delete_delivery(id=setup.made.delivery)
    logs.delete_delivery_source(name=name)
    arn = f"arn:aws:cloudfront::{setup.made.account}:distribution/{setup.made.distribution}"
    logs.put_delivery_source(name="another", resourceArn=arn, logType="ACCESS_LOGS")
    product.run(Job.REPAIR)
    logs.delete_delivery_source(name="another")
    anyio.run(product.service.known, setup.choices)
    product.run(Job.REMOVE, answers=EVERYTHING)


def second_factor(product: Product, control: Control) -> None:
    """Keys whose user has to type six digits."""
    del control
    aws = AwsClient(product.source, "eu-central-1")
    anyio.run(sign_in.devices_of, aws)
    with suppress(AwsError):  # there is no such device
        anyio.run(sign_in._session_token, aws, "arn:aws:iam::111122223333:mfa/person1", "123456")


LIVES: dict[str, Life] = {
    "at a DNS provider": own_provider,
    "in Route 53": in_route53,
    "with JavaScript": javascript,
    "with another certificate": certificate,
    "found in the account": found,
    "with a second factor": second_factor,
}


@pytest.fixture
def heard(world: WorldFile) -> Iterator[calls.Heard]:
    """Listen to the product's calls."""
    del world
    listener = calls.Heard(calls.load())
    modelcheck.LISTENERS.append(listener)
    yield listener
    modelcheck.LISTENERS.remove(listener)


@pytest.mark.parametrize("life", LIVES)
def test_every_call_of_a_life_has_its_example(
    product: Product, control: Control, heard: calls.Heard, life: str, tmp_path: Path
) -> None:
    keys = user_with(product.world, ANYTHING)
    someone = Product(product.world, control, tmp_path / "someone", keys)
    LIVES[life](someone, control)
    if os.environ.get(WRITE):
        calls.add(heard.new, product.world.account_id, product.world.zone)
    else:
        assert heard.new == {}, "run `make calls`"
