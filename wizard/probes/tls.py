"""The certificate that a browser gets at the pixel's name."""

from msgspec.structs import replace

from wizard.model import clock_skew
from wizard.model.ports import Handshake, WebError
from wizard.model.results import Check, Problem, Status
from wizard.net.certificate_names import covers
from wizard.probes.authoritative_first import unpublished
from wizard.probes.captive_network import between, inspecting, of_amazon
from wizard.probes.eventual_consistency import maybe_passing, not_made, unreached
from wizard.probes.other_server import OtherServer, other_server
from wizard.probes.probe import Probe

DAY = 86_400.0

RENEWED_BY = 40
"""Days before its end by which ACM has renewed a certificate, whichever of its two stated dates holds (45 or 60)."""

DEFAULT = ".cloudfront.net"
"""Ending of the names in CloudFront's own certificate."""

STRANGE = frozenset({"certificate-of-another", "certificate-untrusted"})
"""Verdicts that this computer's own network may be the reason for."""

OF_TIME = frozenset({"certificate-expired", "certificate-expiring"})
"""Verdicts that a wrong clock may be the reason for, like an untrusted certificate."""

ONLY_NEW = "TLSv1.2 or newer only"


class TlsProbe(Probe):
    """Shakes hands as a browser would: name, trust, dates and version."""

    id = "tls"
    title = "Certificate at the pixel's name"
    needs = ("serving", "pixel-record")

    async def look(self) -> Check:
        """Look once."""
        host = self.context.choices.domain or self.context.made.distribution_domain
        if not host or not self.context.made.distribution_domain:
            return not_made(self)
        if early := await unpublished(self, host):
            return early
        try:
            seen = await self._handshake(host)
        except WebError as error:
            return await self._none(host, error)
        check = self._judge(host, seen)
        if check.problem and check.problem.id in STRANGE | OF_TIME:
            check = await self._by_the_clock(host) or await between(self, host) or check
        elif check.status is Status.OK:
            check = await self._on_second_sight(host, seen) or check
        if check.status is not Status.UNKNOWN and covers(seen.names, host):
            other = await other_server(self, host, seen.address)
            check = self._elsewhere(host, check, other) if other else check
        return maybe_passing(self, check)

    async def _handshake(self, host: str) -> Handshake:
        """Shake hands, a second time where it broke off: one connection that is cut says nothing about the server."""
        web = self.context.ports.web
        try:
            return await web.handshake(host)
        except WebError as error:
            if error.kind != "tls":
                raise
            return await web.handshake(host)

    async def _by_the_clock(self, host: str) -> Check | None:
        """Look whether this computer's clock is wrong: to such a clock, certificates that are right look invalid."""
        try:
            answer = await self.context.ports.web.get(f"http://{self.context.made.distribution_domain}/i")
        except WebError:
            return None
        off = clock_skew.skew(self.context.ports.clock.now(), answer.headers.get("date"))
        if off is None:
            return None
        told = clock_skew.in_words(off)
        return self.report(
            Status.UNKNOWN,
            f"The certificate of {host} can be checked once this computer's clock is right: it is {told} CloudFront's",
            "clock-off",
            observed=f"{told} {answer.headers['date']}",
            host=host,
            off=told,
        )

    async def _on_second_sight(self, host: str, seen: Handshake) -> Check | None:
        """Look behind a certificate that is right: who issued it, and which versions go with it."""
        if not of_amazon(seen) and (inspected := await inspecting(self, host)):
            return inspected
        if self.context.choices.domain is None:  # at CloudFront's own name CloudFront decides
            return None
        old = await self.context.ports.web.old_tls(host, connect_to=seen.address)
        return self._accepts_old(host, old) if old else None

    async def _none(self, host: str, error: WebError) -> Check:
        if error.kind != "tls":
            return await unreached(self, host, error)
        if early := await between(self, host):
            return early
        old = await self.context.ports.web.old_tls(host)
        check = self._only_old(host, old) if old else self._refused(host, error)
        other = await other_server(self, host)
        return maybe_passing(self, self._elsewhere(host, check, other) if other else check)

    def _refused(self, host: str, error: WebError) -> Check:
        return self.report(
            Status.FAILED,
            f"{host} refuses a TLS connection",
            "tls-refused",
            observed=str(error),
            host=host,
            error=str(error),
        )

    def _elsewhere(self, host: str, check: Check, other: OtherServer) -> Check:
        """Say whose the certificate is: what is right or wrong about it is that server's, and not the setup's."""
        summary = (
            f"The certificate of {host} is valid, but {other.name} presents it instead of CloudFront"
            if check.status is Status.OK
            else f"{check.summary}: {other.name} answers there instead of CloudFront"
        )
        observed = f"{other.address}: {other.observed}"
        values = {"host": host, "name": host, "front": other.name, "observed": observed}
        found = self.report(Status.FAILED, summary, observed=observed, expected="CloudFront")
        return replace(found, problem=Problem(other.problem, values))

    def _judge(self, host: str, seen: Handshake) -> Check:
        if not covers(seen.names, host):
            return self._of_another(host, seen)
        left = (seen.not_after - self.context.ports.clock.now()) / DAY
        if left <= 0:
            summary = f"The certificate of {host} has expired"
            return self.report(Status.FAILED, summary, "certificate-expired", host=host, issuer=seen.issuer)
        if not seen.trusted:
            return self.report(
                Status.FAILED,
                f"Browsers don't trust the certificate of {host}",
                "certificate-untrusted",
                observed=f"{seen.error}; issued by {seen.issuer}",
                host=host,
                issuer=seen.issuer,
                error=seen.error,
            )
        return self._expiring(host, left) if left < RENEWED_BY else self._fine(host, seen, left)

    def _of_another(self, host: str, seen: Handshake) -> Check:
        names = ", ".join(seen.names) or "no names"
        default = any(name.endswith(DEFAULT) for name in seen.names)
        summary = (
            f"CloudFront presents its own certificate for {host}: yours isn't attached yet, or not everywhere"
            if default
            else f"{host} presents somebody else's certificate, for {names}"
        )
        return self.report(
            Status.FAILED,
            summary,
            "certificate-not-attached" if default else "certificate-of-another",
            observed=names,
            expected=host,
            host=host,
            names=names,
            issuer=seen.issuer,
        )

    def _expiring(self, host: str, left: float) -> Check:
        return self.report(
            Status.WARNING,
            f"The certificate of {host} expires in {left:.0f} days and should have been renewed by now",
            "certificate-expiring",
            observed=f"{left:.0f} days left",
            expected=f"at least {RENEWED_BY} days",
            host=host,
            days=f"{left:.0f}",
        )

    def _only_old(self, host: str, version: str) -> Check:
        summary = f"{host} speaks {version} and nothing newer: browsers refuse it"
        return self._old(Status.FAILED, "tls-old", summary, host, version)

    def _accepts_old(self, host: str, version: str) -> Check:
        summary = f"{host} still accepts {version}, which browsers no longer use"
        return self._old(Status.WARNING, "tls-old-accepted", summary, host, version)

    def _old(self, status: Status, problem: str, summary: str, host: str, version: str) -> Check:
        return self.report(status, summary, problem, observed=version, expected=ONLY_NEW, host=host, version=version)

    def _fine(self, host: str, seen: Handshake, left: float) -> Check:
        return self.ok(
            f"{host}: trusted, {seen.version}, valid for {left:.0f} more days",
            observed=f"{', '.join(seen.names)}; {seen.issuer}",
            host=host,
            version=seen.version,
            days_left=f"{left:.0f}",
            issuer=seen.issuer,
        )
