"""The two private buckets: one for content, one for the access logs."""

from collections.abc import Sequence
from enum import StrEnum

from wizard.aws.bucket import our_bucket
from wizard.aws.errors import MISSING, AwsError
from wizard.aws.services.s3 import OurBucket, RefusedDeletion, create_bucket
from wizard.model.context import DELETE_LOGS, YES, Context
from wizard.model.results import Action, Actor, Change
from wizard.model.setup import Made
from wizard.resources.buckets.pixel_objects import KEYS
from wizard.resources.resource import TAG_ID, NotYetError, Presence, Reading, Resource, StoppedError

TYPICAL_REUSE = 1800.0
"""Seconds until S3 lets a deleted bucket's name be used again; up to an hour."""

PAGE = 1000
"""Most objects that one DeleteObjects call takes (S3 API reference)."""

SHOWN = 5
"""Most files of others that are named."""


class Role(StrEnum):
    """What a bucket is for."""

    CONTENT = "content"
    LOGS = "log"


def bucket_of(made: Made, role: Role) -> str | None:
    """Return the recorded name of a bucket."""
    return made.content_bucket if role is Role.CONTENT else made.log_bucket


NO_TAGS_YET = "UnsupportedArgument"
"""Code of an S3 that takes no tags while it creates a bucket (terraform-provider-aws #45566, #45684, #45784)."""


