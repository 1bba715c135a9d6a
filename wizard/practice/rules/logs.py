"""CloudWatch Logs: vended delivery of CloudFront's access logs."""

import json

from ministack.core import iam_evaluator
from ministack.services import cloudwatch_logs

from wizard.practice.aws_call import AuthorizedCall
from wizard.practice.error_replies import Reply, json_error
from wizard.practice.rules.rule import AfterTable, Table
from wizard.practice.state import WorldState

PREFIX = "AWSLogs/{account-id}/CloudFront/"
"""What AWS puts before the suffix path when the destination names a bucket without a prefix (terraform #40968)."""
ALLOW = "cloudfront:AllowVendedLogDeliveryForResource"


async def region(_state: WorldState, call: AuthorizedCall) -> Reply | None:
    """CloudFront's logs are set up in us-east-1, wherever the bucket is."""
    resource = str(call.json.get("resourceArn", ""))
    if ":cloudfront:" in resource and "/us-east-1/" not in call.headers.get("authorization", ""):
        return json_error("ValidationException", "Cross-region Delivery Source is not supported. Use us-east-1.")
    return None


async def known_distribution(state: WorldState, call: AuthorizedCall) -> Reply | None:
    """The distribution exists."""
    resource = str(call.json.get("resourceArn", ""))
    if ":cloudfront:" in resource and not any(each.arn == resource for each in state.view.distributions.values()):
        return json_error("ResourceNotFoundException", f"Resource does not exist: {resource}")
    return None


async def vended(_state: WorldState, call: AuthorizedCall) -> Reply | None:
    """Logs asks CloudFront whether the caller may: the error comes from logs but names a cloudfront action."""
    resource = str(call.json.get("resourceArn", ""))
    key = call.headers.get("authorization", "").partition("Credential=")[2].partition("/")[0]
    denied = iam_evaluator.enforce(key, ALLOW, "cloudfront", "us-east-1", resource_arn=resource)
    if denied:
        who = getattr(denied, "principal_arn", key)
        message = (
            f"User: {who} is not authorized to perform: {ALLOW} on resource: {resource} "
            f"because no identity-based policy allows the {ALLOW} action"
        )
        return json_error("AccessDeniedException", message)
    return None


async def one_source(state: WorldState, call: AuthorizedCall) -> Reply | None:
    """A distribution has one delivery source in an account."""
    asked = call.json
    sources = (await state.emulator.target("logs", "DescribeDeliverySources")).get("deliverySources", ())
    for source in sources:
        if source["name"] != asked.get("name") and asked.get("resourceArn") in source["resourceArns"]:
            message = "This ResourceId has already been used in another Delivery Source in this account"
            return json_error("ConflictException", message)
    return None


async def tags_of_the_new(state: WorldState, call: AuthorizedCall) -> Reply | None:
    """The Put calls take tags only for something new, whatever the tags are (terraform #43572)."""
    kind = call.operation.removeprefix("PutDelivery")
    known = (await state.emulator.target("logs", f"DescribeDelivery{kind}s")).get(f"delivery{kind}s", ())
    if "tags" in call.json and any(each["name"] == call.json.get("name") for each in known):
        message = "Tags can only be provided when a resource is being created, not updated."
        return json_error("ConflictException", message)
    return None


async def without_tags(_state: WorldState, _call: AuthorizedCall, reply: Reply) -> Reply:
    """No reply that describes one of these objects names its tags; ListTagsForResource does.

    Sources: localstack's replies recorded from AWS (test_logs_delivery.snapshot.json, 4 February 2026), and the
    comments in terraform's internal/service/logs/delivery*.go. Two of the recorded replies to creations have tags; what
    is counted on here is what no reply can disappoint.
    """
    told = json.loads(reply.body or b"{}")
    for shown in told.values():
        for each in shown if isinstance(shown, list) else [shown]:
            if isinstance(each, dict):
                each.pop("tags", None)
    reply.body = json.dumps(told).encode()
    return reply


async def same_resource(state: WorldState, call: AuthorizedCall) -> Reply | None:
    """A source is for one resource for as long as it lives (CloudFormation coverage roadmap #2513)."""
    asked = call.json
    sources = (await state.emulator.target("logs", "DescribeDeliverySources")).get("deliverySources", ())
    known = next((each for each in sources if each["name"] == asked.get("name")), None)
    if known and asked.get("resourceArn") not in known["resourceArns"]:
        message = "Update to existing Delivery Source with new ResourceId is not allowed."
        return json_error("ConflictException", message)
    return None


