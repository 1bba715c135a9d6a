"""Whether the name is in its own DNS yet; no resolver is asked before that.

A resolver that is asked too early remembers "no such name" for as long as the zone's SOA says (RFC 2308), and everybody
behind it then waits for a record that is already there. Fetching an address asks resolvers too.
"""

from msgspec.structs import replace

from wizard.model.ports import DnsAnswer, DnsUnreachableError, NoResolverError
from wizard.model.results import Check, Status
from wizard.probes.eventual_consistency import LOOK_AGAIN, no_answer
from wizard.probes.probe import Probe

RECORD = "pixel-record"
"""The item that says how it stands with the record; needed by every probe that comes here."""


async def unpublished(probe: Probe, host: str) -> Check | None:
    """Return the probe's result where the domain's own servers do not have the name yet; None where it may go on.

    Where those servers cannot be asked, resolvers are all there is, so the probe goes on.
    """
    if host != probe.context.choices.domain:
        return None
    try:
        answers = await probe.context.ports.dns.ask_authorities(host, "A")
    except NoResolverError as error:
        return _unseen(probe, host, str(error))
    except DnsUnreachableError:
        return None
    seen = [answer for answer in answers if answer.seen]
    having = [answer for answer in seen if not answer.absent]
    enough = bool(having) if _known_before(probe) else len(having) == len(seen)
    return None if enough else _too_early(probe, host, having, seen)


def _known_before(probe: Probe) -> bool:
    """Whether every server had the record once: then resolvers were asked already, and one that lost it spoils less."""
    made = probe.context.made
    return RECORD in made.records_seen or made.proof is not None


def _too_early(probe: Probe, host: str, having: list[DnsAnswer], seen: list[DnsAnswer]) -> Check:
    summary = (
        f"Checked once all name servers of your domain have {host}; {len(having)} of {len(seen)} have it"
        if having
        else f"Checked once the name servers of your domain have {host}: asked earlier, resolvers remember that it "
        f"is missing"
    )
    check = probe.report(Status.SKIPPED, summary, evidence={"blocked_by": RECORD})
    if probe.context.makes:  # a walk that makes things waits for what it made
        return replace(check, status=Status.WAITING, look_again=LOOK_AGAIN)
    return check


def _unseen(probe: Probe, host: str, error: str) -> Check:
    return no_answer(probe, host, f"resolve: {error}", error)
