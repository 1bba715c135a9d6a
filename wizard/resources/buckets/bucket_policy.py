"""Bucket policies: our statements by their `Sid`; those of others are carried over untouched."""

import json
from typing import Any

from msgspec.structs import replace

from wizard.aws.bucket import our_bucket
from wizard.aws.errors import AwsError
from wizard.aws.replies import unreadable
from wizard.model.context import Context
from wizard.model.results import Change, Difference, Problem, Status
from wizard.model.setup import LOG_PREFIX
from wizard.resources.buckets.buckets import Role, bucket_of
from wizard.resources.buckets.deny_statements import DenyEffect, delivery_request, reading_request, verdict
from wizard.resources.resource import Reading, Resource

Statement = dict[str, Any]

VERSION = "2012-10-17"
"""The policy language's version (IAM reference, IAM JSON policy elements: Version)."""


def tls_only(bucket: str) -> Statement:
    """Refuse every request that is not made over TLS."""
    return {
        "Sid": "SnowpixelTlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def read_by_distribution(bucket: str, account: str, distribution: str) -> Statement:
    """Let our distribution, and nobody else, read the files (CloudFront guide: origin access control)."""
    return {
        "Sid": "SnowpixelCloudFrontRead",
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
        "Condition": {"StringEquals": {"AWS:SourceArn": f"arn:aws:cloudfront::{account}:distribution/{distribution}"}},
    }


def delivery_of_logs(bucket: str, account: str) -> Statement:
    """Let AWS's log delivery write under our prefix (CloudWatch Logs guide: vended logs to S3, version 2)."""
    return {
        "Sid": "SnowpixelLogDelivery",
        "Effect": "Allow",
        "Principal": {"Service": "delivery.logs.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket}/{LOG_PREFIX}/*",
        "Condition": {
            "StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceAccount": account},
            "ArnLike": {"aws:SourceArn": f"arn:aws:logs:us-east-1:{account}:delivery-source:*"},
        },
    }


class BucketPolicy(Resource):
    """Who may use a bucket."""

    def __init__(self, context: Context, role: Role) -> None:
        super().__init__(context)
        self.role = role
        self.id = f"{role}-bucket.policy"
        self.parent = f"{role}-bucket"
        self.needs = self.carries = ("distribution",) if role is Role.CONTENT else ()
        self.title = (
            "Only your CloudFront distribution reads the files"
            if role is Role.CONTENT
            else "Only AWS log delivery writes the logs"
        )
        self._last: dict[str, Any] = {}

    @property
    def _bucket(self) -> str:
        return bucket_of(self.context.made, self.role) or ""

    def wanted(self) -> tuple[Statement, ...]:
        """Return our statements."""
        made = self.context.made
        account = made.account or ""
        if self.role is Role.LOGS:
            return tls_only(self._bucket), delivery_of_logs(self._bucket, account)
        return tls_only(self._bucket), read_by_distribution(self._bucket, account, made.distribution or "")

    async def read(self) -> Reading:
        """Compare our statements with those on the bucket."""
        self._last = await self._document()
        found = {statement.get("Sid"): statement for statement in self._last.get("Statement", [])}
        wrong = tuple(
            Difference(one["Sid"], "different" if one["Sid"] in found else "missing", "as snowpixel writes it")
            for one in self.wanted()
            if _canonical(found.get(one["Sid"])) != _canonical(one)
        )
        if wrong:
            return self.differs(f"{self.title}: the bucket's policy differs", *wrong, change=self._doing())
        others = [
            one for one in self._last["Statement"] if one.get("Sid") not in {ours["Sid"] for ours in self.wanted()}
        ]
        kept = f"; {len(others)} more of somebody else's, left alone" if others else ""
        fine = self.fine(f"{self.title}", observed=f"{len(self.wanted())} statements in place{kept}")
        return self._denied(fine, others)

    def _denied(self, fine: Reading, others: list[Statement]) -> Reading:
        """Warn of a Deny of somebody else's that concerns the service which needs the bucket: it beats our Allow."""
        made, account = self.context.made, self.context.made.account or ""
        request = (
            delivery_request(self._bucket, LOG_PREFIX, account)
            if self.role is Role.LOGS
            else reading_request(self._bucket, account, made.distribution or "")
        )
        judged = [(str(one.get("Sid") or "without a Sid"), verdict(one, request)) for one in others]
        hard = [(sid, found) for sid, found in judged if found is not DenyEffect.PASSES]
        if not hard:
            return fine
        names = ", ".join(sid for sid, _ in hard)
        does = max((found for _, found in hard), key=lambda found: found is DenyEffect.REFUSES)
        what = "writing the logs" if self.role is Role.LOGS else "reading the files"
        values = {"bucket": self._bucket, "sids": names, "does": does, "service": request.service, "what": what}
        return replace(
            fine,
            status=Status.WARNING,
            summary=f"A statement of somebody else's {does} {what}: {names}",
            problem=Problem("policy-denies", values),
            expected=f"no Deny for {request.service}",
        )

    def missing(self) -> Reading:
        """No bucket, no policy."""
        return self.absent(f"{self.title}: not set yet", self._doing())

    def _doing(self) -> str:
        return f"Add snowpixel's statements to the {self.role} bucket's policy"

    async def _document(self) -> dict[str, Any]:
        try:
            text = await our_bucket(self.context, self._bucket).policy()
        except AwsError as error:
            if error.code == "NoSuchBucketPolicy":
                return {}
            raise
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict):
            raise unreadable("a bucket policy that isn't JSON", "s3:GetBucketPolicy")
        return document

    async def carry_out(self, change: Change) -> None:
        """Replace our statements, keep the others."""
        del change  # there is only one
        ours = {statement["Sid"] for statement in self.wanted()}
        others = [one for one in self._last.get("Statement", []) if one.get("Sid") not in ours]
        document = {"Version": VERSION} | self._last | {"Statement": [*others, *self.wanted()]}
        await our_bucket(self.context, self._bucket).put_policy(json.dumps(document))


def _canonical(value: Any) -> Any:
    """Return a statement in one spelling: IAM treats a value and a list of one as the same."""
    if isinstance(value, dict):
        return {key.lower() if key.lower().startswith("aws:") else key: _canonical(one) for key, one in value.items()}
    if isinstance(value, list):
        items = sorted((_canonical(one) for one in value), key=str)
        return items[0] if len(items) == 1 else items
    return value
