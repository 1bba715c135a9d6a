"""One TLS handshake with one address: the certificate presented, trusted or not. Blocking."""

import socket
import ssl
from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import NameOID

from wizard.model.exhaustion import refuse_exhausted
from wizard.model.ports import Handshake, WebError
from wizard.model.terminal_text import printable
from wizard.net.tls_trust import unverified


@dataclass(frozen=True)
class TlsClient:
    """How to call.

    Attributes:
        name: the name to present as SNI and to verify.
        trust: the verifying context.
        connect: seconds to connect.
        read: seconds between bytes.
    """

    name: str
    trust: ssl.SSLContext
    connect: float
    read: float


def shake(where: tuple[str, int], address: str, caller: TlsClient) -> Handshake:
    """Present the name as SNI and report the certificate; if it does not verify, look at it once more unverified.

    Args:
        where: host and port to dial.
        address: the address to report.
        caller: the name, and how long to wait.

    Raises:
        WebError: no TLS connection at all.
    """
    try:
        version, certificate = _certificate(where, caller, caller.trust)
        error = ""
    except ssl.SSLCertVerificationError as refused:
        error = printable(refused.verify_message or str(refused))
        version, certificate = _certificate(where, caller, unverified())
    return _described(address, version, certificate, error)


def _certificate(where: tuple[str, int], caller: TlsClient, context: ssl.SSLContext) -> tuple[str, x509.Certificate]:
    try:
        with socket.create_connection(where, timeout=caller.connect) as plain:
            plain.settimeout(caller.read)
            with context.wrap_socket(plain, server_hostname=caller.name) as secure:
                raw = secure.getpeercert(binary_form=True) or b""
                return secure.version() or "", x509.load_der_x509_certificate(raw)
    except ssl.SSLCertVerificationError:
        raise
    except TimeoutError as error:
        raise WebError("timeout", f"{caller.name} didn't respond in time") from error
    except ssl.SSLError as error:
        raise WebError("tls", printable(error.reason or str(error))) from error
    except ValueError as error:
        raise WebError("tls", "the certificate can't be read") from error
    except OSError as error:
        refuse_exhausted(error)
        raise WebError("connect", printable(error.strerror or str(error))) from error


def _described(address: str, version: str, certificate: x509.Certificate, error: str) -> Handshake:
    return Handshake(
        address=address,
        version=version,
        names=_names(certificate),
        issuer=_issuer(certificate.issuer),
        not_before=certificate.not_valid_before_utc.timestamp(),
        not_after=certificate.not_valid_after_utc.timestamp(),
        trusted=not error,
        error=error,
    )


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    """Return the DNS names; browsers look at no other field (RFC 9525 §6.3)."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return ()
    return tuple(printable(each.lower()) for each in names.get_values_for_type(x509.DNSName))


def _issuer(name: x509.Name) -> str:
    for field in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        if found := name.get_attributes_for_oid(field):
            return printable(str(found[0].value))
    return printable(name.rfc4514_string())
