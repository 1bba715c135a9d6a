"""AWS's refusals, each code and each wording with each action: what they are taken for, and that the words are whole.

The codes are those of the services' models and of public reports; the wordings of denials are put together from the IAM
guide's two sentences and the kinds of policy that it names. What is right follows from the tables.
"""

import itertools
import string
from collections.abc import Iterator

import pytest
from botocore.session import get_session

from wizard.aws.errors import AwsError, ErrorKind, translate
from wizard.knowledge.problems import _catalogue, explain

WHO = "User: arn:aws:iam::123456789012:user/ada is not authorized to perform"
ACTIONS = {
    "s3:DeleteBucket": "arn:aws:s3:::snowpixel-x",
    "s3:PutBucketPolicy": "arn:aws:s3:::snowpixel-x",
    "cloudfront:CreateDistribution": "arn:aws:cloudfront::123456789012:distribution/*",
    "acm:RequestCertificate": "arn:aws:acm:us-east-1:123456789012:certificate/*",
    "logs:PutDeliverySource": "arn:aws:logs:us-east-1:123456789012:delivery-source:x",
    "route53:ChangeResourceRecordSets": "arn:aws:route53:::hostedzone/Z1",
    "sts:AssumeRole": "arn:aws:iam::123456789012:role/x",
}
TYPES = {
    "service control policy": "denied-by-organisation",
    "resource control policy": "denied-by-organisation",
    "permissions boundary": "denied-by-boundary",
    "session policy": "denied-by-session",
    "resource-based policy": "denied-by-resource",
    "VPC endpoint policy": "denied-by-network",
    "identity-based policy": "",
}
ARN = "arn:aws:organizations::987654321098:policy/o-qv5af4abcd/service_control_policy/p-2kgnabcd"
US_EAST_1 = ("cloudfront", "acm", "logs", "route53")


def denials() -> Iterator[tuple[str, str, str, str, bool]]:
    """Yield action, kind of policy, AWS's words, the problem, and whether the policy is named."""
    for (action, resource), (kind, problem) in itertools.product(ACTIONS.items(), TYPES.items()):
        for on in (f' on resource: "{resource}"', f" on resource: {resource}"):
            explicit = f"{WHO}: {action}{on} with an explicit deny in {'an' if kind[0] == 'i' else 'a'} {kind}"
            yield action, kind, explicit, problem or "denied-explicitly", False
            yield action, kind, f"{explicit}: {ARN}", problem or "denied-explicitly", True
            implicit = f"{WHO}: {action}{on} because no {kind} allows the {action} action"
            yield action, kind, implicit, problem or "permission-missing", False


def whole(error: AwsError) -> str:
    """Return all that is said of an error; every value that the texts name must be there."""
    entry = _catalogue()[error.problem.id]
    texts = [entry["title"], entry["meaning"], *entry["steps"], entry.get("typical", "")]
    fields = {field for text in texts for _, field, _, _ in string.Formatter().parse(text) if field}
    assert fields <= set(error.problem.values), error.problem
    about = explain(error.problem)
    return "\n".join((about.title, about.meaning, *about.steps))


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException"])
@pytest.mark.parametrize("case", tuple(denials()), ids=lambda case: f"{case[0]}, {case[1]}")
def test_a_denial_is_told_by_who_denies(case: tuple[str, str, str, str, bool], code: str) -> None:
    action, kind, message, problem, named = case
    error = translate(code, message, "s3:SomethingElse", 403)
    assert (error.problem.id, error.kind) == (problem, ErrorKind.DENIED)
    said = whole(error)
    about = explain(error.problem)
    assert action in about.meaning
    assert f" on {ACTIONS[action]}" in about.meaning
    assert "AWS doesn't say which policy" not in said
    if named:
        assert f"AWS names the policy: {ARN}." in said
    if problem == "denied-by-organisation":
        assert f"(a {kind})" in said
        assert action in about.steps[0]
        assert ("goes to us-east-1" in said) is (action.partition(":")[0] in US_EAST_1)
    elif problem == "permission-missing":
        assert f'"{action}"' in about.steps[0]
    else:
        assert "Add this statement" not in said


