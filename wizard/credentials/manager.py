"""The credentials of one run: finds them, signs with them, and keeps or forgets them."""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from wizard.aws.client import AwsClient
from wizard.aws.identity import Ending, Identity, who_am_i
from wizard.aws.keys import Keys, KeySource
from wizard.credentials import (
    diagnosis,
    discovery,
    environment_variables,
    keyring_store,
    risks,
    settings_check,
    shared_files,
)
from wizard.credentials.discovery import find, in_use
from wizard.credentials.sign_in import SignIns
from wizard.credentials.source import CredentialKind, CredentialSource
from wizard.model.ports import Aws
from wizard.model.results import Problem
from wizard.model.setup import Setup
from wizard.model.threads import in_thread

LONG_LIVED = "AKIA"
"""How the ids of keys without an end begin (IAM guide, unique identifiers)."""


class KnownIdentity(Struct, frozen=True):
    """Whom AWS knows, and what to beware of."""

    who: Identity
    warnings: tuple[Problem, ...] = ()


class CredentialManager:
    """Finds, keeps and renews.

    Args:
        home: snowpixel's data folder.
        now: this computer's time, which is compared with AWS's before the first signed call.
    """

    def __init__(self, home: Path, now: Callable[[], float] = time.time) -> None:
        self._home = home
        self._now = now
        self._clock_is_right = False
        self.signs = SignIns(home, now)

    # Finding.

    def found(self, given: KeySource, setup: Setup | None = None) -> tuple[CredentialSource, ...]:
        """List every place with credentials; nobody is contacted. Blocking.

        Args:
            given: what was given for this run, or the setup's profile.
            setup: the setup whose kept keys are listed too.
        """
        listed = find(given.profile)
        if setup is None or not keyring_store.is_kept(self._home, setup):
            return listed
        wins = not given.keys and not given.profile
        kept = CredentialSource(
            None,
            CredentialKind.KEPT,
            place="this computer's key store",
            detail=f"saved for the setup {setup.name}",
            long_lived=True,
            wins=wins,
            why="it was saved for this setup" if wins else "",
        )
        return (kept, *(_without_crown(one) if wins else one for one in listed))

    def elsewhere(self, given: KeySource) -> Problem | None:
        """Return what leads calls to another server than AWS's; None in a practice world. Blocking."""
        if given.endpoint or not settings_check.names_endpoints():
            return None
        named = environment_variables.profile()
        profile = given.profile or (named[0] if named else discovery.USUAL)
        return settings_check.elsewhere(shared_files.read(), profile)

    async def known(self, aws: Aws, elsewhere: Problem | None = None) -> KnownIdentity:
        """Ask AWS whose credentials these are, and what they risk.

        Args:
            aws: the way to call AWS.
            elsewhere: what leads calls to another server, if anything does.

        Raises:
            wizard.aws.errors.AwsError: they do not work.
        """
        who = await who_am_i(aws)
        lasting = isinstance(aws, AwsClient) and (aws.access_key_id or "").startswith(LONG_LIVED)
        warnings = await risks.risks(aws, who, long_lived=lasting)
        return KnownIdentity(who, (elsewhere, *warnings) if elsewhere else warnings)

    # Calling.

    def prepare(self, aws: Aws, setup: Setup | None) -> None:
        """Let a client sign with what counts for a setup, and compare the clock before the run's first call."""
        if not isinstance(aws, AwsClient):
            return
        aws.resolve = lambda given: self.signs.source(given, setup)
        aws.explain = diagnosis.explained
        aws.clock = None if self._clock_is_right else self._looked_at

    def _looked_at(self) -> float:
        self._clock_is_right = True  # a wrong one raises, and the run ends there
        return self._now()

    async def ends(self, aws: Aws, given: KeySource) -> float | None:
        """Return when the sign-in in use ends: as its keys say, else as its cache on this computer says."""
        ends = await aws.ends() if isinstance(aws, Ending) else None
        if ends is not None or given.keys:
            return ends
        used = in_use(await in_thread(find, given.profile))
        return used.expires if used else None

    # Keeping.

    def keep(self, setup: Setup, keys: Keys) -> str:
        """Keep typed keys in the operating system's key store; return where. Blocking.

        Raises:
            wizard.credentials.keyring_store.CannotKeepError: they could not be kept.
        """
        return keyring_store.keep(self._home, setup, keys)

    def is_kept(self, setup: Setup) -> bool:
        """Whether keys are kept for a setup."""
        return keyring_store.is_kept(self._home, setup)

    def forget(self, setup: Setup) -> bool:
        """Delete the kept keys of a setup; False if there were none. Blocking.

        Raises:
            wizard.credentials.keyring_store.CannotKeepError: the store cannot be used.
        """
        return keyring_store.forget(self._home, setup)

    def forget_if_possible(self, setup: Setup) -> None:
        """Delete the kept keys of a setup that is gone; a store that is locked keeps them."""
        with suppress(keyring_store.CannotKeepError):
            keyring_store.forget(self._home, setup)


def _without_crown(one: CredentialSource) -> CredentialSource:
    return replace(one, wins=False, why="")
