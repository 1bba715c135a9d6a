"""Rules for `tests.refusing_proxy`: what public facts say that the real AWS refuses, hides, and garbles.

Each is a function that makes the rule anew, with nothing counted yet. Sources stand beside them; the numbers without a
name are issues of terraform-provider-aws.
"""

import json
import re
import threading
import time
from collections.abc import Callable
from typing import Any

from tests.refusing_proxy import BreakOffError, PassOn, Rule, Tally
from tests.scenarios.lateness import TIMES, lists_read_late, settings_read_late, unseen_things
from wizard.practice.aws_call import AuthorizedCall
from wizard.practice.error_replies import Reply, cloudfront_error, json_error, refusal, s3_error

OVER_BOTOCORE = 4
"""Once more than botocore tries by itself."""

OUTAGE = 12
"""Requests that an outage swallows: botocore's three attempts, four times over."""

LOG_OBJECTS = ("deliverySource", "deliveryDestination", "delivery")
LOG_LISTS = ("deliverySources", "deliveryDestinations", "deliveries")
SETTINGS = ("Policy", "Lifecycle", "PublicAccessBlock", "Ownership", "Encryption", "Tagging", "Versioning")


def _thing(call: AuthorizedCall) -> tuple[str, ...]:
    """Return the operation and what it is about."""
    named = call.json if "x-amz-target" in call.headers else {}
    about = (named.get(key, "") for key in ("name", "id", "CertificateArn", "resourceArn", "deliverySourceName"))
    return call.service, call.operation, call.path, *map(str, about)


def _writes_logs(call: AuthorizedCall) -> bool:
    return call.service == "logs" and call.writes and "Delivery" in call.operation


def _writes_setting(call: AuthorizedCall) -> bool:
    return call.service == "s3" and call.writes and any(part in call.operation for part in SETTINGS)


def _passing(
    meets: Callable[[AuthorizedCall], bool],
    answer: Callable[[AuthorizedCall], Reply],
    times: int = TIMES,
    thing: Callable[[AuthorizedCall], tuple[str, ...]] = _thing,
) -> Callable[[], Rule]:
    """Return the maker of a rule that answers the first times in AWS's place."""

    def make() -> Rule:
        tally = Tally()

        def rule(call: AuthorizedCall, pass_on: PassOn) -> Reply:
            return answer(call) if meets(call) and tally.among_first(thing(call), times) else pass_on()

        return rule

    return make


def _is(*operations: str) -> Callable[[AuthorizedCall], bool]:
    return lambda call: call.operation in operations


def _but_for_the_first(call: AuthorizedCall) -> bool:
    """All calls but the one that tells whether AWS is there at all: a walk that never reached it ends at once."""
    return call.operation != "GetCallerIdentity"


def _break_off(_call: AuthorizedCall) -> Reply:
    raise BreakOffError


def _denied(call: AuthorizedCall) -> Reply:
    vended = call.operation == "PutDeliverySource"
    action = "cloudfront:AllowVendedLogDeliveryForResource" if vended else f"{call.service}:{call.operation}"
    who = "arn:aws:iam::000000000000:user/practice"
    message = f"User: {who} is not authorized to perform: {action} because no identity-based policy allows the action"
    return refusal(
        call.service, "AccessDenied" if call.service == "cloudfront" else "AccessDeniedException", message, 403
    )


def _service(call: AuthorizedCall) -> tuple[str, ...]:
    return (call.service,)


def _each(answer: Callable[[AuthorizedCall], Reply]) -> Callable[[], Rule]:
    """Return the maker of a rule that answers every service more often than botocore tries it.

    Every operation meets the like in `tests/scenarios/test_chaos.py`; here botocore's own pauses would add up.
    """
    return _passing(_but_for_the_first, answer, OVER_BOTOCORE, _service)


# --- Refused for good -------------------------------------------------------------------------------------------------


def complete_error_responses() -> Rule:
    """UpdateDistribution wants all four fields in each custom error response (#48288, #46302; community.aws #1424)."""

    def rule(call: AuthorizedCall, pass_on: PassOn) -> Reply:
        if call.operation == "UpdateDistribution":
            for item in re.findall(rb"<CustomErrorResponse>(.*?)</CustomErrorResponse>", call.body, re.DOTALL):
                if b"ResponsePagePath" not in item or b"ResponseCode" not in item:
                    text = "The specified list of custom error responses does not exist or is not valid."
                    return cloudfront_error("IllegalUpdate", text)
        return pass_on()

    return rule


def tags_of_logs_apart() -> Rule:
    """Log delivery shows no tags in its replies, and takes them only at creation (#43572)."""
    made: set[str] = set()

    def rule(call: AuthorizedCall, pass_on: PassOn) -> Reply:
        name = str(call.json.get("name")) if call.service == "logs" else ""
        known = f"{call.operation} {name}"
        if call.operation.startswith("PutDelivery") and known in made and call.json.get("tags"):
            text = "Tags can only be provided when a resource is being created, not updated."
            return json_error("ConflictException", text)
        reply = pass_on()
        if call.service != "logs" or reply.status != 200:
            return reply
        if call.operation.startswith("PutDelivery"):
            made.add(known)
        made.difference_update({known.replace("Delete", "Put")} if call.operation.startswith("Delete") else ())
        return _without_tags(reply)

    return rule


def _without_tags(reply: Reply) -> Reply:
    said: dict[str, Any] = json.loads(reply.body or b"{}")
    single = [said[name] for name in LOG_OBJECTS if name in said]
    for one in [*single, *(each for name in LOG_LISTS for each in said.get(name, ()))]:
        one.pop("tags", None)
    return Reply(reply.status, reply.headers, json.dumps(said).encode())


