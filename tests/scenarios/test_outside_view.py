"""A check on a computer that nobody signed in to AWS from: what is in AWS is unseen, the outside is seen as ever."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.product import Product, verdicts
from wizard.aws.keys import KeySource
from wizard.model.results import Job, Status
from wizard.practice.worldfile import WorldFile
from wizard.service import Service

OUTSIDE = {"pixel-direct", "pixel-record", "dns-resolvers", "tls", "pixel-https", "http-redirect", "caa"}


def test_the_outside_is_seen_and_what_is_in_aws_is_unknown(
    product: Product, world: WorldFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    product.stand()
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(variable, raising=False)
    for variable in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(variable, str(tmp_path / "nothing"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    nobody = replace(product.service.environment, source=KeySource(endpoint=world.aws_endpoint))
    product.service = Service(nobody)
    found = verdicts(product.check())
    assert {found[item] for item in OUTSIDE} == {Status.OK}
    assert set(found.values()) == {Status.OK, Status.UNKNOWN}
    assert found["identity"] is found["distribution"] is found["alias"] is found["first-event"] is Status.UNKNOWN
    https = product.run(Job.CHECK, adds_records=False, only=("https",))
    assert https.status is Status.OK
