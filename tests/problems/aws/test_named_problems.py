"""What AWS refuses while a setup is made, refused by the practice world in AWS's words, and how it is named.

Each case asserts the problem's id, that AWS's own words or the user's values are in the text, and that no row is red
for another reason.
"""

from dataclasses import dataclass

import pytest

from tests.product import Product
from wizard.knowledge.problems import explain
from wizard.model.results import Check, Status
from wizard.practice.control_client import Control

WHO = "User: arn:aws:iam::123456789012:user/alex is not authorized to perform"


@dataclass(frozen=True)
class Case:
    """One refusal.

    Attributes:
        problem: the id that the user is told.
        rows: the lines of docs/problems.md that it stands for.
        call: service and operation that are refused.
        code: AWS's error code.
        message: AWS's text.
        item: the row that has it.
        says: what the explanation must contain.
        status: the row's verdict.
        http: the HTTP status.
    """

    problem: str
    rows: tuple[str, ...]
    call: tuple[str, str]
    code: str
    message: str
    item: str
    says: str
    status: Status = Status.FAILED
    http: int = 403


CASES = (
    Case(
        "wrong-secret-key", ("A7",), ("sts", "GetCallerIdentity"), "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided.", "identity", "secret",
    ),
    Case(
        "login-expired", ("A5",), ("sts", "GetCallerIdentity"), "ExpiredToken",
        "The security token included in the request is expired", "identity", "aws sso login", Status.UNKNOWN, 400,
    ),
    Case(
        "denied-by-organisation", ("A10",), ("acm", "RequestCertificate"), "AccessDeniedException",
        f"{WHO}: acm:RequestCertificate with an explicit deny in a service control policy", "certificate",
        "acm:RequestCertificate", http=400,
    ),
    Case(
        "permission-missing", ("A11",), ("acm", "RequestCertificate"), "AccessDeniedException",
        f"{WHO}: acm:RequestCertificate because no identity-based policy allows the acm:RequestCertificate action",
        "certificate", '"acm:RequestCertificate"', http=400,
    ),
    Case(
        "denied-by-boundary", (), ("s3", "CreateBucket"), "AccessDenied",
        f"{WHO}: s3:CreateBucket because no permissions boundary allows the s3:CreateBucket action", "content-bucket",
        "s3:CreateBucket",
    ),
    Case(
        "denied-explicitly", ("A12",), ("s3", "CreateBucket"), "AccessDenied",
        f"{WHO}: s3:CreateBucket with an explicit deny in an identity-based policy", "content-bucket", "MFA code",
    ),
    Case(
        "public-policy-blocked", ("B6",), ("s3", "PutBucketPolicy"), "AccessDenied",
        f'{WHO}: s3:PutBucketPolicy on resource: "arn:aws:s3:::x" because public policies are blocked by the '
        "BlockPublicPolicy block public access setting.", "content-bucket.policy", "Leave Block Public Access on",
    ),
    Case(
        "account-not-verified", ("A13",), ("cloudfront", "CreateDistributionWithTags"), "AccessDenied",
        "Your account must be verified before you can add new CloudFront resources. To verify your account, please "
        "contact AWS Support", "distribution", "must be verified",
    ),
    Case(
        "account-not-finished", ("A14",), ("cloudfront", "CreateDistributionWithTags"), "OptInRequired",
        "The AWS Access Key Id needs a subscription for the service", "distribution", "needs a subscription",
    ),
    Case(
        "bucket-name-taken", ("B1",), ("s3", "CreateBucket"), "BucketAlreadyExists",
        "The requested bucket name is not available.", "content-bucket", "not available", http=409,
    ),
    Case(
        "certificates-this-year", ("C16",), ("acm", "RequestCertificate"), "LimitExceededException",
        "Error: you have reached your limit of 20 certificates in the last year.", "certificate", "20 certificates",
        http=400,
    ),
    Case(
        "quota-reached", ("F16",), ("cloudfront", "CreateDistributionWithTags"), "TooManyDistributions",
        "You have exceeded the maximum number of allowable distributions.", "distribution", "maximum number", http=400,
    ),
    Case(
        "quota-reached", ("F18",), ("cloudfront", "CreateOriginAccessControl"), "TooManyOriginAccessControls",
        "The number of origin access controls in your account exceeds the maximum allowed.", "origin-access",
        "maximum allowed", http=400,
    ),
    Case(
        "permission-missing", ("L3",), ("logs", "PutDeliverySource"), "AccessDeniedException",
        f"{WHO}: cloudfront:AllowVendedLogDeliveryForResource", "delivery-source", "AllowVendedLogDeliveryForResource",
        http=400,
    ),
)  # fmt: skip


def red(checks: dict[str, Check]) -> set[str]:
    """Return the problems of the failed rows; one without a name counts as its item."""
    return {
        check.problem.id if check.problem else name for name, check in checks.items() if check.status is Status.FAILED
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join((case.problem, *case.rows)))
def test_what_aws_refuses_is_named(product: Product, control: Control, case: Case) -> None:
    product.new()
    control.fail(*case.call, case.code, case.http, times=100, message=case.message)
    checks = {check.id: check for check in product.apply(patience=0.0).checks}
    found = checks[case.item]
    assert found.problem is not None, found
    assert (found.problem.id, found.status) == (case.problem, case.status), found
    told = explain(found.problem)
    assert case.says in " ".join((told.title, told.meaning, *told.steps, found.summary, found.observed)), told
    assert red(checks) <= {case.problem}
