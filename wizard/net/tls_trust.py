"""Trusted certificate authorities, and the TLS contexts that use them."""

import os
import ssl
import threading
from importlib.resources import as_file, files

from wizard.storage.atomic_files import stamp

_made: dict[tuple[str | None, ...], tuple[tuple[tuple[str, str], ...], ssl.SSLContext]] = {}
"""Contexts of this run of the program, with the state of the files that they were made from."""

_making = threading.Lock()

SETTINGS = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def verifying(ca_file: str | None = None, use: str = "web") -> ssl.SSLContext:
    """Return a context that trusts what the system trusts (`SSL_CERT_FILE` and `SSL_CERT_DIR` are honored).

    Reading the system's authorities takes a while, so a context is made once, and anew when what it was made from has
    changed.

    Args:
        ca_file: PEM file of more trust anchors, of a practice world for example.
        use: who uses it. Libraries set more in a context, such as the protocols to offer: each user has its own.

    Raises:
        OSError: the file cannot be read.
    """
    key = (use, ca_file, *(os.environ.get(name) for name in SETTINGS))
    with _making:
        state = _state(ca_file)
        if key not in _made or _made[key][0] != state:
            _made[key] = state, _new(ca_file)
        return _made[key][1]


def _state(ca_file: str | None) -> tuple[tuple[str, str], ...]:
    paths = ssl.get_default_verify_paths()
    return tuple((path, stamp(path)) for path in (ca_file, paths.cafile, paths.capath) if path)


def _new(ca_file: str | None) -> ssl.SSLContext:
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
