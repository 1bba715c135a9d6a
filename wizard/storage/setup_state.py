"""The state of a setup during a walk: in memory, or on disk whenever somebody waits for that."""

import threading
from typing import Any, Protocol

from msgspec.structs import asdict, replace

from wizard.model.setup import Setup
from wizard.model.threads import in_thread


class Keeper(Protocol):
    """Where a setup is saved. Both calls block, and raise what keeps them from writing."""

    def save(self, setup: Setup, *, keep: bool = True) -> None:
        """Write a setup; with `keep`, the file that is there now becomes the previous copy."""
        ...

    def keep(self, name: str) -> None:
        """Make the file as it is now the previous copy."""
        ...


class MemoryState:
    """A setup held in memory; implements `wizard.model.context.SetupState`."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup

    @property
    def setup(self) -> Setup:
        """The newest state."""
        return self._setup

    def update(self, *, rides: bool = False, **fields: Any) -> None:
        """Set fields of the setup itself, if anything differs.

        Args:
            rides: whether it is enough that this is saved together with whatever comes next.
            fields: the new values.
        """
        changed = replace(self._setup, **fields)
        if changed != self._setup:
            self._change(changed, rides=rides)

    def record(self, **made: Any) -> None:
        """Set fields of `Made`, if anything differs."""
        self.update(made=replace(self._setup.made, **made))

    def choose(self, **choices: Any) -> None:
        """Set fields of `Choices`, if anything differs."""
        self.update(choices=replace(self._setup.choices, **choices))

    def waiting_since(self, item: str, now: float) -> float:
        """Return when the wait of `item` began: `now`, if it begins now."""
        if item not in self._setup.waits:
            self.update(waits={**self._setup.waits, item: now})
        return self._setup.waits[item]

    def makes(self, item: str, now: float | None) -> None:
        """Note that a thing of its own is being made at `now`, which no look has shown; with None, that it was not."""
        made_at = {name: at for name, at in self._setup.made_at.items() if name != item}
        unseen = tuple(name for name in self._setup.unseen if name != item)
        if now is not None:
            made_at, unseen = {**made_at, item: now}, (*unseen, item)
        self.update(rides=True, made_at=made_at, unseen=unseen)

    def stands(self, item: str, *, now: bool) -> None:
        """Note that a look has shown a resource: as wanted now, or taken away by us."""
        stood = set(self._setup.stood)
        unseen = tuple(name for name in self._setup.unseen if name != item)
        made_at = {name: at for name, at in self._setup.made_at.items() if now or name != item}
        stood = stood | {item} if now else stood - {item}
        self.update(rides=True, stood=tuple(sorted(stood)), made_at=made_at, unseen=unseen)

    def waited(self, item: str) -> None:
        """Forget the wait of `item`: it has ended."""
        if item in self._setup.waits:
            waits = {name: since for name, since in self._setup.waits.items() if name != item}
            self.update(rides=True, waits=waits)

    def forget_made(self) -> None:
        """Drop all names and ids except the account: everything was removed."""
        self.update(made_at={}, unseen=())
        fresh = asdict(type(self._setup.made)()) | {"account": self._setup.made.account}
        self.record(**fresh)

    async def saved(self, *, riding: bool = False) -> None:
        """Return at once: in memory there is nothing to wait for."""

    def _change(self, setup: Setup, *, rides: bool) -> None:
        del rides
        self._setup = setup


COPIED_EVERY = 5
"""Saves of one walk from one previous copy to the next; each copy costs two flushes."""


class SavedState(MemoryState):
    """A setup's state that is on the disk whenever somebody waited for that, and at its end.

    Changes are made on one thread, the event loop's, and written by others. Whoever waits has its change written by a
    thread of its own; these take turns, each writes the newest state of all, and one whose change another has written
    in the meantime has nothing left to do. So branches of a walk that save at the same time share one save, and a save
    that is given up halfway can never put an older state over a newer one.

    The previous copy is made anew with every `COPIED_EVERY`th save, so that a walk that is cut off can go on from one
    that knows nearly all of what was made, and at the end: of the last save but one, or where nothing was left to save
    of the last.
    """

    def __init__(self, store: Keeper, setup: Setup) -> None:
        super().__init__(setup)
        self._store = store
        self._turn = threading.Lock()
        self._changes = 0
        """How many changes were made; the number of the newest."""
        self._due = 0
        """The newest change that may not wait for company."""
        self._saves = 0
        self._written = 0
        """The newest change that is on the disk."""
        self._told = False
        """Whether somebody knows already that it could not be saved."""
        self._closed = False

    async def saved(self, *, riding: bool = False) -> None:
        """Return once everything recorded so far is on the disk; the event loop goes on meanwhile.

        Args:
            riding: also what may wait for the next save.

        Raises:
            StoreError: it cannot be saved.
        """
        wanted = self._changes if riding else self._due
        if self._written >= wanted:
            return
        try:
            await in_thread(self._write, wanted)
        except Exception:
            self._told = True
            raise

    def close(self) -> None:
        """Write what is left, and nothing afterwards: whoever was given up may still be on its way to a save.

        Raises:
            StoreError: it cannot be saved, and nobody was told yet.
        """
        with self._turn:
            if self._closed:
                return
            self._closed = True
            try:
                if self._written < self._changes:
                    self._store.save(self._setup)
                elif self._written:
                    self._store.keep(self._setup.name)
            except Exception:
                if not self._told:
                    raise

    def drop(self) -> None:
        """Write nothing any more: the file was deleted on purpose."""
        with self._turn:
            self._closed = True

    def _change(self, setup: Setup, *, rides: bool) -> None:
        self._setup = setup  # before the number: a thread that reads in between writes more than it has to, never less
        self._changes += 1
        if not rides:
            self._due = self._changes

    def _write(self, wanted: int) -> None:
        """Have the change of that number on the disk; where a save is needed for it, all others go along."""
        with self._turn:
            if self._closed or self._written >= wanted:
                return
            number, setup = self._changes, self._setup  # in this order, see `_change`
            self._saves += 1
            self._store.save(setup, keep=self._saves % COPIED_EVERY == 0)
            self._written = number
