"""An outage is never red: DNS, HTTPS, AWS, memory or open files failing during every job says nothing about the setup.

The network fails for real: ports that nobody listens at, or where nobody answers. Memory and open files fail at the
ports, where the system would fail. A wrong clock is told by the clocks of the others.
"""

import errno
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs

from tests.net.servers import bound_pair
from tests.product import Product, not_ok
from wizard.aws.keys import KeySource
from wizard.commands.output.exit_codes import ExitCode, of_statuses
from wizard.credentials.manager import CredentialManager
from wizard.model.ports import Handshake, Ports
from wizard.model.results import Check, Job, Snapshot, Status
from wizard.model.setup import Goal
from wizard.practice.control_client import Control
from wizard.service import Environment, Service

DAY = 86_400.0


class Outage(Service):
    """The product on a computer where something fails.

    Args:
        environment: where it runs, perhaps with dead ends for addresses.
        spoil: what becomes of the ports.
    """

    def __init__(self, environment: Environment, spoil: Callable[[Ports], Ports] = lambda ports: ports) -> None:
        super().__init__(environment)
        self._spoil = spoil

    def ports(self, *arguments: Any, **named: Any) -> Ports:
        return self._spoil(super().ports(*arguments, **named))


class Failing:
    """A port each of whose calls fails as the system lets it fail."""

    def __init__(self, real: Any, error: Callable[[], BaseException]) -> None:
        self._real = real
        self._error = error

    def __getattr__(self, name: str) -> Any:
        if not callable(getattr(self._real, name)):
            return getattr(self._real, name)

        async def fail(*_: Any, **__: Any) -> Any:
            raise self._error()

        return fail

    async def __call__(self, *_: Any, **__: Any) -> Any:
        raise self._error()


def too_many() -> OSError:
    return OSError(errno.EMFILE, "Too many open files")


@pytest.fixture
def dead_ends() -> Iterator[dict[str, int]]:
    """Two ports: at one nobody listens; one takes what is sent to it, by TCP and by UDP, and never answers."""
    unheard, closed = bound_pair()
    taking, silent = bound_pair()
    unheard.close()
    silent.listen(50)
    with closed, taking, silent:
        yield {"closed": closed.getsockname()[1], "silent": silent.getsockname()[1]}


def without_dns(environment: Environment, port: int) -> Environment:
    known, dead = environment.network, ("127.0.0.1", port)
    resolvers = tuple((label, *dead) for label, _, _ in known.resolvers)
    network = replace(known, resolvers=resolvers, authorities=dict.fromkeys(known.authorities, dead), dns_port=port)
    return replace(environment, network=network)


def without_web(environment: Environment, port: int) -> Environment:
    dead = ("127.0.0.1", port)
    return replace(environment, network=replace(environment.network, ports={80: dead, 443: dead}))


def without_aws(environment: Environment, port: int) -> Environment:
    return replace(environment, source=KeySource(keys=environment.source.keys, endpoint=f"http://127.0.0.1:{port}"))


def offline(environment: Environment, port: int) -> Environment:
    return without_aws(without_dns(without_web(environment, port), port), port)


DEAD: dict[str, Callable[[Environment, int], Environment]] = {
    "DNS": without_dns,
    "HTTPS": without_web,
    "AWS": without_aws,
    "everything": offline,
}
SHORT: dict[str, Callable[[Ports], Ports]] = {
    f"{what} for {port}": lambda ports, port=port, error=error: replace(  # type: ignore[misc]
        ports, **{port: Failing(getattr(ports, port), error)}
    )
    for what, error in (("memory", MemoryError), ("open files", too_many))
    for port in ("aws", "dns", "web")
}

JOBS = {
    "set up": Job.APPLY,
    "go on": Job.APPLY,
    "check": Job.CHECK,
    "plan": Job.PLAN,
    "repair": Job.REPAIR,
    "remove": Job.REMOVE,
}


@pytest.fixture(params=JOBS)
def job(request: pytest.FixtureRequest, product: Product) -> str:
    """A job, and the setup as it finds it."""
    name = str(request.param)
    if name in ("set up", "go on"):
        product.new()
    else:
        product.stand()
    if name == "go on":
        product.apply(patience=0)
    return name


def run(product: Product, job: str) -> Snapshot:
    answers = {"delete-logs": "yes"} if job == "remove" else {}
    return product.run(JOBS[job], patience=0, answers=answers)


def blames(snapshot: Snapshot) -> list[Check]:
    """Return the rows that say something against the setup, or against snowpixel."""
    return [
        check
        for check in snapshot.checks
        if check.status in (Status.FAILED, Status.WARNING) or (check.problem and check.problem.id == "crash")
    ]


def goes_on(product: Product, control: Control, job: str) -> None:
    """Once it is over, the same job ends well."""
    control.calm()
    last = product.run(JOBS[job], answers={"delete-logs": "yes"})
    left = {check.id for check in last.checks if check.status not in (Status.OK, Status.SKIPPED)}
    assert left <= ({"certificate-record"} if job == "remove" else set()), not_ok(last)


