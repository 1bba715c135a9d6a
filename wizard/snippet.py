"""What the user puts into their pages: the tracker's tag, the image for readers without JavaScript, and CSP lines.

The settings are not taste: with any of them missing the tracker stops after its first event while everything looks
healthy (see the comments in `assets/snippets/tag.html`).
"""

import base64
import hashlib
import html
import json
import re
from importlib.resources import files
from string import Template
from urllib.parse import quote, urlencode

from msgspec import Struct

NO_SCRIPT_TRACKER = "no-js-0.1.0"
"""Tracker version that Snowplow's own pixel tracker gives itself."""

TRACKER_PLACEHOLDER = "https://YOUR-WEB-SERVER/sp.js"
"""Stands in the tag until the user knows where their copy of the tracker is."""

TRACKER_HINT = (
    "The tag needs Snowplow's tracker, the file sp.js. Download it from the releases page of "
    "github.com/snowplow/snowplow-javascript-tracker (version 4), put it on your own web server, and write its https "
    f"address in place of {TRACKER_PLACEHOLDER}."
)

_SCRIPT_START = '<script crossorigin="anonymous">'
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?")
_SCRIPT_UNSAFE = re.compile(r"[<>&'\u2028\u2029]")


class Snippet(Struct, frozen=True):
    """What to paste, and what to know about it."""

    tag: str
    """For the `<head>` of every page."""
    no_script: str
    """For the `<body>`: counts page views of visitors without JavaScript."""
    image: str
    """For e-mail and other places without JavaScript."""
    csp: tuple[str, ...]
    """What a site that sends a Content-Security-Policy must allow."""
    hint: str
    """Where the tracker must come from; empty when its address is known."""


def snippet(host: str, *, app_id: str, tracker_url: str | None = None, namespace: str = "sp") -> Snippet:
    """Build everything for one site.

    Args:
        host: the pixel's host name, with `:PORT` if it is not 443; no scheme and no slash.
        app_id: name of the site or application, as it shall stand in the events.
        tracker_url: where the site's copy of sp.js is; None leaves a placeholder and a hint.
        namespace: name of the tracker within the page; the names of its cookies carry it.

    Raises:
        ValueError: `host` is no plain host name: a trailing slash, for one, would break every request.
    """
    text = tag(host, app_id=app_id, tracker_url=tracker_url or TRACKER_PLACEHOLDER, namespace=namespace)
    return Snippet(
        tag=text,
        no_script=f"<noscript>{image(host, app_id=app_id)}</noscript>",
        image=image(host, app_id=app_id, page="Newsletter"),
        csp=(*csp(host, tracker_url), f"script-src {inline_hash(text)}") if tracker_url else csp(host),
        hint="" if tracker_url else TRACKER_HINT,
    )


def tag(host: str, *, app_id: str, tracker_url: str, namespace: str = "sp") -> str:
    """Build the tag for the `<head>`.

    Raises:
        ValueError: `host` is no plain host name.
    """
    return _template("tag.html").substitute(
        tracker=_script_text(tracker_url),
        namespace=_script_text(namespace),
        collector=_script_text(collector(host)),
        app=_script_text(app_id),
    )


def image(host: str, *, app_id: str, page: str = "", url: str = "") -> str:
    """Build an `<img>` that counts one page view, without any JavaScript.

    Args:
        host: the pixel's host name.
        app_id: name of the site or application.
        page: title to log; left out when empty.
        url: address to log; left out when empty (the log holds the Referer in any case).

    Raises:
        ValueError: `host` is no plain host name.
    """
    values = {"e": "pv", "p": "web", "tv": NO_SCRIPT_TRACKER, "aid": app_id, "page": page, "url": url}
    query = urlencode({key: value for key, value in values.items() if value}, quote_via=quote, safe="")
    return _template("image.html").substitute(source=html.escape(f"{collector(host)}/i?{query}")).rstrip("\n")


def csp(host: str, tracker_url: str | None = None) -> tuple[str, ...]:
    """List what a Content-Security-Policy must allow: the tracker uses `fetch`, so `img-src` alone is not enough.

    Raises:
        ValueError: `host` is no plain host name.
    """
    pixel = collector(host)
    needed = [f"connect-src {pixel}", f"img-src {pixel}"]
    if tracker_url:
        needed.append(f"script-src {'/'.join(tracker_url.split('/')[:3])}")
    return tuple(needed)


def inline_hash(text: str) -> str:
    """Return the CSP source that allows the script inside a tag as it stands; any change to it changes the hash."""
    script = text.partition(_SCRIPT_START)[2].partition("</script>")[0]
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def collector(host: str) -> str:
    """Return the address to give to the tracker: https and no trailing slash.

    A bare host would take the page's protocol, and a slash at the end makes the path `//i`.

    Raises:
        ValueError: `host` is no plain host name.
    """
    if not _HOST.fullmatch(host):
        raise ValueError(f"{host!r} is not a host name: leave out https://, slashes and blanks, use lower case.")
    return f"https://{host}"


def _script_text(text: str) -> str:
    r"""Write a JavaScript string that cannot end the script element or start a comment in it (`</script>`, `<!--`)."""
    return _SCRIPT_UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text))


def _template(name: str) -> Template:
    return Template(files("assets").joinpath("snippets", name).read_text("utf-8"))
