"""What pages say in words: lists that hang, rights, the details of a stage, the order of records."""

import asyncio
from pathlib import Path

import anyio
import pytest
from msgspec.structs import replace
from textual.content import Content

from screens.app import SnowpixelApp
from screens.dialogs.mfa import GuideBox
from screens.pages.done import LANGUAGES
from screens.routes import Route
from screens.texts import stage_details
from screens.texts.check_details import stage_text
from screens.texts.code_text import code
from screens.texts.credential_sources import how_to, none_found
from screens.texts.paste_places import FOR_OTHERS
from screens.texts.plan_details import rights_text
from screens.widgets.prose import Prose, hang
from screens.widgets.record_card import RecordCard
from tests.screens import scripted
from tests.screens.driving import on_page, shown, text_of, wait_for
from tests.screens.scenes import MADE
from tests.screens.scripted import ScriptedService, a_setup
from wizard.aws.policy import actions, policy
from wizard.credentials import guide
from wizard.documents.plan import plan_of
from wizard.engine.progress import Progress
from wizard.knowledge.sites import sites
from wizard.model.results import (
    Action,
    Actor,
    Change,
    Check,
    DnsRecord,
    Item,
    Job,
    Phase,
    Problem,
    Snapshot,
    StageView,
    Status,
    Wait,
)
from wizard.snowplow.setup_snippet import snippet_for
from wizard.snowplow.snippet_builder import Variant


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("  1. Log in and open the records", 19, "  1. Log in and\n     open the\n     records"),
        ("  + Upload the file i", 16, "  + Upload the\n    file i"),
        ("one line", 20, "one line"),
        ("a\n\nb", 20, "a\n\nb"),
        ("  + a-name-of-eighteen", 19, "  + a-name-of-eighteen"),
        ("  ? not seen   could not be tested", 28, "  ? not seen   could not be\n               tested"),
        ("arn:aws:iam::123456789012:user/anna", 30, "arn:aws:iam::123456789012:\nuser/anna"),
        ("a-name-without-a-joint:b", 10, "a-name-without-a-joint:\nb"),
    ],
)
def test_lists_hang_and_no_name_is_broken_for_it(text: str, width: int, expected: str) -> None:
    assert [row.rstrip() for row in hang(Content(text), width).plain.split("\n")] == expected.split("\n")


def test_the_rights_are_those_of_the_policy_and_say_how_to_print_it(home: Path) -> None:
    setup = a_setup(ScriptedService(home))

    text = rights_text(plan_of(setup, Snapshot(Job.PLAN, "main", stages=()))).plain

    assert all(action.partition(":")[2] in text for action in actions(policy(setup)))
    assert "snowpixel policy main" in text


def test_a_stage_tells_of_each_item_that_is_not_ok_what_was_found() -> None:
    well = Item("a", "dns", "Your name", phase=Phase.DONE, check=Check("a", "dns", Status.OK, "all as wanted"))
    bad = replace_item(well, "b", Check("b", "dns", Status.FAILED, "ns1 answers something else"))
    stage = StageView("dns", "DNS record", "why it exists", (well, bad))

    text = stage_text(stage).plain

    assert "ns1 answers something else" in text
    assert "all as wanted" not in text


def test_a_wait_for_aws_that_takes_too_long_tells_what_to_look_at_and_when_the_next_look_is() -> None:
    problem = Problem("event-not-logged", {"number": "4", "first": "today", "bucket": "b", "distribution": "E1"})
    check = Check("first-event", "event", Status.WAITING, "sent", problem=problem)
    wait = Wait("No log file has it", Actor.AWS, 0.0, 900.0, 20_300.0)
    item = Item("first-event", "event", "The event", phase=Phase.RUNNING, wait=wait, check=check)

    text = stage_details.stage_text(StageView("event", "First event", "why", (item,)), 20_000.0).plain

    assert "next check in 5 min" in text
    assert "open the distribution E1" in text


def replace_item(item: Item, name: str, check: Check) -> Item:
    return Item(name, item.stage, item.title, phase=item.phase, check=check)


PIXEL = DnsRecord("e.example.test", "CNAME", "d1.cloudfront.net", "e", "leads browsers to your distribution")


async def pixel_first(progress: Progress) -> None:
    """Name the pixel's record, and the certificate's only once somebody looks."""
    for item in ("identity", "content-bucket"):
        scripted.end(progress, item)
    for item, record in (("pixel-record", PIXEL), ("certificate-record", scripted.RECORD)):
        change = Change(item, Action.CREATE, Actor.USER, "Add it", record=record)
        progress.change(item, phase=Phase.RUNNING, changes=(change,))
        await progress.pause(scripted._Slow(), 3600)
    await anyio.sleep_forever()


