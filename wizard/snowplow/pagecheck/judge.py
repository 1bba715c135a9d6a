"""The checks of a live page, as rows of a checklist. Pure."""

from collections.abc import Iterator

from wizard.model.results import Check, Problem, Status
from wizard.model.setup import Setup, TrackerFile
from wizard.snowplow.csp import allows, allows_inline
from wizard.snowplow.pagecheck.consent_tools import consent_tool
from wizard.snowplow.pagecheck.html import HtmlPage, parts_of
from wizard.snowplow.pagecheck.inline_trackers import Tag, addresses, tags
from wizard.snowplow.setup_snippet import host_of, loaded_by
from wizard.snowplow.snippet_builder import Loaded, collector, hash_of

STAGE = "page"
TAG_MANAGERS = ("googletagmanager.com/gtm.js", "googletagmanager.com/gtag", "tags.tiqcdn.com", "assets.adobedtm.com")


def judge(page: HtmlPage, setup: Setup) -> tuple[Check, ...]:
    """Judge a page: one row for each thing that the tag needs."""
    found = tags(page)
    host = host_of(setup) or ""
    if not found:
        return (_absent(page, host),)
    ours = [tag for tag in found if parts_of(_absolute(tag.collector)).hostname == host.partition(":")[0]]
    if not ours:
        return (_elsewhere(found, host),)
    tag = ours[0]
    return (
        _ok("page-tag", f"The tag is there, as tracker '{tag.namespace}'"),
        _collector(tag, host),
        _settings(tag),
        _once(ours, page, setup),
        _version(page, setup),
        *_policies(page, tag, setup, host),
        _consent(page, tag),
    )


def _ok(name: str, summary: str, observed: str = "") -> Check:
    return Check(name, STAGE, Status.OK, summary, observed=observed)


def _wrong(
    name: str, problem: str, summary: str, observed: str, expected: str = "", *, status: Status = Status.FAILED
) -> Check:
    values = {"observed": observed, "wanted": expected}
    return Check(name, STAGE, status, summary, observed=observed, expected=expected, problem=Problem(problem, values))


def _absolute(address: str) -> str:
    return address if "://" in address else f"https://{address.lstrip('/')}"


def _absent(page: HtmlPage, host: str) -> Check:
    manager = next((one for one in TAG_MANAGERS if any(one in address for address in addresses(page))), None)
    if manager:
        return _wrong(
            "page-tag",
            "page-tag-manager",
            "No tag on the page itself; a tag manager may add it later",
            manager,
            status=Status.UNKNOWN,
        )
    if any(parts_of(image).hostname == host for image in page.images):
        return _wrong(
            "page-tag", "page-only-image", "Only the image for visitors without JavaScript is there", f"{host}/i"
        )
    return _wrong("page-tag", "page-no-tag", "The tag isn't on the page", f"{len(page.scripts)} scripts, none with it")


def _elsewhere(found: tuple[Tag, ...], host: str) -> Check:
    observed = ", ".join(tag.collector for tag in found)
    return _wrong("page-tag", "page-other-collector", f"The page's tracker sends to {observed}", observed, host)


def _collector(tag: Tag, host: str) -> Check:
    wanted = collector(host)
    if tag.collector == wanted:
        return _ok("page-collector", f"It sends to {wanted}")
    return _wrong(
        "page-collector",
        "page-collector-form",
        f"The tag writes the pixel's address as {tag.collector}",
        tag.collector,
        wanted,
    )


def _settings(tag: Tag) -> Check:
    settings, wrong = tag.settings, []
    if settings.get("eventMethod") not in ("get", "beacon-get"):
        wrong.append(f"eventMethod: {settings.get('eventMethod', 'not set, so post')}")
    if settings.get("credentials") != "omit" and settings.get("withCredentials") != "false":
        wrong.append(f"credentials: {settings.get('credentials', 'not set, so include')}")
    if "customHeaders" in settings or settings.get("withServerAnonymisation") == "true":
        wrong.append("extra headers, which browsers ask about beforehand")
    if wrong:
        observed = "; ".join(wrong)
        return _wrong(
            "page-settings",
            "page-settings",
            "The tag's settings block the tracker",
            observed,
            "eventMethod: get; credentials: omit",
        )
    return _ok("page-settings", "It sends by GET and without cookies")


