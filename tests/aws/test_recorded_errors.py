"""What AWS refused elsewhere, as it said so: read by botocore's own parsers, and what it is taken for here."""

import anyio
import pytest

from tests.aws.impostor import Impostor
from tests.aws.playback import answer, client
from tests.aws.synthetic import parameters
from tests.recorded import names, recording
from wizard.aws.errors import MISSING, AwsError, ErrorKind
from wizard.aws.transient import Transient, transient
from wizard.knowledge.problems import explain

pytestmark = pytest.mark.usefixtures("requests_may_be_nonsense")

DENIED, EXPIRED, UNREACHABLE, REFUSED = (
    ErrorKind.DENIED, ErrorKind.EXPIRED, ErrorKind.UNREACHABLE, ErrorKind.REFUSED,
)  # fmt: skip
BUSY, THROTTLED, FAULT = Transient.BUSY, Transient.THROTTLED, Transient.SERVER_FAULT

Expected = tuple[str, ErrorKind, str, Transient | None]

NONE: dict[str, str] = {
    "acm.describe_certificate.none": "ResourceNotFoundException",
    "cloudfront.get_distribution.none": "NoSuchDistribution",
    "cloudfront.get_origin_access_control.none": "NoSuchOriginAccessControl",
    "logs.get_delivery.none": "ResourceNotFoundException",
    "logs.get_delivery_destination.none": "ResourceNotFoundException",
    "logs.get_delivery_source.none": "ResourceNotFoundException",
    "route53.list_resource_record_sets.no-zone": "NoSuchHostedZone",
    "s3.get_bucket_encryption.none": "ServerSideEncryptionConfigurationNotFoundError",
    "s3.get_bucket_lifecycle_configuration.none": "NoSuchLifecycleConfiguration",
    "s3.get_bucket_ownership_controls.none": "OwnershipControlsNotFoundError",
    "s3.get_bucket_policy.none": "NoSuchBucketPolicy",
    "s3.get_bucket_tagging.no-bucket": "NoSuchBucket",
    "s3.get_bucket_tagging.no-tags": "NoSuchTagSet",
    "s3.get_object.no-key": "NoSuchKey",
    "s3.get_public_access_block.none": "NoSuchPublicAccessBlockConfiguration",
    "s3.head_object.not-found": "404",
}
"""Replies that say: it does not exist; with the code that the readings look for."""