def test_the_certificates_record_comes_first_whichever_is_known_first(home: Path) -> None:
    service = ScriptedService(home, scripts={Job.APPLY: pixel_first})
    a_setup(service)

    async def scene() -> None:
        app = SnowpixelApp(service)
        async with app.run_test(size=(80, 24)) as pilot:
            await on_page(pilot, "HomePage")
            app.begin(Job.APPLY, "main")
            app.visit(Route.DNS, "main")
            await wait_for(pilot, lambda: len(app.screen.query(RecordCard)) == 1, "the pixel's record")
            await pilot.press("l")
            await wait_for(pilot, lambda: len(app.screen.query(RecordCard)) == 2, "the certificate's record")
            cards = list(app.screen.query(RecordCard))
            assert [card.item for card in cards] == ["certificate-record", "pixel-record"]
            assert [card.number for card in cards] == [1, 2]
            await wait_for(
                pilot, lambda: app.focused and cards[0] in app.focused.ancestors, "the first card has the focus"
            )
            assert scripted.RECORD.purpose in text_of(app), "the purpose is not cut"
            assert "for record 1" in text_of(app) or app.screen.query_one("#records").max_scroll_y

    asyncio.run(scene())


@pytest.mark.parametrize("variant", Variant)
def test_a_tag_in_colors_is_the_same_text(tmp_path: Path, variant: Variant) -> None:
    service = ScriptedService(tmp_path)
    setup = replace(a_setup(service), made=MADE)
    made = snippet_for(setup, setup.name, variant)
    assert made is not None

    for text in (made.tag, made.no_script, made.image):
        colored = code(text, LANGUAGES[variant])

        assert colored.plain == text.rstrip("\n")
        assert len({str(span.style) for span in colored.spans}) > 1
    assert code("\x1b[31m<b>", "html").plain == "[31m<b>", "no escape reaches the terminal"


def test_what_a_content_security_policy_must_allow_has_a_tab_of_its_own_and_is_copied_there(home: Path) -> None:
    service = ScriptedService(home)
    setup = a_setup(service)
    with service.store.writing("main", "test") as state:
        state.record(distribution="E1", distribution_domain="d1.cloudfront.net", alias="e.example.test")
    made = snippet_for(service.store.load(setup.name), setup.name, Variant.PAGE)
    assert made is not None

    async def scene() -> None:
        app = SnowpixelApp(service)
        async with app.run_test(size=(60, 16)) as pilot:
            await on_page(pilot, "HomePage")
            app.visit(Route.DONE, "main")
            await wait_for(pilot, lambda: "6 CSP" in text_of(app), "all tabs fit into the narrowest window")
            await wait_for(pilot, lambda: made.csp[0] in shown(app, "#policy"))
            assert not [line for line in made.csp if line in shown(app, "#noscript")]
            copied = []
            for tab in ("6", "5", "2"):
                await pilot.press(tab, "c")
                copied.append(app.clipboard)
            assert copied == ["\n".join(made.csp), made.no_script, made.tag]
            await pilot.press("3")
            await wait_for(pilot, lambda: sites()[0].title in text_of(app), "where the tag goes")
            told = shown(app, "#where")
            assert [one.title for one in sites() if one.title not in told] == []
            assert told.count(FOR_OTHERS) == sum(one.variant != Variant.PAGE for one in sites()) == 2
            assert "snippet main --check" in told

    asyncio.run(scene())


def test_the_guide_begins_without_an_account_and_names_the_commands_for_this_computer() -> None:
    text, (account, *_) = how_to().plain, guide.preparations()
    assert text.startswith(account.title)
    here = guide.cli_install()
    assert here
    for command in here.commands:
        assert f"  {command}\n" in text
        assert command in none_found().plain
    assert guide.short().open_account in none_found().plain


def test_the_guides_steps_hang_where_the_box_is_narrow(home: Path) -> None:
    async def scene() -> None:
        app = SnowpixelApp(ScriptedService(home))
        async with app.run_test(size=(60, 30)) as pilot:
            await on_page(pilot, "HomePage")
            app.push_screen(GuideBox())
            await on_page(pilot, "GuideBox")
            await wait_for(pilot, lambda: "  1. " in text_of(app))
            rows = hang(how_to(), app.screen.query_one(Prose).content_size.width).plain.split("\n")
            broken = [row.rstrip() for row in rows if row.startswith("     ")]
            assert broken, "some step is longer than the box is wide"
            await wait_for(pilot, lambda: f"  {broken[0]} " in text_of(app), "it stands under its step")

    asyncio.run(scene())
