"""CloudFront standard logging (v2): delivery source, destination, and delivery into the log bucket."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Generic, TypeVar

from msgspec.structs import replace

from wizard.aws.errors import MISSING, AwsError, ErrorKind
from wizard.aws.listing import everything
from wizard.aws.service_regions import GLOBAL_REGION
from wizard.aws.services import logs
from wizard.model.context import Context
from wizard.model.ports import Aws
from wizard.model.results import Action, Actor, Change, Difference
from wizard.model.setup import LOG_PREFIX
from wizard.resources.deletion import gone_already, missing
from wizard.resources.resource import NotShownError, Reading, Resource, StoppedError

FIELDS = (
    "date",
    "time",
    "x-edge-location",
    "sc-bytes",
    "c-ip",
    "cs-method",
    "cs(Host)",
    "cs-uri-stem",
    "sc-status",
    "cs(Referer)",
    "cs(User-Agent)",
    "cs-uri-query",
    "cs(Cookie)",
    "x-edge-result-type",
    "x-edge-request-id",
    "x-host-header",
    "cs-protocol",
    "cs-bytes",
    "time-taken",
    "x-forwarded-for",
    "ssl-protocol",
    "ssl-cipher",
    "x-edge-response-result-type",
    "cs-protocol-version",
    "fle-status",
    "fle-encrypted-fields",
    "c-port",
    "time-to-first-byte",
    "x-edge-detailed-result-type",
    "sc-content-type",
    "sc-content-len",
    "sc-range-start",
    "sc-range-end",
)
"""The 33 fields of the older logs in their order, for old readers (CloudFront guide: log file fields)."""

SUFFIX = "{yyyy}/{MM}/{dd}/{HH}"
"""Path of a log file below the prefix."""

DELIMITER = "\t"

CONFLICT = "ConflictException"
TAKEN = "already been used in another Delivery Source"
"""In a conflict: the distribution has a source, of another name (CloudWatch Logs: PutDeliverySource)."""
THERE_ALREADY = (
    "Tags can only be provided when a resource is being created",
    "Update to existing Delivery Source with new ResourceId",
)
"""In conflicts: an object of this name exists (terraform #43572; CloudFormation coverage roadmap #2513)."""


FoundT = TypeVar("FoundT", logs.SourceDetail, logs.DestinationDetail, logs.DeliveryDetail)
"""What CloudWatch Logs says of one of the three."""


class OnLogs(Resource, Generic[FoundT]):
    """One of the three objects that make a delivery; all are named after the setup's id."""

    words: ClassVar[str]
    fixed: ClassVar[frozenset[str]] = frozenset()
    """Properties that AWS fixes when the object is made: to change one, it is made anew."""

    follows_by = Action.REPLACE
    standalone = True

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._just_made = False
        """Made in this walk, and so with its tags."""
        if context.made.delivery:
            # All three were made once, and what they stand on may be gone: they are looked at all the same.
            self.parent = "identity"

    @property
    def name(self) -> str:
        """The name of source and destination."""
        return f"snowpixel-{self.context.state.setup.id}"

    @property
    def aws(self) -> Aws:
        """The port to AWS."""
        return self.context.ports.aws

    @abstractmethod
    async def get(self) -> FoundT | None:
        """Ask for the object; None without asking where we have no name for it."""

    @abstractmethod
    async def erase(self) -> None:
        """Delete the object."""

    async def found(self) -> FoundT | None:
        """Return the object, None when there is none."""
        try:
            return await self.get()
        except AwsError as error:
            if error.code in MISSING:
                return None
            raise

    async def read(self) -> Reading:
        """Compare the object with what is wanted."""
        found = await self.found()
        if found is None:
            return self.missing()
        # No reply that describes the object has its tags.
        tags = self.tags if self._just_made else await logs.tags_of(self.aws, found.arn)
        wrong: tuple[Difference, ...] = self.differences(found)
        if wrong and self.fixed.intersection(each.property for each in wrong):
            return self._anew(wrong)
        if not self.tags.items() <= tags.items():
            wrong = (*wrong, self.untagged(tags))
        if wrong:
            return self.differs(self.unlike, *wrong, change=f"Correct {self.words}")
        return self.fine(f"{self.title}: in place", observed=self.more_tags(tags))

    def _anew(self, wrong: tuple[Difference, ...]) -> Reading:
        reading = self.differs(self.unlike, *wrong)
        change = Change(self.id, Action.REPLACE, Actor.US, f"Create again: {self.words}", wrong)
        return replace(reading, changes=(change,))

    def missing(self) -> Reading:
        """Nothing there yet."""
        return self.absent(f"{self.title}: not created yet", f"Create {self.words}")

    @abstractmethod
    def differences(self, found: FoundT) -> tuple[Difference, ...]:
        """Compare the properties we own."""

    async def carry_out(self, change: Change) -> None:
        """Create, correct, create again, or delete the object."""
        if change.action is Action.DELETE:
            await self.erase()
        elif change.action is Action.UPDATE:
            await self._put_right({each.property for each in change.differences})
        else:
            if change.action is Action.REPLACE:
                await self.unhook()
                await self.drop()
            await self._make()

    async def _make(self) -> None:
        try:
            await self.put(self.tags)
        except AwsError as error:
            if error.code != CONFLICT or not any(text in str(error) for text in THERE_ALREADY):
                raise
            return  # an earlier reply was lost, or somebody was faster: the next look compares what there is
        self._just_made = True

    async def _put_right(self, wrong: set[str]) -> None:
        """Put settings and tags right. The Put calls take tags only for something new (terraform #43572)."""
        if wrong - {"tags"}:
            await self.put(None)
        if "tags" in wrong and (found := await self.found()):
            await logs.tag(self.aws, found.arn, self.tags)

    async def drop(self) -> None:
        """Delete the object, which may be gone already."""
        try:
            await self.erase()
        except AwsError as error:
            if not await gone_already(error, lambda: missing(self.get)):
                raise

    @abstractmethod
    async def put(self, tags: Mapping[str, str] | None) -> None:
        """Create the object, with `tags`, or put it right, without."""

    async def unhook(self) -> None:
        """Delete the delivery: what it hangs on cannot go before it."""
        if self.context.made.delivery is not None:
            await Delivery(self.context).drop()

    async def removal(self) -> Reading:
        """Take it away."""
        if await self.found() is None:
            return self.gone(f"{self.title}: gone")
        return self.to_delete(f"{self.title}: exists", f"Delete {self.words}")


class DeliverySource(OnLogs[logs.SourceDetail]):
    """That CloudFront's access logs of this distribution go somewhere."""

    id = "delivery-source"
    title = "The distribution writes access logs"
    words = "the log source for the distribution"
    parent = "distribution"
    needs = ("distribution",)
    carries = ("distribution",)
    removed_after = ("serving",)
    fixed = frozenset({"distribution"})

    async def get(self) -> logs.SourceDetail:
        """Ask for the source."""
        return await logs.get_source(self.aws, self.name)

    async def erase(self) -> None:
        """Delete the source."""
        await logs.delete_source(self.aws, self.name)

    @property
    def _distribution(self) -> str:
        return f"arn:aws:cloudfront::{self.context.made.account}:distribution/{self.context.made.distribution}"

    def differences(self, found: logs.SourceDetail) -> tuple[Difference, ...]:
        """A source is for one distribution."""
        arn = next(iter(found.resource_arns), "none")
        return () if arn == self._distribution else (Difference("distribution", arn, self._distribution),)

    async def put(self, tags: Mapping[str, str] | None) -> None:
        """Create the source."""
        try:
            await logs.put_source(self.aws, self.name, self._distribution, tags)
        except AwsError as error:
            if error.code != CONFLICT or TAKEN not in str(error):
                raise
            source = await self._other_source()
            raise StoppedError(
                f"Another log source already takes this distribution's logs: {source}",
                "delivery-source-taken",
                message=str(error),
                source=source,
            ) from error

    async def _other_source(self) -> str:
        """Return the name of the source that the distribution has, as far as it may be looked up."""
        try:
            sources = await everything(self.aws, logs.DELIVERY_SOURCES)
        except AwsError as error:
            return f"its name can't be looked up without {error.problem.values['action']}"
        ours = (one for one in sources if self._distribution in one.resource_arns)
        return next((one.name for one in ours if one.name != self.name), "its name isn't visible")


class DeliveryDestination(OnLogs[logs.DestinationDetail]):
    """Where the logs go: our bucket, under our prefix, as the classic text format."""

    id = "delivery-destination"
    title = "The logs go to your log bucket"
    words = "the log destination in your bucket"
    parent = "log-bucket"
    needs = ("log-bucket", "log-bucket.policy")
    fixed = frozenset({"format"})
    keeps_id = True

    async def get(self) -> logs.DestinationDetail:
        """Ask for the destination."""
        return await logs.get_destination(self.aws, self.name)

    async def erase(self) -> None:
        """Delete the destination."""
        await logs.delete_destination(self.aws, self.name)

    @property
    def _wanted(self) -> dict[str, str]:
        return {"bucket": f"arn:aws:s3:::{self.context.made.log_bucket}/{LOG_PREFIX}", "format": "w3c"}

    def differences(self, found: logs.DestinationDetail) -> tuple[Difference, ...]:
        """Compare bucket, prefix and format."""
        has = {"bucket": found.bucket, "format": found.output_format}
        return tuple(Difference(k, has[k], v) for k, v in self._wanted.items() if has[k] != v)

    async def put(self, tags: Mapping[str, str] | None) -> None:
        """Create the destination or move it."""
        wanted = self._wanted
        await logs.put_destination(self.aws, self.name, wanted["bucket"], wanted["format"], tags)


class Delivery(OnLogs[logs.DeliveryDetail]):
    """The connection from source to destination, with fields and path."""

    id = "delivery"
    title = "Log delivery: fields and folders"
    words = "the log delivery"
    saved_as = "delivery"
    removed_after = ("serving",)
    parent = "delivery-source"
    needs = ("delivery-source", "delivery-destination")
    fixed = frozenset({"fields", "delimiter", "path", "folders", "destination"})
    carries = ("delivery-source", "delivery-destination")

    async def get(self) -> logs.DeliveryDetail | None:
        """Ask for the delivery; its id is given by AWS."""
        made = self.context.made.delivery
        return await logs.get_delivery(self.aws, made) if made else None

    async def erase(self) -> None:
        """Delete the delivery."""
        await logs.delete_delivery(self.aws, self.context.made.delivery or "")

    @property
    def _destination(self) -> str:
        return f"arn:aws:logs:{GLOBAL_REGION}:{self.context.made.account}:delivery-destination:{self.name}"

    def differences(self, found: logs.DeliveryDetail) -> tuple[Difference, ...]:
        """Compare fields, delimiter, path and destination; AWS may put a path of its own before ours."""
        into = found.s3_delivery_configuration
        path, hive = into.suffix_path, into.enable_hive_compatible_path
        fields, delimiter = found.record_fields, found.field_delimiter
        checks = (
            (fields == FIELDS, "fields", f"{len(fields)} fields", "the 33 fields in their order"),
            (delimiter == DELIMITER, "delimiter", repr(delimiter), repr(DELIMITER)),
            (path.endswith(SUFFIX), "path", path or "none", SUFFIX),
            (not hive, "folders", "with names (Hive)", "without names"),
            (found.delivery_destination_arn == self._destination, "destination", "another", self._destination),
        )
        return tuple(Difference(name, has, wants) for fine, name, has, wants in checks if not fine)

    async def found(self) -> logs.DeliveryDetail | None:
        """Return the recorded delivery or, where that is gone, the one that somebody made of our source instead."""
        there = await super().found()
        if there is not None:
            return there
        try:
            return await self._of_our_source()
        except AwsError as error:
            if error.kind is not ErrorKind.DENIED or self.context.made.delivery is None:
                raise
            return None  # a policy for checks alone does not list: then the recorded one, which is gone, counts

    async def unhook(self) -> None:
        """Nothing hangs on a delivery."""

    async def put(self, tags: Mapping[str, str] | None) -> None:
        """Create the delivery."""
        self.context.state.record(delivery=None)  # that of one that is gone
        try:
            made = await logs.create_delivery(
                self.aws, self.name, self._destination, fields=FIELDS, delimiter=DELIMITER, suffix=SUFFIX, tags=tags
            )
            self.context.state.record(delivery=made)
        except AwsError as error:
            # Of our own source there is one: an earlier reply was lost, and the next look compares it.
            if error.code != CONFLICT:
                raise
            if await self._of_our_source() is None:
                raise NotShownError from None

    async def _of_our_source(self) -> logs.DeliveryDetail | None:
        deliveries = await everything(self.aws, logs.DELIVERIES)
        found = next((one for one in deliveries if one.delivery_source_name == self.name), None)
        if found:
            self.context.state.record(delivery=found.id)
        return found
