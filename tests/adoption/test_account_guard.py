"""With credentials of another account nothing is written, whatever is run.

A go-between stands before the practice AWS: it answers who we are with another account, and passes everything else on.
So a call that should not be made would really be carried out, and seen.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.product import Product, verdicts
from tests.refusing_proxy import PassOn, refusing_proxy
from wizard.aws.keys import KeySource
from wizard.commands.output.exit_codes import ExitCode, of_statuses
from wizard.knowledge.problems import explain
from wizard.model.results import Job, Snapshot, Status
from wizard.practice.aws_call import AuthorizedCall
from wizard.practice.error_replies import Reply

ELSEWHERE = "999988887777"
CALLER = "GetCallerIdentity"
ANSWER = f"""<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::{ELSEWHERE}:user/alex</Arn><UserId>AIDAX</UserId><Account>{ELSEWHERE}</Account>
</GetCallerIdentityResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>"""


def says_another_account(call: AuthorizedCall, pass_on: PassOn) -> Reply:
    """Say that the keys belong to another account, and pass everything else on."""
    return Reply(200, {"Content-Type": "text/xml"}, ANSWER.encode()) if call.operation == CALLER else pass_on()


@pytest.fixture
def wrong(product: Product) -> Iterator[KeySource]:
    with refusing_proxy(product.world.aws_endpoint, says_another_account) as url:
        yield replace(product.source, endpoint=url)


def refused(snapshot: Snapshot, wanted: str) -> None:
    check = next(check for check in snapshot.checks if check.id == "identity")
    assert check.problem is not None
    assert check.problem.id == "wrong-account"
    text = explain(check.problem).meaning
    assert wanted in text
    assert ELSEWHERE in text
    assert "changes nothing in the wrong account" in text
    assert of_statuses([snapshot.status]) == ExitCode.WRONG


def test_the_go_between_passes_everything_else_on(product: Product, wrong: KeySource) -> None:
    product.new(domain=None)
    made = product.run(Job.APPLY, source=wrong)
    assert verdicts(made)["identity"] is Status.OK
    assert product.setup().made.account == ELSEWHERE
    assert ("s3", "CreateBucket") in product.writes()


@pytest.mark.parametrize("job", [Job.APPLY, Job.REPAIR, Job.REMOVE])
@pytest.mark.parametrize("begun", ["finished", "half made", "drifted"])
def test_no_walk_writes_in_a_wrong_account(product: Product, wrong: KeySource, job: Job, begun: str) -> None:
    product.new()
    if begun == "half made":
        product.run(Job.APPLY, adds_records=False, patience=0)
    else:
        product.apply()
    if begun == "drifted":
        with product.service.store.writing("main", "test") as state:
            state.choose(retention_days=7)
    product.clear()
    ended = product.run(job, adds_records=False, patience=0, source=wrong, answers={"delete-logs": "yes"})
    refused(ended, product.world.account_id)
    assert product.writes() == []
    assert product.setup().made.account == product.world.account_id
    assert product.setup().made.distribution is not None


def test_a_walk_limited_to_one_item_asks_first_too(product: Product, wrong: KeySource) -> None:
    product.stand()
    with product.service.store.writing("main", "test") as state:
        state.choose(retention_days=7)
    product.clear()
    ended = product.run(Job.APPLY, source=wrong, only=["log-bucket.lifecycle"])
    refused(ended, product.world.account_id)
    assert product.writes() == []


def test_what_another_account_knows_about_dns_is_not_saved(product: Product, wrong: KeySource) -> None:
    product.control.add_zone_in_route53()
    product.new(domain=None)
    product.apply()
    product.service.choose("main", domain="e.example.test")
    product.run(Job.APPLY, adds_records=False, patience=0, source=wrong)
    assert product.setup().made.hosted_zone is None
    product.run(Job.APPLY, adds_records=False)
    assert product.setup().made.hosted_zone
