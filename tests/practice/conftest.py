"""The setup as plain boto3 calls against the practice world, and the edge asked directly."""

import json
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
import urllib3
from botocore.config import Config

from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile, address

GIF = bytes.fromhex("47494638396101000100800000ffffff00000021f90401000000002c00000000010001000002024401003b")
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
SIMPLE_CORS = "60669652-455b-4ae9-85a4-c4c02393f86c"
HOST = "px.example.test"


def make_client(world: WorldFile, service: str, region: str = "us-east-1", **keys: str) -> Any:
    shown = {"aws_access_key_id": world.access_key_id, "aws_secret_access_key": world.secret_access_key, **keys}
    return boto3.client(
        service,
        endpoint_url=world.aws_endpoint,
        region_name=region,
        config=Config(retries={"total_max_attempts": 1}),
        **shown,
    )


Clients = Callable[..., Any]


@pytest.fixture(scope="session")
def cached(running: WorldFile) -> Clients:
    made: dict[tuple[str, str], Any] = {}

    def client(service: str, region: str = "us-east-1") -> Any:
        if (service, region) not in made:
            made[(service, region)] = make_client(running, service, region)
        return made[(service, region)]

    return client


@pytest.fixture(autouse=True)
def one_rule_each(request: pytest.FixtureRequest) -> None:
    """What passes by itself is met only where a test here asks for it."""
    if "control" in request.fixturenames:
        request.getfixturevalue("calm")


@pytest.fixture
def aws(cached: Clients, control: Control) -> Clients:
    control.clear_calls()
    return cached


