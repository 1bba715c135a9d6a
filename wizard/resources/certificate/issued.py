"""Whether AWS has issued the certificate, and how its renewal stands."""

from msgspec.structs import replace

from wizard.aws.services.acm import CertificateDetail, RenewalSummary
from wizard.model.results import Action, Actor, Change, Problem, Status
from wizard.resources.certificate import failure_reasons
from wizard.resources.certificate.certificate import DEAD, ISSUED, OnCertificate, reason_of
from wizard.resources.dns.record_kinds import CERTIFICATE
from wizard.resources.resource import Presence, Reading

PATIENCE = 3600.0
"""Seconds after which a pending certificate whose record every name server has is replaced (facts C15)."""

TYPICAL_ISSUE = 100.0
"""Seconds from a visible record to ISSUED; observed 2 to 102, now and then over 45 minutes."""

RENEWING = {
    "PENDING_AUTO_RENEWAL": "AWS is renewing it",
    "PENDING_VALIDATION": "AWS couldn't renew it yet",
    "FAILED": "AWS couldn't renew it",
}
"""RenewalStatus (ACM API reference: RenewalSummary) in words; after SUCCESS there is nothing to say."""


class CertificateIssued(OnCertificate):
    """AWS has seen the record and issued the certificate."""

    id = ISSUED
    title = "Certificate issued by AWS"
    needs = ("certificate", "certificate-record")
    parent = "certificate"

    async def read(self) -> Reading:
        """Look at the certificate's state."""
        found = await self.found()
        if found is None:
            return self.missing()
        if found.status == "ISSUED":
            return self._issued(found)
        if found.certificate_arn == self.shared.reported:
            return self._pending(Presence.OURS, "to be replaced")
        if found.status in DEAD:
            return self.given_up(reason_of(found))
        if self._hangs():
            return self.given_up(f"{found.status} for over an hour after its record was right")
        return self._pending(Presence.OURS, found.status)

    def _issued(self, found: CertificateDetail) -> Reading:
        """Say until when it is valid, and how its renewal stands: what is wrong there breaks the pixel only later."""
        self.context.state.record(certificates_replaced=0)  # whatever stops the next one is another matter
        until = found.not_after.date().isoformat() if found.not_after else "unknown"
        renewal = found.renewal_summary
        status = renewal.renewal_status if renewal else ""
        observed = f"valid until {until}" + (f"; {RENEWING[status]}" if status in RENEWING else "")
        if renewal is None or status not in ("FAILED", "PENDING_VALIDATION"):
            return self.fine("AWS has issued the certificate", observed=observed)
        problem = self._not_renewed(renewal, until)
        if self.context.retries and not self.context.made.certificate_borrowed:
            return replace(self.to_replace("wasn't renewed", observed), problem=problem)
        summary = f"AWS has issued the certificate, and {RENEWING[status].removeprefix('AWS ')}"
        fine = self.fine(summary, observed=observed)
        return replace(fine, status=Status.WARNING, problem=problem, expected="renewed, or nothing to renew yet")

    def _not_renewed(self, renewal: RenewalSummary, until: str) -> Problem:
        """Say why AWS does not renew the certificate: it gave up, or it still waits for somebody."""
        since = renewal.updated_at.date().isoformat()
        values = {"domain": self.domain, "until": until, "since": since}
        if renewal.renewal_status == "FAILED":
            why = failure_reasons.of_renewal(renewal.renewal_status_reason)
            return Problem("certificate-not-renewed", {**values, **why, "then": self.then()})
        waits = {"fix": failure_reasons.proof_of(renewal), "then": self.then(failure_reasons.A_DAY_LATER)}
        return Problem("certificate-renewal-waits", {**values, **waits})

    def _hangs(self) -> bool:
        """Whether AWS does not see the record although every name server has had it for an hour."""
        seen = self.context.made.records_seen.get(CERTIFICATE)
        waiting = self.context.state.setup.waits.get(self.id)
        if seen is None or waiting is None or self.context.made.certificate_borrowed:
            return False
        return self.context.ports.clock.now() - max(seen, waiting) > PATIENCE

    async def carry_out(self, change: Change) -> None:
        """Replace what will not be issued."""
        del change  # there is only one
        await self.replace()

    def missing(self) -> Reading:
        """Nothing to issue yet."""
        return self._pending(Presence.ABSENT, "not requested")

    def _pending(self, presence: Presence, observed: str) -> Reading:
        summary = "AWS looks for the record and then issues the certificate"
        change = Change(self.id, Action.UPDATE, Actor.AWS, summary, typical=TYPICAL_ISSUE, every=5)
        return Reading(presence=presence, summary=summary, changes=(change,), observed=observed)
