"""What each step of the live trial does."""

import functools
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from tests.live_trial.blanking import ACCOUNT
from tests.live_trial.outside import outside
from tests.live_trial.plan import StepId
from tests.live_trial.trial import NAME, PAUSES, StepError, Trial, check_of
from wizard.aws.client import AwsClient
from wizard.aws.errors import AwsError, ErrorKind
from wizard.aws.listing import everything
from wizard.aws.services.acm import CERTIFICATES, describe_certificate
from wizard.engine.progress import Progress
from wizard.model import validators
from wizard.model.context import DELETE_LOGS, YES
from wizard.model.ports import DnsAnswer, DnsUnreachableError, WebError
from wizard.model.results import Job, Phase, Snapshot, Status, Update
from wizard.model.setup import Goal, Setup, ViewerPolicy
from wizard.snowplow.events.log_lines import log_lines
from wizard.snowplow.pixel_response import MARK

WITHOUT_EVENT = (
    "credentials", "bucket", "pixel", "tracker", "logs", "certificate", "cloudfront", "dns", "https",
)  # fmt: skip
"""All rows but that of the test event, which may take hours."""

PERMISSIONS, LOGIN = "The exact permissions", "How AWS's sign-in service renews `aws login`"
DEPLOYING = "Changing a distribution while it is still deploying"
EARLY_RECORD = "The pixel's DNS record exists minutes before its alias is attached"
ESCAPES = "How version 2 of the access logs escapes the query string"
RENEWAL = "When ACM begins to renew a certificate"
FIRST_HOURS = "Log files under a distribution's first hours"
PACKED = "CloudFront packs the tracker on its way (gzip or Brotli)"
METADATA = "The pixel's own metadata (the header `x-amz-meta-snowpixel`) passes through CloudFront"
MISTYPED, PARENT = "A record saved under a mistyped name", "A record in the parent of a delegated zone"
QUAD9 = "Quad9, where a network leaves only HTTPS open"
PORT_53 = "The domain's own name servers, where port 53 is closed"

BEGINS = (45.0, 60.0)
"""Days before its end at which ACM is believed to begin with the renewal of a certificate."""
DAY = 86_400.0
ASKED_HOURS = 24.0


def sign_in(trial: Trial) -> None:
    """Ask AWS who signs, and the person with which permissions."""
    trial.begin()
    identity = trial.run(lambda: trial.service.identity(trial.setup.choices))
    trial.blank.know(identity.account, ACCOUNT)
    trial.blank.know(identity.alias, "alias1")
    trial.say(f"  Signed in to account {identity.account} as {identity.arn}")
    if identity.root:
        raise StepError("These are the root user's credentials. Use those of an IAM user or a role.")
    trial.key_at_first = _login_key(trial)
    trial.only_the_policy = trial.sure("Do these credentials have the policy of `snowpixel policy`, and nothing else?")


def _login_key(trial: Trial) -> str | None:
    """Return the access key id that signs now, where it is one of `aws login`."""
    aws = trial.ports().aws
    assert isinstance(aws, AwsClient)
    trial.run(lambda: aws("sts", "get_caller_identity"))
    assert aws._held is not None
    return aws.access_key_id if aws._held.session.get_credentials().method == "login" else None


def renewals(trial: Trial) -> None:
    """Look at certificates of the account that are being renewed."""
    with trial.recorder.paused():  # it is the account's own, and none of the trial's
        try:
            days = trial.run(functools.partial(_days_left_at_renewal, trial))
        except AwsError as error:
            trial.open(RENEWAL, f"The certificates may not be looked at: {error.code}.")
            return
    if not days:
        trial.open(RENEWAL, "No certificate of the account is being renewed.")
        return
    told = ", ".join(f"{each:.0f}" for each in sorted(days))
    fine = all(BEGINS[0] - 1 <= each <= BEGINS[1] + 1 for each in days)
    trial.as_believed(RENEWAL, f"Renewal was under way this many days before the end: {told}.", fine=fine)


async def _days_left_at_renewal(trial: Trial) -> list[float]:
    aws, found = trial.ports().aws, []
    for one in await everything(aws, CERTIFICATES):
        if one.status != "ISSUED" or one.type != "AMAZON_ISSUED":
            continue
        details = await describe_certificate(aws, one.certificate_arn)
        renewal = details.renewal_summary
        if renewal and renewal.renewal_status.startswith("PENDING") and details.not_after:
            found.append((details.not_after - renewal.updated_at).total_seconds() / DAY)
    return found


