"""Builds the snippet: the tracker's tag, the image for readers without JavaScript, and CSP lines.

The settings are not taste: with any of them missing the tracker stops after its first event while everything looks
healthy (see the comments in `assets/snippets/settings.js`).
"""

import base64
import hashlib
import html
import json
import re
from enum import StrEnum
from functools import cache
from importlib.resources import files
from string import Template
from urllib.parse import quote, urlencode

from msgspec import Struct

from wizard.snowplow.missing_tracker import TRACKER_PLACEHOLDER, missing_tracker
from wizard.snowplow.tracker.knowledge import knowledge

NO_SCRIPT_TRACKER = "no-js-0.1.0"
"""Tracker version that Snowplow's own pixel tracker gives itself."""

QUEUE = "snowpixel"
"""The tag's global name. Other vendors' trackers mostly own `snowplow`: a tag that shares it never loads its file."""

_SCRIPT_START = '<script crossorigin="anonymous">'
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?")
_SCRIPT_UNSAFE = re.compile(r"[<>&'\u2028\u2029]")


class Variant(StrEnum):
    """How the tracker comes into the pages."""

    PAGE = "page"
    """A tag in the `<head>`."""
    GTM = "gtm"
    """A tag of Google Tag Manager."""
    NPM = "npm"
    """Lines of the site's own JavaScript, for those who bundle the tracker."""


PLACES = {
    Variant.PAGE: "For the <head> of every page:",
    Variant.GTM: "For Google Tag Manager:",
    Variant.NPM: "For your site's own JavaScript, once per page:",
}
"""Where each variant goes, as a line above it."""


class Loaded(Struct, frozen=True):
    """The tracker file that a page loads."""

    url: str
    integrity: str = ""
    """Its SHA-384 as the attribute writes it; empty leaves the file unchecked."""
    flavour: str = "tag"
    """`tag` or `umd`: see `wizard.snowplow.tracker.tracker_file.Flavour`."""
    major: int | None = 4
    """First number of its version; None where it says none."""


class Options(Struct, frozen=True):
    """What may be wished for in the snippet.

    Attributes:
        namespace: name of the tracker within the page. The browser keeps unsent events under it, so it must not be the
            usual `sp`: another vendor's tracker would send them.
        pings: whether to send a page ping every ten seconds while somebody reads.
        extra: more lines for the tracker's settings, each a whole `name: value`.
    """

    namespace: str = "own"
    pings: bool = False
    extra: tuple[str, ...] = ()


DEFAULTS = Options()


class Snippet(Struct, frozen=True):
    """What to paste, and what to know about it."""

    tag: str
    """For the `<head>` of every page; for Google Tag Manager or the site's own JavaScript, what goes there."""
    no_script: str
    """For the `<body>`: counts page views of visitors without JavaScript."""
    image: str
    """For e-mail and other places without JavaScript."""
    csp: tuple[str, ...]
    """What a site that sends a Content-Security-Policy must allow."""
    hint: str
    """Where the tracker must come from; empty when its address is known."""


def snippet(
    host: str,
    *,
    app_id: str,
    tracker: Loaded | None = None,
    variant: Variant = Variant.PAGE,
    options: Options = DEFAULTS,
) -> Snippet:
    """Build everything for one site.

    Args:
        host: the pixel's host name, with `:PORT` if it is not 443; no scheme and no slash.
        app_id: name of the site or application, as it shall stand in the events.
        tracker: the file that the pages load; None leaves a placeholder and a hint.
        variant: how it comes into the pages.
        options: what else is wished for.

    Raises:
        ValueError: `host` is no plain host name: a trailing slash, for one, would break every request.
    """
    bundled = variant is Variant.NPM
    text = (
        module(host, app_id=app_id, options=options)
        if bundled
        else tag(host, app_id=app_id, tracker=tracker or Loaded(TRACKER_PLACEHOLDER), options=options)
    )
    loaded = tracker if not bundled else None
    return Snippet(
        tag=(_read("gtm.txt") + text.partition("\n")[2]) if variant is Variant.GTM else text,
        no_script=f"<noscript>{image(host, app_id=app_id)}</noscript>",
        image=image(host, app_id=app_id, page="Newsletter"),
        csp=(*csp(host, loaded.url), f"script-src {inline_hash(text)}") if loaded else csp(host),
        hint="" if tracker or bundled else missing_tracker(chosen=False).in_commands,
    )


