"""What AWS does not show yet: it is looked for again, made once, and never forgotten."""

import pytest

from tests.engine.parts import Thing, Things, context, walk
from wizard.aws.errors import AwsError, translate
from wizard.aws.policy import bound_to_tags
from wizard.engine import visibility
from wizard.model.context import Context
from wizard.model.results import Action, Change, Check, Job, Status
from wizard.resources.resource import NotShownError, Reading


class Late(Thing):
    """Exists as soon as it is made, and is shown only after some more looks."""

    standalone = True

    @property
    def confirmed(self) -> bool:
        return True

    def __init__(self, around: Context, things: Things, name: str, *, unseen: int, **more: object) -> None:
        super().__init__(around, things, name, **more)  # type: ignore[arg-type]  # those of `Thing`
        self.unseen = unseen

    def _hidden(self) -> bool:
        hidden = self.id in self.things and self.unseen > 0
        self.unseen -= hidden
        return hidden

    async def read(self) -> Reading:
        reading = await super().read()
        return self.missing() if self._hidden() else reading

    async def removal(self) -> Reading:
        reading = await super().removal()
        return self.gone(self.id) if self._hidden() else reading


class Room(Thing):
    """Is refused as often as told, because what it stands on is not seen everywhere."""

    def __init__(self, around: Context, things: Things, *, code: str, times: int, operation: str = "s3:PutX") -> None:
        super().__init__(around, things, "room", needs=("house",))
        self.code, self.times, self.operation = code, times, operation

    async def carry_out(self, change: Change) -> None:
        if self.times > 0:
            self.times -= 1
            raise translate(self.code, f"not authorized to perform: {self.operation} on resource x", self.operation)
        await super().carry_out(change)


def row(checks: tuple[Check, ...], name: str) -> tuple[Status, str]:
    check = next(each for each in checks if each.id == name)
    return check.status, check.problem.id if check.problem else ""


@pytest.mark.parametrize("unseen", [0, 1, 3, 8])
def test_what_shows_late_is_made_once(unseen: int) -> None:
    around, things = context(), Things()
    progress = walk(Job.APPLY, around, Late(around, things, "house", unseen=unseen))
    assert row(progress.snapshot.checks, "house") == (Status.OK, "")
    assert things.log.count("create house") == 1
    assert around.state.setup.unseen == ()


@pytest.mark.parametrize("unseen", [0, 3, 8])
def test_what_a_walk_made_before_it_broke_off_is_not_made_again(unseen: int) -> None:
    around, things = context(), Things()
    things["house"] = "there"
    around.state.makes("house", around.ports.clock.now())
    progress = walk(Job.APPLY, around, Late(around, things, "house", unseen=unseen))
    assert row(progress.snapshot.checks, "house") == (Status.OK, "")
    assert "create house" not in things.log


@pytest.mark.parametrize("unseen", [0, 3, 8])
def test_a_removal_looks_for_what_may_not_show_yet(unseen: int) -> None:
    around, things = context(), Things()
    things["house"] = "there"
    around.state.makes("house", around.ports.clock.now())
    walk(Job.REMOVE, around, Late(around, things, "house", unseen=unseen))
    assert things == {}
    assert around.state.setup.made_at == {}


def test_what_never_came_to_be_is_made_after_aws_had_its_time() -> None:
    around, things = context(), Things()
    around.state.makes("house", around.ports.clock.now())
    progress = walk(Job.APPLY, around, Late(around, things, "house", unseen=0))
    assert row(progress.snapshot.checks, "house") == (Status.OK, "")
    assert things.log.count("create house") == 1


def test_a_walk_that_may_not_wait_ends_unfinished_and_blames_nobody() -> None:
    around, things = context(), Things()
    progress = walk(Job.APPLY, around, Late(around, things, "house", unseen=99), patience=0.0)
    assert row(progress.snapshot.checks, "house") == (Status.WAITING, "")
    assert things.log.count("create house") == 1
    assert around.state.setup.unseen == ("house",)


@pytest.mark.parametrize("code", ["NoSuchBucket", "NoSuchDistribution", "ResourceNotFoundException", "InvalidOrigin"])
def test_what_stands_on_something_new_waits_until_it_is_seen_everywhere(code: str) -> None:
    around, things = context(), Things()
    progress = walk(
        Job.APPLY, around, Late(around, things, "house", unseen=0), Room(around, things, code=code, times=5)
    )
    assert row(progress.snapshot.checks, "room") == (Status.OK, "")


@pytest.mark.parametrize(
    ("code", "operation", "times", "status"),
    [
        ("AccessDeniedException", "cloudfront:AllowVendedLogDeliveryForResource", 4, Status.OK),
        ("AccessDeniedException", "cloudfront:AllowVendedLogDeliveryForResource", 99, Status.FAILED),
        ("AccessDenied", "s3:PutBucketPolicy", 1, Status.FAILED),  # hangs on no tag
        ("MalformedPolicy", "s3:PutBucketPolicy", 1, Status.FAILED),
    ],
)
def test_only_a_denial_that_may_hang_on_new_tags_is_waited_out(
    code: str, operation: str, times: int, status: Status
) -> None:
    around, things = context(), Things()
    house = Late(around, things, "house", unseen=0)
    progress = walk(Job.APPLY, around, house, Room(around, things, code=code, times=times, operation=operation))
    assert row(progress.snapshot.checks, "room")[0] is status


def test_what_stands_on_something_old_does_not_wait() -> None:
    around, things = context(), Things()
    things["house"] = "there"
    room = Room(around, things, code="NoSuchBucket", times=1)
    progress = walk(Job.APPLY, around, Late(around, things, "house", unseen=0), room)
    assert row(progress.snapshot.checks, "room") == (Status.FAILED, "aws-missing")


def test_what_aws_says_is_there_is_looked_for_until_it_shows() -> None:
    class Taken(Late):
        async def carry_out(self, change: Change) -> None:
            if change.action is Action.CREATE and self.unseen > 0:
                self.unseen -= 1
                raise NotShownError
            await super().carry_out(change)

    around, things = context(), Things()
    progress = walk(Job.APPLY, around, Taken(around, things, "house", unseen=4))
    assert row(progress.snapshot.checks, "house") == (Status.OK, "")


def test_the_pauses_grow_and_add_up_to_what_aws_may_need() -> None:
    pauses, looks = 0.0, 0
    while pauses < visibility.SHOWN_WITHIN:
        pauses, looks = pauses + visibility.pause_after_misses(looks), looks + 1
    assert [visibility.pause_after_misses(each) for each in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    assert looks == 14


def test_denials_that_may_pass_are_those_of_the_policys_own_tags() -> None:
    assert "cloudfront:UpdateDistribution" in bound_to_tags()
    assert "s3:PutBucketPolicy" not in bound_to_tags()
    error = translate("AccessDenied", "User x is not authorized to perform: acm:DeleteCertificate", "acm:X")
    assert isinstance(error, AwsError)
    assert visibility.patience_with(error) == visibility.TAGS_SEEN_WITHIN