@pytest.mark.parametrize("message", ["Access Denied", "User is not authorized to perform this action", "Forbidden", ""])
def test_a_denial_that_does_not_say_by_whom_names_the_candidates(message: str) -> None:
    error = translate("AccessDenied", message, "s3:CreateBucket", 403)
    assert error.problem.id == "permission-missing"
    said = whole(error)
    for words in ("s3:CreateBucket", "AWS doesn't say which policy", "It may be", "organization", "boundary"):
        assert words in said


@pytest.mark.parametrize(
    "words",
    [
        "public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.",
        "public policies are blocked by the BlockPublicPolicy block public access setting.",
        "public policies are blocked by the BlockPublicPolicy setting",
    ],
)
def test_block_public_access(words: str) -> None:
    message = f'{WHO}: s3:PutBucketPolicy on resource: "arn:aws:s3:::b" because {words}'
    assert translate("AccessDenied", message, "s3:PutBucketPolicy", 403).problem.id == "public-policy-blocked"


OTHERS: tuple[tuple[str, str, str, str], ...] = (
    (
        "IncompleteSignature", "'AKIA EXAMPLE/20261127/x' not a valid key=value pair in Authorization header",
        "keys-unusable", "contains a space",
    ),
    ("IncompleteSignature", "Authorization header requires 'Signature' parameter.", "keys-unusable", "may contain"),
    ("MissingAuthenticationToken", "Request is missing Authentication Token", "keys-unusable", "something in between"),
    ("SignatureDoesNotMatch", "The request signature we calculated does not match", "wrong-secret-key", "secret"),
    ("InvalidClientTokenId", "The security token included in the request is invalid.", "wrong-access-key", "key"),
    ("RegionDisabledException", "STS is not activated in this region for account:1", "sts-not-active", "activate"),
    ("LimitExceededException", "Error: you have reached your limit of 20 certificates in the last year.",
     "certificates-this-year", "Deleting some doesn't lower the count"),
    ("LimitExceededException", "Cannot create more certificates", "quota-reached", "Delete what you no longer need"),
    ("ServiceQuotaExceededException", "limit of 1000 delivery sources", "quota-reached", "Service Quotas"),
    (
        "PreconditionFailed", "You can't delete this distribution while it's subscribed to a pricing plan.",
        "pricing-plan", "cancel its pricing plan",
    ),
    (
        "InvalidArgument", "Distributions with a pricing plan subscription must have a web ACL resource.",
        "pricing-plan", "web ACL",
    ),
    (
        "StagingDistributionInUse", "The specified staging distribution is currently used", "continuous-deployment",
        "staging distribution",
    ),
    ("CNAMEAlreadyExists", "One or more of the CNAMEs you provided are already associated with a different resource.",
     "alias-taken", "list-domain-conflicts"),
)  # fmt: skip


@pytest.mark.parametrize(("code", "message", "problem", "words"), OTHERS)
def test_a_refusal(code: str, message: str, problem: str, words: str) -> None:
    error = translate(code, message, "sts:GetCallerIdentity", 403)
    assert error.problem.id == problem
    assert words in whole(error)


SERVICES = ("cloudfront", "s3", "acm", "logs", "route53", "sts", "iam", "resourcegroupstaggingapi")
LIMITS = (
    "LimitExceededException",
    "ServiceQuotaExceededException",
    "LimitExceeded",
    "LimitsExceeded",
    "EntityLimitExceeded",
)
PASSES = ("TooManyTagsException", "TooManyInvalidationsInProgress", "TooManyRequestsException")


def codes() -> Iterator[tuple[str, str]]:
    session = get_session()
    for service in SERVICES:
        shapes = session.get_service_model(service).error_shapes
        yield from sorted({(service, str(one.metadata.get("error", {}).get("code") or one.name)) for one in shapes})


@pytest.mark.parametrize(("service", "code"), tuple(codes()))
def test_every_code_of_the_models_has_whole_words(service: str, code: str) -> None:
    error = translate(code, "of this", f"{service}:Operation", 400)
    said = whole(error)
    assert "of this" in said or code in said or error.problem.id in ("login-expired", "aws-throttled", "keys-unusable")
    limit = code in LIMITS or (code.startswith("TooMany") and code not in PASSES)
    assert (error.problem.id == "quota-reached") is limit
