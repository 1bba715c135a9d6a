"""Codes of AWS that no emulator can be brought to say at the right place, and what they are taken for."""

import pytest

from wizard.aws.errors import ErrorKind, translate
from wizard.knowledge.problems import explain


@pytest.mark.parametrize(
    ("code", "message", "kind", "problem"),
    [
        ("NoSuchDistribution", "The specified distribution does not exist.", ErrorKind.REFUSED, "aws-missing"),
        ("BucketNotEmpty", "The bucket you tried to delete is not empty", ErrorKind.REFUSED, "bucket-not-empty"),
        (
            "InvalidViewerCertificate",
            "isn't in us-east-1 region, isn't valid",
            ErrorKind.REFUSED,
            "certificate-refused",
        ),
        ("LoginInsufficientPermissions", "needs signin:CreateOAuth2Token", ErrorKind.DENIED, "login-forbidden"),
        ("AccessDenied", "MultiFactorAuthentication failed with invalid MFA code.", ErrorKind.DENIED, "mfa-wrong"),
        ("Unheard", "of this nobody has heard", ErrorKind.REFUSED, "aws-refused"),
    ],
)  # fmt: skip
def test_a_code_is_taken_for_its_problem(code: str, message: str, kind: ErrorKind, problem: str) -> None:
    error = translate(code, message, "service:Operation", 400)
    assert (error.kind, error.problem.id) == (kind, problem)
    told = explain(error.problem)
    assert told.steps
    assert str(error) == message


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_fault_of_awss_own_is_no_refusal(status: int) -> None:
    assert translate("Unheard", "of this", "s3:CreateBucket", status).problem.id == "aws-unavailable"
