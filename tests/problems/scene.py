"""One whole look from outside at a setup, without AWS: the rows that a user would see, weighed against each other."""

from dataclasses import replace

from tests.probes.seen_from import DAY, NoAws, StandingClock
from wizard.engine import walks
from wizard.engine.progress import Progress
from wizard.knowledge.problems import explain
from wizard.model.context import Context
from wizard.model.ports import Clock, Network, Ports
from wizard.model.results import Check, Job, Status
from wizard.model.setup import Made, Setup, SetupChoices
from wizard.net.dns_client import DnsClient
from wizard.net.dns_query import DnsTimeouts
from wizard.net.web_client import Limits, WebClient
from wizard.probes.caa import CaaProbe
from wizard.probes.name_servers import NameServersProbe
from wizard.probes.pixel import HttpRedirectProbe, PixelHttpsProbe
from wizard.probes.resolvers import ResolversProbe
from wizard.probes.tls import TlsProbe
from wizard.probes.tracker import TrackerHttpsProbe
from wizard.resources.dns.manual_record import ManualRecord
from wizard.stages import Stage
from wizard.storage.setup_state import MemoryState


def context_of(
    network: Network,
    made: Made,
    domain: str,
    *,
    clock: Clock | None = None,
    patience: float = 1.0,
    attempts: int = 2,
    ipv6: bool = False,
) -> Context:
    """Return a setup that stood for a hundred days, seen through a real resolver and a real browser."""
    resolver = DnsClient(network, patience=DnsTimeouts(patience, attempts), ipv6=ipv6)
    now = clock or StandingClock()
    ports = Ports(NoAws(), resolver, WebClient(network, resolver, limits=Limits(5, 10)), now)
    old = now.now() - 100 * DAY
    return Context(
        ports,
        MemoryState(Setup(name="main", id="0a1b2c3d", created=old, choices=SetupChoices(domain=domain), made=made)),
    )


def rows(context: Context) -> tuple[Stage, ...]:
    """Return the rows that need no AWS."""
    return (
        Stage("certificate", (CaaProbe(context), ManualRecord(context, "certificate-record"))),
        Stage("dns", (NameServersProbe(context), ManualRecord(context, "pixel-record"), ResolversProbe(context))),
        Stage(
            "https",
            (TlsProbe(context), PixelHttpsProbe(context), HttpRedirectProbe(context), TrackerHttpsProbe(context)),
        ),
    )


async def look(context: Context) -> dict[str, Check]:
    """Run a check and return its results by item, however slow the machine is."""
    context = replace(context, row_limit=60.0, check_limit=120.0)
    stages = rows(context)
    progress: Progress = walks.progress_for(Job.CHECK, stages, "main")
    await walks.check(stages, context, progress)
    return {check.id: check for check in progress.snapshot.checks}


def raised(checks: dict[str, Check]) -> dict[str, str]:
    """Return item to problem id, for all items that have one."""
    return {name: check.problem.id for name, check in checks.items() if check.problem}


def red(checks: dict[str, Check]) -> set[str]:
    """Return the problem ids of the failed rows; a row that failed without a name counts as its item."""
    return {
        check.problem.id if check.problem else name for name, check in checks.items() if check.status is Status.FAILED
    }


def words(check: Check) -> str:
    """Return all that the user reads of a row."""
    assert check.problem is not None
    explained = explain(check.problem)
    parts = (check.summary, check.observed, explained.title, explained.meaning, *explained.steps)
    return "\n".join(parts)


__all__ = ["context_of", "look", "raised", "red", "rows", "words"]
