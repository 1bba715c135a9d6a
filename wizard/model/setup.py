"""The record of one setup: the user's choices, and the names and ids of what was created. Never a secret."""

import re
import secrets
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from wizard.model.results import Acceptance, Time

LOG_PREFIX = "cf"
"""Log files lie under this prefix; with one, AWS adds no path of its own."""

SCHEMA = 5
"""Version of the saved file's shape."""

RECIPE = 1
"""Version of the settings that `wizard.resources` asks for; grows when a newer snowpixel would set something else."""

NAME = re.compile(r"[a-z][a-z0-9-]{0,19}")
"""A setup's name: it becomes part of bucket names, so it is short and plain."""


Count = Annotated[int, Meta(ge=0, le=2**53)]
"""A number of things, as far as JSON keeps numbers exact."""


class Goal(StrEnum):
    """What a setup is for; any mix."""

    PIXEL = "pixel"
    JS_BUCKET = "js-bucket"
    """The tracker's JavaScript, served beside the pixel from the bucket."""
    JS_SERVER = "js-server"
    """The tracker's JavaScript, served by the user's own web server."""


TRACKER_GOALS = frozenset({Goal.JS_BUCKET, Goal.JS_SERVER})
"""Goals for which there has to be a tracker file."""


class ViewerPolicy(StrEnum):
    """What CloudFront does with plain http (its `ViewerProtocolPolicy`)."""

    REDIRECT = "redirect-to-https"
    HTTPS_ONLY = "https-only"


class OldTrackers(StrEnum):
    """What becomes of a tracker file in the bucket once a newer one is there."""

    KEEP = "keep"
    REMOVE = "remove"


