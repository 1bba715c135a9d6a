"""S3: bucket ownership, regional names, and names that rest after a delete."""

import asyncio
import re

from wizard.practice import log_writer
from wizard.practice.aws_call import AuthorizedCall
from wizard.practice.error_replies import Reply, s3_error
from wizard.practice.rules.rule import AfterTable, Table
from wizard.practice.state import WorldState

_REGIONAL = re.compile(r".+-\d{12}-[a-z0-9-]+-an")
WITHOUT_NAMESPACES = frozenset({"me-central-1", "me-south-1"})
_PARTS = re.compile(rb"<(\w+)")
_ORDER = (b"LocationConstraint", b"Location", b"Bucket", b"Tags")
_CONSTRAINT = re.compile(rb"<LocationConstraint[^>]*>([^<]+)</LocationConstraint>")
_SCOPE = re.compile(r"Credential=[^/]+/\d{8}/([^/]+)/")


async def due_logs(state: WorldState, _call: AuthorizedCall) -> Reply | None:
    """Write the log files that are due before anybody looks: nothing else runs on a timer."""
    await log_writer.flush(state)
    return None


async def expected_owner(state: WorldState, call: AuthorizedCall) -> Reply | None:
    """Refuse when the caller expects the bucket to belong to another account."""
    expected = call.headers.get("x-amz-expected-bucket-owner", state.account)
    return s3_error("AccessDenied", "Access Denied", 403) if expected != state.account else None


def _region(call: AuthorizedCall) -> str:
    constraint = _CONSTRAINT.search(call.body)
    scope = _SCOPE.search(call.headers.get("authorization", ""))
    return constraint[1].decode() if constraint else scope[1] if scope else "us-east-1"


async def in_order(_state: WorldState, call: AuthorizedCall) -> Reply | None:
    """The parts of a bucket's configuration come in the order of S3's schema (botocore: CreateBucketConfiguration).

    Whether the real S3 minds another order, nobody has said in public; one that does not mind loses nothing here.
    """
    found = [part for part in _PARTS.findall(call.body) if part in _ORDER]
    if found != sorted(found, key=_ORDER.index):
        message = "The XML you provided was not well-formed or did not validate against our published schema"
        return s3_error("MalformedXML", message, 400)
    return None


async def region_has_namespaces(_state: WorldState, call: AuthorizedCall) -> Reply | None:
    """Two regions lack the account's regional namespace (S3 guide: namespaces for general purpose buckets).

    The text that S3 has for it is not known to us.
    """
    regional = call.headers.get("x-amz-bucket-namespace") == "account-regional"
    if regional and _region(call) in WITHOUT_NAMESPACES:
        return s3_error("InvalidRequest", "The account regional namespace is not available in this Region.", 400)
    return None


async def regional_name(state: WorldState, call: AuthorizedCall) -> Reply | None:
    """A name in the account's regional namespace ends with account, region and `-an`; no other name may."""
    regional = call.headers.get("x-amz-bucket-namespace") == "account-regional"
    suffix = f"-{state.account}-{_region(call)}-an"
    if regional and not (call.bucket.endswith(suffix) and call.bucket != suffix):
        message = f"The bucket name must end with {suffix} in the account regional namespace."
        return s3_error("InvalidBucketName", message, 400)
    if not regional and _REGIONAL.fullmatch(call.bucket):
        message = (  # ansible amazon.aws #2935, word for word
            "The requested bucket is an account-regional namespace bucket, but your request is missing the required "
            "x-amz-bucket-namespace header."
        )
        return s3_error("MissingNamespaceHeader", message, 400)
    return None


def aborted() -> Reply:
    """Say that something else is being done to the bucket."""
    message = "A conflicting conditional operation is currently in progress against this resource. Please try again."
    return s3_error("OperationAborted", message, 409)


async def one_at_a_time(state: WorldState, call: AuthorizedCall) -> Reply | None:
    """Two settings of one bucket that are written at the same moment: S3 takes the first and refuses the second.

    Sources: terraform #7628 (policy and Block Public Access), #33552 (policy and versioning), #36873; ansible #66778,
    #67811; community.aws #1624 (lifecycle). A write lasts some moments, or until a test lets go.
    """
    busy = state.bucket_writers.get(call.bucket)
    if busy is not None and not busy.done():
        return aborted()
    me = asyncio.current_task()
    assert me is not None  # noqa: S101 - a request is always answered in a task
    state.bucket_writers[call.bucket] = me
    state.held += 1
    try:
        await asyncio.sleep(BUCKET_WRITE)
        await state.writes_go_on.wait()
    finally:
        state.held -= 1
    return None


async def written(state: WorldState, call: AuthorizedCall, reply: Reply) -> Reply:
    """Let the next write of a setting come."""
    state.bucket_writers.pop(call.bucket, None)
    return reply


async def resting(state: WorldState, call: AuthorizedCall) -> Reply | None:
    """The name of a deleted bucket cannot be used again for a while (up to an hour was seen)."""
    deleted = state.view.deleted_buckets.get(call.bucket)
    if deleted is not None and state.timing.now() < deleted + state.bucket_cooldown:
        return aborted()
    return None


async def deleted(state: WorldState, call: AuthorizedCall, reply: Reply) -> Reply:
    """Note when a bucket went."""
    if reply.status == 204:  # noqa: PLR2004 - HTTP No Content
        state.view.deleted_buckets[call.bucket] = state.timing.now()
    return reply


SETTING_WRITES = (
    "DeleteBucketEncryption",
    "DeleteBucketLifecycle",
    "DeleteBucketOwnershipControls",
    "DeleteBucketPolicy",
    "DeleteBucketTagging",
    "DeletePublicAccessBlock",
    "PutBucketEncryption",
    "PutBucketLifecycleConfiguration",
    "PutBucketOwnershipControls",
    "PutBucketPolicy",
    "PutBucketTagging",
    "PutBucketVersioning",
    "PutPublicAccessBlock",
)
BUCKET_WRITE = 0.005
"""Real seconds that S3 is at work on a setting: long enough for calls that are made at the same time to meet."""

BEFORE: Table = {
    ("s3", "*"): (expected_owner, due_logs),
    **{("s3", operation): (one_at_a_time,) for operation in SETTING_WRITES},
    ("s3", "CreateBucket"): (in_order, region_has_namespaces, regional_name, resting),
}
AFTER: AfterTable = {
    ("s3", "DeleteBucket"): (deleted,),
    **{("s3", operation): (written,) for operation in SETTING_WRITES},
}
