"""Finds the setups of an AWS account that have no file here, and rebuilds their files.

What can be tagged is known by its tags; the rest carries the setup's id in its name. Nothing is taken over here: a
setup that was found is shown, and continued only when the user says so.
"""

import re
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import anyio
from msgspec import Struct
from msgspec.structs import replace

from wizard.adoption.bucket_contents import Contents
from wizard.aws import listing
from wizard.aws.errors import AwsError, ErrorKind
from wizard.aws.listing import One, everything
from wizard.model.ports import Aws
from wizard.model.setup import NAME, Made, Setup, SetupChoices, ViewerPolicy
from wizard.resources.certificate.certificate import DEAD, Certificate
from wizard.resources.distribution.distribution import Distribution
from wizard.resources.distribution.distribution_config import aliases
from wizard.resources.resource import TAG_ID, TAG_SETUP
from wizard.storage.store import StoreError

COMMENT = re.compile(r"snowpixel (?P<name>[a-z0-9-]+) \((?P<id>[0-9a-f]{8})\)")
"""A distribution's comment."""

OWN_NAME = re.compile(r"snowpixel-(?P<id>[0-9a-f]{8})")
"""Name of an origin access control, a delivery source and a delivery destination."""

BUCKET = re.compile(r"snowpixel-(?P<id>[0-9a-f]{8})-(?P<word>content|logs)-\d{12}-(?P<region>[a-z0-9-]+)-an")

AT_ONCE = 5
"""Calls under way at the same time while each certificate's tags are read: ACM slows down who asks more."""


class FoundSetup(Struct, frozen=True, kw_only=True):
    """A setup as the account shows it."""

    name: str
    """The name in its tags."""
    id: str
    account: str
    region: str
    """Empty when not even a bucket shows it."""
    created: float
    choices: SetupChoices
    """As far as the world shows them; the rest are defaults, named in `unknown`."""
    made: Made
    unknown: tuple[str, ...]
    """Fields of `SetupChoices` that have to be asked again."""


@dataclass
class _Pieces:
    """What belongs to one id."""

    id: str
    names: list[str] = field(default_factory=list)
    """The setup's name as each piece tells it, most trustworthy first."""
    buckets: dict[str, One] = field(default_factory=dict)
    distributions: list[One] = field(default_factory=list)
    certificates: list[One] = field(default_factory=list)
    access_control: str | None = None
    delivery: str | None = None

    @property
    def distribution(self) -> One:
        """The distribution, the one that is in use first; empty when there is none."""
        in_use = sorted(self.distributions, key=lambda one: (not aliases(one), one["Id"]))
        return in_use[0] if in_use else {}

    @property
    def certificate(self) -> One:
        """The certificate, the one that is in use first, then one that was issued; empty when there is none."""
        living = [one for one in self.certificates if one.get("Status") not in DEAD]
        used = self.attached
        ranked = sorted(living, key=lambda one: (one["CertificateArn"] != used, one.get("Status") != "ISSUED"))
        return ranked[0] if ranked else {}

    @property
    def attached(self) -> str | None:
        """ARN of the certificate on the distribution."""
        arn: str | None = self.distribution.get("ViewerCertificate", {}).get("ACMCertificateArn")
        return arn

    @property
    def region(self) -> str:
        """Where the buckets are."""
        matches = [BUCKET.fullmatch(bucket["Name"]) for bucket in self.buckets.values()]
        return next((match["region"] for match in matches if match), "")

    def bucket(self, word: str) -> str | None:
        """Return the name of the bucket for `content` or `logs`."""
        return self.buckets[word]["Name"] if word in self.buckets else None


