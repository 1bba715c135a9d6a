"""The stages of a setup, in the order a user sees them: read this file first.

Each stage is a row of the checklist with its resources and probes: `TABLE`. The order is for the reader; what has to
wait for what is said by the `needs` of the resources and probes themselves.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from wizard.knowledge.stage_texts import stage_texts
from wizard.model.context import Context
from wizard.model.setup import RECIPE, TRACKER_GOALS, Goal, needs_aws
from wizard.probes.caa import CaaProbe
from wizard.probes.caller_identity import IdentityProbe, identity_found
from wizard.probes.name_servers import NameServersProbe
from wizard.probes.permissions import PermissionsProbe
from wizard.probes.pixel import HttpRedirectProbe, PixelDirectProbe, PixelHttpsProbe
from wizard.probes.probe import Probe
from wizard.probes.recipe import RecipeProbe
from wizard.probes.resolvers import ResolversProbe
from wizard.probes.tls import TlsProbe
from wizard.probes.tracker import TrackerHttpsProbe
from wizard.resources.buckets.bucket_policy import BucketPolicy
from wizard.resources.buckets.bucket_settings import COMMON, BucketSetting
from wizard.resources.buckets.buckets import Bucket, Role
from wizard.resources.buckets.found_buckets import found_buckets
from wizard.resources.buckets.lifecycle import LIFECYCLE, LOG_LIFECYCLE
from wizard.resources.buckets.pixel_objects import KEYS, PixelObject, PixelSource
from wizard.resources.certificate.certificate import Certificate
from wizard.resources.certificate.former_certificates import FormerCertificates
from wizard.resources.certificate.found_certificates import found_certificates
from wizard.resources.certificate.issued import CertificateIssued
from wizard.resources.distribution.alias import Alias
from wizard.resources.distribution.distribution import Distribution, Serving
from wizard.resources.distribution.found_distributions import found_distributions
from wizard.resources.distribution.origin_access import OriginAccess, found_access_controls
from wizard.resources.distribution.other_setups import OtherSetups
from wizard.resources.dns.managed_record import ManagedRecord, find_hosted_zone
from wizard.resources.dns.manual_record import ManualRecord
from wizard.resources.dns.record_kinds import CERTIFICATE, PIXEL
from wizard.resources.found_again import Finder
from wizard.resources.logs.found_deliveries import found_deliveries
from wizard.resources.logs.log_delivery import Delivery, DeliveryDestination, DeliverySource
from wizard.resources.proof.browser_run import BrowserProof
from wizard.resources.proof.browser_run import wanted as browser_wanted
from wizard.resources.proof.first_event import FirstEvent
from wizard.resources.resource import Resource
from wizard.resources.tracker.tracker_in_bucket import EarlierTrackers, TrackerObject, TrackerSource, in_bucket
from wizard.resources.tracker.tracker_on_server import TrackerFolder, TrackerOnServer

Node = Resource | Probe


@dataclass(frozen=True)
class Stage:
    """A row of the checklist.

    Attributes:
        id: its name in `assets/stages.toml` and on the command line (`--only`).
        nodes: its resources and probes.
    """

    id: str
    nodes: tuple[Node, ...]

    @property
    def title(self) -> str:
        """What the row is called."""
        return stage_texts()[self.id]["title"]

    @property
    def why(self) -> str:
        """Why the stage exists, in plain words."""
        return stage_texts()[self.id]["why"]


def known() -> tuple[str, ...]:
    """Return the ids of all rows, in order."""
    return tuple(stage_texts())


Condition = Callable[[Context], bool]
"""Whether something is wanted in a setup."""

Part = Callable[[Context], Node | None]
"""Makes a resource or a probe for one walk, mostly its class itself; None where it is not wanted."""


def pixel(context: Context) -> bool:
    """Whether the pixel is wanted."""
    return Goal.PIXEL in context.choices.goals


def own_name(context: Context) -> bool:
    """Whether what is in AWS has a hostname of the user's."""
    return in_aws(context) and context.choices.domain is not None


def in_aws(context: Context) -> bool:
    """Whether anything of AWS is wanted, or was made and has to be looked after."""
    return needs_aws(context.choices, context.made)