class Road:
    """The setup, step by step, as plain boto3 calls."""

    def __init__(self, world: WorldFile, aws: Clients, control: Control) -> None:
        self.world, self.aws, self.control = world, aws, control
        self.content = f"px-main-{world.account_id}-us-east-1-an"
        self.logs = f"px-logs-{world.account_id}-us-east-1-an"
        self.oac = ""

    def bucket(self, name: str, policy: dict[str, Any] | None = None) -> None:
        self.aws("s3").create_bucket(Bucket=name, BucketNamespace="account-regional")
        if policy:
            self.allow(name, policy)

    def allow(self, bucket: str, *statements: dict[str, Any]) -> None:
        policy = {"Version": "2012-10-17", "Statement": list(statements)}
        self.aws("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))

    def pixel(self) -> None:
        self.bucket(self.content)
        self.aws("s3").put_object(
            Bucket=self.content,
            Key="i",
            Body=GIF,
            ContentType="image/gif",
            CacheControl="max-age=0, s-maxage=31536000",
            ExpectedBucketOwner=self.world.account_id,
        )

    def config(self, **changes: Any) -> dict[str, Any]:
        origin = {
            "Id": "content",
            "DomainName": f"{self.content}.s3.us-east-1.amazonaws.com",
            "OriginAccessControlId": self.oac,
            "S3OriginConfig": {"OriginAccessIdentity": ""},
        }
        behavior = {
            "TargetOriginId": "content",
            "ViewerProtocolPolicy": "redirect-to-https",
            "CachePolicyId": CACHING_OPTIMIZED,
            "ResponseHeadersPolicyId": SIMPLE_CORS,
            "AllowedMethods": {"Quantity": 2, "Items": ["GET", "HEAD"]},
        }
        return {
            "CallerReference": "reference-1",
            "Comment": "practice",
            "Enabled": True,
            "IsIPV6Enabled": True,
            "DefaultRootObject": "i",
            "Origins": {"Quantity": 1, "Items": [origin]},
            "DefaultCacheBehavior": behavior,
            **changes,
        }

    def access_control(self) -> None:
        made = self.aws("cloudfront").create_origin_access_control(
            OriginAccessControlConfig={
                "Name": "practice",
                "SigningProtocol": "sigv4",
                "SigningBehavior": "always",
                "OriginAccessControlOriginType": "s3",
            }
        )
        self.oac = made["OriginAccessControl"]["Id"]

    def distribution(self, **changes: Any) -> dict[str, Any]:
        if not self.oac:
            self.access_control()
        tags = {"Items": [{"Key": "snowpixel:setup", "Value": "main"}]}
        config = {"DistributionConfig": self.config(**changes), "Tags": tags}
        made = self.aws("cloudfront").create_distribution_with_tags(DistributionConfigWithTags=config)
        distribution: dict[str, Any] = made["Distribution"]
        return distribution

    def update(self, identifier: str, **changes: Any) -> dict[str, Any]:
        cloudfront = self.aws("cloudfront")
        now = cloudfront.get_distribution_config(Id=identifier)
        config = {**now["DistributionConfig"], **changes}
        made = cloudfront.update_distribution(Id=identifier, IfMatch=now["ETag"], DistributionConfig=config)
        distribution: dict[str, Any] = made["Distribution"]
        return distribution

    def read_policy(self, distribution: dict[str, Any]) -> None:
        self.allow(
            self.content,
            {
                "Sid": "edge",
                "Effect": "Allow",
                "Principal": {"Service": "cloudfront.amazonaws.com"},
                "Action": "s3:GetObject",
                "Resource": f"arn:aws:s3:::{self.content}/*",
                "Condition": {"StringEquals": {"AWS:SourceArn": distribution["ARN"]}},
            },
        )

    def log_delivery(self, distribution: dict[str, Any], prefix: str = "/cf", **delivery: Any) -> str:
        logs, account = self.aws("logs"), self.world.account_id
        self.bucket(
            self.logs,
            {
                "Sid": "delivery",
                "Effect": "Allow",
                "Principal": {"Service": "delivery.logs.amazonaws.com"},
                "Action": "s3:PutObject",
                "Resource": f"arn:aws:s3:::{self.logs}{prefix or '/AWSLogs/' + account + '/CloudFront'}/*",
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": account, "s3:x-amz-acl": "bucket-owner-full-control"},
                    "ArnLike": {"aws:SourceArn": f"arn:aws:logs:us-east-1:{account}:delivery-source:*"},
                },
            },
        )
        logs.put_delivery_source(name="px", resourceArn=distribution["ARN"], logType="ACCESS_LOGS")
        destination = logs.put_delivery_destination(
            name="px",
            outputFormat="w3c",
            deliveryDestinationConfiguration={"destinationResourceArn": f"arn:aws:s3:::{self.logs}{prefix}"},
        )
        made = logs.create_delivery(
            deliverySourceName="px",
            deliveryDestinationArn=destination["deliveryDestination"]["arn"],
            fieldDelimiter="\t",
            s3DeliveryConfiguration={"suffixPath": "{yyyy}/{MM}/{dd}/{HH}", "enableHiveCompatiblePath": False},
            **delivery,
        )
        return str(made["delivery"]["id"])

    def request_certificate(self, *names: str, token: str = "one") -> str:
        more = {"SubjectAlternativeNames": list(names)} if len(names) > 1 else {}
        made = self.aws("acm").request_certificate(
            DomainName=names[0], ValidationMethod="DNS", IdempotencyToken=token, **more
        )
        return str(made["CertificateArn"])

    def describe(self, arn: str) -> dict[str, Any]:
        shown: dict[str, Any] = self.aws("acm").describe_certificate(CertificateArn=arn)["Certificate"]
        return shown

    def validate(self, arn: str) -> None:
        for option in self.describe(arn)["DomainValidationOptions"]:
            record = option["ResourceRecord"]
            self.control.add_record(record["Name"], record["Type"], record["Value"])

    def certificate(self, *names: str) -> str:
        arn = self.request_certificate(*(names or (HOST,)))
        self.validate(arn)
        return arn

    def attach(self, identifier: str, arn: str, *aliases: str) -> dict[str, Any]:
        names = aliases or (HOST,)
        return self.update(
            identifier,
            Aliases={"Quantity": len(names), "Items": list(names)},
            ViewerCertificate={
                "ACMCertificateArn": arn,
                "SSLSupportMethod": "sni-only",
                "MinimumProtocolVersion": "TLSv1.2_2021",
            },
        )

    def whole(self) -> dict[str, Any]:
        """Make everything; the pixel answers at HOST afterwards."""
        self.pixel()
        distribution = self.distribution()
        self.read_policy(distribution)
        self.log_delivery(distribution)
        arn = self.certificate()
        self.attach(distribution["Id"], arn)
        self.control.add_record(HOST, "CNAME", distribution["DomainName"])
        return distribution


@pytest.fixture
def road(world: WorldFile, aws: Clients, control: Control) -> Road:
    return Road(world, aws, control)


def fetch(
    world: WorldFile, host: str, path: str = "/i", *, sni: str = "", trust: bool = True, **headers: str
) -> urllib3.BaseHTTPResponse:
    """GET over TLS from the edge, whatever DNS says."""
    context = ssl.create_default_context(cafile=world.ca_file)
    context.check_hostname = trust
    where, port = address(world.https)
    name = sni or host
    verified = {"assert_hostname": name} if trust else {"assert_hostname": False}
    with urllib3.HTTPSConnectionPool(where, port, server_hostname=name, ssl_context=context, **verified) as pool:
        sent = {"Host": host, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return pool.request("GET", path, headers=sent, redirect=False, retries=False)


def fetch_plain(world: WorldFile, host: str, path: str = "/i") -> urllib3.BaseHTTPResponse:
    """GET over plain http from the edge."""
    with urllib3.PoolManager() as pool:
        return pool.request("GET", f"http://{world.http}{path}", headers={"Host": host}, redirect=False, retries=False)


def until(condition: Callable[[], bool], seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


def file_of(directory: Path) -> Path:
    return directory / "world.json"
