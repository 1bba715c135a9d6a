"""Rows about a page's Content-Security-Policy: whether the tag, its file, its events and its image may pass. Pure."""

from collections.abc import Iterator

from wizard.model.results import Check, Status
from wizard.snowplow.csp import (
    allows,
    allows_element,
    allows_inline,
    guards_addresses,
    hashes_of,
    nonce_of,
    runs_scripts,
)
from wizard.snowplow.pagecheck.elements import parts_of
from wizard.snowplow.pagecheck.look import Look, host_in
from wizard.snowplow.pagecheck.rows import ok, wrong
from wizard.snowplow.pagecheck.tag import Tag
from wizard.snowplow.setup_snippet import loaded_by
from wizard.snowplow.snippet_builder import collector, hash_of


def policies(tag: Tag, look: Look) -> Iterator[Check]:
    """Judge all policies: each must allow everything."""
    refused = [reason for place in range(len(look.page.policies)) for reason in _refusals(place, tag, look)]
    if refused:
        observed = "; ".join(dict.fromkeys(refused))
        summary = "The page's Content-Security-Policy doesn't let the tag work"
        yield wrong("page-policy", "browser-csp", summary, observed)
    else:
        yield ok("page-policy", "The page's Content-Security-Policy lets the tag work")
    yield from _images(look)


def _refusals(place: int, tag: Tag, look: Look) -> Iterator[str]:
    policy, page = look.page.policies[place], look.page
    sent = place < page.sent_policies
    if sent and not runs_scripts(policy):
        yield "sandbox doesn't allow scripts"
    pixel = collector(look.host if host_in(tag.collector) not in look.hosts - {look.host} else host_in(tag.collector))
    if not allows(policy, "connect", f"{pixel}/i", page.url):
        yield f"connect-src doesn't allow {pixel}"
    if sent or tag.script.after_policies > place - page.sent_policies:
        yield from _scripts(policy, tag, look)


def _scripts(policy: str, tag: Tag, look: Look) -> Iterator[str]:
    elements = [one for one in look.elements if look.known(one.source)]
    loaded = loaded_by(look.setup)
    for one in elements:
        if not allows_element(policy, one.source, look.page.url, one.attributes):
            yield f"script-src doesn't allow {one.source}"
    if loaded and not elements:
        if not allows(policy, "script", loaded.url, look.page.url):
            yield f"script-src doesn't allow {loaded.url}"
        if guards_addresses(policy):
            yield "require-trusted-types-for refuses the address of a script that the tag adds"
    text = tag.script.text
    if not allows_inline(policy, hashes_of(text), nonce_of(tag.script.attributes)):
        yield f"script-src doesn't allow the tag itself (its hash is {hash_of(text)})"


def _images(look: Look) -> Iterator[Check]:
    """Judge whether the image for visitors without JavaScript may load, if there is one."""
    images = [one for one in look.page.images if parts_of(one).hostname in look.hosts]
    if any(not allows(policy, "image", one, look.page.url) for policy in look.page.policies for one in images):
        summary = "The page's Content-Security-Policy doesn't let the image for visitors without JavaScript load"
        observed = f"img-src doesn't allow {collector(look.host)}"
        yield wrong("page-image", "browser-csp", summary, observed, status=Status.WARNING)
