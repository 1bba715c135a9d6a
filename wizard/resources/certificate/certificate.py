"""The ACM certificate for the user's hostname, in us-east-1 where CloudFront looks for it."""

import secrets
from collections.abc import Sequence

from msgspec.structs import replace

from wizard.aws.errors import MISSING, AwsError
from wizard.aws.listing import everything
from wizard.aws.services import acm
from wizard.aws.services.acm import CERTIFICATES, CertificateDetail, CertificateSummary
from wizard.model.context import Context
from wizard.model.results import Action, Actor, Change, Decision, DecisionOption, Difference, Problem
from wizard.net.certificate_names import covers
from wizard.resources.certificate import failure_reasons
from wizard.resources.deletion import gone_already, missing
from wizard.resources.resource import TAG_ID, NotYetError, Presence, Reading, Resource
from wizard.resources.shared_read import SharedRead

ASK, NEW = "ask", "new"
"""Values of the certificate choice beside an ARN: ask when one is found, or always request a new one."""

DECISION = "certificate"
"""Id of the decision between a certificate that is there and a new one."""

ISSUED = "certificate-issued"
"""Id of the item that waits until AWS has issued it."""

DEAD = frozenset({"FAILED", "VALIDATION_TIMED_OUT", "EXPIRED", "REVOKED", "INACTIVE"})
"""States that a certificate never leaves (ACM API reference: CertificateDetail.Status)."""

MOST_REPLACED = 3
"""Replacements without the user's word; a repair, and a certificate that is issued, begin the count anew."""

TYPICAL_RELEASE = 300.0
"""Seconds until CloudFront lets go of a certificate after its distribution was deleted."""


class SharedCertificate(SharedRead[CertificateDetail]):
    """The one reading that both items on the certificate use.

    Attributes:
        reported: ARN of a dead certificate that `Certificate` itself speaks of, so that the other item need not.
    """

    reported: str | None = None


def shared_certificate(context: Context) -> SharedCertificate:
    """Return the one reading that both items on the certificate use."""

    async def read() -> CertificateDetail:
        return await acm.describe_certificate(context.ports.aws, context.made.certificate)

    shared: SharedCertificate = context.shared.setdefault("certificate", SharedCertificate(read, context.ports.clock))
    return shared


class OnCertificate(Resource):
    """Something about the certificate; both items share one reading of it, and either may have to replace it."""

    parent: str | None = "identity"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.shared = shared_certificate(context)

    @property
    def domain(self) -> str:
        """The name that the certificate is for."""
        return self.context.choices.domain or ""

    async def found(self) -> CertificateDetail | None:
        """Return the certificate's details, None when there is none."""
        self._let_go()
        if self.context.made.certificate is None:
            return None
        try:
            return await self.shared.get(self.id)
        except AwsError as error:
            if error.code in MISSING:
                return None
            raise

    def _let_go(self) -> None:
        """Forget a borrowed certificate, in place of which the user chose a new one or another since."""
        made, choice = self.context.made, self.context.choices.certificate
        if made.certificate_borrowed and choice not in (ASK, made.certificate):
            self.context.state.record(certificate=None, certificate_borrowed=False)
            self.shared.forget()

    def given_up(self, reason: str) -> Reading:
        """Replace a certificate that will not be issued, unless that did not help often enough, or cannot."""
        made = self.context.made
        values = {"domain": self.domain, **failure_reasons.explained(reason), "then": self.then()}
        asked = self.context.retries and made.certificates_replaced == 0
        useless = reason in failure_reasons.NOT_BY_ASKING_AGAIN and not asked
        if made.certificate_borrowed or useless or made.certificates_replaced >= MOST_REPLACED:
            summary = f"The certificate won't be issued: {reason}"
            given_up = self.stopped(summary, "certificate-dead", presence=Presence.OURS, **values)
            return replace(given_up, observed=reason)
        return replace(self.to_replace("won't be issued", reason), problem=Problem("certificate-dead", values))

    def then(self, ours: str = failure_reasons.REPAIRED) -> str:
        """Return the last step of the advice: `ours`, but a certificate of the user's own is never replaced by us."""
        return failure_reasons.BORROWED if self.context.made.certificate_borrowed else ours

    def to_replace(self, why: str, found: str) -> Reading:
        """One change requests another certificate and deletes this one."""
        change = Change(
            self.id,
            Action.REPLACE,
            Actor.US,
            f"Request a new certificate for {self.domain}",
            (Difference("certificate", found, self.domain),),
        )
        return Reading(
            presence=Presence.OURS, summary=f"The certificate {why} ({found})", changes=(change,), observed=found
        )

    async def replace(self) -> None:
        """Request another certificate, whose DNS record is the same, then delete this one."""
        made, state = self.context.made, self.context.state
        before = made.certificate
        if before and not made.certificate_borrowed:
            state.record(certificates_former=tuple(dict.fromkeys((*made.certificates_former, before))))
        if not await self.find_lost(await everything(self.context.ports.aws, CERTIFICATES)):
            state.record(certificate_token=secrets.token_hex(16))
            await self.request()
        state.record(certificates_replaced=made.certificates_replaced + 1)
        state.waited(ISSUED)  # the new one has its own hour
        for arn in self.context.made.certificates_former:
            await delete_former(self.context, arn)

    async def find_lost(self, listed: Sequence[CertificateSummary]) -> bool:
        """Look for a certificate of ours whose ARN was never saved, for the reply was lost, and save it."""
        known = {self.context.made.certificate, *self.context.made.certificates_former}
        for one in listed:
            arn = one.certificate_arn
            if one.domain_name != self.domain or arn in known:
                continue
            if (await acm.certificate_tags(self.context.ports.aws, arn)).get(TAG_ID) == self.tags[TAG_ID]:
                self.context.state.record(certificate=arn, certificate_borrowed=False)
                self.shared.forget()
                return True
        return False

    async def request(self) -> None:
        """Request a certificate under the token that was saved."""
        token = self.context.made.certificate_token
        arn = await acm.request_certificate(self.context.ports.aws, self.domain, token, self.tags)
        self.context.state.record(certificate=arn, certificate_borrowed=False)
        self.shared.forget()


