"""Other people's programs against the same world: the rules are the server's, not a client's."""

import json
import os
import subprocess
from typing import Any

import pytest

from tests.practice.conftest import HOST, Road
from tests.support import require
from wizard.practice.worldfile import WorldFile


@pytest.fixture
def cli(world: WorldFile) -> Any:
    program = require("aws")
    if subprocess.run([program, "--version"], capture_output=True, check=False, timeout=60).returncode:
        pytest.skip("the AWS CLI is installed but does not start")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "AWS_ACCESS_KEY_ID": world.access_key_id,
        "AWS_SECRET_ACCESS_KEY": world.secret_access_key,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": world.aws_endpoint,
        "AWS_MAX_ATTEMPTS": "1",
    }

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program, *arguments], capture_output=True, text=True, check=False, env=environment, timeout=60
        )

    return run


def test_the_aws_cli_meets_the_rules(cli: Any, road: Road) -> None:
    made = json.loads(cli("acm", "request-certificate", "--domain-name", HOST, "--validation-method", "DNS").stdout)
    arn = made["CertificateArn"]
    shown = json.loads(cli("acm", "describe-certificate", "--certificate-arn", arn).stdout)["Certificate"]
    assert shown["Status"] == "PENDING_VALIDATION"
    road.distribution()
    config = json.dumps(road.config())
    again = cli("cloudfront", "create-distribution", "--distribution-config", config)
    assert again.returncode != 0
    assert "DistributionAlreadyExists" in again.stderr