def tag(host: str, *, app_id: str, tracker: Loaded, options: Options = DEFAULTS) -> str:
    """Build the tag for the `<head>`.

    Raises:
        ValueError: `host` is no plain host name.
    """
    umd = tracker.flavour == "umd"
    check = f"\n  script.integrity = {script_text(tracker.integrity)};" if tracker.integrity else ""
    return Template(_read("umd.html" if umd else "tag.html")).substitute(
        tracker=script_text(tracker.url),
        integrity=check,
        queue=QUEUE,
        namespace=script_text(options.namespace),
        collector=script_text(collector(host)),
        settings=_settings(app_id, tracker.major, options, "    " if umd else ""),
        pings=_pings(options, "    tracker.enableActivityTracking(" if umd else f'{QUEUE}("enableActivityTracking", '),
    )


def script_element(tracker: Loaded) -> str:
    """Build the element that loads a tracker and nothing else, for pages that set it up themselves."""
    check = f' integrity="{html.escape(tracker.integrity)}"' if tracker.integrity else ""
    return f'<script async crossorigin="anonymous"{check} src="{html.escape(tracker.url)}"></script>'


def module(host: str, *, app_id: str, options: Options = DEFAULTS) -> str:
    """Build the lines for a site that bundles the tracker.

    Raises:
        ValueError: `host` is no plain host name.
    """
    pings = ("enableActivityTracking",) if options.pings else ()
    return Template(_read("npm.js")).substitute(
        package=knowledge().package,
        functions=", ".join(("newTracker", *pings, "trackPageView")),
        namespace=script_text(options.namespace),
        collector=script_text(collector(host)),
        settings=_settings(app_id, 4, options, ""),
        pings=_pings(options, "enableActivityTracking("),
    )


def _settings(app_id: str, major: int | None, options: Options, indent: str) -> str:
    """Write the settings without which the tracker jams; version 3 has another word for one of them."""
    words = {3: "withCredentials: false,", None: 'credentials: "omit", withCredentials: false,'}
    text = Template(_read("settings.js").rstrip("\n")).substitute(
        app=script_text(app_id), credentials=words.get(major, 'credentials: "omit",')
    )
    lines = "".join(f",\n  {line}" for line in options.extra)  # the last word counts, should one stand there twice
    return "\n".join(f"{indent}{line}" for line in f"{text}{lines}".split("\n"))


def _pings(options: Options, call: str) -> str:
    if not options.pings:
        return ""
    return f"\n{call}{{ minimumVisitLength: {PING_SECONDS}, heartbeatDelay: {PING_SECONDS} }});"


PING_SECONDS = 10
"""Seconds of reading after which, and then between which, a page ping is sent; each is a line in the log."""


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
    return Template(_read("image.html")).substitute(source=html.escape(f"{collector(host)}/i?{query}")).rstrip("\n")


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
    return hash_of(text.partition(_SCRIPT_START)[2].partition("</script>")[0])


def hash_of(script: str) -> str:
    """Return the CSP source that allows an inline script of exactly this text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def collector(host: str) -> str:
    """Return the address to give to the tracker: https and no trailing slash.

    A bare host would take the page's protocol, and a slash at the end makes the path `//i`.

    Raises:
        ValueError: `host` is no plain host name.
    """
    if not _HOST.fullmatch(host):
        raise ValueError(f"{host!r} isn't a hostname: leave out https://, slashes, and spaces, and use lowercase.")
    return f"https://{host}"


def script_text(text: str) -> str:
    r"""Write a JavaScript string that cannot end the script element or start a comment in it (`</script>`, `<!--`)."""
    return _SCRIPT_UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text))


@cache
def _read(name: str) -> str:
    return files("assets").joinpath("snippets", name).read_text("utf-8")
