"""How often a wait is looked at: quick at first, seldom after hours, quick again when something new is seen."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.engine.look_schedule import FRESH_STARTS, JITTER, PACES, LookSchedule, pause_after
from wizard.model.elapsed import elapsed
from wizard.model.results import Action, Actor, Change
from wizard.net.clock import SystemClock

MINUTE, HOUR = 60.0, 3600.0


class Standing(SystemClock):
    """A clock that a test sets."""

    def __init__(self, pace: float = 1.0) -> None:
        super().__init__(pace)
        self.time = 1_800_000_000.0

    def now(self) -> float:
        return self.time


def change(every: float = 5.0, *, steady: bool = False) -> Change:
    return Change("item", Action.UPDATE, Actor.AWS, "Wait", every=every, steady=steady)


PAUSES = [
    (0, 5, 5),
    (299, 5, 5),
    (300, 5, 15),
    (29 * MINUTE, 5, 15),
    (30 * MINUTE, 5, 60),
    (119 * MINUTE, 5, 60),
    (2 * HOUR, 5, 300),
    (90 * HOUR, 5, 300),
    (0, 1, 1),
    (0, 30, 30),
    (10 * MINUTE, 30, 30),
    (40 * MINUTE, 30, 60),
    (3 * HOUR, 600, 600),
]


@pytest.mark.parametrize(("waited", "first", "pause"), PAUSES)
def test_the_pause_grows_with_the_time_that_a_wait_has_lasted(waited: float, first: float, pause: float) -> None:
    assert pause_after(waited, first) == pause
    assert pause_after(waited, first, steady=True) == first


@given(st.floats(0, 1e9), st.floats(0, 1e9), st.floats(0.1, 3600))
def test_a_longer_wait_is_never_looked_at_more_often(one: float, other: float, first: float) -> None:
    shorter, longer = sorted((one, other))
    assert first <= pause_after(shorter, first) <= pause_after(longer, first) <= max(first, PACES[-1][1])


def test_the_table_only_grows() -> None:
    for (begins, pause), (later, longer) in pairwise(PACES):
        assert begins < later
        assert pause < longer


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
def test_chance_makes_a_pause_longer_and_never_shorter(chance: float) -> None:
    clock = Standing()
    schedule = LookSchedule(clock, lambda: chance)
    assert schedule.pause("item", clock.now(), change(), seen="", made=0) == 5 * (1 + JITTER * chance)


def paced(clock: Standing) -> Callable[..., float]:
    """Return a schedule without chance: the pause for what was seen and made, of a wait that began now."""
    schedule, since = LookSchedule(clock, lambda: 0.0), clock.now()
    return lambda seen="missing", made=0, **of: schedule.pause("item", since, change(**of), seen=seen, made=made)


def test_a_wait_that_began_in_an_earlier_walk_goes_on_at_its_pace() -> None:
    clock = Standing()
    assert LookSchedule(clock, lambda: 0.0).pause("item", clock.now() - HOUR, change(), seen="", made=0) == 60


def test_what_was_made_in_this_walk_is_looked_at_quickly_however_old_the_wait() -> None:
    clock = Standing()
    schedule = LookSchedule(clock, lambda: 0.0)
    assert schedule.pause("item", clock.now() - 9 * HOUR, change(), seen="", made=1) == 5
    clock.time += 10 * MINUTE
    assert schedule.pause("item", clock.now() - 9 * HOUR, change(), seen="", made=1) == 15
    assert schedule.pause("item", clock.now() - 9 * HOUR, change(), seen="", made=2) == 5


def test_another_item_has_a_pace_of_its_own() -> None:
    clock = Standing()
    schedule = LookSchedule(clock, lambda: 0.0)
    assert schedule.pause("old", clock.now() - 9 * HOUR, change(), seen="", made=0) == 300
    assert schedule.pause("new", clock.now(), change(), seen="", made=0) == 5


def test_something_new_makes_the_wait_quick_again_and_the_same_again_does_not() -> None:
    clock = Standing()
    pause = paced(clock)
    assert pause() == 5
    clock.time += 3 * HOUR
    assert pause() == 300
    assert pause("half") == 5
    clock.time += 10 * MINUTE
    assert pause("half") == 15
    clock.time += 3 * HOUR
    assert pause("missing") == 300
    assert pause("half") == 300


def test_what_changes_at_every_look_does_not_keep_a_wait_quick() -> None:
    clock = Standing()
    pause, quick = paced(clock), 0
    pause("0")
    for number in range(1, 50):
        clock.time += HOUR
        quick += pause(str(number)) == 5
    assert quick == FRESH_STARTS


def test_what_asks_nobody_else_keeps_its_pace() -> None:
    clock = Standing()
    pause = paced(clock)
    clock.time += 3 * HOUR
    assert pause(every=1.0, steady=True) == 1


@pytest.mark.parametrize(("pace", "lasted"), [(1.0, 60.0), (0.05, 1200.0), (0.0, 60.0), (2.0, 30.0)])
def test_time_is_counted_at_the_clocks_pace(pace: float, lasted: float) -> None:
    clock = Standing(pace)
    since = clock.now()
    clock.time += 60
    assert elapsed(clock, since) == pytest.approx(lasted)


def test_a_clock_that_was_put_back_counts_as_no_time() -> None:
    clock = Standing()
    assert elapsed(clock, clock.now() + HOUR) == 0
