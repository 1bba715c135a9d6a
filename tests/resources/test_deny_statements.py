"""Deny statements of others, as bucket policies have them: which refuse AWS's log delivery, and which do not."""

from typing import Any

import pytest

from wizard.resources.buckets.deny_statements import DenyEffect, delivery_request, reading_request, verdict

BUCKET, ACCOUNT = "logs-1", "123456789012"
DELIVERY = delivery_request(BUCKET, "cf", ACCOUNT)
READING = reading_request(BUCKET, ACCOUNT, "E1")
SSE, KMS_KEY = "s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id"
REFUSES, MAY, PASSES = DenyEffect.REFUSES, DenyEffect.MAY, DenyEffect.PASSES

PRINCIPALS: dict[str, tuple[dict[str, Any], bool]] = {
    "everybody": ({"Principal": "*"}, True),
    "every AWS": ({"Principal": {"AWS": "*"}}, True),
    "every AWS, in a list": ({"Principal": {"AWS": ["*"]}}, True),
    "the service": ({"Principal": {"Service": "delivery.logs.amazonaws.com"}}, True),
    "the service among others": ({"Principal": {"Service": ["x.amazonaws.com", "delivery.logs.amazonaws.com"]}}, True),
    "another service": ({"Principal": {"Service": "x.amazonaws.com"}}, False),
    "an account": ({"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}, False),
    "all but an account": ({"NotPrincipal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}, True),
    "all but the service": ({"NotPrincipal": {"Service": "delivery.logs.amazonaws.com"}}, False),
}
ACTIONS: dict[str, tuple[dict[str, Any], bool]] = {
    "everything": ({"Action": "*"}, True),
    "all of S3": ({"Action": "s3:*"}, True),
    "uploads": ({"Action": "s3:PutObject"}, True),
    "uploads, in other letters": ({"Action": "S3:putobject"}, True),
    "whatever begins with Put": ({"Action": ["s3:Put*"]}, True),
    "deletions": ({"Action": ["s3:DeleteObject", "s3:DeleteBucket"]}, False),
    "all but reading": ({"NotAction": "s3:GetObject"}, True),
    "all but uploads": ({"NotAction": ["s3:PutObject"]}, False),
}
RESOURCES: dict[str, tuple[dict[str, Any], bool]] = {
    "all files": ({"Resource": f"arn:aws:s3:::{BUCKET}/*"}, True),
    "bucket and files": ({"Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]}, True),
    "everything": ({"Resource": "*"}, True),
    "our prefix": ({"Resource": f"arn:aws:s3:::{BUCKET}/cf/*"}, True),
    "a part below our prefix": ({"Resource": f"arn:aws:s3:::{BUCKET}/cf/2026/*"}, True),
    "the bucket alone": ({"Resource": f"arn:aws:s3:::{BUCKET}"}, False),
    "another prefix": ({"Resource": f"arn:aws:s3:::{BUCKET}/elsewhere/*"}, False),
    "all but ours": ({"NotResource": f"arn:aws:s3:::{BUCKET}/cf/*"}, False),
}
CONDITIONS: dict[str, tuple[dict[str, Any], DenyEffect]] = {
    "none": ({}, REFUSES),
    "no key of KMS": ({"StringNotEquals": {SSE: "aws:kms"}}, REFUSES),
    "no encryption header": ({"Null": {SSE: "true"}}, REFUSES),
    "an encryption header that is another": ({"Null": {SSE: "false"}, "StringNotEquals": {SSE: "aws:kms"}}, PASSES),
    "another key": ({"StringNotEqualsIfExists": {KMS_KEY: "arn:aws:kms:x"}}, REFUSES),
    "a certain header": ({"StringEquals": {SSE: "AES256"}}, PASSES),
    "plain http": ({"Bool": {"aws:SecureTransport": "false"}}, PASSES),
    "plain http, in other letters": ({"Bool": {"aws:securetransport": ["false"]}}, PASSES),
    "another organization": ({"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}, REFUSES),
    "another organization, services left alone": (
        {
            "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1"},
            "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
        },
        PASSES,
    ),
    "another account's resource": ({"StringNotEquals": {"aws:SourceAccount": ACCOUNT}}, PASSES),
    "from outside a network": ({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}, REFUSES),
    "another access list": ({"StringNotEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}, PASSES),
    "an old TLS": ({"NumericLessThan": {"s3:TlsVersion": "1.2"}}, PASSES),
    "an old TLS, if it is said": ({"NumericLessThanIfExists": {"s3:TlsVersion": "1.2"}}, PASSES),
    "all but the newest TLS": ({"NumericLessThan": {"s3:TlsVersion": "1.3"}}, REFUSES),
    "a limit that is no number": ({"NumericLessThan": {"s3:TlsVersion": "new"}}, MAY),
    "an address": ({"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}}, MAY),
    "an unknown key": ({"StringNotEquals": {"aws:RequestTag/x": "y"}}, MAY),
    "without the second factor": ({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}, REFUSES),
}
BASE = {"Sid": "Theirs", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"arn:aws:s3:::{BUCKET}/*"}


@pytest.mark.parametrize(
    ("part", "name"), [(part, name) for part in (PRINCIPALS, ACTIONS, RESOURCES) for name in part], ids=str
)
def test_whom_and_what_a_deny_concerns(part: dict[str, tuple[dict[str, Any], bool]], name: str) -> None:
    edit, concerns = part[name]
    left_out = {each.removeprefix("Not") for each in edit}
    statement = {key: value for key, value in BASE.items() if key not in left_out} | edit
    assert verdict(statement, DELIVERY) is (REFUSES if concerns else PASSES)
    assert verdict({**statement, "Effect": "Allow"}, DELIVERY) is PASSES


@pytest.mark.parametrize("name", CONDITIONS)
def test_what_its_conditions_ask(name: str) -> None:
    condition, expected = CONDITIONS[name]
    assert verdict({**BASE, "Condition": condition}, DELIVERY) is expected


def test_reading_is_another_matter_than_writing() -> None:
    assert verdict({**BASE, "Action": "s3:PutObject"}, READING) is PASSES
    assert verdict({**BASE, "Action": "s3:GetObject"}, READING) is REFUSES
    other = {"StringNotEquals": {"AWS:SourceArn": f"arn:aws:cloudfront::{ACCOUNT}:distribution/E2"}}
    assert verdict({**BASE, "Condition": other}, READING) is REFUSES
    own = {"StringNotEquals": {"AWS:SourceArn": f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1"}}
    assert verdict({**BASE, "Condition": own}, READING) is PASSES