CHANGING = ("set up", "go on", "repair", "remove")
"""Jobs that an outage may leave half done."""


OUTAGES = [(what, "closed") for what in DEAD] + [(what, "silent") for what in ("DNS", "HTTPS")]
"""What fails, and how. How long silence of AWS is borne is shown elsewhere: it takes half a minute."""


@pytest.mark.parametrize("outage", OUTAGES, ids=" ".join)
def test_what_cannot_be_reached_is_never_the_setups_fault(
    product: Product, control: Control, dead_ends: dict[str, int], job: str, outage: tuple[str, str]
) -> None:
    what, how = outage
    well = product.service
    product.service = Outage(DEAD[what](well.environment, dead_ends[how]))
    last = run(product, job)
    assert blames(last) == []
    if (what, job) != ("HTTPS", "plan"):  # which asks for nothing there
        assert of_statuses(check.status for check in last.checks) is ExitCode.UNFINISHED
    product.service = well
    if how == "closed" and job in CHANGING:
        goes_on(product, control, job)


@pytest.mark.parametrize(
    ("choices", "row"),
    [
        ({"goals": (Goal.PIXEL, Goal.JS_BUCKET), "tracker": "release:4.10.1"}, "tracker-file"),
        ({"goals": (Goal.PIXEL, Goal.JS_BUCKET), "tracker": "https://files.example.test/sp.js"}, "tracker-file"),
        ({"pixel": "https://files.example.test/pixel.gif"}, "pixel-image"),
    ],
    ids=["the tracker's release", "a tracker elsewhere", "an image elsewhere"],
)
@pytest.mark.parametrize("how", ["closed", "silent"])
def test_what_cannot_be_fetched_now_is_unknown_and_its_setup_not_wrong(
    product: Product, dead_ends: dict[str, int], choices: dict[str, Any], row: str, how: str
) -> None:
    product.new(**choices)
    product.service = Outage(without_web(product.service.environment, dead_ends[how]))
    last = run(product, "set up")
    assert blames(last) == []
    (found,) = [check for check in last.checks if check.id == row]
    assert (found.status, bool(found.problem)) == (Status.UNKNOWN, True)
    assert of_statuses(check.status for check in last.checks) is ExitCode.UNFINISHED


@pytest.mark.parametrize("short", SHORT)
def test_a_computer_that_runs_out_of_something_says_so(product: Product, job: str, short: str) -> None:
    product.service = Outage(product.service.environment, SHORT[short])
    last = run(product, job)
    assert blames(last) == []
    named = {check.problem.id for check in last.checks if check.problem}
    if short.endswith("aws"):
        assert "computer-exhausted" in named


class OtherTime:
    """A clock that is off, and what it makes of certificates."""

    def __init__(self, real: Any, seconds: float) -> None:
        self._real = real
        self._off = seconds

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def now(self) -> float:
        return float(self._real.now()) + self._off


class Unbelieving:
    """HTTPS as a computer with a wrong clock sees it: nothing that it is shown is valid today."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    async def handshake(self, *arguments: Any, **named: Any) -> Handshake:
        seen: Handshake = await self._real.handshake(*arguments, **named)
        return structs.replace(seen, trusted=False, error="not yet valid")


def with_clock(ports: Ports, off: float) -> Ports:
    """Return the ports of a computer whose clock is so many seconds ahead."""
    return replace(ports, clock=OtherTime(ports.clock, off), web=Unbelieving(ports.web))


@pytest.mark.parametrize("off", [DAY, -DAY, 1200.0], ids=["a day ahead", "a day behind", "20 minutes ahead"])
def test_a_wrong_clock_stops_every_job_in_one_row(product: Product, control: Control, job: str, off: float) -> None:
    well = product.service
    product.clear()
    product.service = Outage(well.environment, lambda ports: with_clock(ports, off))
    product.service.credentials = CredentialManager(well.environment.home, lambda: time.time() + off)
    last = run(product, job)
    assert [(check.id, check.problem and check.problem.id) for check in blames(last)] == [("identity", "clock-wrong")]
    others = {check.status for check in last.checks if check.id != "identity"}
    assert others <= {Status.SKIPPED, Status.UNKNOWN, Status.WAITING, Status.OK}
    assert of_statuses(check.status for check in last.checks) is ExitCode.WRONG
    assert product.writes() == []
    product.service = well
    if job in CHANGING:
        goes_on(product, control, job)


@pytest.mark.parametrize("off", [DAY, -DAY, 360.0, 400 * DAY])
def test_a_wrong_clock_is_named_and_no_certificate_is_blamed_for_it(product: Product, off: float) -> None:
    product.stand()
    product.service = Outage(product.service.environment, lambda ports: with_clock(ports, off))
    last = product.check(only=("https",))
    (found,) = [check for check in last.checks if check.id == "tls"]
    assert found.problem is not None
    assert (found.status, found.problem.id) == (Status.UNKNOWN, "clock-off")
    assert f"{abs(off) / 60:.0f} minutes {'ahead' if off > 0 else 'behind'}" in found.summary
    assert blames(last) == []
