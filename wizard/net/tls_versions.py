"""Whether a server still accepts TLS before 1.2: one ClientHello, and the start of the answer. Blocking.

The hello is written here by hand (RFC 4346 §7.4.1.2, RFC 6066 §3), since what the system's own TLS library still offers
differs from machine to machine: most have these versions switched off. No connection comes of it and no data is sent.

What CloudFront is set to is compared where the distribution is read. This asks what visitors meet, which something in
front of CloudFront decides: proxies of DNS providers accept TLS 1.0 unless told otherwise (Cloudflare's default).
"""

import os
import socket
import struct
from collections.abc import Iterable

OLD = {0x0301: "TLSv1", 0x0302: "TLSv1.1"}
NEWEST = 0x0302
HANDSHAKE, SERVER_HELLO = 22, 2
SUITES = (0xC009, 0xC00A, 0xC013, 0xC014, 0x002F, 0x0035, 0x000A, 0x00FF)
"""AES and 3DES with SHA-1, by ECDHE or RSA; the last says that renegotiation is safe (RFC 5746)."""
GROUPS = (29, 23, 24)
ANSWER = 11
"""Bytes up to the version in a ServerHello: record header (5), type and length (4), version (2)."""


def old_version(where: tuple[str, int], name: str, seconds: float) -> str | None:
    """Return the version that the server agrees to: `TLSv1.1`, `TLSv1`, or an empty text where it refuses.

    Args:
        where: host and port to dial.
        name: the name to present as SNI.
        seconds: how long to wait for each step.

    Returns:
        None where there was no answer, which says nothing.
    """
    try:
        with socket.create_connection(where, timeout=seconds) as connection:
            connection.sendall(hello(name))
            return _agreed(_read(connection))
    except ConnectionError:
        return ""  # some servers hang up instead of saying why
    except OSError:
        return None


def _read(connection: socket.socket) -> bytes:
    seen = b""
    while len(seen) < ANSWER and (more := connection.recv(ANSWER - len(seen))):
        seen += more
        if seen[0] != HANDSHAKE:
            break
    return seen


def _agreed(seen: bytes) -> str:
    if len(seen) < ANSWER or seen[0] != HANDSHAKE or seen[5] != SERVER_HELLO:
        return ""
    return OLD.get(struct.unpack_from("!H", seen, 9)[0], "")


def hello(name: str) -> bytes:
    """Return a ClientHello that offers nothing newer than TLS 1.1."""
    host = name.encode("idna" if not name.isascii() else "ascii")
    extensions = b"".join(
        (
            _extension(0, _sized(b"\0" + _sized(host))),
            _extension(10, _sized(_shorts(GROUPS))),
            _extension(11, b"\1\0"),
        )
    )
    body = b"".join(
        (
            struct.pack("!H", NEWEST),
            os.urandom(32),
            b"\0",
            _sized(_shorts(SUITES)),
            b"\1\0",
            _sized(extensions),
        )
    )
    message = b"\1" + len(body).to_bytes(3, "big") + body
    return struct.pack("!BH", HANDSHAKE, 0x0301) + _sized(message)


def _sized(data: bytes) -> bytes:
    return struct.pack("!H", len(data)) + data


def _shorts(numbers: Iterable[int]) -> bytes:
    return b"".join(struct.pack("!H", number) for number in numbers)


def _extension(kind: int, data: bytes) -> bytes:
    return struct.pack("!H", kind) + _sized(data)
