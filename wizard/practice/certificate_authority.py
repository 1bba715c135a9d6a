"""The world's certificate authority: root, intermediate, and short-lived leaves."""

import datetime as dt
import ssl
from dataclasses import dataclass, field
from pathlib import Path

import trustme

VALIDITY = 198
"""Days that a public ACM certificate is valid for (AWS, since 18 Feb 2026)."""
DEFAULT_NAME = "*.cloudfront.net"
"""What CloudFront presents to a name it does not know."""


class _Issued:
    """The validity of a leaf issued now."""

    def __init__(self) -> None:
        now = dt.datetime.now(dt.UTC)
        self.not_before = now - dt.timedelta(hours=1)
        self.not_after = now + dt.timedelta(days=VALIDITY)


@dataclass
class CertificateAuthority:
    """Root, intermediate, and a TLS context for each certificate in use."""

    root: trustme.CA = field(default_factory=lambda: trustme.CA(organization_name="Practice root"))
    _contexts: dict[str, ssl.SSLContext] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.intermediate = trustme.CA(parent_cert=self.root, organization_name="Amazon (practice)")  # as in real life

    def save(self, path: Path) -> None:
        """Write the root's certificate (never its key) as PEM."""
        self.root.cert_pem.write_to_path(str(path))

    def context(self, key: str, names: tuple[str, ...]) -> ssl.SSLContext:
        """Return the server context for certificate `key` (its ARN) with `names`, made on first use."""
        if key not in self._contexts:
            self._contexts[key] = self._make(names)
        return self._contexts[key]

    def _make(self, names: tuple[str, ...]) -> ssl.SSLContext:
        dates = _Issued()
        leaf = self.intermediate.issue_cert(
            *names, common_name=names[0], not_before=dates.not_before, not_after=dates.not_after
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # For every distribution: OpenSSL settles the version before it tells the SNI name, so it cannot depend on it.
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["h2", "http/1.1"])
        leaf.configure_cert(context)
        return context

    def forget(self) -> None:
        """Drop the leaves; the root stays, since programs were told to trust it."""
        self._contexts.clear()
