"""When the user's attention is needed: long work or waits that ended, and decisions."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files

from screens.texts.browser_proof import is_proof
from wizard.model.results import Actor, Snapshot, Status

LONG = 10.0
"""Seconds from which on nobody is expected to have stayed and looked."""


def _read() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(files("assets").joinpath("notices.toml").read_text(encoding="utf-8"))


WORDS = _read()
TRIAL = WORDS["trial"]["call"]


def ended(snapshot: Snapshot, error: str, took: float, long: float = LONG) -> str:
    """Return what to notify of when a walk has ended; empty where it was short, or the user stopped it.

    Args:
        snapshot: how it ended.
        error: why it could not run on; empty if it could.
        took: seconds.
        long: seconds from which on a walk is long.
    """
    if took < long or not (snapshot.finished or error):
        return ""
    status = Status.FAILED if error else snapshot.status
    job = WORDS["job"]["proof" if is_proof(snapshot) else snapshot.job]
    return WORDS["ended"][status].format(setup=snapshot.setup, job=job)


class AttentionWatch:
    """Looks for what is worth a call while a walk goes on: the user's turn, and waits that are over.

    Args:
        now: when it began, in seconds of any clock.
        long: seconds from which on a wait is long; as long, at least, lies between two calls.
    """

    def __init__(self, now: float, long: float = LONG) -> None:
        self._long = long
        self._called = now
        self._waits: dict[str, float] = {}
        """Since when we have seen an item wait."""
        self._turns: set[str] = set()
        """What the user was called for already."""

    def look(self, snapshot: Snapshot, now: float) -> str:
        """Take in a snapshot; return what to call, mostly nothing."""
        over = self._over(snapshot, now)
        told = self._turn(snapshot) or (WORDS["wait"]["over"].format(setup=snapshot.setup, stage=over) if over else "")
        if snapshot.finished or not told or now - self._called < self._long:
            return ""
        self._called = now
        self._turns |= _turns(snapshot)
        return told

    def _turn(self, snapshot: Snapshot) -> str:
        fresh = sorted(_turns(snapshot) - self._turns)
        return WORDS["turn"][fresh[0]].format(setup=snapshot.setup) if fresh else ""

    def _over(self, snapshot: Snapshot, now: float) -> str:
        """Return the title of a stage in which a long wait has ended."""
        waiting = {item.id for item in snapshot.items if item.wait}
        ends = {item for item, since in self._waits.items() if item not in waiting and now - since >= self._long}
        self._waits = {item: self._waits.get(item, now) for item in waiting}
        titles = [stage.title for stage in snapshot.stages if any(item.id in ends for item in stage.items)]
        return titles[0] if titles else ""


def _turns(snapshot: Snapshot) -> set[str]:
    """Return what needs the user at this moment."""
    deeds = any(item.wait and item.wait.actor is Actor.USER for item in snapshot.items)
    deed = {"records" if snapshot.records else "deed"} if deeds else set()
    return deed | ({"question"} if snapshot.decisions else set())