def _once(ours: list[Tag], page: HtmlPage, setup: Setup) -> Check:
    twice = len({tag.namespace for tag in ours}) < len(ours)
    loaded = [address for address in addresses(page) if _known(address, setup)]
    if twice or len(loaded) > 1:
        observed = f"{len(ours)} tags, {len(loaded)} loads of the tracker"
        return _wrong("page-once", "page-twice", "The tag is on the page more than once", observed, "once")
    return _ok("page-once", "It is there once")


def _known(address: str, setup: Setup) -> TrackerFile | None:
    """Return the file of the setup that an address leads to."""
    files = (*((setup.made.tracker,) if setup.made.tracker else ()), *setup.made.trackers_stored)
    own = setup.choices.tracker_url
    by_path = next((file for file in files if parts_of(address).path == f"/{file.key}"), None)
    return by_path or (setup.made.tracker if own and address == own else None)


def _version(page: HtmlPage, setup: Setup) -> Check:
    wanted = loaded_by(setup)
    found = next((file for address in addresses(page) if (file := _known(address, setup))), None)
    if wanted is None:
        return Check("page-tracker", STAGE, Status.OK, "This setup doesn't serve the tracker file")
    if found is None:
        scripts = ", ".join(addresses(page)[:5]) or "no script"
        return _wrong("page-tracker", "page-other-tracker", "The page loads another tracker", scripts, wanted.url)
    current = setup.made.tracker
    if current and found.sha384 != current.sha384:
        return _wrong(
            "page-tracker",
            "page-old-tracker",
            f"The page loads tracker {found.version}; the newest is {current.version}",
            found.key,
            current.key,
            status=Status.WARNING,
        )
    return _checked(page, wanted, found)


def _checked(page: HtmlPage, wanted: Loaded, found: TrackerFile) -> Check:
    """Judge whether the page checks the file that it loads."""
    texts = [f"{script.text} {script.attributes}" for script in page.scripts]
    if not any(wanted.integrity in text for text in texts):
        return _wrong(
            "page-tracker",
            "page-unchecked",
            f"The page loads tracker {found.version} without checking it",
            "no integrity",
            wanted.integrity,
            status=Status.WARNING,
        )
    if not any("crossorigin" in text.lower() for text in texts):
        return _wrong(
            "page-tracker", "page-crossorigin", "The page loads the tracker without crossorigin", "none", "anonymous"
        )
    return _ok("page-tracker", f"It loads tracker {found.version}, and checks it", found.key)


def _policies(page: HtmlPage, tag: Tag, setup: Setup, host: str) -> Iterator[Check]:
    if not page.policies:
        yield _ok("page-policy", "No Content-Security-Policy on the page blocks the tag")
        return
    refused = [reason for policy in page.policies for reason in _refusals(policy, page, tag, setup, host)]
    if refused:
        observed = "; ".join(dict.fromkeys(refused))
        yield _wrong(
            "page-policy", "browser-csp", "The page's Content-Security-Policy doesn't let the tag work", observed
        )
    else:
        yield _ok("page-policy", "The page's Content-Security-Policy lets the tag work")


def _refusals(policy: str, page: HtmlPage, tag: Tag, setup: Setup, host: str) -> Iterator[str]:
    if not allows(policy, "connect", f"{collector(host)}/i", page.url):
        yield f"connect-src doesn't allow {collector(host)}"
    loaded = loaded_by(setup)
    if loaded and not allows(policy, "script", loaded.url, page.url):
        yield f"script-src doesn't allow {loaded.url}"
    if not allows_inline(policy, hash_of(tag.script.text), tag.script.attributes.get("nonce")):
        yield f"script-src doesn't allow the tag itself (its hash is {hash_of(tag.script.text)})"


def _consent(page: HtmlPage, tag: Tag) -> Check:
    tool = consent_tool(page)
    if tag.held:
        kind = tag.script.attributes.get("type", "")
        observed = f'type="{kind}"' + (f", {tool}" if tool else "")
        summary = "The tag waits until visitors agree" if tool else "The tag doesn't run as it is"
        status = Status.WARNING if tool else Status.FAILED
        return _wrong("page-consent", "page-held", summary, observed, status=status)
    if tool:
        return _wrong(
            "page-consent",
            "page-consent-tool",
            f"{tool} is on the page, but doesn't seem to block the tag",
            tool,
            status=Status.WARNING,
        )
    return _ok("page-consent", "No consent tool blocks it")
