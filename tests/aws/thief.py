"""What whoever steals a key might try in the account: each attempt succeeds, or AWS denies it."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tests.aws.limited import admin, edit_access_control
from wizard.model.setup import Setup
from wizard.practice.worldfile import WorldFile


class Loot(StrEnum):
    """What may be got."""

    OWN_SETTINGS_READ = "the setup's settings"
    OWN_LOGS_READ = "visitors' addresses in its logs"
    OWN_PIXEL_REPLACED = "its pixel replaced"
    OWN_VISITORS_SENT_ELSEWHERE = "its distribution changed"
    OWN_RECORDS_CHANGED = "its DNS records changed"
    OWN_FILES_EXPIRED = "its files deleted after a day, by a lifecycle rule"
    OWN_DELETED = "its delivery deleted"
    OTHER_SETTINGS_READ = "the settings of another distribution"
    OTHER_CERTIFICATE_READ = "another certificate"
    OTHER_DISTRIBUTION_TAKEN = "another distribution, tagged as the setup's and changed"
    OTHER_CERTIFICATE_DELETED = "another certificate, tagged as the setup's and deleted"
    OTHER_ACCESS_CHANGED = "another origin access control changed"
    OTHER_ACCESS_DELETED = "another origin access control deleted"
    OTHER_BUCKET_READ = "files of another bucket"
    OTHER_BUCKET_WRITTEN = "another bucket's files replaced"
    OTHER_LOGS_READ = "the logs of another setup"


OTHER = "somebody-elses"
OTHER_LOGS = "snowpixel-ffffffff-logs-elsewhere"


@dataclass
class Thief:
    """Somebody with one of the keys, in an account that has more than the setup in it.

    Args:
        world: the practice world.
        setup: the finished setup.
        client: makes a client of a service with the stolen key.

    Attributes:
        undo: what puts back, for the next attempt, what this one changed.
    """

    world: WorldFile
    setup: Setup
    client: Callable[[str], Any]
    undo: list[Callable[[], Any]] = field(default_factory=list)

    def admin(self, service: str) -> Any:
        return admin(self.world, service)

    def clean_up(self) -> None:
        """Put back what the attempt found, for the next one."""
        while self.undo:
            self.undo.pop()()

    # What belongs to somebody else in the same account.

    def other_distribution(self) -> dict[str, Any]:
        """Make a distribution that has nothing to do with the setup."""
        cloudfront = self.admin("cloudfront")
        config = cloudfront.get_distribution(Id=self.setup.made.distribution)["Distribution"]["DistributionConfig"]
        config = {**config, "CallerReference": uuid.uuid4().hex, "Aliases": {"Quantity": 0}, "Enabled": False}
        config["ViewerCertificate"] = {"CloudFrontDefaultCertificate": True}
        made: dict[str, Any] = cloudfront.create_distribution(DistributionConfig=config)
        return made

    def other_certificate(self) -> str:
        arn: str = self.admin("acm").request_certificate(DomainName="shop.example.org", ValidationMethod="DNS")[
            "CertificateArn"
        ]
        return arn

    def other_access(self) -> str:
        config = {"Name": OTHER, "SigningProtocol": "sigv4", "SigningBehavior": "always"}
        config["OriginAccessControlOriginType"] = "s3"
        cloudfront = self.admin("cloudfront")
        for one in cloudfront.list_origin_access_controls()["OriginAccessControlList"].get("Items", []):
            if one["Name"] == OTHER:
                return str(one["Id"])
        made = cloudfront.create_origin_access_control(OriginAccessControlConfig=config)
        return str(made["OriginAccessControl"]["Id"])

    def other_bucket(self, name: str = OTHER) -> str:
        s3 = self.admin("s3")
        if name not in {one["Name"] for one in s3.list_buckets()["Buckets"]}:
            s3.create_bucket(Bucket=name)
        s3.put_object(Bucket=name, Key="letter", Body=b"private")
        return name

    def tag(self) -> list[dict[str, str]]:
        return [{"Key": "snowpixel:id", "Value": self.setup.id}]


def _own_settings(thief: Thief) -> None:
    made = thief.setup.made
    thief.client("cloudfront").get_distribution(Id=made.distribution)
    thief.client("s3").get_bucket_policy(Bucket=made.content_bucket)
    thief.client("acm").describe_certificate(CertificateArn=made.certificate)


def _own_logs(thief: Thief) -> None:
    key = "stolen"
    thief.admin("s3").put_object(Bucket=thief.setup.made.log_bucket, Key=key, Body=b"192.0.2.7")
    thief.undo.append(lambda: thief.admin("s3").delete_object(Bucket=thief.setup.made.log_bucket, Key=key))
    thief.client("s3").list_objects_v2(Bucket=thief.setup.made.log_bucket)
    thief.client("s3").get_object(Bucket=thief.setup.made.log_bucket, Key=key)


def _own_pixel(thief: Thief) -> None:
    bucket = thief.setup.made.content_bucket
    before = thief.admin("s3").get_object(Bucket=bucket, Key="i")["Body"].read()
    thief.undo.append(lambda: thief.admin("s3").put_object(Bucket=bucket, Key="i", Body=before))
    thief.client("s3").put_object(Bucket=bucket, Key="i", Body=b"mine")


def _change(thief: Thief, distribution: str) -> None:
    """Change a distribution as it is found; who may not read it knows its settings from somewhere."""
    found = thief.admin("cloudfront").get_distribution(Id=distribution)
    config = found["Distribution"]["DistributionConfig"] | {"Comment": "taken over"}
    thief.client("cloudfront").update_distribution(Id=distribution, IfMatch=found["ETag"], DistributionConfig=config)


def _own_visitors(thief: Thief) -> None:
    _change(thief, str(thief.setup.made.distribution))


def _own_records(thief: Thief) -> None:
    record = {"Name": f"{thief.setup.choices.domain}.", "Type": "CNAME", "TTL": 60}
    value = [{"Value": "elsewhere.example.net."}]
    batch = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record | {"ResourceRecords": value}}]}
    zone, route53 = thief.setup.made.hosted_zone, thief.admin("route53")
    before = [
        one
        for one in route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
        if one["Name"] == record["Name"]
    ]

    def put_back() -> None:
        found = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
        changes = [{"Action": "DELETE", "ResourceRecordSet": one} for one in found if one["Name"] == record["Name"]]
        changes += [{"Action": "CREATE", "ResourceRecordSet": one} for one in before]
        route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})

    deleted = [{"Action": "DELETE", "ResourceRecordSet": one} for one in before]
    batch["Changes"] = deleted + batch["Changes"]
    thief.client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)
    thief.undo.append(put_back)


def _own_files(thief: Thief) -> None:
    bucket, s3 = thief.setup.made.log_bucket, thief.admin("s3")
    before = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    rule = {"ID": "mine", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}
    thief.client("s3").put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})
    thief.undo.append(
        lambda: s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": before})
    )


def _own_deleted(thief: Thief) -> None:
    thief.client("logs").delete_delivery(id=thief.setup.made.delivery)


def _other_settings(thief: Thief) -> None:
    thief.client("cloudfront").get_distribution(Id=thief.other_distribution()["Distribution"]["Id"])


def _other_certificate_read(thief: Thief) -> None:
    thief.client("acm").describe_certificate(CertificateArn=thief.other_certificate())


def _other_distribution(thief: Thief) -> None:
    other = thief.other_distribution()["Distribution"]
    thief.client("cloudfront").tag_resource(Resource=other["ARN"], Tags={"Items": thief.tag()})
    _change(thief, other["Id"])


def _other_certificate(thief: Thief) -> None:
    arn = thief.other_certificate()
    thief.client("acm").add_tags_to_certificate(CertificateArn=arn, Tags=thief.tag())
    thief.client("acm").delete_certificate(CertificateArn=arn)


def _other_access_changed(thief: Thief) -> None:
    edit_access_control(thief.admin("cloudfront"), thief.other_access(), by=thief.client("cloudfront"))


def _other_access_deleted(thief: Thief) -> None:
    other = thief.other_access()
    found = thief.admin("cloudfront").get_origin_access_control(Id=other)
    thief.client("cloudfront").delete_origin_access_control(Id=other, IfMatch=found["ETag"])


def _other_bucket_read(thief: Thief) -> None:
    thief.client("s3").get_object(Bucket=thief.other_bucket(), Key="letter")


def _other_bucket_written(thief: Thief) -> None:
    thief.client("s3").put_object(Bucket=thief.other_bucket(), Key="letter", Body=b"mine")


def _other_logs(thief: Thief) -> None:
    thief.client("s3").get_object(Bucket=thief.other_bucket(OTHER_LOGS), Key="letter")


ATTEMPTS: Mapping[Loot, Callable[[Thief], None]] = {
    Loot.OWN_SETTINGS_READ: _own_settings,
    Loot.OWN_LOGS_READ: _own_logs,
    Loot.OWN_PIXEL_REPLACED: _own_pixel,
    Loot.OWN_VISITORS_SENT_ELSEWHERE: _own_visitors,
    Loot.OWN_RECORDS_CHANGED: _own_records,
    Loot.OWN_FILES_EXPIRED: _own_files,
    Loot.OTHER_SETTINGS_READ: _other_settings,
    Loot.OTHER_CERTIFICATE_READ: _other_certificate_read,
    Loot.OTHER_DISTRIBUTION_TAKEN: _other_distribution,
    Loot.OTHER_CERTIFICATE_DELETED: _other_certificate,
    Loot.OTHER_ACCESS_CHANGED: _other_access_changed,
    Loot.OTHER_ACCESS_DELETED: _other_access_deleted,
    Loot.OTHER_BUCKET_READ: _other_bucket_read,
    Loot.OTHER_BUCKET_WRITTEN: _other_bucket_written,
    Loot.OTHER_LOGS_READ: _other_logs,
    Loot.OWN_DELETED: _own_deleted,
}
"""Each attempt; the last one leaves the setup without its delivery."""
