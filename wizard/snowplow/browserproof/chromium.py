"""A throw-away Chromium for a practice world; the user's own browser is never touched.

In a practice world names exist only there, so a browser finds them only when it is told. The flags are Chromium's own.
"""

import base64
import hashlib
import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from wizard.model.ports import Network
from wizard.net.subprocess_env import subprocess_env

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "brave-browser")
CONNECT = 5.0
"""Seconds to connect to the practice world."""


def found() -> str | None:
    """Return a browser of the Chromium family on this computer."""
    return next((path for program in PROGRAMS if (path := shutil.which(program))), None)


def flags_in(network: Network, names: Sequence[str]) -> list[str]:
    """Return the flags with which a browser reaches these names as this process does; none in the real world. Blocking.

    Raises:
        OSError: the practice world does not answer.
    """
    return flags(names, network.ports[80], network.ports[443]) if network.ports else []


def flags(names: Sequence[str], http: tuple[str, int], https: tuple[str, int]) -> list[str]:
    """Return the flags with which a browser reaches these names at a practice world. Blocking.

    Args:
        names: host names that live there.
        http: where the world answers plain http.
        https: where it answers https.

    Raises:
        OSError: the world does not answer.
    """
    rules = [
        *(f"MAP {name}:443 {https[0]}:{https[1]}" for name in names),
        *(f"MAP {name}:80 {http[0]}:{http[1]}" for name in names),
        "MAP * ~NOTFOUND",
        "EXCLUDE 127.0.0.1",
    ]
    keys = [_key_at(name.replace("*", "any"), https) for name in names]
    return [
        f"--host-resolver-rules={', '.join(rules)}",
        f"--ignore-certificate-errors-spki-list={','.join(dict.fromkeys(keys))}",
        "--no-first-run",
        "--no-default-browser-check",
        "--disable-background-networking",
    ]


def _key_at(name: str, where: tuple[str, int]) -> str:
    """Return the hash of the public key that is presented for a name, as the flag wants it.

    The certificate is not verified here: it is the practice world's own, at an address that was given.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with socket.create_connection(where, CONNECT) as plain, context.wrap_socket(plain, server_hostname=name) as secure:
        presented = secure.getpeercert(binary_form=True) or b""
    key = x509.load_der_x509_certificate(presented).public_key()
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(spki).digest()).decode()


def start(program: str, profile: Path, given: Sequence[str], url: str) -> "subprocess.Popen[bytes]":
    """Open a page in a browser of its own; the caller ends it and deletes its profile.

    Args:
        program: the browser.
        profile: an empty folder for it.
        given: flags.
        url: the page.
    """
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []  # Chromium refuses root otherwise
    shown = [] if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") else ["--headless=new"]
    command = [program, f"--user-data-dir={profile}", *given, *root, *shown, url]
    return subprocess.Popen(  # noqa: S603 - a browser that was looked up, with our flags
        command,
        env=subprocess_env(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
