"""What a removal keeps, what stands in its way, and the way out that it names."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.clocks import HOUR, MovedService
from tests.drift.standing import Behind
from tests.inventory import Account
from tests.product import DOMAIN, Product, not_ok, verdicts
from wizard.knowledge import problems
from wizard.model.context import DOMAIN_LOST
from wizard.model.results import Check, Job, Snapshot, Status
from wizard.storage.cache import CACHE, kept_events

LOGS_TOO = {"delete-logs": "yes"}
PLAN = "You can't delete this distribution while it's subscribed to a pricing plan."


def _check(snapshot: Snapshot, item: str) -> Check:
    return next(check for check in snapshot.checks if check.id == item)


def _problem(snapshot: Snapshot, item: str) -> str:
    """Return the problem's id; it has to have words."""
    problem = _check(snapshot, item).problem
    assert problem is not None
    assert problems.explain(problem).steps
    return problem.id


def _left(product: Product) -> dict[str, list[str]]:
    return {kind: found for kind, found in Account(product.world).inventory().items() if found}


# Logs.


def test_the_logs_stay_and_are_named_and_can_be_removed_later(product: Product, behind: Behind) -> None:
    product.stand()
    bucket, rules, policy = behind.logs, behind.rules(behind.logs), behind.statements(behind.logs)
    read = _keep_events(product)
    kept = product.run(Job.REMOVE)
    assert not read.exists()
    assert bucket in _check(kept, "log-bucket").summary
    assert _left(product) == {"buckets": [bucket]}
    assert (behind.rules(bucket), behind.statements(bucket)) == (rules, policy)
    assert product.setup().removed
    read = _keep_events(product)
    product.run(Job.REMOVE, answers=LOGS_TOO)
    assert not read.exists()
    assert _left(product) == {}
    assert product.service.store.names() == ()


def _keep_events(product: Product) -> Path:
    """Read the events, and return where they are kept now."""

    async def look() -> None:
        reader = product.service.event_reader("main", 0.0)
        assert [batch async for batch in reader.new()]
        reader.base.close()

    anyio.run(look)
    folder = kept_events(product.service.environment.home / CACHE, "main")
    assert list(folder.rglob("*.parquet"))
    return folder


class Late:
    """Lets a log file arrive between the moment a bucket was emptied and the moment it is deleted."""

    def __init__(self, behind: Behind, times: int = 1) -> None:
        self._behind, self._seen, self._left = behind, behind.product.calls, times
        self._bucket = behind.logs

    def append(self, call: tuple[str, str]) -> None:
        """Take the place of the product's list of calls."""
        self._seen.append(call)
        if call == ("s3", "delete_bucket") and self._left:
            self._left -= 1
            self._behind.s3.put_object(Bucket=self._bucket, Key=f"cf/late-{self._left}.gz", Body=b"late")


@pytest.mark.parametrize("times", [1, 5])
def test_log_files_that_arrive_late_are_taken_too(product: Product, behind: Behind, times: int) -> None:
    product.stand()
    product.run(Job.REMOVE)
    product.calls = Late(behind, times)  # type: ignore[assignment]
    product.run(Job.REMOVE, answers=LOGS_TOO)
    assert _left(product) == {}


def test_the_delivery_may_not_write_any_more_before_the_logs_are_deleted(product: Product) -> None:
    product.stand()
    product.clear()
    product.run(Job.REMOVE, answers=LOGS_TOO)
    written = [operation for _, operation in product.writes()]
    assert written.index("DeleteBucketPolicy") < len(written) - 1 - written[::-1].index("DeleteObjects")