def _tracker(context: Context) -> bool:
    return bool(TRACKER_GOALS & set(context.choices.goals))


def _tracker_in_bucket(context: Context) -> bool:
    return Goal.JS_BUCKET in context.choices.goals


def _tracker_on_server(context: Context) -> bool:
    return Goal.JS_SERVER in context.choices.goals


def _earlier_trackers(context: Context) -> bool:
    return bool(in_bucket(context.choices, context.made))


def _earlier_recipe(context: Context) -> bool:
    return context.state.setup.recipe < RECIPE


def only(condition: Condition, part: Part) -> Part:
    """Return a part that is there only under a condition."""
    return lambda context: part(context) if condition(context) else None


def _permissions(context: Context) -> Node:
    aws, dns = context.ports.aws, context.ports.dns
    return PermissionsProbe(
        context,
        lambda: identity_found(context),
        ask=context.makes and context.made.distribution is None,
        find_zone=lambda domain: find_hosted_zone(aws, dns, domain),
    )


def _bucket(role: Role) -> tuple[Part, ...]:
    """Return a bucket with everything that is set on it."""
    settings = (*COMMON, LIFECYCLE if role is Role.CONTENT else LOG_LIFECYCLE)
    return (
        lambda context: Bucket(context, role),
        *(partial(BucketSetting, role=role, setting=setting) for setting in settings),
        lambda context: BucketPolicy(context, role),
    )


def _record(name: str) -> Part:
    """Return a DNS record: one that we make in Route 53, or one that we ask the user for."""
    return lambda context: (ManagedRecord if context.made.hosted_zone else ManualRecord)(context, name)


@dataclass(frozen=True)
class StageRow:
    """A row of the table.

    Attributes:
        id: the stage's.
        parts: its resources and probes.
        when: when the whole row is wanted.
    """

    id: str
    parts: tuple[Part, ...]
    when: Condition = in_aws

    def stage(self, context: Context) -> Stage:
        """Return the stage of one walk; without nodes where it is not wanted."""
        made = (part(context) for part in self.parts) if self.when(context) else ()
        return Stage(self.id, tuple(node for node in made if node is not None))


TABLE = (
    StageRow(
        "credentials",
        (IdentityProbe, _permissions, only(own_name, OtherSetups), only(_earlier_recipe, RecipeProbe)),
    ),
    StageRow("bucket", _bucket(Role.CONTENT)),
    StageRow("pixel", (PixelSource, *(partial(PixelObject, key=key) for key in KEYS)), when=pixel),
    StageRow(
        "tracker",
        (
            only(_tracker, TrackerSource),
            only(_tracker_in_bucket, TrackerObject),
            only(_tracker_in_bucket, TrackerHttpsProbe),
            only(_earlier_trackers, EarlierTrackers),
            only(_tracker_on_server, TrackerFolder),
            only(_tracker_on_server, TrackerOnServer),
        ),
        when=lambda _: True,
    ),
    StageRow("logs", (*_bucket(Role.LOGS), DeliverySource, DeliveryDestination, Delivery), when=pixel),
    StageRow(
        "certificate",
        (CaaProbe, Certificate, _record(CERTIFICATE), CertificateIssued, FormerCertificates),
        when=own_name,
    ),
    StageRow(
        "cloudfront",
        (OriginAccess, Distribution, only(own_name, Alias), Serving, only(pixel, PixelDirectProbe)),
    ),
    StageRow("dns", (NameServersProbe, _record(PIXEL), ResolversProbe), when=own_name),
    StageRow("https", (TlsProbe, only(pixel, PixelHttpsProbe), HttpRedirectProbe)),
    StageRow("event", (FirstEvent, only(browser_wanted, BrowserProof)), when=pixel),
)
"""All stages, in the order a user sees them."""


FOUND_AGAIN: tuple[Finder, ...] = (
    found_distributions,
    found_certificates,
    found_buckets,
    found_access_controls,
    found_deliveries,
)
"""What finds in an account what belongs to setups without a file; what a later one tells rests on the earlier ones."""


def stages(context: Context) -> tuple[Stage, ...]:
    """Lay out the stages of a setup for one walk: the rows of what it is for."""
    return tuple(stage for row in TABLE if (stage := row.stage(context)).nodes)
