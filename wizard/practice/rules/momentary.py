"""Refusals that pass by themselves: AWS is not one machine, and some of it hears late what the rest of it knows.

Each is met once for each thing, or as often as the world's setting `momentary` says: a client that does not ask again
fails with any of them, and counted looks make a run that can be repeated. None of them has an effect.

- `not-disabled`: CloudFront refuses to delete a distribution that has just been disabled (terraform #3034).
- `precondition`: its ETag is not known everywhere yet (terraform #27147).
- `access-control-in-use`: a distribution that has just been deleted still holds its access control.
- `young-distribution`: log delivery does not see a new distribution (localstack's reply recorded from AWS:
  test_put_delivery_source_invalid_resource, for a resource that it cannot see).
- `logs-busy`: log delivery is still at work on an earlier call (terraform #42194, #42947, #48158).
- `bucket-busy`: S3 is still at work on another setting of the bucket (terraform #7628, #33552; ansible #66778).
- `young-tags`: IAM does not see the tags of a new thing; `wizard.practice.authorization` asks here.
"""

from collections.abc import Callable

from wizard.practice.aws_call import AuthorizedCall
from wizard.practice.error_replies import Reply, cloudfront_error, json_error
from wizard.practice.rules.cloudfront import ACCESS_CONTROL_IN_USE, not_disabled
from wizard.practice.rules.rule import AfterTable, Before, Table
from wizard.practice.rules.s3 import SETTING_WRITES, aborted
from wizard.practice.state import WorldState

_LOG_WRITES = tuple(
    f"{verb}Delivery{kind}"
    for verb, kinds in {
        "Put": ("Source", "Destination"),
        "Create": ("",),
        "Delete": ("", "Source", "Destination"),
    }.items()
    for kind in kinds
)


def _named(call: AuthorizedCall) -> str:
    """Return what a call to log delivery is about."""
    asked = call.json
    return f"{call.operation} {asked.get('name') or asked.get('id') or asked.get('deliverySourceName')}"


def _refuses(kind: str, thing: Callable[[AuthorizedCall], str], refusal: Callable[[], Reply]) -> Before:
    async def momentary(state: WorldState, call: AuthorizedCall) -> Reply | None:
        return refusal() if not call.calm and state.passing(kind, thing(call)) else None

    return momentary


_not_disabled = _refuses(
    "not-disabled",
    lambda call: call.id,
    not_disabled,
)
_precondition = _refuses(
    "precondition",
    lambda call: call.id,
    lambda: cloudfront_error(
        "PreconditionFailed", "The request failed because it didn't meet the preconditions in one or more fields.", 412
    ),
)
_still_in_use = _refuses(
    "access-control-in-use",
    lambda call: call.id,
    lambda: cloudfront_error(
        "OriginAccessControlInUse",
        ACCESS_CONTROL_IN_USE,
        409,
    ),
)
_young = _refuses(
    "young-distribution",
    lambda call: str(call.json.get("resourceArn", "")),
    lambda: json_error("ResourceNotFoundException", "Cannot access provided service."),
)
_logs_busy = _refuses(
    "logs-busy",
    _named,
    lambda: json_error("ConflictException", "Requested resource is currently being updated. Please try again later."),
)
_bucket_busy = _refuses("bucket-busy", lambda call: f"{call.operation} {call.bucket}", aborted)

BEFORE: Table = {
    ("cloudfront", "DeleteDistribution"): (_not_disabled, _precondition),
    ("cloudfront", "DeleteOriginAccessControl"): (_still_in_use,),
    **{("logs", operation): (_logs_busy,) for operation in _LOG_WRITES},
    ("logs", "PutDeliverySource"): (_young, _logs_busy),
    **{("s3", operation): (_bucket_busy,) for operation in SETTING_WRITES},
}
AFTER: AfterTable = {}
