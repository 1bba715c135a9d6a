"""A walk that belongs to the app: pages come and go while it runs."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from textual.worker import Worker

from wizard.engine.progress import Progress
from wizard.model.results import Item, Job, Phase
from wizard.model.setup import Setup
from wizard.service import PreparedWalk
from wizard.storage.store import StoreError
from wizard.wording.setup_map import SetupMap, setup_map

WRITES = frozenset({Job.APPLY, Job.REPAIR, Job.REMOVE})
"""The walks that change something in the world."""


@dataclass
class BackgroundWalk:
    """One walk, as pages see it.

    Attributes:
        job: which walk.
        name: the setup's name.
        running: the walk itself.
        error: why it could not run, in plain words; empty while all is well.
        over: whether it has ended.
        shown_dns: whether the DNS page opened by itself already.
        asked: decisions that were put to the user already.
        worker: what runs it.
        clock: seconds that only grow.
        watcher: what calls the user while it runs.
    """

    job: Job
    name: str
    running: PreparedWalk
    clock: Callable[[], float] = time.monotonic
    took: float = 0.0
    error: str = ""
    over: bool = False
    shown_dns: bool = False
    asked: set[str] = field(default_factory=set)
    worker: Worker[None] | None = None
    watcher: Worker[None] | None = None
    began: float = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.clock()

    @property
    def progress(self) -> Progress:
        """Where the walk shows itself."""
        return self.running.progress

    def map_of(self, saved: Setup) -> SetupMap:
        """Return the setup as a map, with the names that exist by now.

        Args:
            saved: the setup as it was before the walk.
        """
        newest = self.running.state.setup if self.running.state else saved
        return setup_map(newest.choices, newest.made, self.progress.snapshot)

    @property
    def elapsed(self) -> float:
        """Seconds since it began, standing still once it has ended."""
        return self.took if self.over else self.clock() - self.began

    @property
    def writing(self) -> bool:
        """Whether a call that changes something may be under way at this moment."""
        if self.over or self.job not in WRITES:
            return False
        return any(_acting(item) for item in self.progress.snapshot.items)

    def stop(self) -> None:
        """End the walk; for those that only wait or look."""
        if self.worker:
            self.worker.cancel()

    async def carry_on(self, over: Callable[["BackgroundWalk"], None]) -> None:
        """Run the walk to its end, and say so. What goes wrong is kept as words: it must not take the app down."""
        try:
            await self.running.run()
        except StoreError as error:
            self.error = str(error)
        except Exception as error:  # noqa: BLE001 - the page says it; every result so far is saved
            self.error = f"Internal error in snowpixel ({type(error).__name__}). Nothing is lost: run it again."
        finally:
            self.took = self.elapsed
            self.over = True
            over(self)


def _acting(item: Item) -> bool:
    return item.phase is Phase.RUNNING and item.wait is None and item.decision is None
