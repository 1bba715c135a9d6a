"""Rules for `tests.refusing_proxy`: what was just made, changed, or deleted is not seen everywhere yet.

Each is a function that makes the rule anew, with nothing counted yet. Sources stand beside them; the numbers without a
name are issues of terraform-provider-aws.
"""

import json
import re
import time
from dataclasses import dataclass, field

from tests.refusing_proxy import PassOn, Rule, Tally
from wizard.practice.aws_call import AuthorizedCall
from wizard.practice.error_replies import Reply, cloudfront_error, json_error, s3_error

TIMES = 2
"""How often something that passes by itself is met, for each thing."""

_ID = re.compile(rb"<Id>([A-Z0-9]+)</Id>")


def _text(call: AuthorizedCall) -> str:
    """Return everything in which a call can name something."""
    return f"{call.path} {call.query} {call.body.decode('latin-1')}"


@dataclass
class Lateness:
    """Decides whether something is still unseen.

    Attributes:
        looks: calls of one kind that miss one thing.
        seconds: for how long they do; 0: only the number counts.
    """

    looks: int = TIMES
    seconds: float = 0.0
    tally: Tally = field(default_factory=Tally)

    def misses(self, thing: object, since: float) -> bool:
        """Whether one look more at a thing that was written at a time of `time.monotonic` misses it."""
        if self.seconds:
            return time.monotonic() - since < self.seconds
        return self.tally.among_first(thing, self.looks)


def unseen_things(seconds: float = 0.0) -> Rule:
    """What was just made does not exist for single calls that name it (#49853, #49960, #41363; ACK community #2185)."""
    lateness = Lateness(seconds=seconds)
    made: dict[str, tuple[str, float]] = {}
    """Id of a new thing to the service that made it, and when."""

    def rule(call: AuthorizedCall, pass_on: PassOn) -> Reply:
        text = _text(call)
        for name, (service, since) in list(made.items()):
            if name not in text or _makes(call, name):
                continue
            reply = _missing(call, service, name)
            if reply and lateness.misses((call.operation, call.path, name), since):
                return reply
        reply = pass_on()
        if reply.status in range(200, 300) and (name := _new_id(call, reply)):
            made.setdefault(name, (call.service, time.monotonic()))
        return reply

    return rule


def _makes(call: AuthorizedCall, name: str) -> bool:
    """Whether a call makes what it names, perhaps once more."""
    return call.operation in ("CreateBucket", "RequestCertificate") or (
        call.operation.startswith("PutDelivery") and call.json.get("name") == name
    )


def _new_id(call: AuthorizedCall, reply: Reply) -> str:
    """Return the id of what a call has made; empty where it has made nothing of ours."""
    if call.operation == "CreateBucket":
        return call.bucket
    if call.service == "cloudfront" and call.operation.startswith(("CreateDistribution", "CreateOriginAccess")):
        found = _ID.search(reply.body)
        return found[1].decode() if found else ""
    if call.operation == "RequestCertificate":
        return str(json.loads(reply.body)["CertificateArn"])
    if call.operation in ("PutDeliverySource", "PutDeliveryDestination"):
        return f"{call.json['name']}"
    return str(json.loads(reply.body)["delivery"]["id"]) if call.operation == "CreateDelivery" else ""


def _missing(call: AuthorizedCall, service: str, name: str) -> Reply | None:
    """Return what AWS says of a thing that a call names and that it does not know; None where it does not look."""
    lists = call.operation.startswith(("List", "Describe"))
    if lists and call.operation not in ("DescribeCertificate", "ListObjectsV2"):
        return None
    if call.service == service:
        return _missing_of(call, service)
    if call.service == "logs" and service == "cloudfront":
        return json_error("ResourceNotFoundException", "Cannot access provided service.")
    if call.service == "cloudfront" and service != "logs" and "/distribution" in call.path:
        code = "InvalidOrigin" if service == "s3" else "InvalidViewerCertificate"
        return cloudfront_error(code, f"{name} is not valid or does not exist.")
    return None


def _missing_of(call: AuthorizedCall, service: str) -> Reply:
    """Return what a service says of a thing of its own that it does not know."""
    if service == "s3" and call.method == "HEAD":
        return Reply(404, {"x-amz-request-id": "practice"})
    if service == "s3":
        return s3_error("NoSuchBucket", "The specified bucket does not exist", 404)
    if service != "cloudfront":
        return json_error("ResourceNotFoundException", "Requested resource does not exist in this account.")
    if call.operation.startswith("CreateDistribution"):
        return cloudfront_error("InvalidOriginAccessControl", "The origin access control does not exist.")
    kind = "OriginAccessControl" if "origin-access" in call.path else "Distribution"
    return cloudfront_error(f"NoSuch{'Resource' if 'tagging' in call.path else kind}", "It does not exist.", 404)


def settings_read_late(seconds: float = 0.0) -> Rule:
    """A setting that was changed reads as before (#372, #7803, #7930, #10068, #41764)."""
    lateness = Lateness(seconds=seconds)
    read: dict[tuple[str, str, str], Reply] = {}
    stale: dict[tuple[str, str, str], tuple[Reply, float]] = {}

    def subject(call: AuthorizedCall) -> tuple[str, str, str]:
        return call.service, call.path.removesuffix("/config"), ",".join(sorted(call.query))

    def rule(call: AuthorizedCall, pass_on: PassOn) -> Reply:
        about = subject(call)
        if call.method == "GET" and call.operation.startswith("Get") and about in stale:
            before, since = stale[about]
            if lateness.misses((about, since), since):
                return before
        reply = pass_on()
        if call.method == "GET" and call.operation.startswith("Get") and not call.operation.endswith("Object"):
            read[about] = reply
        elif call.writes and call.service in ("s3", "cloudfront") and about in read and reply.status in range(200, 300):
            stale[about] = read[about], time.monotonic()
        return reply

    return rule


def lists_read_late(seconds: float = 0.0) -> Rule:
    """A list leaves out what was just made, and still has what was just deleted."""
    lateness = Lateness(seconds=seconds)
    seen: dict[tuple[str, bytes], Reply] = {}
    changed: dict[str, float] = {}
    lists = ("ListBuckets", "ListDistributions", "ListOriginAccessControls", "ListCertificates", "GetResources")

    def rule(call: AuthorizedCall, pass_on: PassOn) -> Reply:
        key = (call.operation, call.body)
        listing = call.operation in lists or call.operation.startswith("DescribeDeliver")
        since = changed.get(call.service, 0.0)
        if listing and key in seen and since and lateness.misses((key, since), since):
            return seen[key]
        reply = pass_on()
        if listing and reply.status == 200:
            seen[key] = reply
        elif call.operation.startswith(("Create", "Request", "Put", "Delete")):
            changed[call.service] = time.monotonic()
        return reply

    return rule
