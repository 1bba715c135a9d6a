"""The alternate domain name on the distribution, with its certificate."""

from wizard.aws.errors import AwsError
from wizard.aws.services.cloudfront import DistributionConfig
from wizard.model.results import Action, Actor, Change, Difference
from wizard.resources.distribution import distribution_config as configuration
from wizard.resources.distribution.on_distribution import OnDistribution
from wizard.resources.distribution.other_setups import distribution_with, elsewhere
from wizard.resources.dns.hosted_zones import release
from wizard.resources.dns.manual_record import TYPICAL
from wizard.resources.resource import NotYetError, Presence, Reading, StoppedError

ANOTHERS_RECORD = "DNS record that points to another CloudFront distribution"
"""Part of CNAMEAlreadyExists's text where not another distribution's alias, but the name's own record is in the way."""

PROPAGATION = 180.0
"""Seconds after ISSUED in which CloudFront may still refuse a certificate that is fine."""


class Alias(OnDistribution):
    """The alias and its certificate; CloudFront takes them only together, and only once the certificate is issued."""

    id = "alias"
    title = "Your hostname on the distribution"
    needs = ("distribution", "certificate-issued")
    carries = ("certificate",)
    removed_after = ("pixel-record",)

    @property
    def _domain(self) -> str:
        return self.context.choices.domain or ""

    async def read(self) -> Reading:
        """Look whether name and certificate are on the distribution."""
        found = await self.found()
        if found is None:
            return self.missing()
        config = found.config
        wrong = self.compare(config)
        if asked := self.ask_about(wrong):
            return asked
        if self._domain not in config.aliases.items:
            change = Change(self.id, Action.CREATE, Actor.US, self._doing(), wrong)
            return Reading(
                presence=Presence.ABSENT, summary=f"{self._domain} isn't on the distribution", changes=(change,)
            )
        if wrong:
            return self.differs(f"{self._domain} is attached, but not as it should be", *wrong, change=self._doing())
        self.context.state.record(alias=self._domain)
        summary = f"{self._domain} and its certificate are on the distribution"
        return self.fine(summary, observed=f"oldest TLS: {config.viewer_certificate.minimum_protocol_version}")

    def missing(self) -> Reading:
        """No distribution, no alias."""
        return self.absent(f"{self._domain} isn't attached yet", self._doing())

    def _doing(self) -> str:
        return f"Attach {self._domain} and its certificate to the distribution"

    def compare(self, config: DistributionConfig) -> tuple[Difference, ...]:
        """Compare name, certificate and TLS."""
        certificate, names = config.viewer_certificate, config.aliases.items
        arn, minimum = certificate.acm_certificate_arn or "none", certificate.minimum_protocol_version or "none"
        weak = minimum == "none" or configuration.tls_rank(minimum) < configuration.tls_rank(configuration.MINIMUM_TLS)
        earlier = self.context.made.alias
        found = (
            (self._domain not in names, "alias", "missing", self._domain),
            (earlier != self._domain and earlier in names, "earlier hostname", str(earlier), "none"),
            (arn != self.context.made.certificate, "certificate", arn, str(self.context.made.certificate)),
            (certificate.ssl_support_method != "sni-only", "TLS by", "other", "sni-only"),
            (weak, "oldest TLS", minimum, f"{configuration.MINIMUM_TLS} or newer"),
        )
        return tuple(Difference(name, has, wants) for wrong, name, has, wants in found if wrong)

    async def carry_out(self, change: Change) -> None:
        """Attach, correct, or remove.

        Raises:
            NotYetError: the certificate was issued only moments ago.
            StoppedError: another distribution of the account has the name.
        """
        found = await self.unedited(change)
        if change.action is Action.DELETE:
            await self.update(configuration.without_alias(found.document, self.setup), found.etag)
            return
        try:
            await self.update(configuration.with_alias(found.document, self.setup), found.etag)
        except AwsError as error:
            if ANOTHERS_RECORD in str(error):
                await self._release()
                raise NotYetError(self._record_first()) from None
            if error.code == "CNAMEAlreadyExists":
                await self._name_the_other()
            if error.code != "InvalidViewerCertificate" or self._waited_long():
                raise
            summary = "CloudFront doesn't know the new certificate yet"
            raise NotYetError(Change(self.id, Action.UPDATE, Actor.AWS, summary, typical=60, every=5)) from None
        self.context.state.record(alias=self._domain)

    async def _name_the_other(self) -> None:
        """Say which distribution has the name, where it is one of this account.

        Raises:
            StoppedError: it is.
        """
        try:
            other = await distribution_with(self.context.ports.aws, self._domain)
        except AwsError:
            return  # may not be listed: then AWS's own words have to do
        if other:
            raise StoppedError(
                elsewhere(self._domain, other),
                "alias-on-distribution",
                domain=self._domain,
                distribution=other.id,
            )

    async def _release(self) -> None:
        """Take away, in Route 53, a record of ours that leads to a distribution of ours that somebody deleted."""
        made = self.context.made
        if made.hosted_zone and made.former_domains:
            await release(self.context.ports.aws, made.hosted_zone, self.setup.id, self._domain, made.former_domains)

    def _record_first(self) -> Change:
        """Wait for the record: CloudFront refuses a name that leads to another distribution."""
        summary = f"CloudFront accepts {self._domain} once its DNS record no longer points to another distribution"
        return Change(self.id, Action.UPDATE, Actor.USER, summary, typical=TYPICAL, every=5)

    def _waited_long(self) -> bool:
        clock = self.context.ports.clock
        since = self.setup.waits.get(self.id, clock.now())
        return clock.now() - since > PROPAGATION

    async def removal(self) -> Reading:
        """Take the name off, so that nothing of it stays taken in CloudFront."""
        found = await self.remaining()
        if found is None or self._domain not in found.config.aliases.items:
            return self.gone(f"{self._domain} is no longer on the distribution")
        return self.to_delete(f"{self._domain} is on the distribution", f"Remove {self._domain} from the distribution")
