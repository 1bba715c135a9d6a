"""Sign-ins for AWS calls: the chosen source, stored keys, or a session that an MFA code brought."""

import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from msgspec import Struct

from wizard.aws.client import AwsClient
from wizard.aws.errors import CODE_NEEDED, AwsError, translate
from wizard.aws.keys import Keys, KeySource, Secret
from wizard.aws.services.iam import mfa_devices
from wizard.aws.services.sts import caller, session_keys
from wizard.aws.timeouts import WALK
from wizard.credentials import discovery, keyring_store
from wizard.credentials.key_entry import code as cleaned
from wizard.credentials.source import CredentialKind
from wizard.model.ports import Aws
from wizard.model.setup import Setup
from wizard.model.threads import in_thread

_USER = re.compile(r":user/(?:.*/)?([^/]+)$")

MARGIN = 60.0
"""Seconds before its end from which a sign-in is not used any more."""

SESSION = 12 * 3600
"""Seconds that a sign-in with a second factor lasts (STS API reference, GetSessionToken: the usual length)."""

HIDDEN = frozenset({"denied-explicitly"})
"""Problems that may really mean: sign in with the second factor first."""


class Factor(Struct, frozen=True):
    """The second factor that a source wants."""

    serial: str
    of_role: bool
    """Whether it belongs to a role of a profile; else to an IAM user's keys."""


class SignIns:
    """Knows what signs, and keeps in memory what second factors brought.

    Args:
        home: snowpixel's data folder, where it is noted which setups have kept keys.
        now: this computer's time.
    """

    def __init__(self, home: Path, now: Callable[[], float] = time.time) -> None:
        self._home = home
        self._now = now
        self._brought: dict[str, Keys] = {}

    def source(self, given: KeySource, setup: Setup | None) -> KeySource:
        """Return what signs for a setup. Blocking: the key store may be asked.

        Args:
            given: what was given for this run, or the setup's profile; empty where neither is.
            setup: the setup whose kept keys count where nothing else is given.

        Raises:
            AwsError: there are kept keys, and they cannot be read.
        """
        if not given.keys and not given.profile and setup and (kept := keyring_store.kept(self._home, setup)):
            given = replace(given, keys=kept)
        brought = self._brought.get(_name(given))
        if brought and (brought.expires or 0) - MARGIN > self._now():
            return KeySource(brought, None, given.endpoint)
        return given

    async def with_code(self, given: KeySource, setup: Setup | None, region: str, digits: str) -> None:
        """Sign in with an MFA code; from now on that is what signs.

        Args:
            given: as for `source`.
            setup: as for `source`.
            region: where STS is asked.
            digits: the MFA code.

        Raises:
            wizard.model.validators.InvalidChoice: it doesn't have 6 digits.
            AwsError: AWS does not take them, or there is no second factor.
        """
        code = cleaned(digits)
        self._brought.pop(_name(given), None)
        source = await in_thread(self.source, given, setup)
        factor = await self.factor(source, region)
        if factor.of_role:
            brought = await AwsClient(source, region, WALK, code=code).temporary()
        else:
            brought = await _session_token(AwsClient(source, region, WALK), factor.serial, code)
        self._brought[_name(given)] = self._brought[_name(source)] = brought

    async def factor(self, source: KeySource, region: str) -> Factor:
        """Find the second factor of a source.

        Raises:
            AwsError: it has none, or IAM does not say.
        """
        found = None if source.keys else discovery.in_use(await in_thread(discovery.find, source.profile))
        if found and found.mfa_serial:
            return Factor(found.mfa_serial, found.kind == CredentialKind.ROLE)
        devices = await devices_of(AwsClient(source, region, WALK))
        if not devices:
            raise translate(CODE_NEEDED, "an MFA device, which this user doesn't have", "sts:GetSessionToken")
        return Factor(devices[0], of_role=False)


async def devices_of(aws: Aws) -> tuple[str, ...]:
    """Return the second factors of the IAM user who signs; nobody else has any.

    Raises:
        AwsError: IAM does not say.
    """
    user = _USER.search((await caller(aws)).arn)
    return await mfa_devices(aws, user[1]) if user else ()


async def _session_token(aws: AwsClient, serial: str, code: str) -> Keys:
    made = await session_keys(aws, serial, code, SESSION)
    return Keys(
        made.access_key_id,
        Secret(made.secret_access_key),
        Secret(made.session_token),
        made.expiration.timestamp(),
    )


def _name(source: KeySource) -> str:
    """Return what a sign-in is remembered under: keys by their id, profiles by their name."""
    return f"key {source.keys.access_key_id}" if source.keys else f"profile {source.profile}"


async def second_factor(aws: Aws, error: AwsError) -> AwsError | None:
    """Tell whether a refusal really means that the second factor is missing; some accounts deny everything without."""
    if error.problem.id not in HIDDEN:
        return None
    try:
        devices = await devices_of(aws)
    except AwsError:
        return None
    return translate(CODE_NEEDED, devices[0], error.operation) if devices else None
