"""A setup that stands, the same for every test; and the account as others see it."""

import json
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from tests.finished import Finished
from tests.inventory import Account
from tests.product import DOMAIN, Product, not_ok
from wizard.model.setup import Made
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile

Config = dict[str, Any]
Edit = Callable[[Config], object]


class Behind:
    """Changes things behind the product's back, and tells what is there."""

    def __init__(self, product: Product, account: Account | None = None) -> None:
        self.product = product
        self.control = product.control
        self.aws = (account or Account(product.world)).client

    @property
    def made(self) -> Made:
        return self.product.setup().made

    @property
    def s3(self) -> Any:
        return self.aws("s3", self.product.setup().choices.region)

    @property
    def content(self) -> str:
        return self.made.content_bucket or ""

    @property
    def logs(self) -> str:
        return self.made.log_bucket or ""

    # Buckets.

    def policy(self, bucket: str, edit: Callable[[list[Config]], object]) -> None:
        document = json.loads(self.s3.get_bucket_policy(Bucket=bucket)["Policy"])
        edit(document["Statement"])
        if document["Statement"]:
            self.s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(document))
        else:
            self.s3.delete_bucket_policy(Bucket=bucket)

    def statements(self, bucket: str) -> list[Config]:
        found: list[Config] = json.loads(self.s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
        return found

    def rules(self, bucket: str) -> list[Config]:
        found: list[Config] = self.s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
        return found

    def lifecycle(self, bucket: str, edit: Callable[[list[Config]], object]) -> None:
        rules = self.rules(bucket)
        edit(rules)
        if rules:
            self.s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
        else:
            self.s3.delete_bucket_lifecycle(Bucket=bucket)

    def switch_off(self, bucket: str, switch: str) -> None:
        found = self.s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
        self.s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=found | {switch: False})

    def tag_bucket(self, bucket: str, edit: Edit) -> None:
        tags = self.tags_of(bucket)
        edit(tags)
        tagging = {"TagSet": [{"Key": key, "Value": value} for key, value in tags.items()]}
        self.s3.put_bucket_tagging(Bucket=bucket, Tagging=tagging)

    def tags_of(self, bucket: str) -> Config:
        return {each["Key"]: each["Value"] for each in self.s3.get_bucket_tagging(Bucket=bucket)["TagSet"]}

    def empty_and_delete(self, bucket: str) -> None:
        for each in self.s3.list_objects_v2(Bucket=bucket).get("Contents", []):
            self.s3.delete_object(Bucket=bucket, Key=each["Key"])
        self.s3.delete_bucket(Bucket=bucket)

    # CloudFront.

    def configuration(self) -> Config:
        found: Config = self.aws("cloudfront").get_distribution_config(Id=self.made.distribution)["DistributionConfig"]
        return found

    def edit(self, change: Edit) -> None:
        """Change the distribution's configuration, as the console would."""
        cloudfront = self.aws("cloudfront")
        found = cloudfront.get_distribution_config(Id=self.made.distribution)
        change(found["DistributionConfig"])
        cloudfront.update_distribution(
            Id=self.made.distribution, IfMatch=found["ETag"], DistributionConfig=found["DistributionConfig"]
        )

    def edit_access(self, **changes: str) -> None:
        cloudfront = self.aws("cloudfront")
        found = cloudfront.get_origin_access_control_config(Id=self.made.origin_access_control)
        cloudfront.update_origin_access_control(
            Id=self.made.origin_access_control,
            IfMatch=found["ETag"],
            OriginAccessControlConfig=found["OriginAccessControlConfig"] | changes,
        )

    @property
    def arn(self) -> str:
        return f"arn:aws:cloudfront::{self.made.account}:distribution/{self.made.distribution}"

    def delete_distribution(self) -> None:
        self.edit(lambda config: config.update(Enabled=False))
        cloudfront = self.aws("cloudfront")
        found = cloudfront.get_distribution(Id=self.made.distribution)
        cloudfront.delete_distribution(Id=self.made.distribution, IfMatch=found["ETag"])

    # Certificates.

    def certificate(self, *names: str, algorithm: str = "RSA_2048") -> str:
        """Request a certificate and prove it, so that it is issued."""
        acm = self.aws("acm")
        arn = str(
            acm.request_certificate(
                DomainName=names[0],
                SubjectAlternativeNames=list(names),
                ValidationMethod="DNS",
                KeyAlgorithm=algorithm,
            )["CertificateArn"]
        )
        there = {each["name"] for each in self.control.records()}
        for option in acm.describe_certificate(CertificateArn=arn)["Certificate"]["DomainValidationOptions"]:
            record = option["ResourceRecord"]
            if record["Name"].rstrip(".") not in there:
                self.control.add_record(record["Name"], record["Type"], record["Value"])
                there.add(record["Name"].rstrip("."))
        return arn

    def certificates(self) -> list[str]:
        listed = self.aws("acm").list_certificates()["CertificateSummaryList"]
        return [each["CertificateArn"] for each in listed]

    # Log delivery.

    @property
    def name(self) -> str:
        return f"snowpixel-{self.product.setup().id}"

    def redeliver(self, **changes: Any) -> None:
        """Make the delivery anew with other settings, under our own source and destination."""
        logs = self.aws("logs")
        found = logs.get_delivery(id=self.made.delivery)["delivery"]
        tags = logs.list_tags_for_resource(resourceArn=found["arn"])["tags"]
        logs.delete_delivery(id=self.made.delivery)
        wanted = {
            "deliverySourceName": found["deliverySourceName"],
            "deliveryDestinationArn": found["deliveryDestinationArn"],
            "recordFields": found["recordFields"],
            "fieldDelimiter": found["fieldDelimiter"],
            "s3DeliveryConfiguration": found["s3DeliveryConfiguration"],
            "tags": tags,
        }
        logs.create_delivery(**(wanted | changes))

    # Route 53.

    def record_sets(self, name: str) -> list[Config]:
        listed = self.aws("route53").list_resource_record_sets(HostedZoneId=self.made.hosted_zone)
        return [each for each in listed["ResourceRecordSets"] if each["Name"].rstrip(".") == name]

    def change_sets(self, action: str, *sets: Config) -> None:
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": each} for each in sets]}
        self.aws("route53").change_resource_record_sets(HostedZoneId=self.made.hosted_zone, ChangeBatch=batch)


class Bench:
    """Has a finished setup for test after test, each kind set up once."""

    def __init__(self, world: WorldFile, folder: Path) -> None:
        self.control = Control(world)
        self._world = world
        self._folder = folder
        self._finished = Finished(self.control, folder)
        self._account = Account(world)

    def standing(self, kind: str) -> Behind:
        """Return a green setup: `domain`, `plain` (without a domain) or `route53`."""
        home = Path(mkdtemp(dir=self._folder))
        product = Product(self._world, self.control, home)
        self.control.set_pace(0)
        if kind in self._finished:
            self._finished.go_back(kind, home)
        else:
            self._set_up(product, kind)
            self._finished.keep(kind, home)
        self.control.calm()  # each proof holds exactly what a repair writes
        product.clear()
        return Behind(product, self._account)

    def _set_up(self, product: Product, kind: str) -> None:
        self.control.reset()
        if kind == "route53":
            self.control.add_zone_in_route53()
        product.new(domain=None if kind == "plain" else DOMAIN)
        assert not_ok(product.apply()) == []
