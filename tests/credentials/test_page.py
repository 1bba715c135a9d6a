"""The credentials page, driven by keys: places, the winner and why, the guide, second factors, keep and forget."""

import time
from pathlib import Path

import anyio
import keyring
import pytest
from textual.widgets import OptionList

from screens.app import SnowpixelApp
from screens.routes import Route
from tests.credentials.conftest import Computer
from tests.credentials.identities import ALLOW_ALL, WITHOUT_SESSION, factor, user
from tests.credentials.test_keyring_store import Memory
from tests.product import Product
from tests.screens.driving import Driver, focused, shown, text_of, wait_for
from wizard.aws.keys import KeySource
from wizard.practice.worldfile import WorldFile
from wizard.service import Environment, Service

SIZE = (110, 34)


class Desk:
    """The wizard in front of the practice account, on a computer whose credentials are real files."""

    def __init__(self, world: WorldFile, computer: Computer, product: Product) -> None:
        self.world, self.computer = world, computer
        here = product.service.environment
        self.service = Service(
            Environment(
                home=computer.home / "data", source=KeySource(endpoint=world.aws_endpoint), network=here.network
            )
        )
        self.service.store.create("main", product.new(domain=None).choices)
        self.app = SnowpixelApp(self.service)

    def profile(self, name: str, identifier: str, secret: str) -> None:
        lines = f"[{name}]\naws_access_key_id = {identifier}\naws_secret_access_key = {secret}\n"
        file = self.computer.home / ".aws" / "credentials"
        self.computer.credentials((file.read_text() if file.is_file() else "") + lines)

    def good_profile(self, name: str = "default") -> None:
        self.profile(name, self.world.access_key_id, self.world.secret_access_key)

    async def choose(self, pilot: Driver, word: str) -> None:
        """Select the option that has a word in its text."""
        listed = self.app.screen.query_one("#sources", OptionList)
        texts = [str(option.prompt) for option in listed.options]
        listed.highlighted = next(number for number, text in enumerate(texts) if word in text)
        listed.focus()
        await pilot.press("enter")


@pytest.fixture
def desk(world: WorldFile, computer: Computer, product: Product) -> Desk:
    return Desk(world, computer, product)


def play(desk: Desk, scene: object) -> None:
    async def run() -> None:
        async with desk.app.run_test(size=SIZE) as pilot:
            desk.app.visit(Route.CREDENTIALS, "main")
            await scene(desk.app, pilot)  # type: ignore[operator]

    anyio.run(run)


def test_the_winner_is_asked_by_itself_and_says_why(desk: Desk) -> None:
    desk.good_profile()
    desk.computer.config(
        "[profile corp]\nsso_account_id = 1\nsso_role_name = A\nsso_region = eu-west-1\nsso_start_url = https://c.example\n"
        "[profile ends]\nsso_account_id = 1\nsso_role_name = A\nsso_region = eu-west-1\nsso_start_url = https://e.example\n"
    )
    desk.computer.sso_token("https://e.example", time.time() + 1200)

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        await wait_for(pilot, lambda: focused(app) == "next")
        listed = " ".join(str(option.prompt) for option in app.screen.query_one("#sources", OptionList).options)
        text = listed + shown(app, "#who")
        assert "✓ default" in text
        assert "because it is the default profile" in text
        assert "~/.aws/credentials" in text
        assert "1234 5678 9012" in text
        assert "Nobody has signed in" in text
        assert "expires in 20 min" in text
        assert "never expires" in text  # a warning, not a refusal
        await desk.choose(pilot, "corp")
        await wait_for(pilot, lambda: "aws sso login --profile corp" in text_of(app))
        assert app.screen.query_one("#next").disabled

    play(desk, scene)


def test_without_credentials_the_page_says_the_first_steps(desk: Desk) -> None:
    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        await wait_for(pilot, lambda: "No AWS credentials were found" in text_of(app))
        told = shown(app, "#who")
        for words in ("run `aws login`", "If you have no AWS account", "Sign up for AWS (advanced)", "ctrl+r tries"):
            assert words in told
        desk.good_profile()
        await pilot.press("ctrl+r")
        await wait_for(pilot, lambda: "1234 5678 9012" in text_of(app))

    play(desk, scene)


