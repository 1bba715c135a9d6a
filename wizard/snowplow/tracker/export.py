"""The folder for the user's own web server: the tracker file, compressed copies, and server configurations."""

import gzip
import re
from importlib.resources import files
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

from wizard.model.setup import TrackerFile
from wizard.snowplow.tracker.served import CACHE_CONTROL

SERVERS = ("nginx.conf", "apache.conf", "Caddyfile", "web.config")
"""One file for each web server, as that calls it."""

TEXTS = (*SERVERS, "README.txt")
BEST = 9
"""gzip's smallest: it is packed once and sent often."""


def contents(file: TrackerFile, content: bytes, url: str) -> dict[str, bytes]:
    """Return what belongs into the folder, name by name. The same input gives the same bytes.

    Args:
        file: the tracker.
        content: its bytes.
        url: where it will be served.
    """
    path = urlsplit(url).path
    name = path.rpartition("/")[2]
    values = {
        "name": name,
        "path": path,
        "pattern": re.escape(path),
        "directory": url[: -len(name)],
        "url": url,
        "caching": CACHE_CONTROL,
        "version": file.version,
        "sha384": file.sha384,
    }
    texts = {one: _template(one).substitute(values).encode() for one in TEXTS}
    return {name: content, f"{name}.gz": gzip.compress(content, BEST, mtime=0), **texts}


def different(folder: Path, wanted: dict[str, bytes]) -> tuple[str, ...]:
    """Return the names of files that are missing or other than wanted. Blocking."""
    return tuple(name for name, content in wanted.items() if _read(folder / name) != content)


def write(folder: Path, wanted: dict[str, bytes]) -> None:
    """Write the folder; whatever else is in it stays. Blocking.

    Raises:
        OSError: it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in wanted.items():
        (folder / name).write_bytes(content)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _template(name: str) -> Template:
    return Template(files("assets").joinpath("webservers", name).read_text("utf-8"))
