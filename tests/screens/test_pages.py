"""Each page by keyboard, against walks that follow a script."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.widgets import OptionList, Static

from screens.app import SnowpixelApp
from screens.pages.page import Page
from screens.pages.run import RunPage
from screens.routes import Route
from tests.screens import scripted
from tests.screens.driving import Driver, box, focused, on_page, page, shown, text_of, wait_for
from tests.screens.scripted import ScriptedService, a_setup
from wizard.aws.errors import AwsError, ErrorKind
from wizard.aws.identity import Identity
from wizard.credentials.source import CredentialSource
from wizard.engine.progress import Progress
from wizard.model.results import Job, Problem
from wizard.model.setup import Made
from wizard.service import Service

Scene = Callable[[SnowpixelApp, Driver], Awaitable[None]]


def play(service: Service, scene: Scene, size: tuple[int, int] = (80, 24)) -> SnowpixelApp:
    """Run the wizard in a terminal of that size while the scene is played."""

    async def run() -> SnowpixelApp:
        app = SnowpixelApp(service)
        async with app.run_test(size=size) as pilot:
            await on_page(pilot, "HomePage")
            await scene(app, pilot)
        return app

    return asyncio.run(run())


# Leaving


def test_what_follows_a_walk_draws_no_more_once_the_wizard_ends(home: Path) -> None:
    """The parts of a page go one by one while its walk goes on: what draws them has to know by then."""
    open_while_parts_went: list[bool] = []

    class Watcher(Static):
        def on_unmount(self) -> None:
            open_while_parts_went.append(self.query_ancestor(Page).is_open)

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        shown_page = app.screen
        assert isinstance(shown_page, Page)
        assert shown_page.is_open
        await shown_page.mount(Watcher())
        await pilot.press("q")

    play(ScriptedService(home), scene)

    assert open_while_parts_went == [False]


# Choices


def test_a_host_name_that_blockers_know_is_refused_inline_and_mended(home: Path) -> None:
    service = ScriptedService(home)

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        app.visit(Route.CHOICES)
        await wait_for(pilot, lambda: page(app) == "ChoicesPage" and app.focused)
        box(app, "domain").value = "track.example.test"
        await pilot.press("enter")
        await wait_for(pilot, lambda: "Ad blockers" in text_of(app))
        assert page(app) == "ChoicesPage"
        box(app, "domain").value = "https://Hub.example.test/"
        await pilot.press("enter")
        await on_page(pilot, "CredentialsPage")

    play(service, scene)

    assert service.store.load("main").choices.domain == "hub.example.test"


def test_the_form_says_who_runs_the_dns_and_refuses_the_top_of_a_zone(home: Path) -> None:
    service = ScriptedService(home)

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        app.visit(Route.CHOICES)
        await wait_for(pilot, lambda: page(app) == "ChoicesPage" and app.focused)
        box(app, "domain").value = "example.test"
        await pilot.press("enter")
        await wait_for(pilot, lambda: "is the domain itself" in text_of(app))
        box(app, "domain").value = "e.example.test"
        while "at Cloudflare" not in text_of(app):  # the complaint puts the focus back, at its own time
            await pilot.press("down")
        service.holds = "shop.example.test"
        box(app, "domain").value = "shop.example.test"
        await pilot.press("ctrl+s")
        await wait_for(pilot, lambda: "top of a zone of its own" in text_of(app))
        assert page(app) == "ChoicesPage"
        assert service.store.names() == ()

    play(service, scene)


def test_going_back_keeps_what_was_typed_and_saves_no_second_set_up(home: Path) -> None:
    service = ScriptedService(home)

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        app.visit(Route.CHOICES)
        await on_page(pilot, "ChoicesPage")
        box(app, "domain").value = "hub.example.test"
        await pilot.press("enter")
        await on_page(pilot, "CredentialsPage")
        await wait_for(pilot, lambda: focused(app) == "next")
        await pilot.press("escape")
        await on_page(pilot, "ChoicesPage")
        assert box(app, "domain").value == "hub.example.test"
        box(app, "name").value = "shop"
        await pilot.press("ctrl+s")
        await on_page(pilot, "CredentialsPage")

    play(service, scene)

    assert service.store.names() == ("shop",)


def test_a_set_up_without_a_domain_needs_one_tick(home: Path) -> None:
    service = ScriptedService(home, zone=None)

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        app.visit(Route.CHOICES)
        await on_page(pilot, "ChoicesPage")
        await pilot.press("enter")
        await wait_for(pilot, lambda: "Enter a hostname" in text_of(app))
        await pilot.press("down", "space", "ctrl+s")
        await on_page(pilot, "CredentialsPage")

    play(service, scene)

    assert service.store.load("main").choices.domain is None


# Credentials


def test_the_profile_that_works_is_saved_by_name(home: Path) -> None:
    service = ScriptedService(home, zone=None)
    service.found = (CredentialSource("work", "single sign-on"), CredentialSource("home", "access keys"))
    a_setup(service)

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        app.visit(Route.CREDENTIALS, "main")
        await wait_for(pilot, lambda: focused(app) == "next")
        app.screen.query_one("#sources").focus()
        await pilot.press("down", "enter")
        await wait_for(pilot, lambda: len(service.asked_with) == 2 and focused(app) == "next")

    play(service, scene)

    assert service.store.load("main").choices.profile == "home"


def test_a_profile_is_not_saved_while_another_snowpixel_holds_the_setup(home: Path) -> None:
    service = ScriptedService(home, zone=None)
    service.found = (CredentialSource("work", "single sign-on"),)
    a_setup(service)
    before = service.store.path("main").read_bytes()

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        app.visit(Route.CREDENTIALS, "main")
        await wait_for(pilot, lambda: "is in use by" in text_of(app))
        assert app.screen.query_one("#next").disabled

    with service.store.writing("main", "snowpixel apply main"):
        play(service, scene)
    assert service.store.path("main").read_bytes() == before


def test_root_is_warned_of(home: Path) -> None:
    service = ScriptedService(home, identity=Identity("123456789012", "arn:aws:iam::123456789012:root"))
    a_setup(service)

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        app.visit(Route.CREDENTIALS, "main")
        await wait_for(pilot, lambda: "root user" in text_of(app))

    play(service, scene)


def test_refused_credentials_are_explained_and_asked_for_again(home: Path) -> None:
    problem = Problem("wrong-secret-key", {"message": scripted.HOSTILE})
    refused = AwsError(ErrorKind.DENIED, "SignatureDoesNotMatch", "no", "sts:GetCallerIdentity", problem)
    service = ScriptedService(home, identity=refused)
    a_setup(service)

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        app.visit(Route.CREDENTIALS, "main")
        await wait_for(pilot, lambda: "doesn't match" in text_of(app) and focused(app) == "again")
        service.who = Identity("123456789012", "arn:aws:iam::123456789012:user/x")
        await pilot.press("enter")
        await wait_for(pilot, lambda: focused(app) == "next")

    play(service, scene)


SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYPLANTEDKEY"


def test_typed_keys_are_cleaned_used_for_this_run_and_never_shown(home: Path) -> None:
    service = ScriptedService(home, zone=None)
    a_setup(service)
    pictures: list[str] = []

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        app.visit(Route.CREDENTIALS, "main")
        await wait_for(pilot, lambda: focused(app) == "sources")
        await pilot.press("enter")
        await wait_for(pilot, lambda: app.screen.query_one("#typed").display)
        box(app, "key").value = "  'AKIAIOSFODNN7EXAMPLE' "
        box(app, "secret").value = SECRET[:-1]
        await pilot.press("enter")
        await wait_for(pilot, lambda: "has 40 characters" in text_of(app))
        assert not service.asked_with, "nothing is sent before the shape is right"
        box(app, "secret").value = f'aws_secret_access_key = "{SECRET}"\n'
        await pilot.press("enter")
        await wait_for(pilot, lambda: focused(app) == "next")
        pictures.extend((app.export_screenshot(), text_of(app), repr(app.sources), str(app.tree)))

    app = play(service, scene)

    keys = app.sources["main"].keys
    assert keys is not None
    assert keys.access_key_id == "AKIAIOSFODNN7EXAMPLE"
    assert keys.secret_access_key.reveal() == SECRET
    assert not [picture for picture in pictures if SECRET in picture]
    assert not [file for file in home.rglob("*") if file.is_file() and SECRET in file.read_text()]


# Run, decisions, leaving


def test_a_decision_opens_by_itself_on_the_harmless_choice_and_is_answered(home: Path) -> None:
    service = ScriptedService(home, scripts={Job.APPLY: scripted.asks})
    a_setup(service)

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        app.visit(Route.RUN, "main")
        await on_page(pilot, "DecisionModal")
        assert app.screen.query_one("#choices", OptionList).highlighted == 0
        assert "[@click=app.quit]x[/]" in text_of(app)
        await pilot.press("escape")
        await on_page(pilot, "RunPage")
        assert "needs your answer" in text_of(app)
        await pilot.press("a", "enter")
        await wait_for(pilot, lambda: focused(app) == "on")

    play(service, scene)


def test_the_dns_page_opens_by_itself_plays_the_provider_and_sees_the_record(home: Path) -> None:
    service = ScriptedService(home, scripts={Job.APPLY: scripted.stays_waiting})
    a_setup(service)

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        app.visit(Route.RUN, "main")
        await on_page(pilot, "DnsPage")
        await wait_for(pilot, lambda: "play" in focused(app))
        await pilot.press("enter")
        await on_page(pilot, "RunPage")

    play(service, scene)

    assert service.provider.records == [("_abc.e.example.test", "CNAME", "_def.acm-validations.aws")]


async def the_other_record_later(progress: Progress) -> None:
    """See the first record before the second one is known."""
    scripted.waits_for_user(progress)
    await scripted.waits_for_ever(progress)
    progress.change("certificate-record", changes=())
    scripted.end(progress, "certificate-record")
    await scripted.waits_for_ever(progress)
    await scripted.all_well(progress)


def test_the_dns_page_does_not_say_that_all_is_done_while_another_record_is_missing(home: Path) -> None:
    service = ScriptedService(home, scripts={Job.APPLY: the_other_record_later})
    a_setup(service)

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        app.visit(Route.RUN, "main")
        await on_page(pilot, "DnsPage")
        await wait_for(pilot, lambda: "play" in focused(app))
        await pilot.press("enter")
        await wait_for(pilot, lambda: "Every record that is shown here is seen" in text_of(app))
        assert "DNS record for the pixel: it appears here" in " ".join(text_of(app).split())
        assert page(app) == "DnsPage"
        await pilot.press("l")
        await on_page(pilot, "RunPage")

    play(service, scene)


def test_each_part_of_a_record_is_copied_by_itself(home: Path) -> None:
    service = ScriptedService(home, scripts={Job.APPLY: scripted.stays_waiting})
    a_setup(service)
    copied: list[str] = []

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        app.visit(Route.RUN, "main")
        await on_page(pilot, "DnsPage")
        await wait_for(pilot, lambda: "play" in focused(app))
        for row in list(app.screen.query(".copy-row")):
            row.focus()
            await pilot.press("c")
            copied.append(app.clipboard)
        await pilot.press("p")
        await on_page(pilot, "PlainModal")
        assert "_def.acm-validations.aws" in text_of(app)

    play(service, scene)

    assert copied == ["_abc.e", "_abc.e.example.test", "_def.acm-validations.aws"]


def test_leaving_asks_only_while_something_is_being_changed(home: Path) -> None:
    service = ScriptedService(home, scripts={Job.APPLY: scripted.stays_waiting})
    a_setup(service)

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        app.visit(Route.RUN, "main")
        await on_page(pilot, "DnsPage")
        walk = app.walks["main"]
        await pilot.press("ctrl+c")
        await on_page(pilot, "QuitModal")
        assert focused(app) == "stay"
        await pilot.press("enter")
        await on_page(pilot, "DnsPage")
        scripted.end(walk.progress, "delivery")
        await pilot.press("ctrl+c")
        await wait_for(pilot, lambda: not app.is_running)

    assert play(service, scene).return_code == 0


def test_a_walk_goes_on_while_other_pages_are_open_and_is_found_again(home: Path) -> None:
    service = ScriptedService(home, scripts={Job.APPLY: scripted.stays_waiting})
    a_setup(service)

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        app.visit(Route.RUN, "main")
        await on_page(pilot, "DnsPage")
        walk = app.walks["main"]
        app.home()
        await wait_for(pilot, lambda: page(app) == "HomePage" and "apply is under way" in text_of(app))
        await pilot.press("enter")
        await on_page(pilot, "RunPage")
        assert isinstance(app.screen, RunPage)
        assert app.screen.walk is walk

    play(service, scene)


# Checklist, repair, done, remove


def test_the_checklist_explains_what_is_wrong_and_repairs_only_with_consent(home: Path) -> None:
    service = ScriptedService(home, scripts={Job.CHECK: scripted.mixed})
    never = a_setup(service, "never", domain="never.example.test")
    service.store.save(replace(a_setup(service), made=Made(content_bucket="b")))

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        app.visit(Route.CHECKLIST, never.name)
        await wait_for(pilot, lambda: "Something failed" in text_of(app))
        await pilot.press("f")
        assert "Repair" not in text_of(app), "what was never created needs its plan first"
        await pilot.press("escape")
        app.visit(Route.CHECKLIST, "main")
        await wait_for(pilot, lambda: "Something failed" in text_of(app))
        await pilot.press("down", "down")
        await wait_for(pilot, lambda: "BlockPublicAcls: off" in text_of(app))
        await pilot.press("f")
        await on_page(pilot, "ConsentModal")
        assert focused(app) == "no"
        await pilot.press("enter")
        await on_page(pilot, "ChecklistPage")
        await pilot.press("f", "right", "enter")
        await on_page(pilot, "RunPage")
        assert isinstance(app.screen, RunPage)
        assert app.screen.job is Job.REPAIR

    play(service, scene)


def test_outside_text_is_never_markup_and_never_an_escape(home: Path) -> None:
    service = ScriptedService(home, scripts={Job.CHECK: scripted.mixed})
    a_setup(service)

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        app.visit(Route.CHECKLIST, "main")
        await wait_for(pilot, lambda: "Something failed" in text_of(app))
        await pilot.press("end", "up", "up")
        await wait_for(pilot, lambda: "[@click=app.quit]x[/]" in shown(app, "#detail"))
        assert "\x1b" not in shown(app, "#detail")
        assert "\u202e" not in shown(app, "#detail")

    play(service, scene)


def test_a_set_up_with_nothing_made_is_forgotten_only_after_its_name_is_typed(home: Path) -> None:
    service = ScriptedService(home)
    a_setup(service)

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        app.visit(Route.REMOVE, "main")
        await on_page(pilot, "RemovePage")
        await wait_for(pilot, lambda: box(app, "confirm").has_focus)
        await pilot.press(*"mai", "enter")
        await wait_for(pilot, lambda: "Type the setup name exactly" in text_of(app))
        assert app.screen.query_one("#remove").disabled
        await pilot.press("n", "enter")
        await wait_for(pilot, lambda: focused(app) == "remove")
        await pilot.press("enter")
        await on_page(pilot, "HomePage")

    play(service, scene)

    assert service.store.names() == ()


def test_a_damaged_file_is_named_and_the_others_still_shown(home: Path) -> None:
    service = ScriptedService(home)
    a_setup(service)
    (home / "setups" / "broken.json").write_text("{[red]")

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        await wait_for(pilot, lambda: "is damaged" in text_of(app).replace("\n", " "))
        assert "main" in text_of(app)

    play(service, scene)


# Everywhere


@pytest.mark.parametrize("place", [place for place in Route if place is not Route.RUN])
@pytest.mark.parametrize("size", [(60, 16), (80, 24), (160, 50)])
def test_every_page_has_help_a_way_back_and_at_most_six_keys_in_the_footer(
    home: Path, place: Route, size: tuple[int, int]
) -> None:
    service = ScriptedService(home, scripts={Job.PLAN: scripted.planned})
    a_setup(service)

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        if place is not Route.HOME:
            app.visit(place, "" if place is Route.CHOICES else "main")
            await wait_for(pilot, lambda: page(app) != "HomePage")
        await wait_for(pilot, lambda: app.focused)
        footer = [one for one in app.screen.active_bindings.values() if one.binding.show and one.enabled]
        assert len({one.binding.description for one in footer}) <= 6
        await pilot.press("f1")
        await on_page(pilot, "HelpModal")
        await pilot.press("escape")
        if place is not Route.HOME:
            await pilot.press("escape")
            await on_page(pilot, "HomePage")

    play(service, scene, size)


@pytest.mark.parametrize("size", [(59, 30), (100, 15), (1, 1)])
def test_a_window_that_is_too_small_says_so_and_recovers(home: Path, size: tuple[int, int]) -> None:
    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        await pilot.resize_terminal(*size)
        await wait_for(pilot, lambda: app.screen.query_one("#too-small").display)
        await pilot.resize_terminal(80, 24)
        await wait_for(pilot, lambda: not app.screen.query_one("#too-small").display)
        assert "New setup" in text_of(app)

    play(ScriptedService(home), scene)


@pytest.mark.parametrize(("columns", "left"), [(80, 0), (132, 0), (200, 34)])
def test_in_a_very_wide_window_a_page_stays_a_column_in_the_middle(home: Path, columns: int, left: int) -> None:
    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        await pilot.resize_terminal(columns, 24)
        await wait_for(pilot, lambda: app.screen.query_one("#top").region.width == columns)
        for part in ("#purpose", "#body", "#buttons"):
            region = app.screen.query_one(part).region
            assert (region.x, region.width) == (left, columns - 2 * left)

    play(ScriptedService(home), scene)


def test_without_color_the_terminals_own_are_used(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        assert app.theme == "ansi-dark"
        await pilot.press("ctrl+t")

    play(ScriptedService(home), scene)


def test_dark_and_light_change_by_key(home: Path) -> None:
    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        before = app.current_theme.dark
        await pilot.press("ctrl+t")
        await wait_for(pilot, lambda: app.current_theme.dark is not before)

    play(ScriptedService(home), scene)
