"""One AWS call as the rules see it, and which operation it is."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from ministack.core import iam_actions

from wizard.practice.worldfile import CALM

_READS = ("Describe", "Get", "Head", "List", "Search", "Simulate")

_BUCKET_PARTS = {
    "policy": "BucketPolicy",
    "policyStatus": "BucketPolicyStatus",
    "publicAccessBlock": "PublicAccessBlock",
    "ownershipControls": "BucketOwnershipControls",
    "encryption": "BucketEncryption",
    "lifecycle": "BucketLifecycleConfiguration",
    "tagging": "BucketTagging",
    "versioning": "BucketVersioning",
    "location": "BucketLocation",
    "acl": "BucketAcl",
    "cors": "BucketCors",
    "logging": "BucketLogging",
    "object-lock": "ObjectLockConfiguration",
    "notification": "BucketNotificationConfiguration",
    "website": "BucketWebsite",
    "uploads": "MultipartUploads",
    "versions": "ObjectVersions",
    "delete": "Objects",
}
"""Sub-resource in the query string of a bucket URL to the noun in S3's operation names."""
_VERBS = {"GET": "Get", "PUT": "Put", "DELETE": "Delete", "POST": "Create", "HEAD": "Head"}
_FULL_NAMES = {
    "GetMultipartUploads": "ListMultipartUploads",
    "GetObjectVersions": "ListObjectVersions",
    "CreateObjects": "DeleteObjects",
    "DeleteBucketLifecycleConfiguration": "DeleteBucketLifecycle",
}


@dataclass
class AuthorizedCall:
    """One call after authorization. A rule may change `body` before the emulator sees it."""

    service: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    query: dict[str, list[str]]

    def __post_init__(self) -> None:
        self.operation = self._operation()

    def _operation(self) -> str:
        """Return the API operation, as botocore names it."""
        target = self.headers.get("x-amz-target", "")
        if target:
            return target.rpartition(".")[2]
        if self.service == "s3":
            return _s3_operation(self.method, self.path, self.query)
        if self.service in ("sts", "iam"):
            return (self.query.get("Action") or parse_qs(self.body.decode("latin-1")).get("Action") or [""])[0]
        matched = iam_actions._match_rest_action(self.service, self.method, self.path, self.query)  # noqa: SLF001 - aws.SEAMS
        return str(matched or self.method)

    @property
    def json(self) -> dict[str, Any]:
        """The body of a JSON service."""
        parsed = json.loads(self.body or b"{}")
        return parsed if isinstance(parsed, dict) else {}

    @property
    def id(self) -> str:
        """The resource id in a REST path such as `/2020-05-31/distribution/ID/config`."""
        parts = self.path.strip("/").split("/")
        return parts[2] if len(parts) > 2 else ""  # noqa: PLR2004 - version, collection, id

    @property
    def bucket(self) -> str:
        """The bucket in an S3 path."""
        return self.path.lstrip("/").partition("/")[0]

    @property
    def calm(self) -> bool:
        """Whether the caller asks to be spared temporary faults: a test's own hand, which would not ask again."""
        return CALM in self.headers.get("user-agent", "")

    @property
    def writes(self) -> bool:
        """Whether the operation changes something."""
        return not self.operation.startswith(_READS)


def _s3_operation(method: str, path: str, query: dict[str, list[str]]) -> str:
    bucket, _, key = path.lstrip("/").partition("/")
    if not bucket:
        return "ListBuckets"
    if key:
        return f"{_VERBS.get(method, method)}Object"
    part = next((noun for word, noun in _BUCKET_PARTS.items() if word in query), "")
    if part:
        name = _VERBS.get(method, method) + part
        return _FULL_NAMES.get(name, name)
    if method == "GET":
        return "ListObjectsV2" if "list-type" in query else "ListObjects"
    return "CreateBucket" if method == "PUT" else f"{_VERBS.get(method, method)}Bucket"
