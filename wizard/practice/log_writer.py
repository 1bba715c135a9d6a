"""CloudFront standard logging (v2): access-log lines, and the files that the delivery service writes.

It writes as the real service would: only with the bucket policy's permission. A wrong policy shows as an empty bucket.
"""

import gzip
import itertools
import json
import secrets
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from ministack.core import iam_evaluator

from wizard.practice.edge_records import Hit
from wizard.practice.state import WorldState
from wizard.practice.timing import LOG_FILE

_FIELDS = (
    "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) "
    "cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken "
    "x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status "
    "fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len "
    "sc-range-start sc-range-end"
)
LEGACY_FIELDS = tuple(_FIELDS.split())
"""The 33 fields of the standard log, in the order of its documentation."""
PRINCIPAL = "delivery.logs.amazonaws.com"


PLAIN = frozenset(range(33, 127)) - frozenset(b"<>\"#{}|\\^~[]`'")
"""Bytes that the log writes as they are; a percent sign, too, where the encoding is `single`."""


def encoded(text: str, encoding: str) -> str:
    r"""Write a field as the log does, which is of bytes (latin-1); `-` for nothing.

    Beyond `%` itself it escapes ASCII 0 to 32, 127 and above, and these: < > " # { } | \ ^ ~ [ ] ` ' (CloudFront
    guide: standard log file format, and KensioSoftware/rainlytics src/log-encoding.ts for `%` in version 2).
    """
    written = PLAIN - {ord("%")} if encoding == "double" else PLAIN
    return "".join(chr(byte) if byte in written else f"%{byte:02X}" for byte in text.encode("latin-1")) or "-"


@dataclass(frozen=True)
class DeliveryTarget:
    """Where and how one delivery writes."""

    source: str
    """ARN of the delivery source."""
    bucket: str
    prefix: str
    suffix: str
    fields: tuple[str, ...]
    delimiter: str

    def key(self, hit: Hit, account: str) -> str:
        """Return the object key for the hour of a request."""
        year, month, day, hour = time.strftime("%Y %m %d %H", time.gmtime(hit.at)).split()
        values = {"DistributionId": hit.distribution, "distributionid": hit.distribution, "yyyy": year, "MM": month}
        values |= {"dd": day, "HH": hour, "accountid": account, "account-id": account}
        path = self.suffix
        for name, value in values.items():
            path = path.replace(f"{{{name}}}", value)
        name = f"{hit.distribution}.{year}-{month}-{day}-{hour}.{secrets.token_hex(4)}.gz"
        return "/".join(part for part in (self.prefix, path.strip("/"), name) if part)

    def document(self, hits: list[Hit]) -> bytes:
        """Return the gzipped file."""
        lines = ["#Version: 1.0", f"#Fields: {' '.join(self.fields)}"]
        lines += [self.delimiter.join(hit.fields.get(field, "-") for field in self.fields) for hit in hits]
        return gzip.compress("".join(f"{line}\n" for line in lines).encode())


async def _targets(state: WorldState) -> dict[str, list[DeliveryTarget]]:
    """Return the deliveries into buckets, by the ARN of the distribution they are for."""
    emulator = state.emulator
    sources = {
        each["name"]: each for each in (await emulator.target("logs", "DescribeDeliverySources"))["deliverySources"]
    }
    known = (await emulator.target("logs", "DescribeDeliveryDestinations"))["deliveryDestinations"]
    destinations = {each["arn"]: each for each in known}
    found: dict[str, list[DeliveryTarget]] = {}
    for delivery in (await emulator.target("logs", "DescribeDeliveries"))["deliveries"]:
        source = sources.get(delivery["deliverySourceName"])
        destination = destinations.get(delivery["deliveryDestinationArn"], {})
        if source and destination.get("deliveryDestinationType") == "S3" and destination.get("outputFormat") == "w3c":
            for arn in source["resourceArns"]:
                found.setdefault(arn, []).append(_target(source, destination, delivery))
    return found