class SetupChoices(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The user's choices, each with a sound default."""

    goals: tuple[Goal, ...] = (Goal.PIXEL,)
    domain: str | None = None
    """The pixel's own host name in ASCII (IDNA) form; None uses CloudFront's name."""
    region: str = "eu-central-1"
    """Where the two buckets are."""
    pixel: str = "builtin"
    """`builtin`, an https URL, or a file's path."""
    retention_days: Annotated[int, Meta(ge=1, le=2**31 - 1)] = 90
    """Days; an adopted setup may have any number that S3 takes."""
    viewer: ViewerPolicy = ViewerPolicy.REDIRECT
    events_per_month: Count = 1_000_000
    """For the cost estimate only."""
    certificate: str = "ask"
    """`ask`, `new`, or the ARN of an issued certificate to borrow."""
    profile: str | None = None
    """Name of the AWS profile to use; never keys."""
    tracker: str = "release:4.10.1"
    """Where the tracker comes from: `release:VERSION`, `npm:VERSION`, an https URL, or a file's path."""
    tracker_sha384: str | None = None
    """The hash that the file must have, as the `integrity` attribute writes it; None accepts the first one seen."""
    tracker_url: str | None = None
    """Where the user's own web server will serve it: an https address that ends in `.js`."""
    tracker_folder: str | None = None
    """Where to write the folder for the web server; None is a folder in snowpixel's own."""
    tracker_old: OldTrackers = OldTrackers.KEEP
    pages: tuple[str, ...] = ()
    """Addresses of pages that carry the tag: no tracker file that they load is removed."""


class Proof(Struct, frozen=True, forbid_unknown_fields=True):
    """The test event that was found again in the log bucket."""

    request_id: str
    """CloudFront's `x-edge-request-id`."""
    sent_at: Time
    found_at: Time
    log_key: str
    event: dict[str, str]
    """The decoded event, as shown to the user."""


class TrackerFile(Struct, frozen=True, forbid_unknown_fields=True):
    """One tracker file as it was first seen; from then on its bytes must stay the same."""

    source: str
    """The choice it came from."""
    flavour: str
    """What it is: see `wizard.snowplow.tracker.tracker_file.Flavour`."""
    version: str
    sha384: str
    """As the `integrity` attribute writes it."""
    md5: str
    """Hexadecimal: S3's ETag of it."""
    size: Count
    """Bytes."""
    key: str
    """Its path on the pixel's host, without the slash in front."""


class BrowserRun(Struct, frozen=True, forbid_unknown_fields=True):
    """Events that the user's own browser sent, and how far they came."""

    sent_at: Time
    browser: str
    """Its own name (`User-Agent`)."""
    event_ids: tuple[str, ...]
    found_at: Time | None = None
    """When all of them were found in the log bucket."""
    events: tuple[dict[str, str], ...] = ()
    """The decoded events, as shown to the user."""


class Made(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Names and ids in AWS. A name or token is saved before the call that uses it, an id right after."""

    account: str | None = None
    pixel_source: str | None = None
    """The choice that `pixel_image` was read from."""
    pixel_image: bytes | None = None
    """The user's own 1x1 image, under 1 KiB; None for the built-in one."""
    content_bucket: str | None = None
    log_bucket: str | None = None
    origin_access_control: str | None = None
    caller_reference: str | None = None
    distribution: str | None = None
    distribution_domain: str | None = None
    distributions_former: tuple[str, ...] = ()
    """IDs of distributions that AWS no longer showed when another one was created; a removal looks for them."""
    former_domains: tuple[str, ...] = ()
    """Names of distributions of ours that somebody deleted: records that still lead there are ours too."""
    alias: str | None = None
    """The domain that was attached to the distribution."""
    certificate: str | None = None
    certificate_token: str | None = None
    certificate_borrowed: bool = False
    certificates_replaced: Count = 0
    certificates_former: tuple[str, ...] = ()
    """ARNs of replaced certificates that are not deleted yet."""
    validation_name: str | None = None
    validation_value: str | None = None
    hosted_zone: str | None = None
    """Route 53 zone that holds the domain; empty: the user's provider holds it; None: not looked yet."""
    delivery: str | None = None
    event_request_id: str | None = None
    """The first test event: the `x-amz-cf-id` of CloudFront's answer."""
    event_sent_at: Time | None = None
    events_sent_again: dict[str, Time] = {}
    """Further ones, as long as no log file had any of them: the same id to when each was sent."""
    proof: Proof | None = None
    tracker: TrackerFile | None = None
    """The file in use."""
    trackers_stored: tuple[TrackerFile, ...] = ()
    """Those that were put into the bucket and not taken out again, newest first."""
    browser_run: BrowserRun | None = None
    records_seen: dict[str, Time] = {}
    """Record item id to the time when all authoritative servers first had it: its later absence is a fault."""


def needs_aws(choices: SetupChoices, made: Made) -> bool:
    """Whether anything of AWS is wanted, or was made and has to be looked after."""
    return bool({Goal.PIXEL, Goal.JS_BUCKET} & set(choices.goals)) or made.content_bucket is not None


class Setup(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One saved setup."""

    name: str
    id: str
    """Random, eight characters: tags and names carry it, so that two setups called `main` never meet."""
    created: Time
    choices: SetupChoices = SetupChoices()
    made: Made = Made()
    waits: dict[str, Time] = {}
    """Item id to the time its wait began, so that elapsed time survives a restart."""
    made_at: dict[str, Time] = {}
    """Id of an item that is a thing of its own in AWS to the time when it was made, or may have been."""
    unseen: tuple[str, ...] = ()
    """Those of them that no look has shown since."""
    stood: tuple[str, ...] = ()
    """Ids of the items that were as wanted once: if one is not any more, somebody changed it."""
    accepted: dict[str, Acceptance] = {}
    """Item id to the warning there that the user said is on purpose."""
    removed: bool = False
    original: str | None = None
    """The name in the tags, where the setup was adopted under another one."""
    schema: int = SCHEMA
    recipe: Annotated[int, Meta(ge=0, le=10_000)] = RECIPE

    @property
    def known_as(self) -> str:
        """The name that everything in AWS carries."""
        return self.original or self.name


def new_id() -> str:
    """Return a fresh random setup id: eight lower-case hexadecimal characters."""
    return secrets.token_hex(4)
