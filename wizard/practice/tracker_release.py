"""The release of Snowplow's tracker as the practice world plays it, so that practice needs no internet."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from wizard.practice.edge_records import EdgeResponse

STORAGE = "release-assets.githubusercontent.com"
"""Where GitHub sends whoever asks for a file of a release."""

_STORED = "/github-production-release-asset/"


@cache
def _known() -> dict[str, Any]:
    """Return where trackers come from, as the product knows it."""
    return tomllib.loads(files("assets").joinpath("tracker.toml").read_text("utf-8"))


@cache
def hosts() -> tuple[str, ...]:
    """Return the hosts that hand out a release: the one that is asked, and the one that it redirects to."""
    asked = {urlsplit(address).hostname or "" for address in _addresses().values()}
    return (*sorted(asked), STORAGE)


@cache
def _addresses() -> dict[str, str]:
    """Return the address of each file of the release that a new setup begins with."""
    known = _known()
    return {name: known["release"].format(version=known["version"], file=name) for name in known["files"]}


def answer(host: str, path: str) -> EdgeResponse:
    """Answer as GitHub does: a redirect to the storage, and there the file; any other release doesn't exist.

    Args:
        host: one of `hosts`.
        path: the asked path.
    """
    if host == STORAGE and path in (_STORED + name for name in _addresses()):
        return _response(200, {"content-type": "application/octet-stream"}, release_file())
    name = next((name for name, address in _addresses().items() if urlsplit(address)[1:3] == (host, path)), None)
    if name is None:
        return _response(404, {"content-type": "text/plain; charset=utf-8"}, b"Not Found")
    return _response(302, {"location": f"https://{STORAGE}{_STORED}{name}"}, b"")


def _response(status: int, headers: dict[str, str], body: bytes) -> EdgeResponse:
    return EdgeResponse(status, {**headers, "content-length": str(len(body))}, body, "")


@cache
def release_file() -> bytes:
    """Return the tracker that stands in for `sp.js`: Snowplow's own bundle, behind a queue of ours."""
    name = f"browser-tracker-{_known()['version']}.umd.min.js"
    return behind_queue(files("assets").joinpath("tracker", name).read_text("utf-8"))


def behind_queue(bundle: str, name: str = "snowplowTrackerParts") -> bytes:
    """Return a bundle as a file that works off the loader tag's queue, as `sp.js` does.

    It takes the first name of the list, works off what the tag has collected under it, and from then on calls go
    through. `:namespace` after a command is for one tracker.

    Args:
        bundle: the browser tracker's minified bundle.
        name: global name of its parts; two of them on a page need two.
    """
    queue = files("assets").joinpath("tracker", "queue.js").read_text("utf-8")
    return (bundle.replace("snowplowBrowserTracking", name) + queue.replace("NAME", name)).encode()
