"""Eventual consistency: tells a young setup, whose edges and resolvers still catch up, from a fault."""

from datetime import datetime

from msgspec.structs import replace

from wizard.model.context import Context
from wizard.model.ports import WebError
from wizard.model.results import Check, Status
from wizard.probes.probe import Probe

WINDOW = 900.0
"""Seconds that CloudFront's edges may disagree after an alias or certificate was attached (2 to 15 minutes: facts)."""

YOUNG = 72 * 3600.0
"""Seconds for which an unproven setup counts as being made: as long as ACM waits for its record."""

LOOK_AGAIN = 10.0

DAY = 24 * 3600


def catching_up(context: Context, probe: str) -> bool:
    """Whether what looks wrong now may pass by itself.

    An apply that already waits for this probe gives it fifteen minutes. Otherwise it may pass while the setup is
    young: made or pointed at less than three days ago, and no event ever came through it.
    """
    setup, now = context.state.setup, context.ports.clock.now()
    if probe in setup.waits:
        return now - setup.waits[probe] < WINDOW
    newest = max((setup.created, *setup.made.records_seen.values()))
    return setup.made.proof is None and now - newest < YOUNG


def maybe_passing(probe: Probe, check: Check) -> Check:
    """Turn a fault that may pass by itself into a wait."""
    if check.status is not Status.FAILED or not catching_up(probe.context, probe.id):
        return check
    return replace(check, status=Status.WAITING, look_again=LOOK_AGAIN)


async def unreached(probe: Probe, host: str, error: WebError) -> Check:
    """Say that there was no answer from `host`: trouble on the way is never a fault of the setup."""
    if error.kind == "resolve":
        answers = await probe.context.ports.dns.ask_resolvers(host, "A")
        if any(answer.seen for answer in answers):
            ttl = max((answer.ttl or 0 for answer in answers if answer.absent), default=0)
            return probe.report(
                Status.WAITING,
                f"Resolvers don't know {host} yet",
                "name-not-resolving",
                observed=str(error),
                look_again=waiting_time(ttl),
                host=host,
                seconds=str(ttl),
                until=until(probe.context.ports.clock.now(), ttl),
            )
    return no_answer(probe, host, f"{error.kind}: {error}", str(error))


def no_answer(probe: Probe, host: str, observed: str, error: str) -> Check:
    """Return the result of a probe that got no answer at all."""
    return probe.report(
        Status.UNKNOWN,
        f"{host} couldn't be reached from this computer",
        "network-unreachable",
        observed=observed,
        look_again=LOOK_AGAIN,
        host=host,
        error=error,
    )


def waiting_time(ttl: int | None) -> float:
    """Return in how many seconds to ask again a resolver that remembers an answer for `ttl` more."""
    return float(min(max((ttl or 0) + 1, 5), 300))


def until(now: float, ttl: int | None) -> str:
    """Return the local time at which an answer that is remembered for `ttl` more is forgotten, up to the next minute.

    Unlike the seconds that are left, it is the same however often one looks.
    """
    end = datetime.fromtimestamp(-(-(now + (ttl or 0)) // 60) * 60).astimezone()
    return f"{end:%H:%M %Z}" if (ttl or 0) < DAY else f"{end:%Y-%m-%d %H:%M %Z}"


def not_made(probe: Probe) -> Check:
    """Say that there is nothing to look at yet."""
    return probe.report(Status.SKIPPED, f"{probe.title}: not created yet")
