"""The check that looks at every AWS call of the tests: it finds what botocore itself lets through."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from tests.modelcheck import FILE, breaches

MODELS = botocore.session.get_session()

BAD: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "pattern": ("logs", "GetDelivery", {"id": "a-b"}, "does not match"),
    "least length": ("logs", "GetDelivery", {"id": ""}, "below 1"),
    "most length": ("logs", "GetDelivery", {"id": "a" * 65}, "above 64"),
    "enum": ("cloudfront", "CreateOriginAccessControl", {"OriginAccessControlConfig": {"Name": "a"}}, "is missing"),
    "a word of an enum": (
        "s3",
        "CreateBucket",
        {"Bucket": "a", "CreateBucketConfiguration": {"LocationConstraint": "us-east-1"}},
        "is none of",
    ),
    "range": ("acm", "ListCertificates", {"MaxItems": 0}, "below 1"),
    "unknown": ("acm", "DescribeCertificate", {"CertificateArn": "arn:aws:acm:a:1:certificate/b", "X": 1}, "unknown"),
    "within a list": (
        "acm",
        "RequestCertificate",
        {"DomainName": "e.example.org", "Tags": [{"Key": "a"}, {"Key": "~"}]},
        "Tags[1].Key '~'",
    ),
    "too few in a map": ("logs", "TagResource", {"resourceArn": "arn:aws:logs:a:1:b", "tags": {}}, "below 1"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_the_model_does_not_allow_is_found(name: str) -> None:
    service, operation, given, told = BAD[name]
    model = MODELS.get_service_model(service).operation_model(operation)
    assert told in "\n".join(breaches(model.input_shape, given))


def test_what_it_allows_is_not() -> None:
    model = MODELS.get_service_model("acm").operation_model("RequestCertificate")
    tags = [{"Key": "snowpixel:id", "Value": "é 1/2"}]
    given = {"DomainName": "*.example.org", "ValidationMethod": "DNS", "IdempotencyToken": "a_1", "Tags": tags}
    assert list(breaches(model.input_shape, given)) == []


def test_calls_of_child_processes_are_looked_at_too(tmp_path: Path) -> None:
    told = tmp_path / "told"
    program = (
        "import sys; before = 'botocore' in sys.modules; import boto3, botocore.exceptions\n"
        "logs = boto3.client('logs', 'us-east-1', endpoint_url='http://127.0.0.1:9', aws_access_key_id='a',"
        " aws_secret_access_key='b')\n"
        "try: logs.get_delivery(id='a-b')\n"
        "except botocore.exceptions.EndpointConnectionError: pass\n"
        "print(before)"
    )
    command = [sys.executable, "-c", program]
    environment = {**os.environ, FILE: str(told), "AWS_MAX_ATTEMPTS": "1"}
    ran = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, timeout=60)
    assert ran.stdout == "False\n"
    assert "logs:GetDelivery .id 'a-b' does not match" in told.read_text()