def test_versions_and_delete_markers_go_too(product: Product, behind: Behind) -> None:
    product.stand()
    for bucket in (behind.content, behind.logs):
        behind.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for _ in range(3):
        behind.s3.put_object(Bucket=behind.content, Key="i", Body=b"again")
    behind.s3.delete_object(Bucket=behind.content, Key="pxl.png")
    for at in range(3):
        behind.s3.put_object(Bucket=behind.logs, Key="cf/2026/file.gz", Body=b"%d" % at)
    product.run(Job.REMOVE, answers=LOGS_TOO)
    assert _left(product) == {}


# What is not ours.


def test_foreign_files_in_the_content_bucket_stop_only_the_bucket(product: Product, behind: Behind) -> None:
    product.stand()
    behind.s3.put_object(Bucket=behind.content, Key="logo.svg", Body=b"<svg/>")
    content = behind.content
    stopped = product.run(Job.REMOVE, answers=LOGS_TOO)
    assert _problem(stopped, "content-bucket") == "foreign-content"
    assert "logo.svg" in str(_check(stopped, "content-bucket").problem)
    assert _left(product) == {"buckets": [content]}
    behind.s3.delete_object(Bucket=content, Key="logo.svg")
    product.run(Job.REMOVE, answers=LOGS_TOO)
    assert _left(product) == {}


