"""Opens the proof's page for `browse`; its address is said first."""

from types import TracebackType
from typing import Self

from wizard.commands.session import Session
from wizard.engine.progress import Progress
from wizard.model.results import Update
from wizard.model.setup import Setup
from wizard.model.threads import in_thread
from wizard.resources.proof.browser_run import address_in, taken_in
from wizard.service import Service
from wizard.snowplow.browserproof.browser_opening import Opening


class Opener:
    """Shows the address as soon as it is there, and opens it.

    Args:
        session: where to speak.
        service: the product, which knows whether this is practice.
        setup: the setup that is proved.
        opens: whether to open a browser at all.

    Attributes:
        taken: what is taken over from a page of the user's, in plain words; empty where nothing is.
    """

    def __init__(self, session: Session, service: Service, setup: Setup, *, opens: bool) -> None:
        here = service.environment
        self._session = session
        self._opening = Opening(here.network, setup, practice=here.zone is not None)
        self._opens = opens
        self._shown = False
        self.taken = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the throw-away browser; the user's own one is left alone."""
        self._opening.close()

    async def __call__(self, _progress: Progress, update: Update) -> None:
        """Act on one update of the walk."""
        address = address_in(update.snapshot)
        if address is None or self._shown:
            return
        self._shown = True
        self.taken = taken_in(update.snapshot)
        if self.taken:
            self._session.say(self.taken)
        self._session.say(f"Open this address in a browser on this computer: {address}")
        if self._opens:
            self._session.say(await in_thread(self._opening.show, address))
