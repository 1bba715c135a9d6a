"""Secrets that cannot be mistaken for anything else, planted in every place, and a search for them."""

import base64
import json
from pathlib import Path
from urllib.parse import quote

NAMES = ("typed", "environment", "token", "profile", "config", "sso", "login", "program", "world")


def secret(name: str) -> str:
    """Return a secret access key's shape, with a name inside."""
    return f"PLANTED/{name}+".ljust(40, "Q")


def shapes(value: str) -> set[bytes]:
    """Return how a secret may be written: plain, escaped, encoded."""
    written = {value, quote(value, safe=""), json.dumps(value)[1:-1], repr(value)[1:-1], value.replace("/", "\\/")}
    encoded = {base64.b64encode(value.encode()).decode().rstrip("=")[:-2], value.encode().hex()}
    return {one.encode() for one in written | encoded} | {value.encode("utf-16-le")}


def found_in(data: bytes, secrets: dict[str, str]) -> list[str]:
    """Return the names of the secrets that are in some bytes."""
    return [name for name, value in secrets.items() if any(shape in data for shape in shapes(value))]


def found_below(folder: Path, secrets: dict[str, str], but: set[Path]) -> list[tuple[str, str]]:
    """Return file and name of each secret in any file below a folder, or in its path."""
    found = []
    for path in folder.rglob("*"):
        names = found_in(str(path).encode(), secrets)
        if path.is_file() and path not in but:
            names += found_in(path.read_bytes(), secrets)
        found += [(str(path.relative_to(folder)), name) for name in names]
    return found
