"""Whatever we set on the two buckets, changed behind our back."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.drift.proving import PIXEL_PROBES, SKIPPED, Drift, prove
from tests.drift.standing import Behind
from tests.product import not_ok
from wizard.model.results import Job, Status
from wizard.resources.buckets.bucket_settings import SWITCHES

ROLES = ("content", "log")
SETTINGS = ("public-access", "ownership", "encryption", "lifecycle", "policy")
STATEMENTS = {
    "content": ("SnowpixelTlsOnly", "SnowpixelCloudFrontRead"),
    "log": ("SnowpixelTlsOnly", "SnowpixelLogDelivery"),
}
EDITS: dict[str, dict[str, Any]] = {
    "effect": {"Effect": "Deny"},
    "principal": {"Principal": {"AWS": "arn:aws:iam::123456789012:root"}},
    "action": {"Action": "s3:GetObjectVersion"},
    "resource": {"Resource": "arn:aws:s3:::somewhere-else/*"},
    "condition": {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}}},
}
"""One edit for each part of a statement; a `Deny` for everybody would lock the test itself out."""


def bucket(behind: Behind, role: str) -> str:
    return behind.content if role == "content" else behind.logs


def drifts() -> Iterator[tuple[str, Drift]]:
    for role in ROLES:
        yield from _whole(role)
        yield from _switches(role)
        yield from _statements(role)
        yield from _lifecycle(role)
    days = Drift(
        "log-bucket.lifecycle",
        lambda b: b.lifecycle(b.logs, lambda rules: rules[0].update(Expiration={"Days": 7})),
        ("PutBucketLifecycleConfiguration",),
        ("files deleted",),
    )
    yield "log lifecycle: other days", days
    kept = Drift(
        "log-bucket.lifecycle",
        lambda b: b.lifecycle(b.logs, lambda rules: rules[0].pop("NoncurrentVersionExpiration")),
        ("PutBucketLifecycleConfiguration",),
        ("older versions deleted",),
    )
    yield "log lifecycle: older versions kept", kept
    expires = Drift(
        "content-bucket.lifecycle",
        lambda b: b.lifecycle(b.content, lambda rules: rules[0].update(Expiration={"Days": 1})),
        ("PutBucketLifecycleConfiguration",),
        ("files deleted",),
    )
    yield "content lifecycle: the pixel would be deleted", expires


def _whole(role: str) -> Iterator[tuple[str, Drift]]:
    item = f"{role}-bucket"
    for word, tags in (("all", ("snowpixel:id", "snowpixel:setup")), ("id", ("snowpixel:id",))):
        yield (
            f"{role} tags: {word} gone",
            Drift(item, _untag(role, tags), ("PutBucketTagging",), ("tags",)),
        )
    yield (
        f"{role} tags: another setup's name",
        Drift(
            item,
            lambda b: b.tag_bucket(bucket(b, role), lambda tags: tags.update({"snowpixel:setup": "other"})),
            ("PutBucketTagging",),
            ("tags",),
        ),
    )
    ownership = Drift(
        f"{item}.ownership",
        lambda b: b.s3.put_bucket_ownership_controls(
            Bucket=bucket(b, role), OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
        ),
        ("PutBucketOwnershipControls",),
        ("ObjectOwnership",),
    )
    yield f"{role} ownership: access lists on", ownership
    encryption = Drift(
        f"{item}.encryption",
        lambda b: b.s3.put_bucket_encryption(
            Bucket=bucket(b, role),
            ServerSideEncryptionConfiguration={
                "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]
            },
        ),
        ("PutBucketEncryption",),
        ("SSEAlgorithm",),
    )
    yield f"{role} encryption: a key of somebody's", encryption


def _untag(role: str, keys: tuple[str, ...]) -> Callable[[Behind], None]:
    def edit(tags: dict[str, Any]) -> None:
        for key in keys:
            del tags[key]

    return lambda behind: behind.tag_bucket(bucket(behind, role), edit)


def _switches(role: str) -> Iterator[tuple[str, Drift]]:
    for switch in SWITCHES:
        off = Drift(
            f"{role}-bucket.public-access",
            lambda b, switch=switch: b.switch_off(bucket(b, role), switch),  # type: ignore[misc]
            ("PutPublicAccessBlock",),
            (switch,),
        )
        yield f"{role} public access: {switch} off", off
    gone = Drift(
        f"{role}-bucket.public-access",
        lambda b: b.s3.delete_public_access_block(Bucket=bucket(b, role)),
        ("PutPublicAccessBlock",),
        SWITCHES,
    )
    yield f"{role} public access: all gone", gone


def _statements(role: str) -> Iterator[tuple[str, Drift]]:
    item = f"{role}-bucket.policy"
    for sid in STATEMENTS[role]:
        yield f"{role} policy: {sid} removed", Drift(item, _without(role, sid), ("PutBucketPolicy",), (sid,))
        for part, edit in EDITS.items():
            if sid != "SnowpixelTlsOnly" or part in ("action", "resource"):
                yield (
                    f"{role} policy: {sid}, {part}",
                    Drift(item, _edited(role, sid, edit), ("PutBucketPolicy",), (sid,)),
                )
    gone = Drift(
        item,
        lambda b: b.s3.delete_bucket_policy(Bucket=bucket(b, role)),
        ("PutBucketPolicy",),
        STATEMENTS[role],
        PIXEL_PROBES if role == "content" else {},
        edge_forgot=True,
    )
    yield f"{role} policy: all gone", gone


def _without(role: str, sid: str) -> Callable[[Behind], None]:
    def drop(statements: list[dict[str, Any]]) -> None:
        statements[:] = [each for each in statements if each["Sid"] != sid]

    return lambda behind: behind.policy(bucket(behind, role), drop)


def _edited(role: str, sid: str, edit: dict[str, Any]) -> Callable[[Behind], None]:
    def change(statements: list[dict[str, Any]]) -> None:
        next(each for each in statements if each["Sid"] == sid).update(edit)

    return lambda behind: behind.policy(bucket(behind, role), change)


def _lifecycle(role: str) -> Iterator[tuple[str, Drift]]:
    item, operation = f"{role}-bucket.lifecycle", ("PutBucketLifecycleConfiguration",)
    every = ("incomplete uploads deleted", "files deleted", "older versions deleted", "covers", "besides")
    edits: dict[str, tuple[Callable[[list[dict[str, Any]]], None], tuple[str, ...]]] = {
        "gone": (lambda rules: rules.clear(), every),
        "off": (lambda rules: rules[0].update(Status="Disabled"), every),
        "unfinished uploads kept longer": (
            lambda rules: rules[0].update(AbortIncompleteMultipartUpload={"DaysAfterInitiation": 365}),
            every[:1],
        ),
        "for a part of the files only": (lambda rules: rules[0].update(Filter={"Prefix": "elsewhere/"}), ("covers",)),
    }
    for word, (edit, names) in edits.items():
        drift = Drift(item, lambda b, edit=edit: b.lifecycle(bucket(b, role), edit), operation, names)  # type: ignore[misc]
        yield f"{role} lifecycle: {word}", drift


DRIFTS = dict(drifts())


@pytest.mark.parametrize("name", DRIFTS)
def test_what_is_set_on_a_bucket(name: str, standing: Callable[[str], Behind]) -> None:
    prove(DRIFTS[name], standing(DRIFTS[name].kind))


def test_the_content_bucket_deleted_with_all_in_it(standing: Callable[[str], Behind]) -> None:
    children = {f"content-bucket.{setting}": SKIPPED for setting in SETTINGS}
    files = {"pixel-i": SKIPPED, "pixel-pxl": SKIPPED, "pixel-ice": SKIPPED}
    drift = Drift(
        "content-bucket",
        lambda b: b.empty_and_delete(b.content),
        ("CreateBucket", "PutBucketLifecycleConfiguration", "PutBucketPolicy", *["PutObject"] * 3),
        also={**children, **files, **PIXEL_PROBES},
        planned=frozenset({*children, *files}),
        edge_forgot=True,
    )
    prove(drift, standing("domain"))


def test_the_log_bucket_deleted_with_all_in_it(standing: Callable[[str], Behind]) -> None:
    children = {f"log-bucket.{setting}": SKIPPED for setting in SETTINGS}
    drift = Drift(
        "log-bucket",
        lambda b: b.empty_and_delete(b.logs),
        ("CreateBucket", "PutBucketLifecycleConfiguration", "PutBucketPolicy"),
        also=children,
        planned=frozenset(children),
    )
    prove(drift, standing("domain"))


def test_logs_are_gone_after_their_time_where_somebody_switched_versioning_on(
    standing: Callable[[str], Behind],
) -> None:
    behind = standing("domain")
    behind.s3.put_bucket_versioning(Bucket=behind.logs, VersioningConfiguration={"Status": "Enabled"})
    assert not_ok(behind.product.check()) == []
    behind.s3.put_object(Bucket=behind.logs, Key="cf/2026/log.gz", Body=b"an address of a visitor")
    behind.control.age(behind.logs, 91)
    behind.control.age(behind.logs, 2)
    left = behind.s3.list_object_versions(Bucket=behind.logs, Prefix="cf/2026/")
    assert "Versions" not in left


DENIES = {
    "no key of KMS": (
        {"Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}},
        "refuses",
    ),
    "everything": ({}, "refuses"),
    "another organization": ({"Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}}, "refuses"),
    "an unknown key": ({"Condition": {"StringNotEquals": {"aws:RequestTag/x": "y"}}}, "may refuse"),
}


@pytest.mark.parametrize("name", DENIES)
def test_a_deny_of_somebody_elses_is_named_and_never_touched(name: str, standing: Callable[[str], Behind]) -> None:
    behind = standing("domain")
    more, does = DENIES[name]
    deny = {
        "Sid": "DenyUnEncrypted",
        "Effect": "Deny",
        "Principal": {"Service": "delivery.logs.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{behind.logs}/*",
        **more,
    }
    behind.policy(behind.logs, lambda statements: statements.append(deny))
    found = {check.id: check for check in behind.product.check().checks if check.status is not Status.OK}
    assert {item: check.problem and check.problem.id for item, check in found.items()} == {
        "log-bucket.policy": "policy-denies"
    }
    check = found["log-bucket.policy"]
    assert check.status is Status.WARNING
    assert "DenyUnEncrypted" in check.summary
    assert does in check.summary
    behind.product.clear()
    behind.product.run(Job.REPAIR)
    assert behind.product.writes() == []
    behind.policy(behind.logs, lambda statements: statements.remove(deny))
    assert not_ok(behind.product.check()) == []