def one_setting_at_a_time() -> Rule:
    """S3 refuses a setting while another one of the bucket is being written (#7628, #33552; ansible #66778)."""
    writing: dict[str, threading.Lock] = {}

    def rule(call: AuthorizedCall, pass_on: PassOn) -> Reply:
        if not _writes_setting(call):
            return pass_on()
        lock = writing.setdefault(call.bucket, threading.Lock())
        if not lock.acquire(blocking=False):
            text = "A conflicting conditional operation is currently in progress against this resource."
            return s3_error("OperationAborted", text, 409)
        try:
            time.sleep(0.02)  # so long S3 is at work on it
            return pass_on()
        finally:
            lock.release()

    return rule


# --- No answer of AWS's -----------------------------------------------------------------------------------------------

PAGE = Reply(200, {"Content-Type": "text/html"}, b"<!doctype html><html><title>Sign in to Hotel Wi-Fi</title></html>")
FORBIDDEN = Reply(403, {"Content-Type": "text/html"}, b"<html><title>Access Denied by Example Gateway</title></html>")


def outage(after: int) -> Callable[[], Rule]:
    """Return the maker of a rule by which nothing is heard of some requests in a row."""

    def make() -> Rule:
        tally = Tally()

        def rule(_call: AuthorizedCall, pass_on: PassOn) -> Reply:
            if not tally.among_first("request", after) and tally.among_first("outage", OUTAGE):
                raise BreakOffError
            return pass_on()

        return rule

    return make


def replies_lost() -> Rule:
    """Each write happens, and its first reply is lost on the way."""
    tally = Tally()

    def rule(call: AuthorizedCall, pass_on: PassOn) -> Reply:
        reply = pass_on()
        if call.writes and tally.among_first(_thing(call), 1):
            raise BreakOffError
        return reply

    return rule


def half_replies() -> Rule:
    """Every first reply breaks off halfway, as a gateway with a limit of its own makes it."""
    tally = Tally()

    def rule(call: AuthorizedCall, pass_on: PassOn) -> Reply:
        reply = pass_on()
        spoilt = reply.body and not call.operation.endswith("Object") and _but_for_the_first(call)
        if spoilt and tally.among_first(_thing(call), 1):
            return Reply(reply.status, reply.headers, reply.body[: len(reply.body) // 2])
        return reply

    return rule


IN_USE = "Cannot delete the origin access control because it's in use by one or more distributions."
BUSY = "Requested resource is currently being updated. Please try again later."
TAG_BOUND = ("UpdateDistribution", "DeleteDistribution", "CreateInvalidation", "PutDeliverySource", "DeleteCertificate")

RULES: dict[str, Callable[[], Rule]] = {
    "complete error responses": complete_error_responses,
    "tags of logs apart": tags_of_logs_apart,
    "one setting at a time": one_setting_at_a_time,
    "no tags at creation": _passing(  # #45566, #45684, #45784
        lambda call: call.operation == "CreateBucket" and b"<Tags>" in call.body,
        lambda _: s3_error("UnsupportedArgument", "The request contained an unsupported argument.", 400),
        times=1_000,
    ),
    "logs busy": _passing(_writes_logs, lambda _: json_error("ConflictException", BUSY)),  # #42194, #42947, #48158
    "young distribution": _passing(  # localstack, test_logs_delivery.snapshot.json
        _is("PutDeliverySource"), lambda _: json_error("ResourceNotFoundException", "Cannot access provided service.")
    ),
    "young tags": _passing(_is(*TAG_BOUND), _denied),
    "not disabled": _passing(  # #3034
        _is("DeleteDistribution"),
        lambda _: cloudfront_error("DistributionNotDisabled", "The distribution has not been disabled.", 409),
    ),
    "precondition": _passing(  # #27147
        _is("DeleteDistribution", "UpdateDistribution", "DeleteOriginAccessControl"),
        lambda _: cloudfront_error("PreconditionFailed", "The precondition given in a field was not met.", 412),
    ),
    "access control in use": _passing(
        _is("DeleteOriginAccessControl"), lambda _: cloudfront_error("OriginAccessControlInUse", IN_USE, 409)
    ),
    "certificate in use": _passing(
        _is("DeleteCertificate"), lambda _: json_error("ResourceInUseException", "The certificate is in use.")
    ),
    "unseen things": unseen_things,
    "settings read late": settings_read_late,
    "lists read late": lists_read_late,
    "throttled": _each(lambda call: refusal(call.service, "ThrottlingException", "Rate exceeded", 400)),
    "slow down": _each(lambda call: refusal(call.service, "SlowDown", "Reduce your rate.", 503)),
    "failing": _each(lambda call: refusal(call.service, "InternalError", "Try again.", 500)),
    "cut off": _each(_break_off),
    "replies lost": replies_lost,
    "replies halved": half_replies,
    "a page in its place": _passing(_but_for_the_first, lambda _: PAGE),
    "refused by a gateway": _passing(_but_for_the_first, lambda _: FORBIDDEN),
    **{f"outage after {number} requests": outage(number) for number in (10, 45)},
}
"""Each rule alone."""

APART = frozenset({"throttled", "slow down", "failing"})
"""With them, one call would be made again sixteen times over, at botocore's own pauses."""

TOGETHER = (outage(60), *(RULES[name] for name in reversed(RULES) if name not in APART and "outage" not in name))
"""The others all at once, the outermost first: those that garble a reply come after those that read it."""
