"""The stages of a setup, in the order a user sees them: read this file first.

Each stage is a row of the checklist with its resources and probes. The order is for the reader; what has to wait for
what is said by the `needs` of the resources and probes themselves.
"""

from dataclasses import dataclass

from wizard.knowledge.stage_texts import stage_texts
from wizard.model.context import Context
from wizard.model.setup import RECIPE, TRACKER_GOALS, Goal, needs_aws
from wizard.probes.caa import CaaProbe
from wizard.probes.caller_identity import IdentityProbe
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
from wizard.resources.buckets.lifecycle import LIFECYCLE, LOG_LIFECYCLE
from wizard.resources.buckets.pixel_objects import KEYS, PixelObject, PixelSource
from wizard.resources.certificate.certificate import Certificate, shared_certificate
from wizard.resources.certificate.former_certificates import FormerCertificates
from wizard.resources.certificate.issued import CertificateIssued
from wizard.resources.distribution.alias import Alias
from wizard.resources.distribution.distribution import Distribution, Serving, shared_distribution
from wizard.resources.distribution.origin_access import OriginAccess
from wizard.resources.distribution.other_setups import OtherSetups
from wizard.resources.dns.managed_record import ManagedRecord, find_hosted_zone
from wizard.resources.dns.manual_record import ManualRecord
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


def stages(context: Context) -> tuple[Stage, ...]:
    """Lay out the stages of a setup for one walk: the rows of what it is for."""
    rows = _in_aws(context) if needs_aws(context.choices, context.made) else (Stage("tracker", _tracker(context)),)
    return tuple(row for row in rows if row.nodes)


def _in_aws(context: Context) -> tuple[Stage, ...]:
    distribution = shared_distribution(context)
    own_name = context.choices.domain is not None
    pixel = Goal.PIXEL in context.choices.goals
    return (
        Stage("credentials", _account(context)),
        Stage("bucket", _bucket(context, Role.CONTENT)),
        Stage("pixel", (PixelSource(context), *(PixelObject(context, key) for key in KEYS)) if pixel else ()),
        Stage("tracker", _tracker(context)),
        Stage("logs", _logs(context) if pixel else ()),
        Stage("certificate", _certificate(context) if own_name else ()),
        Stage(
            "cloudfront",
            (
                OriginAccess(context),
                Distribution(context, distribution),
                *((Alias(context, distribution),) if own_name else ()),
                Serving(context, distribution),
                *((PixelDirectProbe(context),) if pixel else ()),
            ),
        ),
        Stage(
            "dns",
            (NameServersProbe(context), _record(context, "pixel-record"), ResolversProbe(context)) if own_name else (),
        ),
        Stage(
            "https", (TlsProbe(context), *((PixelHttpsProbe(context),) if pixel else ()), HttpRedirectProbe(context))
        ),
        Stage("event", _events(context) if pixel else ()),
    )


def _tracker(context: Context) -> tuple[Node, ...]:
    """Return what belongs to the tracker's JavaScript; nothing where it is not wanted and never was."""
    goals = set(context.choices.goals)
    return (
        *((TrackerSource(context),) if goals & TRACKER_GOALS else ()),
        *((TrackerObject(context), TrackerHttpsProbe(context)) if Goal.JS_BUCKET in goals else ()),
        *((EarlierTrackers(context),) if in_bucket(context.choices, context.made) else ()),
        *((TrackerFolder(context), TrackerOnServer(context)) if Goal.JS_SERVER in goals else ()),
    )


def _events(context: Context) -> tuple[Node, ...]:
    return (FirstEvent(context), *((BrowserProof(context),) if browser_wanted(context) else ()))


def _logs(context: Context) -> tuple[Node, ...]:
    return (*_bucket(context, Role.LOGS), DeliverySource(context), DeliveryDestination(context), Delivery(context))


def _account(context: Context) -> tuple[Node, ...]:
    identity = IdentityProbe(context)
    nothing_yet = context.makes and context.made.distribution is None
    return (
        identity,
        PermissionsProbe(
            context,
            lambda: identity.found,
            ask=nothing_yet,
            find_zone=lambda domain: find_hosted_zone(context.ports.aws, context.ports.dns, domain),
        ),
        *((OtherSetups(context),) if context.choices.domain else ()),
        *((RecipeProbe(context),) if context.state.setup.recipe < RECIPE else ()),
    )


def _bucket(context: Context, role: Role) -> tuple[Resource, ...]:
    lifecycle = LIFECYCLE if role is Role.CONTENT else LOG_LIFECYCLE
    settings = (BucketSetting(context, role, setting) for setting in (*COMMON, lifecycle))
    return (Bucket(context, role), *settings, BucketPolicy(context, role))


def _certificate(context: Context) -> tuple[Node, ...]:
    shared = shared_certificate(context)
    return (
        CaaProbe(context),
        Certificate(context, shared),
        _record(context, "certificate-record"),
        CertificateIssued(context, shared),
        FormerCertificates(context),
    )


def _record(context: Context, name: str) -> Resource:
    """Return the record as a thing we make in Route 53, or as one we ask the user for."""
    return ManagedRecord(context, name) if context.made.hosted_zone else ManualRecord(context, name)