async def plain_id(_state: WorldState, _call: AuthorizedCall, reply: Reply) -> Reply:
    """A delivery's id is of letters and digits (botocore's Logs model: DeliveryId); the emulator's has hyphens."""
    delivery = json.loads(reply.body or b"{}").get("delivery")
    if delivery and not delivery["id"].isalnum():
        store = cloudwatch_logs._deliveries  # noqa: SLF001 - see aws.SEAMS
        kept, given = store.pop(delivery["id"]), delivery["id"].replace("-", "")[:16]
        kept["id"], kept["arn"] = given, kept["arn"].replace(delivery["id"], given)
        store[given] = kept
        reply.body = json.dumps({"delivery": delivery | {"id": given, "arn": kept["arn"]}}).encode()
    return reply


async def unknown_in_awss_words(_state: WorldState, call: AuthorizedCall, reply: Reply) -> Reply:
    """Say of a missing object what AWS says (localstack's replies recorded from AWS: test_logs_delivery)."""
    if reply.status == 400 and b"ResourceNotFoundException" in reply.body:  # noqa: PLR2004 - HTTP Bad Request
        kind = call.operation.removeprefix("Get").removeprefix("Delete").replace("Delivery", "Delivery ").strip()
        return missing(kind)
    return reply


def missing(kind: str) -> Reply:
    """Say that there is no such object of log delivery."""
    return json_error("ResourceNotFoundException", f"Requested {kind} does not exist in this account.")


async def source_in_use(state: WorldState, call: AuthorizedCall) -> Reply | None:
    """A source goes after its deliveries."""
    deliveries = (await state.emulator.target("logs", "DescribeDeliveries")).get("deliveries", ())
    if any(each["deliverySourceName"] == call.json.get("name") for each in deliveries):
        return json_error("ConflictException", "The delivery source is in use by a delivery.")
    return None


async def destination_in_use(state: WorldState, call: AuthorizedCall) -> Reply | None:
    """A destination goes after its deliveries."""
    deliveries = (await state.emulator.target("logs", "DescribeDeliveries")).get("deliveries", ())
    suffix = f":delivery-destination:{call.json.get('name')}"
    if any(each["deliveryDestinationArn"].endswith(suffix) for each in deliveries):
        return json_error("ConflictException", "The delivery destination is in use by a delivery.")
    return None


async def standard_path(state: WorldState, call: AuthorizedCall) -> Reply | None:
    """A destination without a prefix gets AWS's standard one, put before the suffix path."""
    asked = call.json
    known = (await state.emulator.target("logs", "DescribeDeliveryDestinations")).get("deliveryDestinations", ())
    bucket = next((each for each in known if each["arn"] == asked.get("deliveryDestinationArn")), None)
    if bucket and "/" not in bucket["deliveryDestinationConfiguration"]["destinationResourceArn"]:
        s3 = asked.setdefault("s3DeliveryConfiguration", {})
        s3["suffixPath"] = PREFIX + s3.get("suffixPath", "").removeprefix(PREFIX).lstrip("/")
        call.body = json.dumps(asked).encode()
    return None


BEFORE: Table = {
    ("logs", "PutDeliverySource"): (region, known_distribution, vended, one_source, same_resource, tags_of_the_new),
    ("logs", "PutDeliveryDestination"): (tags_of_the_new,),
    ("logs", "DeleteDeliverySource"): (source_in_use,),
    ("logs", "DeleteDeliveryDestination"): (destination_in_use,),
    ("logs", "CreateDelivery"): (standard_path,),
}
_KINDS = ("Delivery", "DeliveryDestination", "DeliverySource")
_MISSING: AfterTable = {("logs", f"Delete{kind}"): (unknown_in_awss_words,) for kind in _KINDS}
_SHOWN: AfterTable = {
    ("logs", operation): (without_tags,)
    for operation in (
        "DescribeDeliveries",
        "DescribeDeliveryDestinations",
        "DescribeDeliverySources",
        "PutDeliveryDestination",
        "PutDeliverySource",
    )
}
AFTER: AfterTable = {
    **_SHOWN,
    **_MISSING,
    ("logs", "CreateDelivery"): (plain_id, without_tags),
    **{("logs", f"Get{kind}"): (unknown_in_awss_words, without_tags) for kind in _KINDS},
}
