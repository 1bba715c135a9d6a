"""Rows about HTTPS: pages without it, and what such addresses do on pages with it. Pure.

Sources: the tracker marks its cookies `Secure` unless `cookieSecure` is false (`@snowplow/browser-tracker` 3.24.6 and
4.10.1), and browsers keep those on trustworthy origins only (RFC 6265bis); scripts by http on https pages are blocked
(Mixed Content, W3C), unless the page's policy says `upgrade-insecure-requests`.
"""

from collections.abc import Iterator

from wizard.model.results import Check, Status
from wizard.snowplow.pagecheck.elements import parts_of
from wizard.snowplow.pagecheck.look import Look
from wizard.snowplow.pagecheck.rows import ok, wrong
from wizard.snowplow.pagecheck.tag import Tag

_COOKIELESS = frozenset({"localStorage", "none"})
"""Values of `stateStorageStrategy` with which the tracker keeps no cookies."""

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
"""Hosts that browsers trust without HTTPS."""


def without_https(tag: Tag, look: Look) -> Iterator[Check]:
    """Judge a page that isn't HTTPS, or the tracker's file that a page with HTTPS loads without."""
    page = parts_of(look.page.url)
    if page.scheme == "https":
        yield from _mixed(look)
    elif page.scheme == "http" and page.hostname not in _LOCAL:
        yield _page(tag, look)


def _mixed(look: Look) -> Iterator[Check]:
    plain = [one for one in look.addresses if look.known(one) and parts_of(one).scheme == "http"]
    upgraded = any("upgrade-insecure-requests" in policy.lower() for policy in look.page.policies)
    if plain and not upgraded:
        yield wrong("page-https", "page-mixed", "Browsers block the tracker's file: it isn't loaded by HTTPS", plain[0])


def _page(tag: Tag, look: Look) -> Check:
    page = look.page
    moved = parts_of(page.asked).scheme == "https"
    said = f"{page.asked} sends visitors on to {page.url}, without HTTPS" if moved else "The page isn't HTTPS"
    if tag.settings.get("cookieSecure") == "false" or tag.settings.get("stateStorageStrategy") in _COOKIELESS:
        return ok("page-https", said, page.url)
    hidden = {"cookieSecure", "stateStorageStrategy"} & tag.unread or tag.open
    status = Status.UNKNOWN if hidden else Status.WARNING
    return wrong("page-https", "page-http", said, page.url, status=status)