class _Gathering:
    """Sorts what is in the account by setup id."""

    def __init__(self, aws: Aws) -> None:
        self.aws = aws
        self.pieces: dict[str, _Pieces] = {}
        self._tagged: Mapping[str, Mapping[str, str]] = {}

    async def gather(self) -> Iterable[_Pieces]:
        """List everything; the tags first, for they spare looking at each certificate.

        Raises:
            AwsError: a list was refused.
        """
        self._tagged = await self._tags()
        jobs = (self._distributions, self._buckets, self._access_controls, self._certificates, self._deliveries)
        await _together([(job, ()) for job in jobs], len(jobs))
        return self.pieces.values()

    def _of(self, identifier: str) -> _Pieces:
        return self.pieces.setdefault(identifier, _Pieces(identifier))

    async def _tags(self) -> dict[str, dict[str, str]]:
        """Return what AWS's own search knows; it lags some minutes behind and may be forbidden, so it is not enough."""
        try:
            found = await everything(self.aws, listing.TAGGED, TagFilters=[{"Key": TAG_ID}])
        except AwsError as error:
            if error.kind is ErrorKind.DENIED:
                return {}
            raise
        return {one["ResourceARN"]: listing.as_tags(one["Tags"]) for one in found}

    async def _distributions(self) -> None:
        for one in await everything(self.aws, listing.DISTRIBUTIONS):
            if one["ARN"] in self._tagged or COMMENT.fullmatch(one.get("Comment", "")):
                tags = await listing.distribution_tags(self.aws, one["ARN"])
                if TAG_ID in tags:
                    pieces = self._of(tags[TAG_ID])
                    pieces.distributions.append(one)
                    pieces.names.insert(0, tags.get(TAG_SETUP, ""))

    async def _buckets(self) -> None:
        for one in await everything(self.aws, listing.BUCKETS, Prefix="snowpixel-"):
            match = BUCKET.fullmatch(one["Name"])
            if match:
                self._of(match["id"]).buckets[match["word"]] = one

    async def _access_controls(self) -> None:
        for one in await everything(self.aws, listing.ACCESS_CONTROLS):
            match = OWN_NAME.fullmatch(one["Name"])
            if match:
                pieces = self._of(match["id"])
                pieces.access_control = one["Id"]
                pieces.names.append(one.get("Description", "").removeprefix("snowpixel "))

    async def _deliveries(self) -> None:
        for one in await everything(self.aws, listing.DELIVERIES):
            match = OWN_NAME.fullmatch(one.get("deliverySourceName", ""))
            if match:
                self._of(match["id"]).delivery = one["id"]

    async def _certificates(self) -> None:
        listed = await everything(self.aws, listing.CERTIFICATES)
        await _together([(self._certificate, (one,)) for one in listed], AT_ONCE)

    async def _certificate(self, one: One) -> None:
        arn = one["CertificateArn"]
        tags = self._tagged.get(arn) or await listing.certificate_tags(self.aws, arn)
        if TAG_ID in tags:
            pieces = self._of(tags[TAG_ID])
            pieces.certificates.append(one)
            pieces.names.append(tags.get(TAG_SETUP, ""))


async def _together(jobs: list[tuple[Callable[..., Awaitable[None]], tuple[Any, ...]]], at_once: int) -> None:
    """Run jobs, so many at a time; the first refusal ends them all and comes out as it is."""
    limiter = anyio.CapacityLimiter(at_once)
    refused: list[AwsError] = []

    async def one(job: Callable[..., Awaitable[None]], arguments: tuple[Any, ...], scope: anyio.CancelScope) -> None:
        async with limiter:
            try:
                await job(*arguments)
            except AwsError as error:
                refused.append(error)
                scope.cancel()

    async with anyio.create_task_group() as group:
        for job, arguments in jobs:
            group.start_soon(one, job, arguments, group.cancel_scope)
    if refused:
        raise refused[0]


async def search(aws: Aws) -> tuple[FoundSetup, ...]:
    """Find all setups of the account that the credentials belong to; nothing is written.

    Raises:
        AwsError: AWS refused, or could not be reached.
    """
    account = str((await aws("sts", "get_caller_identity"))["Account"])
    gathered = await _Gathering(aws).gather()
    found = [await _found(aws, account, pieces) for pieces in gathered]
    return tuple(sorted(found, key=lambda one: (one.name, one.id)))


async def _found(aws: Aws, account: str, pieces: _Pieces) -> FoundSetup:
    contents = Contents(aws, account, pieces.bucket("content"), pieces.bucket("logs"))
    known = {**_from_certificate(pieces), **_from_distribution(pieces)}
    region = {"region": pieces.region} if pieces.region else {}
    host = known.get("domain") or pieces.distribution.get("DomainName", "")
    choices, made = await contents.seen(host)
    seen = {**known, **region, **choices}
    return FoundSetup(
        name=await _name(pieces, contents),
        id=pieces.id,
        account=account,
        region=pieces.region,
        created=min((one["CreationDate"].timestamp() for one in pieces.buckets.values()), default=time.time()),
        choices=SetupChoices(**seen),
        made=replace(_made(account, pieces, seen.get("domain")), **made, **await _validation(aws, pieces.certificate)),
        unknown=tuple(name for name in ASKED if name not in seen),
    )