ERRORS: dict[str, Expected] = {
    "acm.delete_certificate.in-use": ("ResourceInUseException", REFUSED, "aws-refused", None),
    "acm.list_certificates.throttled": ("ThrottlingException", UNREACHABLE, "aws-throttled", THROTTLED),
    "acm.request_certificate.denied": ("AccessDeniedException", DENIED, "permission-missing", None),
    "acm.request_certificate.year": ("LimitExceededException", REFUSED, "certificates-this-year", None),
    "cloudfront.create_distribution_with_tags.denied": ("AccessDenied", DENIED, "denied-by-organisation", None),
    "cloudfront.create_distribution_with_tags.exists": ("DistributionAlreadyExists", REFUSED, "aws-refused", None),
    "cloudfront.create_distribution_with_tags.origin": ("InvalidOrigin", REFUSED, "aws-refused", None),
    "cloudfront.create_distribution_with_tags.too-many": ("TooManyDistributions", REFUSED, "quota-reached", None),
    "cloudfront.create_distribution_with_tags.unverified": ("AccessDenied", REFUSED, "account-not-verified", None),
    "cloudfront.create_invalidation.too-many": ("TooManyInvalidationsInProgress", REFUSED, "aws-refused", BUSY),
    "cloudfront.delete_distribution.enabled": ("DistributionNotDisabled", REFUSED, "aws-refused", None),
    "cloudfront.delete_distribution.plan": ("PreconditionFailed", REFUSED, "pricing-plan", None),
    "cloudfront.delete_origin_access_control.in-use": ("OriginAccessControlInUse", REFUSED, "aws-refused", None),
    "cloudfront.update_distribution.certificate": ("InvalidViewerCertificate", REFUSED, "certificate-refused", None),
    "cloudfront.update_distribution.illegal": ("IllegalUpdate", REFUSED, "aws-refused", None),
    "cloudfront.update_distribution.name-taken": ("CNAMEAlreadyExists", REFUSED, "alias-taken", None),
    "cloudfront.update_distribution.precondition": ("PreconditionFailed", REFUSED, "aws-refused", None),
    "cloudfront.update_distribution.record-elsewhere": ("CNAMEAlreadyExists", REFUSED, "alias-taken", None),
    "cloudfront.update_distribution.throttled": ("Throttling", UNREACHABLE, "aws-throttled", THROTTLED),
    "cloudfront.update_distribution.version": ("InvalidIfMatchVersion", REFUSED, "aws-refused", None),
    "iam.simulate_principal_policy.denied": ("AccessDenied", DENIED, "permission-missing", None),
    "logs.describe_deliveries.throttled": ("ThrottlingException", UNREACHABLE, "aws-throttled", THROTTLED),
    "logs.put_delivery_destination.format": ("ValidationException", REFUSED, "aws-refused", None),
    "logs.put_delivery_source.denied": ("AccessDeniedException", DENIED, "permission-missing", None),
    "logs.put_delivery_source.moved": ("ConflictException", REFUSED, "aws-refused", None),
    "logs.put_delivery_source.tags": ("ConflictException", REFUSED, "aws-refused", None),
    "logs.put_delivery_source.taken": ("ConflictException", REFUSED, "aws-refused", None),
    "logs.put_delivery_source.too-many": ("ServiceQuotaExceededException", REFUSED, "quota-reached", None),
    "logs.put_delivery_source.unseen": ("ResourceNotFoundException", REFUSED, "aws-missing", BUSY),
    "logs.put_delivery_source.updating": ("ConflictException", REFUSED, "aws-refused", BUSY),
    "resourcegroupstaggingapi.get_resources.throttled": ("ThrottledException", UNREACHABLE, "aws-throttled", THROTTLED),
    "route53.change_resource_record_sets.not-found": ("InvalidChangeBatch", REFUSED, "aws-refused", None),
    "route53.change_resource_record_sets.prior": ("PriorRequestNotComplete", UNREACHABLE, "aws-throttled", THROTTLED),
    "route53.get_change.throttled": ("Throttling", UNREACHABLE, "aws-throttled", THROTTLED),
    "s3.create_bucket.aborted": ("OperationAborted", REFUSED, "aws-refused", BUSY),
    "s3.create_bucket.no-namespace": ("MissingNamespaceHeader", REFUSED, "aws-refused", None),
    "s3.create_bucket.no-region": ("InvalidLocationConstraint", DENIED, "region-not-enabled", None),
    "s3.create_bucket.no-tags-here": ("UnsupportedArgument", REFUSED, "aws-refused", None),
    "s3.create_bucket.other-region": ("IllegalLocationConstraintException", DENIED, "region-not-enabled", None),
    "s3.create_bucket.owned": ("BucketAlreadyOwnedByYou", REFUSED, "aws-refused", None),
    "s3.delete_bucket.not-empty": ("BucketNotEmpty", REFUSED, "bucket-not-empty", None),
    "s3.delete_bucket.versions": ("BucketNotEmpty", REFUSED, "bucket-not-empty", None),
    "s3.head_object.bad-request": ("400", EXPIRED, "login-expired", None),
    "s3.head_object.forbidden": ("403", DENIED, "permission-missing", None),
    "s3.list_objects_v2.denied": ("AccessDenied", DENIED, "permission-missing", None),
    "s3.list_objects_v2.other-region": ("AuthorizationHeaderMalformed", REFUSED, "aws-refused", None),
    "s3.list_objects_v2.redirect": ("PermanentRedirect", REFUSED, "aws-refused", None),
    "s3.put_bucket_lifecycle_configuration.internal": ("InternalError", UNREACHABLE, "aws-unavailable", FAULT),
    "s3.put_bucket_policy.aborted": ("OperationAborted", REFUSED, "aws-refused", BUSY),
    "s3.put_bucket_policy.malformed": ("MalformedPolicy", REFUSED, "aws-refused", None),
    "s3.put_bucket_policy.public": ("AccessDenied", DENIED, "public-policy-blocked", None),
    "s3.put_object.owner": ("InvalidBucketOwnerAWSAccountID", REFUSED, "aws-refused", None),
    "s3.put_object.precondition": ("PreconditionFailed", REFUSED, "aws-refused", None),
    "s3.put_object.slow-down": ("SlowDown", UNREACHABLE, "aws-throttled", THROTTLED),
    "sts.get_caller_identity.expired": ("ExpiredToken", EXPIRED, "login-expired", None),
    "sts.get_caller_identity.no-such-key": ("InvalidClientTokenId", DENIED, "wrong-access-key", None),
    "sts.get_caller_identity.wrong-clock": ("SignatureDoesNotMatch", DENIED, "clock-wrong", None),
    "sts.get_caller_identity.wrong-secret": ("SignatureDoesNotMatch", DENIED, "wrong-secret-key", None),
} | {name: (code, REFUSED, "aws-missing", None) for name, code in NONE.items()}


def refusal(server: Impostor, name: str) -> AwsError:
    """Call the operation of a recording, which is answered with it."""
    one = recording(name)
    server.answer = answer(one)

    async def call() -> None:
        await client(server)(one.service, one.operation, **parameters(one.service, one.operation))

    with pytest.raises(AwsError) as caught:
        anyio.run(call)
    return caught.value


@pytest.mark.parametrize("name", ERRORS)
def test_a_recorded_refusal_is_taken_for_what_it_is(server: Impostor, name: str) -> None:
    error = refusal(server, name)
    assert (error.code, error.kind, error.problem.id, transient(error)) == ERRORS[name]
    assert error.answered
    told = explain(error.problem)
    assert told.title
    assert told.steps
    assert (error.code in MISSING) is (error.problem.id == "aws-missing")


def test_every_recorded_refusal_has_its_row() -> None:
    refused = {name for name in names() if recording(name).status >= 300}
    assert refused == set(ERRORS)


@pytest.mark.parametrize("name", [name for name in ERRORS if recording(name).body.startswith(b"{")])
def test_the_words_of_aws_are_kept(server: Impostor, name: str) -> None:
    """Services spell the field of their text in two ways."""
    text = str(refusal(server, name))
    assert text
    assert text.encode() in recording(name).body.replace(b'\\"', b'"')
