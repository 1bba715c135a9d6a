"""Requests of a watched page to collectors: what they carry, and the response in a collector's place. Pure."""

import base64
import json
from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qs, urlsplit

from msgspec import Struct

from wizard.snowplow.browserproof.devtools import Message
from wizard.snowplow.pixel_image import builtin

_USUAL = frozenset({None, 80, 443})
"""Ports of the pixel; at another one, something else answers."""

_POST_PATH = "/com.snowplowanalytics.snowplow/tp2"
"""Where trackers post to, unless they are set otherwise."""

_BEACON = "Ping"
"""DevTools' type of a request by `navigator.sendBeacon`."""

_MEASURING = (
    "google-analytics.com", "analytics.google.com", "googletagmanager.com/td", "doubleclick.net", "facebook.com/tr",
    "clarity.ms", "hotjar", "matomo.php", "piwik.php", "plausible.io/api", "segment.io", "amplitude.com",
    "mixpanel.com",
)  # fmt: skip
"""Where other services count visitors: a check is no visit."""


class SentEvent(Struct, frozen=True):
    """One event, as it is sent; each field is empty where the event lacks it."""

    kind: str = ""
    id: str = ""
    namespace: str = ""
    app_id: str = ""
    platform: str = ""
    version: str = ""
    """Of the tracker, as in `js-4.10.1`."""


class Sent(Struct):
    """One request to a collector.

    Attributes:
        host: the collector's.
        method: GET or POST; of a browser's question beforehand, the method that it asks for.
        path: of its address.
        events: what it carries.
        headers: names of headers for which browsers ask beforehand, in lower case.
        beacon: whether it was sent by `navigator.sendBeacon`.
        failed: why the page was not shown the response; empty if it was.
    """

    host: str
    method: str
    path: str
    events: list[SentEvent]
    headers: tuple[str, ...] = ()
    beacon: bool = False
    failed: str = ""


def sent_in(paused: Message, pixels: Collection[str]) -> Sent | None:
    """Return what a request sends to a collector; None for any other request.

    Args:
        paused: the parameters of DevTools' `Fetch.requestPaused`.
        pixels: host names of the setup's pixel, in lower case.
    """
    request = paused["request"]
    parts = urlsplit(request["url"])
    host = (parts.hostname or "").lower()
    ours = host in pixels and parts.port in _USUAL
    events = _events(request)
    if not (events or _is_collector(request) or (ours and parts.path in ("/i", "//i"))):
        return None
    headers = {name.lower(): value for name, value in request["headers"].items()}
    beforehand = request["method"] == "OPTIONS"
    asked = headers.get("access-control-request-headers", "") if beforehand else ""
    named = tuple(name.strip().lower() for name in asked.split(",") if name.strip())
    return Sent(
        host=host if ours or host not in pixels else f"{host}:{parts.port}",
        method=headers.get("access-control-request-method", "GET") if beforehand else request["method"],
        path=parts.path,
        events=events,
        headers=named or tuple(name for name in headers if name == "sp-anonymous"),
        beacon=paused.get("resourceType") == _BEACON,
    )


def posts_elsewhere(path: str) -> bool:
    """Whether events are posted to a path that isn't the usual one."""
    return not path.endswith(_POST_PATH)


def is_visit(request: Message) -> bool:
    """Whether a request may count as a visit somewhere, or change something there: a look at a page must not."""
    return request["method"] not in ("GET", "HEAD") or any(mark in request["url"] for mark in _MEASURING)


def response_for(request: Message, *, ours: bool) -> Message:
    """Return a response in a collector's place: the pixel's as CloudFront gives it, all others' as pages wish.

    Args:
        request: the request, as DevTools describes it.
        ours: whether it is for the setup's pixel.
    """
    origin = next((value for name, value in request["headers"].items() if name.lower() == "origin"), "*")
    headers = {"Cache-Control": "no-store"}
    taken = request["method"] in ("GET", "HEAD") and urlsplit(request["url"]).path == "/i"
    if ours and taken:
        headers.update({"Content-Type": "image/gif", "Access-Control-Allow-Origin": "*"})
    elif not ours:
        headers.update({
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Credentials": "true",
            "Access-Control-Allow-Headers": "content-type, sp-anonymous",
            "Content-Type": "image/gif",
        })  # fmt: skip
    return {
        "responseCode": 200 if taken or not ours else 403,
        "responseHeaders": [{"name": name, "value": value} for name, value in headers.items()],
        "body": base64.b64encode(builtin().content).decode(),
    }


def _is_collector(request: Message) -> bool:
    """Whether a request that carries no event is still a collector's, such as a browser's question beforehand."""
    path = urlsplit(request["url"]).path
    return path.endswith((_POST_PATH, "/ice.png")) or (request["method"] == "OPTIONS" and path.endswith("/i"))


def _events(request: Message) -> list[SentEvent]:
    """Return the events that a request carries."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(request["url"]).query).items()}
    if "e" in query and "tv" in query:
        return [_event(query)]
    body = request.get("postData") or ""
    if "payload_data" not in body:
        return []
    try:
        data: Any = json.loads(body).get("data", [])
        return [_event(one) for one in data if isinstance(one, dict)]
    except (ValueError, AttributeError):
        return [SentEvent()]


def _event(values: dict[str, Any]) -> SentEvent:
    return SentEvent(*(str(values.get(name, "")) for name in ("e", "eid", "tna", "aid", "p", "tv")))
