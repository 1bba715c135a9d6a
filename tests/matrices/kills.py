"""The kill matrix: power is cut around every write of every job, and replies are lost; then the job is run again."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from tests.matrices.bench import DONE, WITH_LOGS, Bench, Ground, Outcome, settle, told
from tests.matrices.cuts import Cuts, by_force
from tests.matrices.victim import Moment, Order
from tests.matrices.watching import Call, Event, Watch
from tests.product import DOMAIN, not_ok
from tests.trackers import V4
from wizard.aws.errors import AwsError, translate
from wizard.model.results import Job
from wizard.model.setup import Goal
from wizard.practice.control_client import Control


def half_gone(bench: Bench) -> None:
    """Drift of three kinds at once: the content bucket is gone, the alias is off, the log delivery is deleted."""
    made = bench.product.setup().made
    s3, logs = bench.account.client("s3"), bench.account.client("logs")
    for key in bench.account.files(made.content_bucket or ""):
        s3.delete_object(Bucket=made.content_bucket, Key=key)
    s3.delete_bucket(Bucket=made.content_bucket)
    bare = {"Aliases": {"Quantity": 0}, "ViewerCertificate": {"CloudFrontDefaultCertificate": True}}
    bench.behind.edit(lambda config: config.update(bare))
    logs.delete_delivery(id=made.delivery)
    bench.control.forget_cache()


def distribution_gone(bench: Bench) -> None:
    """The distribution is deleted with its log source, access control and record: all that names it has to follow."""
    made, setup = bench.product.setup().made, bench.product.setup()
    cloudfront, logs = bench.account.client("cloudfront"), bench.account.client("logs")
    logs.delete_delivery(id=made.delivery)
    logs.delete_delivery_source(name=f"snowpixel-{setup.id}")
    bench.behind.delete_distribution()
    etag = cloudfront.get_origin_access_control(Id=made.origin_access_control)["ETag"]
    cloudfront.delete_origin_access_control(Id=made.origin_access_control, IfMatch=etag)
    bench.control.remove_record(DOMAIN, "CNAME")
    bench.control.forget_cache()


@dataclass(frozen=True)
class Scene:
    """A job and where it starts.

    Attributes:
        name: its name in the table.
        job: the walk.
        prepare: brings the bench to where the job starts.
        own: for a variant of another scene: which events are its own.
    """

    name: str
    job: Job
    prepare: Callable[[Bench], None]
    own: Callable[[Event], bool] = lambda _event: True

    def begin(self, bench: Bench) -> None:
        """Bring the bench to where the job starts, in a world that shows things late in the same way each time."""
        self.prepare(bench)
        bench.control.settings(staleness_seed=self.name)

    @property
    def answers(self) -> dict[str, str]:
        """What is answered beforehand."""
        return WITH_LOGS if self.job is Job.REMOVE else {}


def _drifted(drift: Callable[[Bench], None]) -> Callable[[Bench], None]:
    def prepare(bench: Bench) -> None:
        bench.green()
        drift(bench)

    return prepare


def _in_route53(event: Event) -> bool:
    return event.service == "route53"


def _about_the_certificate(event: Event) -> bool:
    attaching = event.operation in ("CreateDistributionWithTags", "UpdateDistribution")
    return event.service == "acm" or "certificate" in event.name or attaching


def _in_cloudfront(event: Event) -> bool:
    return event.service == "cloudfront"


def _of_the_tracker(event: Event) -> bool:
    return "tracker" in event.name


WITH_TRACKER: dict[str, Any] = {"goals": (Goal.PIXEL, Goal.JS_BUCKET), "tracker": str(V4)}
"""Choices of a setup that serves the JavaScript too."""

SCENES = (
    Scene("setup", Job.APPLY, Bench.fresh),
    Scene("setup in Route 53", Job.APPLY, lambda bench: bench.fresh(Ground.ROUTE53), _in_route53),
    Scene("setup, certificate borrowed", Job.APPLY, lambda bench: bench.new(Ground.BORROWED), _about_the_certificate),
    Scene("setup with JavaScript", Job.APPLY, lambda bench: bench.new(**WITH_TRACKER), _of_the_tracker),
    Scene("repair, bucket and alias and delivery gone", Job.REPAIR, _drifted(half_gone)),
    Scene("repair, distribution gone", Job.REPAIR, _drifted(distribution_gone)),
    Scene("removal", Job.REMOVE, Bench.green),
    Scene("removal in Route 53", Job.REMOVE, lambda bench: bench.green(Ground.ROUTE53), _in_route53),
    Scene("removal, certificate borrowed", Job.REMOVE, lambda bench: bench.green(Ground.BORROWED), _in_cloudfront),
)


@dataclass(frozen=True)
class Cell:
    """One way in which one event goes wrong."""

    scene: Scene
    event: Event
    how: str

    @property
    def name(self) -> str:
        """Its name in reports."""
        return f"{self.scene.name} / {self.event.name} / {self.how}"


def boundaries(bench: Bench, scene: Scene, watch: Watch | None = None) -> list[Event]:
    """Run the scene once undisturbed and return everything it writes."""
    scene.begin(bench)
    watch = watch or Watch()
    if scene.job is Job.APPLY:
        bench.product.service.store.watch = watch  # type: ignore[attr-defined]  # the bench's store is a watched one
        bench.begin()
    bench.product.clear()
    last = bench.run(scene.job, watch, answers=scene.answers)
    assert scene.job is Job.REMOVE or not not_ok(last), not_ok(last)
    seen = sorted((event.service, event.operation) for event in watch.events if event.service and event.writes)
    assert seen == sorted(bench.product.writes()), "AWS saw other writes than the watch"
    return [event for event in watch.events if event.writes and scene.own(event)]


LOST_ONCE = "reply lost once"
LOST = "reply lost for good"
FORGOTTEN = "after, and the state file deleted"
REMOVED = "after, and removed then"


def cells(bench: Bench, scene: Scene, watch: Watch | None = None) -> Iterator[Cell]:
    """Name every cell of a scene."""
    for event in boundaries(bench, scene, watch):
        moments = (Moment.BEFORE, Moment.AFTER) if event.service else tuple(Moment)
        yield from (Cell(scene, event, moment) for moment in moments)
        if event.service:
            others = (LOST_ONCE, LOST, FORGOTTEN, *([REMOVED] if scene.job is Job.APPLY else []))
            yield from (Cell(scene, event, how) for how in others)


def share(bench: Bench, scene: Scene, mine: Callable[[str], bool]) -> Iterator[Outcome]:
    """Play some cells of a scene, most of them from moments that are remembered.

    Args:
        bench: where.
        scene: the job and where it starts.
        mine: which cells, by name.
    """

    def wanted(event: Event, moment: Moment) -> bool:
        hows = (moment, FORGOTTEN, REMOVED) if moment is Moment.AFTER else (moment,)
        names = (Cell(scene, event, how).name for how in hows)
        return scene.own(event) and any(mine(name) and not by_force(name) for name in names)

    with Cuts(bench=bench, wanted=wanted) as cuts:
        chosen = [cell for cell in cells(bench, scene, cuts) if mine(cell.name)]
    assert chosen
    for cell in chosen:
        yield play(bench, cell, cuts)


def play(bench: Bench, cell: Cell, cuts: Cuts | None = None) -> Outcome:
    """Play one cell to its end, from its moment where that is remembered."""
    return settle(cell.name, lambda: _lost(bench, cell) if cell.how in (LOST_ONCE, LOST) else _cut(bench, cell, cuts))


def _cut(bench: Bench, cell: Cell, cuts: Cuts | None) -> list[str]:
    scene = cell.scene
    scene.begin(bench)
    moment = Moment.AFTER if cell.how in (FORGOTTEN, REMOVED) else Moment(cell.how)
    if not cut(bench, cell, moment, cuts) and not cell.event.again:
        return ["the boundary was not reached"]  # a second try is needed or not, as AWS shows early or late what is new
    bench.control.settings(staleness_seed=cell.name)
    if cell.how == FORGOTTEN:
        bench.control.calm()  # who finds a file gone comes later than AWS needs to show what it has made
        bench.forget()
    return bench.removed() if cell.how == REMOVED else bench.resume(scene.job)


def cut(bench: Bench, cell: Cell, moment: Moment, cuts: Cuts | None = None) -> bool:
    """Have the bench as a power cut leaves it that came at a moment of a cell's job; False if the job never came there.

    Args:
        bench: at the job's beginning.
        cell: whose scene and event.
        moment: before, within, or after the event.
        cuts: the moments that are remembered.
    """
    bench.control.touch()
    if cuts and (cell.event.name, moment) in cuts and not by_force(cell.name):
        cuts.begin(cell.event.name, moment)
        return True
    order = Order(str(bench.home), cell.scene.job, cell.scene.answers, cell.event.name, moment)
    return bench.victims.die_at(order)


def _lost(bench: Bench, cell: Cell) -> list[str]:
    scene = cell.scene
    scene.begin(bench)
    if scene.job is Job.APPLY:
        bench.begin()
    loser = Loser(event=cell.event.name, control=bench.control, once=cell.how == LOST_ONCE)
    last = bench.run(scene.job, loser, answers=scene.answers)
    if not loser.reached and not cell.event.again:
        return ["the boundary was not reached"]
    bench.control.settings(staleness_seed=cell.name)
    if cell.how == LOST_ONCE and scene.job is not Job.REMOVE:  # the client itself asks again: nobody notices
        return bench.finished(last)
    if cell.how == LOST_ONCE:
        return [f"noticed: {told(check)}" for check in last.checks if check.status not in DONE] + bench.removed()
    seen = [check.id for check in last.checks if check.problem and check.problem.id == "aws-unreachable"]
    outlasted = all(check.status in DONE for check in last.checks)  # the walk asked again for long enough by itself
    return (["the lost reply was not said"] if not seen and not outlasted else []) + bench.resume(scene.job)


@dataclass
class Loser(Watch):
    """Lets one call happen and its reply be lost: once, so that the client's own second try meets what the first did,
    or for good, so that the walk has to give it up.
    """

    event: str = ""
    control: Control | None = None
    once: bool = True
    reached: bool = False

    async def call(self, event: Event, make: Call) -> dict[str, Any]:
        """Make a call; lose the reply if it is the one."""
        if event.name != self.event:
            return await make()
        self.reached = True
        if self.once:
            assert self.control is not None
            self.control.drop_reply(event.service, event.operation)
            return await make()
        with suppress(AwsError):
            await make()  # a refusal is lost like any other reply
        raise translate("ReadTimeoutError", "the reply was lost", f"{event.service}:{event.operation}")
