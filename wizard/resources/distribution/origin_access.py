"""The origin access control (OAC) with which CloudFront reads the private bucket."""

from collections.abc import Sequence

from wizard.aws.errors import MISSING, AwsError
from wizard.aws.listing import everything
from wizard.aws.services import cloudfront
from wizard.aws.services.cloudfront import (
    ACCESS_CONTROLS,
    DISTRIBUTIONS,
    AccessControlConfig,
    AccessControlSummary,
    FoundAccessControl,
)
from wizard.model.results import Action, Actor, Change, Difference
from wizard.resources.distribution.on_distribution import CHANGED_MEANWHILE
from wizard.resources.found_again import OWN_NAME, AccountSearch, ShownSetup, Trace
from wizard.resources.resource import NotShownError, NotYetError, Presence, Reading, Resource, StoppedError

EDITED = "The origin access control was just changed; reading it again"
"""Said while an `ETag` is not, or no longer, that of the newest version."""


async def found_access_controls(search: AccountSearch) -> Sequence[Trace]:
    """List those of every setup in an account.

    Raises:
        AwsError: AWS refused.
    """
    listed = await everything(search.aws, ACCESS_CONTROLS)
    return [
        Trace(
            match["id"],
            ShownSetup(names=(one.description.removeprefix("snowpixel "),), made={"origin_access_control": one.id}),
        )
        for one in listed
        if (match := OWN_NAME.fullmatch(one.name))
    ]


class OriginAccess(Resource):
    """The signing identity that CloudFront uses towards S3."""

    id = "origin-access"
    title = "CloudFront's access to the private bucket (origin access control)"
    parent = "identity"
    needs = ("earlier-setup",)
    standalone = True
    saved_as = "origin_access_control"

    @property
    def _config(self) -> AccessControlConfig:
        setup = self.context.state.setup
        return AccessControlConfig(
            name=f"snowpixel-{setup.id}",
            description=f"snowpixel {setup.known_as}",
            signing_protocol="sigv4",
            signing_behavior="always",
            origin_type="s3",
        )

    async def read(self) -> Reading:
        """Compare its settings."""
        if not self.confirmed:
            return self.missing()
        try:
            found = await self._get()
        except AwsError as error:
            if error.code in MISSING:
                return self.absent("The origin access control doesn't exist", "Create the origin access control")
            raise
        has = found.settings.properties()
        wanted = self._config.properties()
        wrong = tuple(Difference(name, has[name], value) for name, value in wanted.items() if has[name] != value)
        if wrong:
            return self.differs("The origin access control was changed", *wrong)
        return self.fine("The origin access control is in place")

    def missing(self) -> Reading:
        """Nothing there yet."""
        return self.absent("The origin access control isn't created yet", "Create the origin access control")

    async def carry_out(self, change: Change) -> None:
        """Create, correct, or delete it."""
        steps = {Action.CREATE: self._create, Action.UPDATE: self._update, Action.DELETE: self._delete}
        await steps[change.action]()

    async def _create(self) -> None:
        self.context.state.record(origin_access_control=None)  # that of one that is gone
        try:
            made: str | None = await cloudfront.create_access_control(self.context.ports.aws, self._config)
        except AwsError as error:
            if error.code != "OriginAccessControlAlreadyExists":
                raise
            made = await self._by_name()  # the name carries our id: an earlier reply was lost
            if made is None:
                raise NotShownError from None
        self.context.state.record(origin_access_control=made)

    async def _by_name(self) -> str | None:
        """Return the id of the one that has our name, None where none has."""
        for one in await everything(self.context.ports.aws, ACCESS_CONTROLS):
            if one.name == self._config.name:
                return self._ours(one)
        return None

    def _ours(self, found: AccessControlSummary) -> str:
        """Return its id, unless somebody else uses our name for something of their own."""
        if found.description != self._config.description:
            raise StoppedError(
                f"Another origin access control is called {found.name}",
                "foreign-origin-access",
                name=found.name,
                found=found.id,
            )
        return found.id

    async def _update(self) -> None:
        aws, made, found = self.context.ports.aws, self.context.made.origin_access_control, await self._get()
        try:
            await cloudfront.update_access_control(aws, made, found.etag, self._config)
        except AwsError as error:
            if error.code not in CHANGED_MEANWHILE:
                raise
            raise self._not_yet(Action.UPDATE, EDITED) from None

    async def removal(self) -> Reading:
        """Delete it once the distribution is gone."""
        if not self.confirmed:
            self.context.state.record(origin_access_control=await self._by_name())  # a lost reply told its id
        reading = await self.read()
        if reading.presence is Presence.ABSENT:
            return self.gone("The origin access control is gone")
        return self.to_delete("The origin access control exists", "Delete the origin access control")

    async def _delete(self) -> None:
        aws, made, found = self.context.ports.aws, self.context.made.origin_access_control, await self._get()
        try:
            await cloudfront.delete_access_control(aws, made, found.etag)
        except AwsError as error:
            if error.code in CHANGED_MEANWHILE:
                raise self._not_yet(Action.DELETE, EDITED) from None
            if error.code != "OriginAccessControlInUse":
                raise
            if not await self._used():  # CloudFront still counts a distribution that is gone
                summary = "CloudFront hasn't released the origin access control yet"
                raise self._not_yet(Action.DELETE, summary) from None
            raise StoppedError(
                "Another distribution uses the origin access control", "origin-access-in-use", name=self._config.name
            ) from error

    def _not_yet(self, action: Action, summary: str) -> NotYetError:
        return NotYetError(Change(self.id, action, Actor.AWS, summary, typical=60, every=5))

    async def _used(self) -> bool:
        """Whether a distribution of the account refers to it."""
        made = self.context.made.origin_access_control
        listed = await everything(self.context.ports.aws, DISTRIBUTIONS)
        return any(origin.origin_access_control_id == made for one in listed for origin in one.origins.items)

    async def _get(self) -> FoundAccessControl:
        return await cloudfront.get_access_control(self.context.ports.aws, self.context.made.origin_access_control)
