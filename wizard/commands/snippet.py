"""`snippet` and `browse`: the tag for the user's pages, and its proof in a browser."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec

from wizard.choices.cleaners import page as cleaned_page
from wizard.commands import options, run_walk
from wizard.commands.data_folder import home_of
from wizard.commands.open_browser import Opener
from wizard.commands.options import Command
from wizard.commands.output.exit_codes import ExitCode, of_statuses
from wizard.commands.session import Session, pass_session
from wizard.documents import values_file
from wizard.knowledge.sites import sites
from wizard.model.context import BROWSE, BROWSE_LIKE, YES
from wizard.model.results import Job
from wizard.model.setup import BrowserRun, Goal, Setup
from wizard.resources.proof.browser_run import BrowserProof
from wizard.snowplow.browserproof.browser_opening import NOTE
from wizard.snowplow.setup_snippet import hinting, host_of, loaded_by, pixel_host_of
from wizard.snowplow.snippet_builder import DEFAULTS, PLACES, Loaded, Options, Snippet, Variant, script_element
from wizard.snowplow.snippet_builder import snippet as build
from wizard.snowplow.tracker.tracker_file import digest
from wizard.storage.atomic_files import left_alone, not_written, ours
from wizard.storage.store import Store


@click.command("snippet", cls=Command)
@options.name_or_only
@click.option("--app-id", metavar="NAME", help="The site's name in its events [the setup's name].")
@click.option("--tracker", metavar="URL", help="Where your copy of sp.js is, if this setup doesn't serve it.")
@click.option("--integrity", metavar="SHA384", help="The hash of that copy.")
@click.option(
    "--namespace",
    metavar="NAME",
    default=DEFAULTS.namespace,
    help="The tracker's name within the page [own].",
)
@click.option("--pings", is_flag=True, help="Also measure how long pages are read (an event every ten seconds).")
@click.option(
    "--variant", type=click.Choice([one.value for one in Variant]), default="page", help="What the tag is for [page]."
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write the tag to a file.")
@click.option(
    "--values",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write all values to copy to a file: DNS records, tags, names in AWS.",
)
@click.option("--where", "asks_where", is_flag=True, help="Say where the tag goes in WordPress, Shopify, and others.")
@click.option("--check", "page", metavar="URL", help="Check that the tag is on this page, and correct.")
@click.option("--browser", "in_browser", is_flag=True, help="With --check: also open the page in Chromium, and watch.")
@pass_session
def snippet(
    session: Session, /, name: str, page: str | None, *, in_browser: bool, asks_where: bool, **given: Any
) -> ExitCode:
    """Print the tag for your pages, with the settings that keep it from jamming; or look for it in a page."""
    if in_browser and not page:
        raise click.UsageError("--browser opens the page that --check names: give both.")
    setup = Store(home_of(session)).load(name)
    if asks_where:
        session.result(_where(session, name), "ok", {"setup": name, "sites": msgspec.to_builtins(sites())})
        return ExitCode.WELL
    if given["values"]:
        return _values(session, setup, given["values"])
    host = pixel_host_of(setup)
    loaded = loaded_by(setup)
    if host is None:
        return _tracker_alone(session, name, loaded, page) if loaded else _no_address(session, name)
    if page:
        from wizard.commands import snippet_check  # noqa: PLC0415 - the parsers of pages, for this alone

        return snippet_check.run(session, setup, cleaned_page(page), in_browser=in_browser)
    made = _built(setup, host, given)
    out: Path | None = given["out"]
    if out:
        _write(out, made.tag)
    data = {"setup": name, "host": host, **msgspec.to_builtins(made), "file": str(out) if out else None}
    where = ("", f"Where to paste it: {session.line(f'snippet {name} --where')}")
    session.result(_written(out, made) if out else (*_shown(made, given["variant"]), *where), "ok", data)
    return ExitCode.WELL


def _tracker_alone(session: Session, name: str, loaded: Loaded, page: str | None) -> ExitCode:
    """Print what loads the tracker of a setup without a pixel: its events go elsewhere."""
    if page:
        raise click.UsageError(f"{name} has no pixel, so it has no tag to look for on a page.")
    element = script_element(loaded)
    said = "This setup has no pixel. Load its tracker like this, and set your collector's address:"
    session.result([said, "", element], "ok", {"setup": name, "host": None, "tag": element})
    return ExitCode.WELL


def _no_address(session: Session, name: str) -> ExitCode:
    message = f"There is no address yet: you get it in the first minute of {session.line(f'apply {name}')}"
    session.result([], "waiting", None, [message])
    return ExitCode.UNFINISHED


def _values(session: Session, setup: Setup, path: Path) -> ExitCode:
    """Write the values file.

    Raises:
        click.UsageError: it cannot be written, or is somebody else's.
    """
    sections = values_file.of(setup)
    if not sections:
        return _no_address(session, setup.name)
    try:
        values_file.write(path, setup, sections)
    except values_file.ValuesError as error:
        raise click.UsageError(str(error)) from error
    data = {"setup": setup.name, "file": str(path), "values": msgspec.to_builtins(sections)}
    session.result([f"Written: {path}"], "ok", data)
    return ExitCode.WELL


def _built(setup: Setup, host: str, given: dict[str, Any]) -> Snippet:
    made = build(
        host,
        app_id=given["app_id"] or setup.name,
        tracker=_tracker(setup, given),
        variant=Variant(given["variant"]),
        options=Options(namespace=given["namespace"], pings=given["pings"]),
    )
    return hinting(setup, made)


def _tracker(setup: Setup, given: dict[str, Any]) -> Loaded | None:
    url: str | None = given["tracker"]
    if url is None:
        return loaded_by(setup)
    if not url.startswith("https://"):
        raise click.UsageError("--tracker takes an HTTPS address: browsers block anything else on HTTPS pages.")
    return Loaded(url, digest(given["integrity"]) if given["integrity"] else "")


def _shown(made: Snippet, variant: str) -> Iterator[str]:
    yield from (PLACES[Variant(variant)], "", made.tag.rstrip("\n"))
    yield from ("", "For the <body>, for visitors without JavaScript:", "", made.no_script)
    yield from ("", "For newsletters and other places without JavaScript:", "", made.image)
    yield from ("", "If your site sends a Content-Security-Policy, it must allow:", *(f"  {one}" for one in made.csp))
    if made.hint:
        yield from ("", made.hint)


def _where(session: Session, name: str) -> Iterator[str]:
    """Yield where the tag goes in each kind of site, and how to check that it is there."""
    for site in sites():
        yield site.title
        if site.variant != Variant.PAGE:
            yield f"  The tag for this is another one: {session.line(f'snippet {name} --variant {site.variant}')}"
        yield from (f"  {number}. {step}" for number, step in enumerate(site.steps, 1))
        yield f"  {site.link}"
        yield ""
    yield f"Then check it: {session.line(f'snippet {name} --check https://your-site.example/')}"


def _write(path: Path, tag: str) -> None:
    """Write the tag to a file, which others may read: it may lie where a web server takes it from.

    Raises:
        click.UsageError: there is a file that is no tag of this kind, or it cannot be written.
    """
    if not ours(path, tag.partition("\n")[0]):
        raise click.UsageError(left_alone(path, "a tag of this kind"))
    try:
        path.write_text(tag, encoding="utf-8")
    except OSError as error:
        raise click.UsageError(not_written(error, path)) from error


def _written(out: Path, made: Snippet) -> Iterator[str]:
    yield f"Written: {out}"
    if made.hint:
        yield made.hint


@click.command("browse", cls=Command)
@options.name_or_only
@options.wait
@click.option("--no-open", is_flag=True, help="Only show the address, without opening it.")
@click.option(
    "--like",
    metavar="URL",
    help="As this page sends: with its Content-Security-Policy, and its tag's settings and name.",
)
@pass_session
def browse(session: Session, name: str, *, wait: float | None, no_open: bool, like: str | None) -> int:
    """Send three events with your own browser, and read them back from your log bucket."""
    session.again = shlex.join(["browse", name, *(["--like", like] if like else [])])
    service = session.service()
    setup = service.store.load(name)
    if Goal.PIXEL not in setup.choices.goals:
        raise click.UsageError(f"'{name}' has no pixel, so events have nowhere to go.")
    if host_of(setup) is None:
        return _no_address(session, name)
    answers = {BROWSE: YES, **({BROWSE_LIKE: cleaned_page(like)} if like else {})}
    with Opener(session, service, setup, opens=not no_open) as opener:
        snapshot = run_walk.run(
            session, service, Job.APPLY, name, patience=wait, answers=answers, only=(BrowserProof.id,), act=opener
        )
    run = service.store.load(name).made.browser_run
    lines = [*run_walk.ending(session, snapshot), *_events(run)]
    session.result(lines, str(snapshot.status), {"setup": name, "run": msgspec.to_builtins(run), "like": opener.taken})
    return of_statuses([stage.status for stage in snapshot.stages if stage.status])


def _events(run: BrowserRun | None) -> Iterator[str]:
    """Yield the events as they were read back, and the honest note."""
    if run is None or run.found_at is None:
        return
    for number, event in enumerate(run.events, 1):
        yield ""
        yield f"Event {number} of {len(run.events)}, read back from your log bucket:"
        yield from (f"  {label:<12} {value}" for label, value in event.items())
    yield ""
    yield NOTE
