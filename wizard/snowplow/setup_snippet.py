"""The snippet of one setup: with its host and its tracker file, wherever that is served."""

from urllib.parse import urlsplit

from msgspec.structs import replace

from wizard.knowledge.problems import for_setup
from wizard.model.setup import TRACKER_GOALS, Goal, Setup, TrackerFile
from wizard.snowplow.missing_tracker import MissingTracker, missing_tracker
from wizard.snowplow.snippet_builder import DEFAULTS, Loaded, Options, Snippet, Variant, snippet
from wizard.snowplow.tracker.tracker_file import major


def host_of(setup: Setup) -> str | None:
    """Return the name that the distribution answers at, None before it has one."""
    return setup.choices.domain or setup.made.distribution_domain


def hosts_of(setup: Setup) -> frozenset[str]:
    """Return all host names at which the pixel is served, in lower case and without ports."""
    names = (host_of(setup), setup.made.distribution_domain)
    return frozenset(name.partition(":")[0].lower() for name in names if name)


def pixel_host_of(setup: Setup) -> str | None:
    """Return where events go: the pixel's host name; None before it has one, or where no pixel is wanted."""
    return host_of(setup) if Goal.PIXEL in setup.choices.goals else None


def address_of(setup: Setup, file: TrackerFile) -> str | None:
    """Return where the bucket's copy of a file is served, None before it has an address."""
    host = host_of(setup)
    return f"https://{host}/{file.key}" if host else None


def loaded_by(setup: Setup) -> Loaded | None:
    """Return the tracker file that the setup's pages shall load; None where it serves none, or not yet.

    The user's own web server goes first: who has both says so with `--tracker-url`.
    """
    file, goals = setup.made.tracker, setup.choices.goals
    if file is None:
        return None
    url = None
    if Goal.JS_SERVER in goals:
        url = setup.choices.tracker_url
    elif Goal.JS_BUCKET in goals:
        url = address_of(setup, file)
    return Loaded(url, file.sha384, file.flavour, major(file.version)) if url else None


def snippet_for(
    setup: Setup, app_id: str, variant: Variant = Variant.PAGE, options: Options = DEFAULTS
) -> Snippet | None:
    """Build the setup's snippet; None while the pixel has no address, and where there is none."""
    host = pixel_host_of(setup)
    if host is None:
        return None
    return hinting(setup, snippet(host, app_id=app_id, tracker=loaded_by(setup), variant=variant, options=options))


def lacking(setup: Setup, made: Snippet) -> MissingTracker | None:
    """Return what a setup's tag still lacks; None where it works as it is."""
    return missing_tracker(chosen=bool(TRACKER_GOALS & set(setup.choices.goals))) if made.hint else None


def hinting(setup: Setup, made: Snippet) -> Snippet:
    """Return a snippet whose hint, if it has one, is about this setup."""
    lack = lacking(setup, made)
    return replace(made, hint=for_setup(setup.name, lack.in_commands)) if lack else made


def origin_of(url: str) -> str:
    """Return scheme, host and port of an address."""
    split = urlsplit(url)
    return f"{split.scheme}://{split.netloc}"