def test_a_log_file_that_a_lock_keeps_is_said_and_the_bucket_stays(product: Product, behind: Behind) -> None:
    product.stand()
    logs = behind.logs
    behind.s3.put_bucket_versioning(Bucket=logs, VersioningConfiguration={"Status": "Enabled"})
    behind.s3.put_object_lock_configuration(Bucket=logs, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"})
    kept = {"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": datetime.now(UTC) + timedelta(days=1)}
    behind.s3.put_object(Bucket=logs, Key="cf/2026/kept.gz", Body=b"1", **kept)
    stopped = product.run(Job.REMOVE, answers=LOGS_TOO)
    problem = _check(stopped, "log-bucket").problem
    assert problem is not None
    assert (problem.id, problem.values["files"]) == ("files-kept", "cf/2026/kept.gz")
    assert logs in problems.explain(problem).meaning
    assert "AccessDenied" in str(problem.values)
    assert _left(product) == {"buckets": [logs]}


def _other_distribution(behind: Behind, **changes: Any) -> dict[str, Any]:
    config = behind.configuration() | {
        "CallerReference": "somebody-elses",
        "Comment": "somebody else's",
        "Aliases": {"Quantity": 0},
        "ViewerCertificate": {"CloudFrontDefaultCertificate": True},
    }
    made: dict[str, Any] = behind.aws("cloudfront").create_distribution(DistributionConfig=config | changes)
    return made


def _delete_other(behind: Behind, made: dict[str, Any]) -> None:
    cloudfront, other = behind.aws("cloudfront"), made["Distribution"]["Id"]
    found = cloudfront.get_distribution_config(Id=other)
    config = found["DistributionConfig"] | {"Enabled": False}
    updated = cloudfront.update_distribution(Id=other, IfMatch=found["ETag"], DistributionConfig=config)
    cloudfront.delete_distribution(Id=other, IfMatch=updated["ETag"])


def test_an_access_control_in_use_elsewhere_is_said(product: Product, behind: Behind) -> None:
    product.stand()
    other = _other_distribution(behind)
    stopped = product.run(Job.REMOVE, answers=LOGS_TOO)
    assert _problem(stopped, "origin-access") == "origin-access-in-use"
    assert verdicts(stopped)["content-bucket"] is Status.SKIPPED
    _delete_other(behind, other)
    product.run(Job.REMOVE, answers=LOGS_TOO)
    assert _left(product) == {}


def test_a_certificate_in_use_elsewhere_stays_and_holds_nothing_else_up(product: Product, behind: Behind) -> None:
    product.stand()
    viewer = {
        "ACMCertificateArn": behind.made.certificate,
        "SSLSupportMethod": "sni-only",
        "MinimumProtocolVersion": "TLSv1.2_2021",
    }
    config = behind.configuration()["Origins"]["Items"][0] | {"OriginAccessControlId": ""}
    other = _other_distribution(behind, ViewerCertificate=viewer, Origins={"Quantity": 1, "Items": [config]})
    certificate = behind.made.certificate
    stopped = product.run(Job.REMOVE, answers=LOGS_TOO)
    assert _problem(stopped, "certificate") == "certificate-in-use"
    assert _left(product) == {"distributions": [other["Distribution"]["Id"]], "certificates": [certificate]}
    _delete_other(behind, other)
    product.run(Job.REMOVE, answers=LOGS_TOO)
    assert _left(product) == {}


@pytest.mark.parametrize(("code", "status"), [("AccessDenied", 403), ("PreconditionFailed", 412)])
def test_a_pricing_plan_is_said_and_the_rest_waits(product: Product, code: str, status: int) -> None:
    product.stand()
    product.control.fail("cloudfront", "DeleteDistribution", code, status, times=99, message=PLAN)
    stopped = product.run(Job.REMOVE, answers=LOGS_TOO)
    assert _problem(stopped, "distribution") == "pricing-plan"
    assert verdicts(stopped)["content-bucket"] is Status.SKIPPED
    assert verdicts(stopped)["origin-access"] is Status.SKIPPED
    product.control.clear_faults()
    product.run(Job.REMOVE, answers=LOGS_TOO)
    assert _left(product) == {}


# A domain that is lost.


def _silence(product: Product) -> None:
    for address in ("192.0.2.1", "192.0.2.2", "resolver"):
        product.control.silence_dns(address, "refused")


def test_without_dns_it_asks_and_waits(product: Product) -> None:
    product.stand()
    _silence(product)
    product.clear()
    waits = product.run(Job.REMOVE, patience=0)
    asked = next(iter(waits.decisions))
    assert (asked.id, asked.default, asked.flag) == (DOMAIN_LOST, "wait", "--domain-lost")
    assert product.writes() == []
    assert verdicts(waits)["alias"] is Status.SKIPPED


def test_while_the_question_is_open_the_record_is_looked_for(product: Product) -> None:
    """DNS comes back and the record is gone: the question answers itself."""
    product.stand()
    _silence(product)
    assert product.run(Job.REMOVE, patience=0).decisions
    product.control.silence_dns(None)
    product.run(Job.REMOVE, answers=LOGS_TOO)
    assert _left(product) == {}


def test_the_typed_override_goes_on(product: Product) -> None:
    product.stand()
    _silence(product)
    product.run(Job.REMOVE, adds_records=False, answers={DOMAIN_LOST: "yes", **LOGS_TOO})
    assert _left(product) == {}
    assert product.service.store.names() == ()


def test_the_harmless_answer_keeps_waiting(product: Product) -> None:
    product.stand()
    _silence(product)
    product.clear()
    waits = product.run(Job.REMOVE, adds_records=False, patience=0.3, answers={DOMAIN_LOST: "wait"})
    assert waits.decisions == ()
    assert verdicts(waits)["pixel-record"] is Status.UNKNOWN
    assert product.writes() == []


# A record that leads nowhere.


def test_a_record_that_leads_for_a_day_to_a_distribution_without_its_name_is_a_risk(product: Product) -> None:
    product.new()
    service = product.service = MovedService(product.service)
    first = product.run(Job.APPLY, adds_records=False, patience=0)
    pixel = next(record for record in first.records if record.name == DOMAIN)
    product.control.add_record(pixel.name, pixel.type, pixel.value)
    product.run(Job.APPLY, adds_records=False, patience=0)
    service.clock.ahead = 23 * HOUR
    assert Status.FAILED not in verdicts(product.check()).values()
    service.clock.ahead = 25 * HOUR
    looked = product.check()
    assert [check.id for check in not_ok(looked) if check.status is Status.FAILED] == ["pixel-https"]
    assert _problem(looked, "pixel-https") == "takeover-risk"
