"""Access logs: CloudFront's standard logging, version 2, into the log bucket (CloudWatch Logs' vended deliveries)."""

from typing import Any, ClassVar

from wizard.aws.client import GLOBAL_REGION
from wizard.aws.errors import MISSING, AwsError
from wizard.aws.listing import DELIVERY_SOURCES, everything
from wizard.resources.base import Reading, Resource, StoppedError
from wizard.resources.bucket_policy import LOG_PREFIX
from wizard.results import Action, Change, Difference

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


class OnLogs(Resource):
    """One of the three objects that make a delivery; all are named after the set-up's id."""

    read_operation: ClassVar[str]
    delete_operation: ClassVar[str]
    words: ClassVar[str]

    @property
    def name(self) -> str:
        """The name of source and destination."""
        return f"snowpixel-{self.scope.ledger.setup.id}"

    async def logs(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """Call CloudWatch Logs."""
        return await self.scope.world.aws("logs", operation, **parameters)

    def key(self) -> dict[str, str] | None:
        """Return what names the object in calls, None when we have no name for it."""
        return {"name": self.name}

    async def found(self) -> dict[str, Any] | None:
        """Return the object, None when there is none."""
        key = self.key()
        if key is None:
            return None
        try:
            reply = await self.logs(self.read_operation, **key)
        except AwsError as error:
            if error.code in MISSING:
                return None
            raise
        found: dict[str, Any] = next(iter(reply.values()))
        return found

    async def read(self) -> Reading:
        """Compare the object with what is wanted."""
        found = await self.found()
        if found is None:
            return self.missing()
        wrong = self.differences(found)
        if wrong:
            return self.differs(f"{self.title}: not as wanted", *wrong, change=f"Put right: {self.words}")
        return self.fine(f"{self.title}: in place")

    def missing(self) -> Reading:
        """Nothing there yet."""
        return self.absent(f"{self.title}: not there yet", f"Create {self.words}")

    def differences(self, found: dict[str, Any]) -> tuple[Difference, ...]:
        """Compare the properties we own."""
        raise NotImplementedError

    async def carry_out(self, change: Change) -> None:
        """Create, put right or delete the object."""
        if change.action is Action.DELETE:
            await self.logs(self.delete_operation, **(self.key() or {}))
        else:
            await self.put(change)

    async def put(self, change: Change) -> None:
        """Create the object or put it right."""
        raise NotImplementedError

    async def removal(self) -> Reading:
        """Take it away."""
        if await self.found() is None:
            return self.gone(f"{self.title}: gone")
        return self.to_delete(f"{self.title}: there", f"Delete {self.words}")


class DeliverySource(OnLogs):
    """That CloudFront's access logs of this distribution go somewhere."""

    id = "delivery-source"
    title = "The distribution writes access logs"
    words = "the log source for the distribution"
    parent = "distribution"
    removed_after = ("serving",)
    read_operation = "get_delivery_source"
    delete_operation = "delete_delivery_source"

    @property
    def _distribution(self) -> str:
        return f"arn:aws:cloudfront::{self.scope.made.account}:distribution/{self.scope.made.distribution}"

    def differences(self, found: dict[str, Any]) -> tuple[Difference, ...]:
        """A source is for one distribution."""
        arn = next(iter(found.get("resourceArns", [])), "none")
        return () if arn == self._distribution else (Difference("distribution", arn, self._distribution),)

    async def put(self, change: Change) -> None:
        """Create the source; one that pointed elsewhere is made anew."""
        if change.action is Action.UPDATE:
            await self._unhook()
        try:
            await self.logs(
                "put_delivery_source",
                name=self.name,
                resourceArn=self._distribution,
                logType="ACCESS_LOGS",
                tags=self.tags,
            )
        except AwsError as error:
            if error.code != "ConflictException":
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
            sources = await everything(self.scope.world.aws, DELIVERY_SOURCES)
        except AwsError:
            sources = []
        ours = (one for one in sources if self._distribution in one.get("resourceArns", ()))
        return next((str(one["name"]) for one in ours if one["name"] != self.name), "its name may not be looked up")

    async def _unhook(self) -> None:
        """Delete our source with the delivery that hangs on it: its distribution cannot be changed."""
        if self.scope.made.delivery is not None:
            try:
                await self.logs("delete_delivery", id=self.scope.made.delivery)
            except AwsError as error:
                if error.code not in MISSING:
                    raise
        await self.logs("delete_delivery_source", name=self.name)


class DeliveryDestination(OnLogs):
    """Where the logs go: our bucket, under our prefix, as the classic text format."""

    id = "delivery-destination"
    title = "The logs go into your log bucket"
    words = "the log destination in your bucket"
    parent = "log-bucket"
    needs = ("log-bucket.policy",)
    read_operation = "get_delivery_destination"
    delete_operation = "delete_delivery_destination"

    @property
    def _wanted(self) -> dict[str, str]:
        return {"bucket": f"arn:aws:s3:::{self.scope.made.log_bucket}/{LOG_PREFIX}", "format": "w3c"}

    def differences(self, found: dict[str, Any]) -> tuple[Difference, ...]:
        """Compare bucket, prefix and format."""
        has = {
            "bucket": found.get("deliveryDestinationConfiguration", {}).get("destinationResourceArn", "none"),
            "format": found.get("outputFormat", "none"),
        }
        return tuple(Difference(k, has[k], v) for k, v in self._wanted.items() if has[k] != v)

    async def put(self, change: Change) -> None:
        """Create the destination or move it."""
        del change  # both are the same call
        await self.logs(
            "put_delivery_destination",
            name=self.name,
            outputFormat=self._wanted["format"],
            deliveryDestinationConfiguration={"destinationResourceArn": self._wanted["bucket"]},
            tags=self.tags,
        )


class Delivery(OnLogs):
    """The connection from source to destination, with fields and path."""

    id = "delivery"
    title = "Log delivery: fields and folders"
    words = "the log delivery"
    parent = "delivery-source"
    needs = ("delivery-source", "delivery-destination")
    read_operation = "get_delivery"
    delete_operation = "delete_delivery"

    def key(self) -> dict[str, str] | None:
        """A delivery has an id given by AWS."""
        return {"id": self.scope.made.delivery} if self.scope.made.delivery else None

    @property
    def _destination(self) -> str:
        return f"arn:aws:logs:{GLOBAL_REGION}:{self.scope.made.account}:delivery-destination:{self.name}"

    def differences(self, found: dict[str, Any]) -> tuple[Difference, ...]:
        """Compare fields, delimiter, path and destination; AWS may put a path of its own before ours."""
        path = found.get("s3DeliveryConfiguration", {}).get("suffixPath", "")
        fields, delimiter = tuple(found.get("recordFields", ())), found.get("fieldDelimiter", "")
        checks = (
            (fields == FIELDS, "fields", f"{len(fields)} fields", "the 33 fields in their order"),
            (delimiter == DELIMITER, "delimiter", repr(delimiter), repr(DELIMITER)),
            (path.endswith(SUFFIX), "path", path or "none", SUFFIX),
            (found.get("deliveryDestinationArn") == self._destination, "destination", "another", self._destination),
        )
        return tuple(Difference(name, has, wants) for fine, name, has, wants in checks if not fine)

    async def put(self, change: Change) -> None:
        """Create the delivery; what changed cannot be edited, so a new one takes its place."""
        if change.action is Action.UPDATE:
            await self.logs(self.delete_operation, id=self.scope.made.delivery)
        try:
            reply = await self.logs(
                "create_delivery",
                deliverySourceName=self.name,
                deliveryDestinationArn=self._destination,
                recordFields=list(FIELDS),
                fieldDelimiter=DELIMITER,
                s3DeliveryConfiguration={"suffixPath": SUFFIX, "enableHiveCompatiblePath": False},
                tags=self.tags,
            )
            found = reply["delivery"]["id"]
        except AwsError as error:
            if error.code != "ConflictException":
                raise
            found = await self._by_source()
        self.scope.ledger.record(delivery=found)

    async def _by_source(self) -> str:
        """Find the delivery of our source: an earlier reply was lost."""
        more: dict[str, str] = {}
        while True:
            reply = await self.logs("describe_deliveries", **more)
            for one in reply["deliveries"]:
                if one["deliverySourceName"] == self.name:
                    return str(one["id"])
            if "nextToken" not in reply:
                raise StoppedError("AWS says that the log delivery exists, but lists none", "aws-refused")
            more = {"nextToken": reply["nextToken"]}