class Bucket(Resource):
    """A bucket in the account's own namespace, where nobody else can take its name."""

    parent = "identity"
    needs = ("earlier-setup",)
    standalone = True

    def __init__(self, context: Context, role: Role) -> None:
        super().__init__(context)
        self.role = role
        self.id = f"{role}-bucket"
        self.removed_after = ("origin-access",) if role is Role.CONTENT else ("delivery",)
        self._just_made = False
        """Made in this walk: nothing of others can be in it."""
        self.title = "Private bucket for the pixel" if role is Role.CONTENT else "Private bucket for the access logs"

    @property
    def name(self) -> str:
        """The bucket's name: the recorded one, else built from id, account and region as the namespace wants it."""
        made, setup = self.context.made, self.context.state.setup
        word = "content" if self.role is Role.CONTENT else "logs"
        return bucket_of(made, self.role) or f"snowpixel-{setup.id}-{word}-{made.account}-{setup.choices.region}-an"

    @property
    def recorded(self) -> bool:
        """Whether its name was saved."""
        return bucket_of(self.context.made, self.role) is not None

    async def read(self) -> Reading:
        """Look for the bucket and whose tags it carries."""
        if not self.recorded:
            return self.missing()
        try:
            tags = await self._s3.tags()
        except AwsError as error:
            if error.code == "NoSuchTagSet":
                return self.differs(f"Bucket {self.name} has lost its tags", self.untagged({}))
            if error.code not in MISSING:
                raise
            return self.absent(f"Bucket {self.name} doesn't exist", f"Create the bucket {self.name}")
        if tags.get(TAG_ID, self.tags[TAG_ID]) != self.tags[TAG_ID]:
            return self.stopped(
                f"Bucket {self.name} belongs to another setup", "foreign-bucket", bucket=self.name, owner=tags[TAG_ID]
            )
        if not self.tags.items() <= tags.items():
            return self.differs(f"Bucket {self.name} lacks its tags", self.untagged(tags))
        others = "; ".join(filter(None, (self.more_tags(tags), await self._more_files())))
        return self.fine(f"Bucket {self.name} exists and is yours", observed=others, bucket=self.name)

    async def _more_files(self) -> str:
        """Name the files that others put into the content bucket, which are left alone; empty where there are none."""
        if self.role is Role.LOGS or self._just_made:
            return ""
        others = [one.key for one in (await self._s3.page()).contents if not self._is_ours(one.key)]
        shown = ", ".join(others[:SHOWN]) + (", …" if len(others) > SHOWN else "")
        return f"other files, left alone: {shown}" if others else ""

    def missing(self) -> Reading:
        """Nothing there yet."""
        return self.absent(f"{self.title}: not created yet", f"Create the bucket {self.name}")

    async def carry_out(self, change: Change) -> None:
        """Create the bucket, put its tags back beside the others, or empty and delete it."""
        steps = {Action.CREATE: self._create, Action.DELETE: self._delete, Action.UPDATE: self._tag}
        await steps[change.action]()

    async def _create(self) -> None:
        name, region = self.name, self.context.choices.region
        self.context.state.record(**{f"{self.role}_bucket": name})
        aws = self.context.ports.aws
        try:
            try:
                await create_bucket(aws, name, region, self.tags)
            except AwsError as error:
                if error.code != NO_TAGS_YET:
                    raise
                await create_bucket(aws, name, region, None)  # the next look puts the tags to it
        except AwsError as error:
            if error.code == "OperationAborted":
                raise NotYetError(self._reusable()) from None
            if error.code != "BucketAlreadyOwnedByYou":  # a lost reply: the first try was carried out
                raise
        self._just_made = True

    def _reusable(self) -> Change:
        summary = f"S3 still reserves the name {self.name} of a bucket that was just deleted"
        return Change(self.id, Action.CREATE, Actor.AWS, summary, typical=TYPICAL_REUSE, every=30)

    async def _tag(self) -> None:
        try:
            tags = await self._s3.tags()
        except AwsError as error:
            if error.code != "NoSuchTagSet":
                raise
            tags = {}
        await self._s3.put_tags(tags | self.tags)

    async def removal(self) -> Reading:
        """Keep the logs unless asked; otherwise one change empties the bucket and deletes it."""
        if not self.recorded and not await self._find_lost():
            return self.gone(f"{self.title}: was never created")
        if self.role is Role.LOGS and self.context.answers.get(DELETE_LOGS) != YES:
            return Reading(presence=Presence.OURS, summary=f"Kept with your logs: bucket {self.name}")
        try:
            found = await self._s3.versions()
        except AwsError as error:
            if error.code in MISSING:
                return self.gone(f"Bucket {self.name} is gone")
            raise
        strangers = sorted({one.key for one in found if not self._is_ours(one.key)})
        if strangers:
            return self.stopped(
                f"Bucket {self.name} contains files that snowpixel didn't put there",
                "foreign-content",
                bucket=self.name,
                files=", ".join(strangers[:SHOWN]),
            )
        return self.to_delete(f"Bucket {self.name} exists", f"Empty and delete the bucket {self.name}")

    async def _find_lost(self) -> bool:
        """Look for a bucket of ours whose name the file has lost, and save it: the copy before it may not know it."""
        if self.context.made.account is None:
            return False
        try:
            ours = (await self._s3.tags()).get(TAG_ID) == self.tags[TAG_ID]
        except AwsError as error:
            if error.code in MISSING:
                return False
            raise
        if ours:
            self.context.state.record(**{f"{self.role}_bucket": self.name})
        return ours

    def _is_ours(self, key: str) -> bool:
        return self.role is Role.LOGS or key in KEYS or key in {one.key for one in self.context.made.trackers_stored}

    async def _delete(self) -> None:
        if self.role is Role.LOGS:
            await self._refuse_deliveries()
        while found := await self._s3.versions():
            if kept := await self._s3.delete_versions(found[:PAGE]):
                raise self._kept(kept)
        try:
            await self._s3.delete()
        except AwsError as error:
            if error.code != "BucketNotEmpty":
                raise
            summary = f"A late file arrived in {self.name}; emptying it again"
            raise NotYetError(Change(self.id, Action.DELETE, Actor.AWS, summary, typical=60, every=5)) from None

    def _kept(self, refused: Sequence[RefusedDeletion]) -> StoppedError:
        first = refused[0]
        return StoppedError(
            f"S3 didn't delete {len(refused)} files in {self.name}",
            "files-kept",
            bucket=self.name,
            files=", ".join(sorted({one.key for one in refused})[:SHOWN]),
            message=f"{first.code}: {first.message}",
        )

    async def _refuse_deliveries(self) -> None:
        """Drop the policy first, so that a late log file cannot land between emptying and deleting."""
        try:
            await self._s3.delete_policy()
        except AwsError as error:
            if error.code not in MISSING:
                raise

    @property
    def _s3(self) -> OurBucket:
        return our_bucket(self.context, self.name)
