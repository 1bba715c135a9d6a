"""Lifecycle rules as time passes, in buckets with and without versions."""

from typing import Any

import pytest

from tests.practice.conftest import Clients, Road
from wizard.practice.control_client import Control

DAYS_90: dict[str, Any] = {"ID": "a", "Status": "Enabled", "Filter": {"Prefix": "cf/"}, "Expiration": {"Days": 90}}
OLDER = {**DAYS_90, "NoncurrentVersionExpiration": {"NoncurrentDays": 7}}


@pytest.mark.parametrize(
    "case",  # whether versions are kept, the rule, the days, and how many versions and markers are left
    [
        (False, DAYS_90, 89, (2, 0)),
        (False, DAYS_90, 90, (1, 0)),
        (False, {**DAYS_90, "Status": "Disabled"}, 90, (2, 0)),
        (False, {**DAYS_90, "Filter": {"Prefix": ""}}, 90, (0, 0)),
        (True, DAYS_90, 90, (3, 1)),  # hidden by a marker, and all there
        (True, OLDER, 89, (2, 0)),
        (True, OLDER, 90, (2, 1)),
    ],
)
def test_what_a_rule_leaves(
    road: Road, aws: Clients, control: Control, case: tuple[bool, dict[str, Any], int, tuple[int, int]]
) -> None:
    versioned, rule, days, left = case
    road.bucket(road.logs)
    s3 = aws("s3")
    if versioned:
        s3.put_bucket_versioning(Bucket=road.logs, VersioningConfiguration={"Status": "Enabled"})
    for key in ("cf/log.gz", "cf/log.gz", "else"):
        s3.put_object(Bucket=road.logs, Key=key, Body=b"x")
    s3.put_bucket_lifecycle_configuration(Bucket=road.logs, LifecycleConfiguration={"Rules": [rule]})
    control.age(road.logs, days)
    found = s3.list_object_versions(Bucket=road.logs)
    assert (len(found.get("Versions", [])), len(found.get("DeleteMarkers", []))) == left


def test_a_marker_with_nothing_behind_it_goes(road: Road, aws: Clients, control: Control) -> None:
    road.bucket(road.logs)
    s3 = aws("s3")
    s3.put_bucket_versioning(Bucket=road.logs, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=road.logs, Key="cf/log.gz", Body=b"x")
    s3.put_bucket_lifecycle_configuration(Bucket=road.logs, LifecycleConfiguration={"Rules": [OLDER]})
    for _ in range(3):  # hidden, then gone behind the marker, then the marker
        control.age(road.logs, 90)
    found = s3.list_object_versions(Bucket=road.logs)
    assert "Versions" not in found
    assert "DeleteMarkers" not in found
