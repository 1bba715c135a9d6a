"""What is in the practice account, by looking at the account and not at our file."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.loaders import create_loader
from botocore.session import Session

from wizard.aws.services.acm import KEY_TYPES
from wizard.model.setup import Setup
from wizard.practice.worldfile import CALM, WorldFile

REGION = "us-east-1"
"""Where CloudFront's own things are, and everything else that no region is named for."""

Inventory = Mapping[str, list[str]]
"""Kind of resource to the names or ids that the account lists."""


CALM_CLIENT = Config(user_agent_extra=CALM)
"""For clients of a test's own: they meet nothing that passes by itself, and nothing that they do stays unseen."""


@cache
def loader() -> Any:
    """Return what reads the descriptions of the services, each once in a process: most of what a client costs."""
    return create_loader()


class Account:
    """The account of a practice world, seen with the administrator's keys.

    Args:
        world: the practice world.
    """

    def __init__(self, world: WorldFile) -> None:
        core = Session()
        core.register_component("data_loader", loader())
        keys = world.access_key_id, world.secret_access_key
        self._session = boto3.Session(*keys, region_name=REGION, botocore_session=core)
        self._endpoint = world.aws_endpoint
        self._clients: dict[tuple[str, str], Any] = {}

    def client(self, service: str, region: str = REGION) -> Any:
        """Return a boto3 client, made once."""
        if (service, region) not in self._clients:
            made = self._session.client(service, region_name=region, endpoint_url=self._endpoint, config=CALM_CLIENT)
            self._clients[service, region] = made
        return self._clients[service, region]

    def inventory(self) -> Inventory:
        """List everything of the kinds that a setup makes."""
        s3, cloudfront, acm, logs = (self.client(name) for name in ("s3", "cloudfront", "acm", "logs"))
        distributions = cloudfront.list_distributions()["DistributionList"]
        access = cloudfront.list_origin_access_controls()["OriginAccessControlList"]
        return {
            "buckets": sorted(one["Name"] for one in s3.list_buckets()["Buckets"]),
            "distributions": [one["Id"] for one in distributions.get("Items", [])],
            "access": [one["Id"] for one in access.get("Items", [])],
            "certificates": [
                one["CertificateArn"]
                for one in acm.list_certificates(Includes={"keyTypes": list(KEY_TYPES)})["CertificateSummaryList"]
            ],
            "sources": [one["name"] for one in logs.describe_delivery_sources()["deliverySources"]],
            "destinations": [one["name"] for one in logs.describe_delivery_destinations()["deliveryDestinations"]],
            "deliveries": [one["id"] for one in logs.describe_deliveries()["deliveries"]],
        }

    def files(self, bucket: str) -> list[str]:
        """List key and version of everything in a bucket."""
        listed = self.client("s3").list_object_versions(Bucket=bucket)
        return sorted(one["Key"] for one in listed.get("Versions", []) + listed.get("DeleteMarkers", []))


def expected(setup: Setup) -> Inventory:
    """Return what the account has to list when a finished setup is all there is."""
    made, name = setup.made, f"snowpixel-{setup.id}"
    return {
        "buckets": sorted((str(made.content_bucket), str(made.log_bucket))),
        "distributions": [str(made.distribution)],
        "access": [str(made.origin_access_control)],
        "certificates": [str(made.certificate)] if setup.choices.domain else [],
        "sources": [name],
        "destinations": [name],
        "deliveries": [str(made.delivery)],
    }