def create(trial: Trial) -> None:
    """Create what can be created at once."""
    trial.walk(Job.APPLY, patience=0.0, only=WITHOUT_EVENT, may_fail=True)
    if trial.setup.made.distribution is None:
        raise StepError("There is no distribution.")


def early_change(trial: Trial) -> None:
    """Change the distribution while it is being deployed."""
    before = _distribution(trial)["Distribution"]["Status"]
    trial.choose(viewer=ViewerPolicy.HTTPS_ONLY)
    snapshot = trial.walk(Job.APPLY, patience=0.0, only=("distribution",), may_fail=True)
    after = _distribution(trial)["Distribution"]
    changed = after["DistributionConfig"]["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == ViewerPolicy.HTTPS_ONLY
    trial.choose(viewer=ViewerPolicy.REDIRECT)
    check = check_of(snapshot, "distribution")
    told = f"Status before: {before}; after: {after['Status']}. {check.summary if check else ''}"
    if before == "Deployed":
        trial.open(DEPLOYING, f"It was deployed already. {told}")
    else:
        trial.as_believed(DEPLOYING, told, fine=changed)


def serve(trial: Trial) -> None:
    """Wait for the pixel, and look at its headers."""
    trial.walk(Job.APPLY, only=WITHOUT_EVENT)
    answer = trial.get(f"https://{trial.setup.made.distribution_domain}/i", {"Origin": "https://example.com"})
    found = answer.headers.get(MARK, "")
    trial.as_believed(METADATA, f"HTTP {answer.status}; the header is {found or 'not there'}.", fine=bool(found))


def tracker(trial: Trial) -> None:
    """Serve the tracker, and ask for it packed in both ways."""
    trial.choose(goals=(Goal.PIXEL, Goal.JS_BUCKET))
    trial.walk(Job.APPLY, only=("tracker",))
    made = trial.setup.made
    if made.tracker is None:
        raise StepError("There is no tracker's file.")
    url, found = f"https://{made.distribution_domain}/{made.tracker.key}", {}
    for coding in ("gzip", "br"):
        try:
            answer = trial.get(url, {"Origin": "https://example.com", "Accept-Encoding": coding})
            found[coding] = answer.headers.get("content-encoding", "not packed")
        except WebError as error:
            found[coding] = f"{error.kind}: {error}"
    told = "; ".join(f"asked for {coding}: {got}" for coding, got in found.items())
    trial.as_believed(PACKED, told, fine=all(got == coding for coding, got in found.items()))


def domain(trial: Trial) -> None:
    """Add a domain: certificate, records, alternate domain name."""
    points = (EARLY_RECORD, MISTYPED, PARENT, QUAD9, PORT_53)
    name = trial.setup.choices.domain or _asked_name(trial)
    if not name:
        for point in points:
            trial.open(point, "No domain was given.")
        return
    trial.choose(domain=name)
    seen = _Times()
    snapshot = trial.walk(Job.APPLY, only=WITHOUT_EVENT, act=seen, may_fail=True)
    _early_record(trial, seen, snapshot)
    if wrong := [check.summary for check in snapshot.checks if check.counts_as is Status.FAILED]:
        raise StepError("; ".join(wrong))
    _dns_points(trial, name)


def _asked_name(trial: Trial) -> str:
    while text := trial.ask("Hostname for the pixel, such as e.example.org (Enter: without one):"):
        try:
            return validators.host_name(text)
        except validators.InvalidChoice as error:
            trial.say(f"  {error}")
    return ""


class _Times:
    """Notes when each item was first as wanted."""

    def __init__(self) -> None:
        self.at: dict[str, float] = {}

    async def __call__(self, _progress: Progress, update: Update) -> None:
        for item in update.snapshot.items:
            if item.phase is Phase.DONE and item.check and item.check.counts_as is Status.OK:
                self.at.setdefault(item.id, time.monotonic())


def _early_record(trial: Trial, seen: _Times, snapshot: Snapshot) -> None:
    record, alias = seen.at.get("pixel-record"), seen.at.get("alias")
    check = check_of(snapshot, "alias")
    if record is not None and check and check.counts_as is Status.FAILED:
        told = f"The record was seen, and the alternate domain name was refused: {check.summary}"
        trial.as_believed(EARLY_RECORD, told, fine=False)
    elif record is None or alias is None or trial.setup.made.hosted_zone or record >= alias:
        trial.open(EARLY_RECORD, "The record was not seen before the alternate domain name was accepted.")
    else:
        trial.as_believed(
            EARLY_RECORD, f"The record was seen {alias - record:.0f} s before it was accepted.", fine=True
        )


def _dns_points(trial: Trial, name: str) -> None:
    dns = trial.ports().dns
    answers: tuple[DnsAnswer, ...] = trial.run(lambda: dns.ask_resolvers(name, "A"))
    quad9 = [one for one in answers if "quad9" in one.server.lower()]
    if not quad9 or quad9[0].seen:
        trial.open(QUAD9, "Quad9 answers from here." if quad9 else "Quad9 was not asked: another resolver was named.")
    else:
        others = any(one.seen for one in answers)
        trial.as_believed(QUAD9, f"Quad9: {quad9[0].outcome}; others answer: {others}.", fine=others)
    try:
        own: tuple[DnsAnswer, ...] = trial.run(lambda: dns.ask_authorities(name, "A"))
    except DnsUnreachableError:
        own = ()
    if any(one.seen for one in own):
        trial.open(PORT_53, "The domain's own name servers answer from here.")
    else:
        trial.as_believed(PORT_53, "None of them answers from here, and the domain was set up all the same.", fine=True)
    for point, question in (
        (MISTYPED, "Was a record first saved under another name?"),
        (PARENT, "Was a record first saved in another zone, such as the parent of a delegated one?"),
    ):
        if trial.sure(question):
            trial.as_believed(point, trial.ask("What did snowpixel say?"), fine=trial.sure("Was that right?"))
        else:
            trial.open(point, "It did not happen.")


def event(trial: Trial) -> None:
    """Wait for the test event in the logs, and look at its line."""
    trial.walk(Job.APPLY)
    made = trial.setup.made
    proof = made.proof
    if proof is None:
        raise StepError("The test event was not found in the logs.")
    minutes, sent = (proof.found_at - (made.event_sent_at or proof.sent_at)) / 60, 1 + len(made.events_sent_again)
    told = f"Found {minutes:.0f} minutes after the first event; events sent: {sent}."
    trial.as_believed(FIRST_HOURS, told, fine=minutes <= 5 * 60)
    reply = trial.aws("s3", "get_object", Bucket=made.log_bucket, Key=proof.log_key, ExpectedBucketOwner=made.account)
    lines = log_lines(reply["Body"])
    query = next(one["cs-uri-query"] for one in lines if one["x-edge-request-id"] == proof.request_id)
    double, single = "%25" in query, "%" in query
    told = "`%25`" if double else "`%`" if single else "no escape at all"
    trial.as_believed(ESCAPES, f"The query of the line has {told}.", fine=double)
    since = time.time() - ASKED_HOURS * 3600
    count = trial.run(lambda: _count_events(trial, since))
    trial.say(f"  Events in the log bucket: {count}")


async def _count_events(trial: Trial, since: float) -> int:
    reader, count = trial.service.event_reader(NAME, since), 0
    async for batch in reader.new():
        count += len(batch)
    return count


def repair(trial: Trial) -> None:
    """Allow plain http, as somebody in the console would, and have it repaired."""
    reply = _distribution(trial)
    config = reply["Distribution"]["DistributionConfig"]
    config["DefaultCacheBehavior"] |= {"ViewerProtocolPolicy": "allow-all"}
    made = trial.setup.made.distribution
    trial.aws("cloudfront", "update_distribution", Id=made, IfMatch=reply["ETag"], DistributionConfig=dict(config))
    found = check_of(trial.walk(Job.CHECK, only=("distribution",), may_fail=True), "distribution")
    if found is None or found.counts_as is Status.OK:
        raise StepError("The check did not see the change.")
    trial.walk(Job.REPAIR, only=("cloudfront",))
    after = _distribution(trial)["Distribution"]["DistributionConfig"]["DefaultCacheBehavior"]["ViewerProtocolPolicy"]
    if after != ViewerPolicy.REDIRECT:
        raise StepError(f"The viewer policy is {after} after the repair.")


def repair_logs(trial: Trial) -> None:
    """Move the log destination and untag it, and have both repaired."""
    setup = trial.setup
    name, bucket = f"snowpixel-{setup.id}", f"arn:aws:s3:::{setup.made.log_bucket}"
    before = trial.aws("logs", "get_delivery_destination", name=name)["deliveryDestination"]
    elsewhere = {"destinationResourceArn": f"{bucket}/elsewhere"}
    trial.aws(
        "logs", "put_delivery_destination", name=name, outputFormat="w3c", deliveryDestinationConfiguration=elsewhere
    )
    with suppress(AwsError):  # the printed policy does not grant it
        trial.aws("logs", "untag_resource", resourceArn=before["arn"], tagKeys=["snowpixel:id"])
    trial.walk(Job.REPAIR, only=("logs",))
    after = trial.aws("logs", "get_delivery_destination", name=name)["deliveryDestination"]
    if after["deliveryDestinationConfiguration"] != before["deliveryDestinationConfiguration"]:
        raise StepError("The log destination is elsewhere after the repair.")


def remove(trial: Trial) -> None:
    """Remove everything, look whether anything is left, and conclude."""
    setup, key = trial.setup, trial.key_at_first
    now = _login_key(trial) if key else None
    if trial.left():
        trial.walk(Job.REMOVE, answers={DELETE_LOGS: YES})
    if trial.exists:
        if trial.left():
            raise StepError("The removal did not come to its end.")
        trial.service.store.delete(NAME)
    _look_for_leftovers(trial, setup)
    _permissions(trial)
    if key is None:
        trial.open(LOGIN, "These credentials do not come from `aws login`.")
    elif key == now:
        trial.open(LOGIN, "The access key was the same all the time: the trial was too short.")
    else:
        trial.as_believed(LOGIN, "Another access key signed at the end; nothing was asked in between.", fine=True)


def _look_for_leftovers(trial: Trial, setup: Setup) -> None:
    """Look at the account itself: its file may not know all."""
    with trial.recorder.paused():
        try:
            shown = trial.run(lambda: _still_shown(trial, setup))
        except AwsError as error:
            if error.kind is not ErrorKind.DENIED:
                raise
            trial.say("  These credentials may not list the account, so nobody looked whether anything else is left.")
            return
    if shown:
        raise StepError(f"The account still shows something of the setup {setup.id}: `snowpixel list --account`.")


async def _still_shown(trial: Trial, setup: Setup) -> bool:
    """Whether the account still shows something of a setup, after the minutes that its lists may lag behind."""
    clock = trial.service.ports(setup.choices).clock
    for pause in PAUSES:
        found = await trial.service.found_in_account(setup.choices)
        if all(one.id != setup.id for one in found):
            return False
        await clock.sleep(pause)
    return True


def _permissions(trial: Trial) -> None:
    if not trial.only_the_policy:
        trial.open(PERMISSIONS, f"The credentials have other permissions, too. Refused: {_refused(trial)}.")
    else:
        trial.as_believed(PERMISSIONS, f"Refused: {_refused(trial)}.", fine=not trial.denied)


def _refused(trial: Trial) -> str:
    late = f"; at first alone: {', '.join(sorted(trial.denied_at_first))}" if trial.denied_at_first else ""
    return (", ".join(sorted(trial.denied)) or "nothing") + late


def _distribution(trial: Trial) -> dict[str, Any]:
    return trial.aws("cloudfront", "get_distribution", Id=trial.setup.made.distribution)


ACTIONS: dict[StepId, Callable[[Trial], None]] = {
    StepId.SIGN_IN: sign_in,
    StepId.RENEWALS: renewals,
    StepId.CREATE: create,
    StepId.EARLY_CHANGE: early_change,
    StepId.SERVE: serve,
    StepId.TRACKER: tracker,
    StepId.DOMAIN: domain,
    StepId.EVENT: event,
    StepId.REPAIR: repair,
    StepId.REPAIR_LOGS: repair_logs,
    StepId.OUTSIDE: outside,
    StepId.REMOVE: remove,
}
