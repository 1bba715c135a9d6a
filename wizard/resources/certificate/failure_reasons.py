"""Why ACM gives up on a certificate: each reason's cause and next step (ACM guide, troubleshooting; API reference)."""

from wizard.aws.services.acm import RenewalSummary, ValidationOption

CHECK_RECORD = "Make sure that the certificate's DNS record is there."

_REASONS = {
    "CAA_ERROR": (
        "When AWS looked, a CAA record of the domain didn't let Amazon issue certificates.",
        "Look at the checklist's CAA row: if that is still the case, it shows the record to add.",
    ),
    "ADDITIONAL_VERIFICATION_REQUIRED": (
        "AWS wants to verify this domain manually, as it does with well-known names. Another request changes nothing.",
        "Open a support case in the AWS console (Account and billing is free) and ask ACM to allow the domain.",
    ),
    "DOMAIN_NOT_ALLOWED": (
        "The domain is on a list of unsafe sites (VirusTotal).",
        "Look the domain up at https://www.virustotal.com, and ask whoever lists it to remove it.",
    ),
    "INVALID_PUBLIC_DOMAIN": (
        (
            "The hostname isn't below a domain that AWS knows as public: it may be misspelled, or belong to a private "
            "network."
        ),
        "Choose a hostname below a domain that you registered: `snowpixel set NAME --domain DOMAIN`.",
    ),
    "DOMAIN_VALIDATION_DENIED": (
        "Somebody refused the request, or AWS found that the domain can't be validated this way.",
        "Ask whoever manages the domain whether they refused it.",
    ),
    "NO_AVAILABLE_CONTACTS": (
        "AWS looked for email addresses of the domain's owner and found none. snowpixel validates domains by DNS.",
        CHECK_RECORD,
    ),
    "VALIDATION_TIMED_OUT": (
        "AWS didn't find the certificate's DNS record within 72 hours.",
        "Make sure that the certificate's DNS record is there: its row in the checklist says so.",
    ),
    "EXPIRED": (
        "It expired. ACM renews automatically only while its DNS record is there.",
        CHECK_RECORD,
    ),
    "REVOKED": ("It was revoked.", "Ask whoever manages the account why it was revoked."),
    "SLR_NOT_FOUND": (
        "A private certificate authority issues it, and ACM lacks the role that lets it ask that authority.",
        "Ask whoever manages the account to create ACM's service-linked role, AWSServiceRoleForCertificateManager.",
    ),
}
_PRIVATE = (
    "A private certificate authority issues it, and that authority refused.",
    "Ask whoever manages the private certificate authority (AWS Private CA) to look at it.",
)
"""Of all reasons that begin with PCA_."""

REPAIRED = "Then run `snowpixel repair NAME`. It requests a new certificate, and the DNS record stays the same."
A_DAY_LATER = (
    "If it still waits a day later, run `snowpixel repair NAME`. It requests a new certificate, and the DNS record "
    "stays the same."
)
BORROWED = (
    "The certificate is yours, and snowpixel never replaces it. To let snowpixel request its own: "
    "`snowpixel set NAME --certificate new`, then `snowpixel apply NAME`."
)
"""The last step: of a certificate that snowpixel requested, of one whose renewal waits, of one that was borrowed."""

NOT_BY_ASKING_AGAIN = frozenset(
    {
        "ADDITIONAL_VERIFICATION_REQUIRED",
        "DOMAIN_NOT_ALLOWED",
        "INVALID_PUBLIC_DOMAIN",
        "DOMAIN_VALIDATION_DENIED",
    }
)
"""Reasons that only AWS Support, a list of unsafe sites, or the user can take away.

ACM would refuse another request for the same reason, and every request counts against its yearly limit.
"""

_OTHER = ("AWS doesn't say more; the domain may be misspelled.", "Check the spelling of the domain.")

_UNSAID = ("AWS doesn't say why.", CHECK_RECORD)


def explained(reason: str) -> dict[str, str]:
    """Return cause and next step of a failure, as the text of `certificate-dead` names them.

    Args:
        reason: ACM's word for it, a FailureReason or a status.
    """
    cause, fix = _REASONS.get(reason, _PRIVATE if reason.startswith("PCA_") else _OTHER)
    return {"reason": reason, "cause": cause, "fix": fix}


def of_renewal(reason: str) -> dict[str, str]:
    """Return cause and next step of a renewal that failed, as the text of `certificate-not-renewed` names them.

    Args:
        reason: ACM's RenewalStatusReason; empty where it gives none.
    """
    if reason in ("", "OTHER"):
        cause, fix = _UNSAID
        return {"reason": reason or "no reason given", "cause": cause, "fix": fix}
    return explained(reason)


def proof_of(renewal: RenewalSummary) -> str:
    """Return what has to be done so that AWS can renew a certificate whose names are not all proven again.

    Args:
        renewal: ACM's RenewalSummary.
    """
    steps = [_proof(one) for one in renewal.domain_validation_options if one.validation_status != "SUCCESS"]
    return " ".join(dict.fromkeys(steps)) or _UNSAID[1]


def _proof(option: ValidationOption) -> str:
    if option.validation_method == "EMAIL":
        return (
            f"AWS has sent e-mails about {option.domain_name} to the domain's contacts: whoever gets them follows "
            "the link in one."
        )
    record = option.resource_record
    if record is None:
        return f"Look in the AWS console under Certificate Manager what AWS asks for {option.domain_name}."
    return f"See that the CNAME `{record.name.rstrip('.')}` with the value `{record.value.rstrip('.')}` is there."
