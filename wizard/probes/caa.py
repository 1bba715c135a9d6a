"""CAA records: whether Amazon may issue a certificate for the domain (RFC 8659)."""

from msgspec import Struct
from msgspec.structs import replace

from wizard.model.ports import DnsAnswer, DnsOutcome, DnsUnreachableError, NoResolverError
from wizard.model.results import Check, Copyable, Status
from wizard.model.terminal_text import brief
from wizard.probes.caa_records import WANTED, allows, forbidding
from wizard.probes.probe import Probe

HOPS = 8
"""CNAMEs followed before we call it a loop."""


class CaaRecords(Struct, frozen=True):
    """The record set that counts, and where it is; no records: anybody may issue."""

    at: str
    records: tuple[str, ...] = ()


class UnreadableError(Exception):
    """The servers do not answer the question for CAA, which an authority must take for a no."""

    def __init__(self, name: str, outcome: str) -> None:
        super().__init__(outcome)
        self.name = name


class CaaProbe(Probe):
    """Climbs from the domain to the top; the first CAA records found decide."""

    id = "caa"
    title = "Permission to issue a certificate (CAA)"

    async def look(self) -> Check:
        """Look once."""
        domain = self.context.choices.domain
        if not domain:
            return self.report(Status.SKIPPED, "Without your own domain, no certificate is needed")
        try:
            found = await self._relevant(domain)
        except DnsUnreachableError as error:
            return self.without_name_servers(domain, str(error))
        except UnreadableError as error:
            return self._unreadable(error)
        if allows(found.records):
            summary = f"CAA records at {found.at} allow Amazon" if found.records else "No CAA record restricts who may"
            return self.ok(summary, observed=brief(sorted(found.records), "; ") or "none")
        return self._forbidden(domain, found)

    async def _relevant(self, domain: str) -> CaaRecords:
        labels = domain.split(".")
        for start in range(len(labels)):
            found = await self._at(".".join(labels[start:]))
            if found.records:
                return found
        return CaaRecords(domain)

    async def _at(self, name: str) -> CaaRecords:
        """Return the CAA records at a name, along CNAMEs: then the target's owner decides (facts, C10)."""
        for hop in range(HOPS):
            try:
                answers = await self.context.ports.dns.ask_authorities(name, "CAA")
            except NoResolverError:
                raise
            except DnsUnreachableError:
                if hop:  # a CNAME that leads nowhere: there is nobody whose word could count (RFC 8659 §3)
                    return CaaRecords(name)
                raise
            answer = _first(answers)
            if answer is None:
                raise UnreadableError(name, _failure(answers))
            if answer.records or not answer.chain or answer.absent:
                return CaaRecords(answer.chain[-1] if answer.chain else name, answer.records)
            name = answer.chain[-1]
        raise UnreadableError(name, "a loop of CNAMEs")

    def _forbidden(self, domain: str, found: CaaRecords) -> Check:
        observed = brief(sorted(found.records), "; ")
        why, todo = forbidding(found.records, found.at, domain)
        check = self.report(
            Status.FAILED,
            f"CAA records at {found.at} don't let Amazon issue a certificate",
            "caa-forbids-amazon",
            observed=observed,
            expected=WANTED,
            domain=domain,
            at=found.at,
            found=observed,
            why=why,
            todo=todo,
        )
        return replace(
            check, copy=(Copyable("Name of the CAA record", found.at), Copyable("Value of the CAA record", WANTED))
        )

    def _unreadable(self, error: UnreadableError) -> Check:
        return self.report(
            Status.UNKNOWN,
            f"The name servers don't say who may issue certificates for {error.name}",
            "caa-unreadable",
            observed=str(error),
            name=error.name,
            outcome=str(error),
        )


def _first(answers: tuple[DnsAnswer, ...]) -> DnsAnswer | None:
    """Return the answer to go by: one with records before one without; None where no server can be read."""
    seen = [answer for answer in answers if answer.seen]
    return next((answer for answer in seen if answer.records), seen[0] if seen else None)


def _failure(answers: tuple[DnsAnswer, ...]) -> str:
    outcomes = [answer.outcome for answer in answers] or [DnsOutcome.UNREACHABLE]
    return ", ".join(dict.fromkeys(outcome.value for outcome in outcomes))
