"""The certificate that a browser gets at the pixel's name."""

from wizard.probes.base import Probe
from wizard.probes.propagation import maybe_passing, not_made, unreached
from wizard.probes.published import unpublished
from wizard.results import Check, Status
from wizard.world import Handshake, WebError

DAY = 86_400.0

RENEWED_BY = 40
"""Days before its end by which ACM has renewed a certificate, whichever of its two stated dates holds (45 or 60)."""

DEFAULT = ".cloudfront.net"
"""Ending of the names in CloudFront's own certificate."""

MODERN = frozenset({"TLSv1.2", "TLSv1.3"})


class TlsProbe(Probe):
    """Shakes hands as a browser would: name, trust, dates and version."""

    id = "tls"
    title = "Certificate at the pixel's name"
    needs = ("serving", "pixel-record")

    async def look(self) -> Check:
        """Look once."""
        host = self.scope.choices.domain or self.scope.made.distribution_domain
        if not host or not self.scope.made.distribution_domain:
            return not_made(self)
        if early := await unpublished(self, host):
            return early
        try:
            seen = await self.scope.world.web.handshake(host)
        except WebError as error:
            return await self._none(host, error)
        return maybe_passing(self, self._judge(host, seen))

    async def _none(self, host: str, error: WebError) -> Check:
        if error.kind != "tls":
            return await unreached(self, host, error)
        check = self.report(
            Status.FAILED,
            f"{host} refuses a TLS connection",
            "tls-refused",
            observed=str(error),
            host=host,
            error=str(error),
        )
        return maybe_passing(self, check)

    def _judge(self, host: str, seen: Handshake) -> Check:
        if not covers(seen.names, host):
            return self._of_another(host, seen)
        left = (seen.not_after - self.scope.world.clock.now()) / DAY
        if left <= 0:
            summary = f"The certificate of {host} has expired"
            return self.report(Status.FAILED, summary, "certificate-expired", host=host, issuer=seen.issuer)
        if not seen.trusted:
            return self.report(
                Status.FAILED,
                f"Browsers do not trust the certificate of {host}",
                "certificate-untrusted",
                observed=f"{seen.error}; issued by {seen.issuer}",
                host=host,
                issuer=seen.issuer,
                error=seen.error,
            )
        return self._expiring(host, left) if left < RENEWED_BY else self._versioned(host, seen, left)

    def _of_another(self, host: str, seen: Handshake) -> Check:
        names = ", ".join(seen.names) or "no names"
        default = any(name.endswith(DEFAULT) for name in seen.names)
        summary = (
            f"CloudFront answers for {host} with its own certificate: yours is not attached yet, or not everywhere"
            if default
            else f"{host} answers with somebody else's certificate, for {names}"
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
            f"The certificate of {host} ends in {left:.0f} days and should have been renewed by now",
            "certificate-expiring",
            observed=f"{left:.0f} days left",
            expected=f"at least {RENEWED_BY} days",
            host=host,
            days=f"{left:.0f}",
        )

    def _versioned(self, host: str, seen: Handshake, left: float) -> Check:
        if seen.version not in MODERN:
            return self.report(
                Status.WARNING,
                f"{host} speaks {seen.version}, which browsers give up",
                "tls-old",
                observed=seen.version,
                expected="TLSv1.2 or newer",
                host=host,
                version=seen.version,
            )
        return self.ok(
            f"{host}: trusted, {seen.version}, valid for {left:.0f} more days",
            observed=f"{', '.join(seen.names)}; {seen.issuer}",
            host=host,
            version=seen.version,
            days_left=f"{left:.0f}",
            issuer=seen.issuer,
        )


def covers(names: tuple[str, ...], host: str) -> bool:
    """Whether a certificate's names cover a host; a wildcard stands for exactly one label (RFC 9525 §6.3)."""
    parent = host.partition(".")[2]
    return host in names or (bool(parent) and f"*.{parent}" in names)