def _target(source: dict[str, Any], destination: dict[str, Any], delivery: dict[str, Any]) -> DeliveryTarget:
    resource = destination["deliveryDestinationConfiguration"]["destinationResourceArn"]
    bucket, _, prefix = resource.removeprefix("arn:aws:s3:::").partition("/")
    return DeliveryTarget(
        source=source["arn"],
        bucket=bucket,
        prefix=prefix.strip("/"),
        suffix=delivery["s3DeliveryConfiguration"].get("suffixPath", ""),
        fields=tuple(delivery["recordFields"] or LEGACY_FIELDS),
        delimiter=delivery["fieldDelimiter"] or "\t",
    )


async def _permitted(state: WorldState, target: DeliveryTarget, key: str) -> bool:
    """Whether the bucket's policy lets the delivery service write `key`."""
    region = await _region(state, target.bucket)
    policy = await state.emulator.request("s3", "GET", f"/{target.bucket}?policy", region=region)
    context = iam_evaluator.EvalContext(
        principal_arn="",
        principal_type="Service",
        principal_account="",
        action="s3:PutObject",
        resource_arn=f"arn:aws:s3:::{target.bucket}/{key}",
        region="us-east-1",
        source_ip="",
        secure_transport=True,
        service_context={
            "s3:x-amz-acl": "bucket-owner-full-control",
            "aws:sourceaccount": state.account,
            "aws:sourcearn": target.source,
            "aws:principalisawsservice": "true",
        },
    )
    if policy.status != 200:  # noqa: PLR2004 - HTTP OK
        return False
    document = with_refusals(json.loads(policy.body))
    return bool(iam_evaluator.evaluate_resource_policy(document, context, service=PRINCIPAL).decision == "Allow")


def with_refusals(policy: dict[str, Any]) -> dict[str, Any]:
    """Return a policy with each Deny that reaches the delivery service written as one against it by name.

    A Deny against everybody, or against all but some (`NotPrincipal`), holds for a service, too (IAM guide: AWS JSON
    policy elements: NotPrincipal); the emulator looks only at statements that name the caller.
    """
    statements = policy.get("Statement", [])
    return {
        "Statement": [_against_service(each) for each in (statements if isinstance(statements, list) else [statements])]
    }


def _against_service(statement: dict[str, Any]) -> dict[str, Any]:
    spared = _services(statement.get("NotPrincipal", {}))
    everybody = statement.get("Principal") in ("*", {"AWS": "*"}, {"AWS": ["*"]}, {"Service": "*"})
    if statement.get("Effect") != "Deny" or not (
        everybody or ("NotPrincipal" in statement and PRINCIPAL not in spared)
    ):
        return statement
    kept = {name: value for name, value in statement.items() if name != "NotPrincipal"}
    return kept | {"Principal": {"Service": PRINCIPAL}}


def _services(principal: Any) -> list[str]:
    named = principal.get("Service", []) if isinstance(principal, dict) else []
    return [named] if isinstance(named, str) else list(named)


async def _region(state: WorldState, bucket: str) -> str:
    """Return where a bucket is: S3 refuses what is signed for another region."""
    reply = await state.emulator.request("s3", "HEAD", f"/{bucket}")
    return reply.headers.get("x-amz-bucket-region", "us-east-1")


async def flush(state: WorldState, *, everything: bool = False) -> int:
    """Write the files that are due, or all of them; return how many were written.

    A request without a delivery to a writable bucket leaves no trace, as on AWS.
    """
    now = state.timing.now()
    due = [hit for hit in state.hits if everything or state.timing.after(LOG_FILE, hit.at) <= now]
    if not due:
        return 0
    taken = {id(hit) for hit in due}
    state.hits = [hit for hit in state.hits if id(hit) not in taken]
    targets, written = await _targets(state), 0
    for (arn, _), group in itertools.groupby(sorted(due, key=_hour), key=_hour):
        hits = sorted(group, key=lambda hit: hit.at)
        for target in targets.get(arn, ()):
            key = target.key(hits[0], state.account)
            if await _permitted(state, target, key):
                body = target.document(hits)
                path = f"/{target.bucket}/{quote(key)}"
                reply = await state.emulator.request(
                    "s3",
                    "PUT",
                    path,
                    body=body,
                    region=await _region(state, target.bucket),
                    content_type="application/x-gzip",
                )
                written += reply.status == 200  # noqa: PLR2004 - HTTP OK
    return written


def _hour(hit: Hit) -> tuple[str, int]:
    return hit.arn, int(hit.at // 3600)