ASKED = ("goals", "domain", "region", "pixel", "retention_days", "viewer", "events_per_month")
"""Choices that are asked again where the world does not show them. `profile` is how one looked, so it is known."""


def _made(account: str, pieces: _Pieces, domain: str | None) -> Made:
    distribution, certificate = pieces.distribution, pieces.certificate.get("CertificateArn") or pieces.attached
    return Made(
        account=account,
        content_bucket=pieces.bucket("content"),
        log_bucket=pieces.bucket("logs"),
        origin_access_control=pieces.access_control,
        distribution=distribution.get("Id"),
        distribution_domain=distribution.get("DomainName"),
        alias=domain if domain in aliases(distribution) else None,
        certificate=certificate,
        certificate_borrowed=certificate is not None and not pieces.certificate,
        certificates_former=tuple(sorted({one["CertificateArn"] for one in pieces.certificates} - {certificate})),
        delivery=pieces.delivery,
    )


def _from_certificate(pieces: _Pieces) -> dict[str, Any]:
    return {"domain": pieces.certificate["DomainName"]} if pieces.certificate else {}


def _from_distribution(pieces: _Pieces) -> dict[str, Any]:
    distribution, seen = pieces.distribution, {}
    names = aliases(distribution)
    if len(names) == 1 and not pieces.certificate:
        seen["domain"] = names[0]
    if pieces.attached and not pieces.certificate:
        seen["certificate"] = pieces.attached
    policy = distribution.get("DefaultCacheBehavior", {}).get("ViewerProtocolPolicy")
    return {**seen, "viewer": ViewerPolicy(policy)} if policy in set(ViewerPolicy) else seen


async def _validation(aws: Aws, certificate: One) -> dict[str, str]:
    """Return the record that proves the certificate's name: it has to be known to be taken away again."""
    if not certificate:
        return {}
    reply = await aws("acm", "describe_certificate", CertificateArn=certificate["CertificateArn"])
    options = reply["Certificate"].get("DomainValidationOptions", [])
    record = next((one["ResourceRecord"] for one in options if "ResourceRecord" in one), None)
    if record is None:
        return {}
    name, value = (record[part].rstrip(".").lower() for part in ("Name", "Value"))
    return {"validation_name": name, "validation_value": value}


async def _name(pieces: _Pieces, contents: Contents) -> str:
    """Return the setup's name by what is tagged most surely, or one made up from its id."""
    names = list(pieces.names)
    if not pieces.distributions:
        names.insert(0, (await contents.tags()).get(TAG_SETUP, ""))
    return next((name for name in names if NAME.fullmatch(name)), f"found-{pieces.id}")


ITEMS = {
    "content_bucket": "content-bucket",
    "log_bucket": "log-bucket",
    "distribution": Distribution.id,
    "certificate": Certificate.id,
}
"""Fields of `Made` to the items that they are of: a setup found right after it was made may not be seen everywhere."""


def rebuild(found: FoundSetup, name: str | None = None, **choices: Any) -> Setup:
    """Make the setup again that our file would hold.

    Args:
        found: what the account shows.
        name: what to call it on this computer; the tags keep their name.
        choices: answers to what was `unknown`, and anything the user wants otherwise.
    """
    local = name or found.name
    return Setup(
        name=local,
        id=found.id,
        created=found.created,
        choices=replace(found.choices, **choices),
        made=found.made,
        made_at={item: found.created for field, item in ITEMS.items() if getattr(found.made, field)},
        original=found.name if local != found.name else None,
    )


def refuse_adopted(found: FoundSetup, name: str, saved_as: str | None, names: Collection[str]) -> None:
    """Refuse to save a setup of the account twice, or under a name that is taken here.

    Raises:
        StoreError: which of the two, and what to do.
    """
    if saved_as is not None:
        raise StoreError(
            f"That setup is already saved here, as '{saved_as}'. Continue it: `snowpixel apply {saved_as}`."
        )
    if name in names:
        raise StoreError(
            f"Another setup called '{name}' is saved here; the one in your account has the ID {found.id}. Give it "
            f"another name on this computer; its tags in AWS keep '{found.name}'."
        )
