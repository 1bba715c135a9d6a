"""ACM: a certificate is pending until its records are in DNS, and in use while a distribution presents it."""

import hashlib
import json
from typing import Any

from wizard.practice.aws_call import AuthorizedCall
from wizard.practice.aws_view import EmulatedCertificate
from wizard.practice.error_replies import Reply, json_error
from wizard.practice.rules.rule import AfterTable, Table
from wizard.practice.state import WorldState
from wizard.practice.timing import (
    CERTIFICATE_ISSUED,
    RECORD_SHOWN,
    TOKEN_REMEMBERED,
    VALIDATION_WINDOW,
)

ISSUERS = frozenset({"amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com"})
"""CAA values that let Amazon issue (ACM user guide, setup-caa)."""
LONGEST = 64
"""Most octets of DomainName; longer names only as further names (botocore's ACM model)."""
USUAL_KEYS = ("RSA_1024", "RSA_2048")
DAYS = 198 * 86_400


def base(name: str) -> str:
    """Return the name whose record validates `name`: a wildcard shares its parent's."""
    return name.removeprefix("*.")


def validation_record(account: str, name: str) -> tuple[str, str]:
    """Return owner and target of the validation CNAME: the same for ever for one account and name."""
    digest = hashlib.sha256(f"{account}/{base(name)}".encode()).hexdigest()
    letters = "".join(chr(ord("a") + int(digit, 16)) for digit in digest[-10:])
    return f"_{digest[:32]}.{base(name)}", f"_{digest[20:52]}.{letters}.acm-validations.aws"


def settle(state: WorldState) -> None:
    """Issue what is due by now. Called whenever somebody looks, and before DNS changes."""
    now = state.timing.now()
    for certificate in state.view.certificates.values():
        if certificate.issued_at is None and not certificate.failure and not certificate.timed_out:
            due = _due(state, certificate, now)
            if due is not None and due <= now:
                certificate.issued_at = due


def _due(state: WorldState, certificate: EmulatedCertificate, now: float) -> float | None:
    """Return when ACM issues it, from what is in DNS; None while a record is missing."""
    seen = [certificate.requested_at]
    for name in certificate.names:
        owner, target = validation_record(state.account, name)
        right = [r for r in state.net.truth(owner, "CNAME", now) if r.value.rstrip(".").lower() == target]
        if not right:
            return None
        seen.append(right[0].since)
    return state.timing.after(CERTIFICATE_ISSUED, max(seen))


def status(state: WorldState, certificate: EmulatedCertificate) -> str:
    """Return ACM's word for its state now."""
    settle(state)
    if certificate.failure:
        return "FAILED"
    if certificate.issued_at is not None:
        return "ISSUED"
    over = state.timing.pace and state.timing.now() > state.timing.after(VALIDATION_WINDOW, certificate.requested_at)
    return "VALIDATION_TIMED_OUT" if certificate.timed_out or over else "PENDING_VALIDATION"


def caa_allows(state: WorldState, name: str) -> bool:
    """Whether the CAA records on the way up from `name`, CNAMEs followed, let Amazon issue (RFC 8659)."""
    tag = "issuewild" if name.startswith("*.") else "issue"
    now, climb = state.timing.now(), base(name)
    while climb:
        found = [record.value.split(None, 2) for record in state.net.chase(climb, "CAA", now) if record.type == "CAA"]
        if found:
            wanted = [parts for parts in found if parts[1] == tag] or [parts for parts in found if parts[1] == "issue"]
            values = {parts[2].strip('"').partition(";")[0].strip() for parts in wanted}
            return not wanted or bool(values & ISSUERS)
        climb = climb.partition(".")[2]
    return True


async def same_token(state: WorldState, call: AuthorizedCall) -> Reply | None:
    """Return the certificate of an earlier request with the same token and names, within an hour."""
    asked = call.json
    token, names = asked.get("IdempotencyToken", ""), _names(asked)
    if len(names[0]) > LONGEST:
        return json_error("InvalidParameterException", f"The first domain name can be no longer than {LONGEST} octets.")
    for certificate in state.view.certificates.values():
        fresh = state.timing.now() - certificate.requested_at < TOKEN_REMEMBERED
        if token and certificate.token == token and certificate.names == names and fresh:
            return Reply(
                200,
                {"Content-Type": "application/x-amz-json-1.1"},
                json.dumps({"CertificateArn": certificate.arn}).encode(),
            )
    return None


def _names(asked: dict[str, Any]) -> tuple[str, ...]:
    first = str(asked.get("DomainName", "")).lower()
    others = [str(name).lower() for name in asked.get("SubjectAlternativeNames", ())]
    return tuple(dict.fromkeys((first, *others)))


async def remember(state: WorldState, call: AuthorizedCall, reply: Reply) -> Reply:
    """Note a requested certificate; a CAA record that forbids Amazon makes it fail."""
    arn = json.loads(reply.body or b"{}").get("CertificateArn")
    if reply.status == 200 and arn and arn not in state.view.certificates:  # noqa: PLR2004 - HTTP OK
        names = _names(call.json)
        failure = "" if all(caa_allows(state, name) for name in names) else "CAA_ERROR"
        token = str(call.json.get("IdempotencyToken", ""))
        algorithm = str(call.json.get("KeyAlgorithm", "RSA_2048"))
        known = EmulatedCertificate(arn, names, state.timing.now(), token, failure=failure, algorithm=algorithm)
        state.view.certificates[arn] = known
    return reply


async def in_use(state: WorldState, call: AuthorizedCall) -> Reply | None:
    """Refuse to delete a certificate that a distribution presents."""
    arn = str(call.json.get("CertificateArn", ""))
    if state.view.using(arn):
        return json_error("ResourceInUseException", f"Certificate {arn} in account {state.account} is in use.")
    return None