async def delete_former(context: Context, arn: str) -> bool:
    """Delete a certificate that was replaced; False while it is attached: `Alias` moves to the new one first.

    Raises:
        AwsError: AWS refused for another reason.
    """
    aws = context.ports.aws
    try:
        await acm.delete_certificate(aws, arn)
    except AwsError as error:
        if error.code == "ResourceInUseException":
            return False
        if not await gone_already(error, lambda: missing(lambda: acm.describe_certificate(aws, arn))):
            raise
    left = tuple(one for one in context.made.certificates_former if one != arn)
    context.state.record(certificates_former=left)
    return True


class Certificate(OnCertificate):
    """The certificate exists: requested by us, or borrowed from the account."""

    id = "certificate"
    title = "Certificate for your hostname"
    needs = ("caa", "earlier-setup")
    standalone = True
    saved_as = "certificate"
    removed_after = ("distribution",)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._requested: str | None = None
        """Requested in this walk, and so with its tags."""

    async def read(self) -> Reading:
        """Look at the certificate; without one, look first whether the account already has one that covers the name."""
        found = await self.found()
        if found is None:
            return self.missing() if self.confirmed else await self._search()
        if self.domain not in found.subject_alternative_names and not covers(found.names, self.domain):
            return self.to_replace("is for another hostname", found.domain_name)
        if found.status in DEAD:
            self.shared.reported = found.certificate_arn
            return self.given_up(reason_of(found))
        return await self._recorded(found)

    async def _recorded(self, found: CertificateDetail) -> Reading:
        if self.context.made.certificate_borrowed:
            return Reading(presence=Presence.BORROWED, summary=f"A certificate you already had covers {self.domain}")
        if found.record is None:
            summary = "AWS is preparing the validation record"
            change = Change(self.id, Action.UPDATE, Actor.AWS, summary, typical=5, every=2)
            return Reading(presence=Presence.OURS, summary=summary, changes=(change,))
        name, value = found.record.plain
        self.context.state.record(validation_name=name, validation_value=value)
        arn = found.certificate_arn
        tags = self.tags if arn == self._requested else await acm.certificate_tags(self.context.ports.aws, arn)
        if not self.tags.items() <= tags.items():
            return self.differs("The certificate lacks its tags", self.untagged(tags), change="Tag the certificate")
        return self.fine(f"The certificate for {self.domain} is requested", observed=self.more_tags(tags), arn=arn)

    def missing(self) -> Reading:
        """No certificate yet."""
        return self.absent("No certificate yet", f"Request a certificate for {self.domain}")

    async def _search(self) -> Reading:
        """Look through the account's certificates: one of ours whose reply was lost, or one that may be borrowed."""
        choice = self.context.choices.certificate
        if choice not in (ASK, NEW):
            self.context.state.record(certificate=choice, certificate_borrowed=True)
            return await self.read()
        listed = await everything(self.context.ports.aws, CERTIFICATES)
        if await self.find_lost(listed):
            return await self.read()
        for one in listed:
            if choice == ASK and one.status == "ISSUED" and covers(one.names, self.domain):
                return self._offer(one)
        return self.missing()

    def _offer(self, one: CertificateSummary) -> Reading:
        arn = one.certificate_arn
        decision = Decision(
            DECISION,
            f"Your account already has a certificate that covers {self.domain}. Use it?",
            (
                DecisionOption(
                    NEW, "Request a new one", "Your existing certificate isn't changed. You need one more DNS record."
                ),
                DecisionOption(arn, "Use the one I have", f"snowpixel uses {arn}, and never changes or deletes it."),
            ),
            NEW,
            f"--certificate {arn}, or --certificate {NEW}",
        )
        return Reading(presence=Presence.ABSENT, summary="A matching certificate exists", decision=decision)

    async def decide(self, decision: Decision, answer: str) -> None:
        """Keep the answer as the choice; the next reading follows it."""
        del decision  # there is only one
        self.context.state.choose(certificate=answer)

    async def carry_out(self, change: Change) -> None:
        """Request a certificate, replace a dead one, or delete ours."""
        if change.action is Action.DELETE:
            await self._delete(self.context.made.certificate)
        elif change.action is Action.UPDATE:
            await self._tag()
        else:
            await (self.replace() if change.action is Action.REPLACE else self._create())
            self._requested = self.context.made.certificate

    async def _create(self) -> None:
        made, state = self.context.made, self.context.state
        if self.confirmed and not made.certificate_borrowed and self.id not in state.setup.stood:
            # It was never to be seen, for longer than AWS may need: where it turns up, it is deleted.
            former = dict.fromkeys((*made.certificates_former, str(made.certificate)))
            state.record(certificates_former=tuple(former))
            if await self.find_lost(await everything(self.context.ports.aws, CERTIFICATES)):
                return
        if self.confirmed or made.certificate_token is None:
            # A token names one request: where its certificate was deleted behind our back, it is spent.
            state.record(certificate_token=secrets.token_hex(16), certificate=None)
        await self.request()

    async def _tag(self) -> None:
        await acm.tag_certificate(self.context.ports.aws, self.context.made.certificate, self.tags)
        self.shared.forget()

    async def removal(self) -> Reading:
        """Delete ours; a borrowed one stays."""
        if self.context.made.certificate_borrowed:
            return Reading(presence=Presence.BORROWED, summary="Your own certificate stays as it is")
        if not self.confirmed:
            await self.find_lost(await everything(self.context.ports.aws, CERTIFICATES))
        found = await self.found()
        if found is None:
            return self.gone("The certificate is gone")
        if others := self._users(found):
            return self.stopped(
                "The certificate is used elsewhere, so it is kept",
                "certificate-in-use",
                presence=Presence.OURS,
                domain=self.domain,
                users=", ".join(others),
            )
        return self.to_delete("The certificate exists", f"Delete the certificate for {self.domain}")

    def _users(self, found: CertificateDetail) -> list[str]:
        """Return what else uses it: our own distribution lets go of it by itself."""
        own = f":distribution/{self.context.made.distribution}"
        return [arn for arn in found.in_use_by if not arn.endswith(own)]

    async def _delete(self, arn: str | None) -> None:
        self.shared.forget()
        try:
            await acm.delete_certificate(self.context.ports.aws, arn)
        except AwsError as error:
            if error.code != "ResourceInUseException":
                raise
            summary = "CloudFront hasn't released the certificate yet"
            raise NotYetError(
                Change(self.id, Action.DELETE, Actor.AWS, summary, typical=TYPICAL_RELEASE, every=15)
            ) from None


def reason_of(found: CertificateDetail) -> str:
    """Return why a certificate is dead, in ACM's word."""
    return found.failure_reason or found.status