def test_the_guide_is_one_key_away(desk: Desk) -> None:
    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        await wait_for(pilot, lambda: focused(app) == "sources")
        await desk.choose(pilot, "How to get credentials")
        await wait_for(pilot, lambda: "Open an AWS account" in text_of(app))
        await pilot.press("end")
        await wait_for(pilot, lambda: "Unattended" in text_of(app), "the guide can be read to its end")
        await pilot.press("escape")
        await wait_for(pilot, lambda: type(app.screen).__name__ == "CredentialsPage")

    play(desk, scene)


def test_six_digits_are_asked_for_and_used(desk: Desk) -> None:
    keys = user(desk.world, ALLOW_ALL, WITHOUT_SESSION)
    factor(desk.world, keys)
    desk.profile("default", keys.access_key_id, keys.secret_access_key.reveal())

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        await wait_for(pilot, lambda: focused(app) == "next")
        app.screen.query_one("#factor").focus()
        await pilot.press("enter")
        await wait_for(pilot, lambda: type(app.screen).__name__ == "CodeBox")
        await pilot.press(*"12345", "enter")
        await wait_for(pilot, lambda: "has 6 digits" in text_of(app))
        await pilot.press("6", "enter")
        await wait_for(pilot, lambda: focused(app) == "next" and "Valid" in text_of(app))
        assert "expires in 12 h" in text_of(app)

    play(desk, scene)


def test_a_typed_key_is_kept_found_again_and_forgotten(desk: Desk) -> None:
    before, store = keyring.get_keyring(), Memory()
    keyring.set_keyring(store)

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        await wait_for(pilot, lambda: focused(app) == "sources")
        await desk.choose(pilot, "Enter an access key")
        box = app.screen.query_one("#key").query_one("Input")
        await wait_for(pilot, lambda: app.screen.query_one("#typed").display)
        box.value = f" export AWS_ACCESS_KEY_ID='{desk.world.access_key_id}' "  # type: ignore[attr-defined]
        app.screen.query_one("#secret").query_one("Input").value = desk.world.secret_access_key  # type: ignore[attr-defined]
        app.screen.query_one("#try").focus()
        await pilot.press("enter")
        await wait_for(pilot, lambda: focused(app) == "next")
        app.screen.query_one("#keep").focus()
        await pilot.press("enter")
        await wait_for(pilot, lambda: "The key is saved" in text_of(app))
        assert len(store.items) == 1
        assert desk.world.secret_access_key not in text_of(app)

    play(desk, scene)
    again = Desk.__new__(Desk)
    again.world, again.computer = desk.world, desk.computer
    again.service = Service(desk.service.environment)
    again.app = SnowpixelApp(again.service)

    async def later(app: SnowpixelApp, pilot: Driver) -> None:
        await wait_for(pilot, lambda: focused(app) == "next")
        text = text_of(app) + shown(app, "#who")
        assert "Saved access key" in text
        assert "because it was saved for this setup" in text
        app.screen.query_one("#forget").focus()
        await pilot.press("enter")
        await wait_for(pilot, lambda: store.items == {} and "No AWS credentials were found" in text_of(app))

    try:
        play(again, later)
    finally:
        keyring.set_keyring(before)
    assert not [file for file in written(desk.computer.home) if desk.world.secret_access_key.encode() in file]


def test_without_a_key_store_it_is_said_and_the_run_goes_on(desk: Desk) -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(keyring.backends.fail.Keyring())  # type: ignore[no-untyped-call]

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        await wait_for(pilot, lambda: focused(app) == "sources")
        await desk.choose(pilot, "Enter an access key")
        await wait_for(pilot, lambda: app.screen.query_one("#typed").display)
        app.screen.query_one("#key").query_one("Input").value = desk.world.access_key_id  # type: ignore[attr-defined]
        app.screen.query_one("#secret").query_one("Input").value = desk.world.secret_access_key  # type: ignore[attr-defined]
        app.screen.query_one("#try").focus()
        await pilot.press("enter")
        await wait_for(pilot, lambda: focused(app) == "next")
        app.screen.query_one("#keep").focus()
        await pilot.press("enter")
        await wait_for(pilot, lambda: "wasn't saved" in text_of(app))
        assert "for this run only" in shown(app, "#who")
        assert not app.screen.query_one("#next").disabled

    try:
        play(desk, scene)
    finally:
        keyring.set_keyring(before)


def written(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