async def forget(state: WorldState, call: AuthorizedCall, reply: Reply) -> Reply:
    """Note that a certificate is gone."""
    if reply.status == 200:  # noqa: PLR2004 - HTTP OK
        state.view.certificates.pop(str(call.json.get("CertificateArn", "")), None)
    return reply


def _options(state: WorldState, certificate: EmulatedCertificate, word: str) -> list[dict[str, Any]]:
    shown = state.timing.now() >= state.timing.after(RECORD_SHOWN, certificate.requested_at)
    told = {"ISSUED": "SUCCESS", "PENDING_VALIDATION": "PENDING_VALIDATION"}.get(word, "FAILED")
    options = []
    for name in certificate.names:
        owner, target = validation_record(state.account, name)
        option = {"DomainName": name, "ValidationDomain": name, "ValidationStatus": told, "ValidationMethod": "DNS"}
        record = {"ResourceRecord": {"Name": f"{owner}.", "Type": "CNAME", "Value": f"{target}."}} if shown else {}
        options.append({**option, **record})
    return options


def _overlay(state: WorldState, shown: dict[str, Any], certificate: EmulatedCertificate) -> dict[str, Any]:
    """Return the emulator's description with what is true here."""
    word = status(state, certificate)
    users = [each.arn for each in state.view.using(certificate.arn)]
    kept = {key: value for key, value in shown.items() if key not in ("IssuedAt", "NotBefore", "NotAfter")}
    kept |= {"KeyAlgorithm": certificate.algorithm}
    kept |= {"Status": word, "CreatedAt": certificate.requested_at, "InUseBy": users}
    kept |= {"RenewalEligibility": "ELIGIBLE" if users else "INELIGIBLE"}
    kept |= {"SubjectAlternativeNames": list(certificate.names)}
    kept |= {"DomainValidationOptions": _options(state, certificate, word)}
    if certificate.failure:
        kept["FailureReason"] = certificate.failure
    if certificate.issued_at is not None:
        start = certificate.issued_at
        kept |= {"IssuedAt": start, "NotBefore": start, "NotAfter": start + DAYS}
        kept |= _renewal(state, certificate)
    return kept


def _renewal(state: WorldState, certificate: EmulatedCertificate) -> dict[str, Any]:
    """Return how the managed renewal stands (ACM API: RenewalSummary), nothing where none was begun."""
    if not certificate.renewal:
        return {}
    word = {"SUCCESS": "ISSUED", "FAILED": "FAILED"}.get(certificate.renewal, "PENDING_VALIDATION")
    found: dict[str, Any] = {
        "RenewalStatus": certificate.renewal,
        "DomainValidationOptions": _options(state, certificate, word),
        "UpdatedAt": certificate.renewal_at,
    }
    if certificate.renewal_reason:
        found["RenewalStatusReason"] = certificate.renewal_reason
    return {"RenewalSummary": found}


async def describe(state: WorldState, _call: AuthorizedCall, reply: Reply) -> Reply:
    """Describe a certificate as it is here, not issued at once as in the emulator."""
    shown = json.loads(reply.body or b"{}").get("Certificate", {})
    certificate = state.view.certificates.get(shown.get("CertificateArn", ""))
    if certificate:
        reply.body = json.dumps({"Certificate": _overlay(state, shown, certificate)}).encode()
    return reply


async def widen(_state: WorldState, call: AuthorizedCall) -> Reply | None:
    """Let the emulator list every certificate; `narrow` filters by the status that holds here, and by key.

    Unless it is asked for others, ACM lists those with RSA keys of 1024 and 2048 bits (ACM API: ListCertificates).
    """
    asked = call.json
    call.headers["x-practice-statuses"] = ",".join(asked.pop("CertificateStatuses", ()))
    call.headers["x-practice-keys"] = ",".join(asked.pop("Includes", {}).get("keyTypes") or USUAL_KEYS)
    call.body = json.dumps(asked).encode()
    return None


async def narrow(state: WorldState, call: AuthorizedCall, reply: Reply) -> Reply:
    """List certificates with the status and names that hold here."""
    wanted, keys = call.headers.get("x-practice-statuses", ""), call.headers["x-practice-keys"].split(",")
    rows = []
    for row in json.loads(reply.body or b"{}").get("CertificateSummaryList", ()):
        certificate = state.view.certificates.get(row["CertificateArn"])
        shown = _overlay(state, row, certificate) if certificate else row
        if certificate:
            names = shown.pop("SubjectAlternativeNames")
            shown.pop("DomainValidationOptions")
            shown.pop("RenewalSummary", None)  # only DescribeCertificate has it
            shown |= {"SubjectAlternativeNameSummaries": names, "InUse": bool(shown.pop("InUseBy"))}
            shown |= {
                "HasAdditionalSubjectAlternativeNames": False,
                "Type": "AMAZON_ISSUED",
            }
        if shown["KeyAlgorithm"] in keys and (not wanted or shown["Status"] in wanted.split(",")):
            rows.append(shown)
    reply.body = json.dumps({"CertificateSummaryList": rows}).encode()
    return reply


BEFORE: Table = {
    ("acm", "RequestCertificate"): (same_token,),
    ("acm", "DeleteCertificate"): (in_use,),
    ("acm", "ListCertificates"): (widen,),
}
AFTER: AfterTable = {
    ("acm", "RequestCertificate"): (remember,),
    ("acm", "DeleteCertificate"): (forget,),
    ("acm", "DescribeCertificate"): (describe,),
    ("acm", "ListCertificates"): (narrow,),
}
