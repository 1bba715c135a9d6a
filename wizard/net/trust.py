"""Which certificate authorities count, and TLS contexts that say so."""

import os
import ssl
from importlib.resources import as_file, files


def verifying(ca_file: str | None = None) -> ssl.SSLContext:
    """Return a context that trusts what the system trusts (`SSL_CERT_FILE` and `SSL_CERT_DIR` are honoured).

    Args:
        ca_file: PEM file of more trust anchors, of a practice world for example.

    Raises:
        OSError: the file cannot be read.
    """
    context = ssl.create_default_context()
    if ca_file:
        context.load_verify_locations(ca_file)
    elif _system_has_none():
        with as_file(files("botocore") / "cacert.pem") as bundle:
            context.load_verify_locations(bundle)
    return context


def _system_has_none() -> bool:
    """Whether Python finds no trust store, as python.org's build for macOS does not before its extra step."""
    paths = ssl.get_default_verify_paths()
    return paths.cafile is None and paths.capath is None and "SSL_CERT_FILE" not in os.environ


def unverified() -> ssl.SSLContext:
    """Return a context that accepts any certificate: for looking at one that does not verify, never to send data."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # without the system's trust anchors: reading them takes 0.1 s
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
