"""Typed secrets and the clipboard: neither the terminal's nor a clipboard program ever gets one, by any keys."""

import os
from pathlib import Path

import anyio
import pytest
from textual.widgets import Input

from screens.app import SnowpixelApp
from screens.routes import Route
from tests.credentials.conftest import Computer
from tests.credentials.conspicuous import found_in, secret
from tests.product import Product
from tests.screens.driving import focused, wait_for
from wizard.aws.keys import KeySource
from wizard.service import Environment, Service

SECRETS = {"typed": secret("typed"), "token": secret("token")}
NOT_SECRET = "AKIATYPED00000000001"
KEYS = ("home", "shift+end", "ctrl+c", "super+c", "ctrl+x")
"""What selects, copies and cuts in a box; the last one empties it."""


class RecordedApp(SnowpixelApp):
    """The wizard, remembering all that goes to the terminal's clipboard: Textual sends it (OSC 52) from one place."""

    sent = ""

    def copy_to_clipboard(self, text: str) -> None:
        self.sent += text
        super().copy_to_clipboard(text)


@pytest.fixture
def clipboard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clipboard program that keeps all it is given in a file."""
    tools, kept = tmp_path / "tools", tmp_path / "clipboard"
    tools.mkdir()
    kept.touch()
    for name in ("xclip", "wl-copy", "pbcopy"):
        (tools / name).write_text(f"#!/bin/sh\ncat >> {kept}\n")
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("DISPLAY", ":99")
    for name in ("WAYLAND_DISPLAY", "SSH_TTY", "SSH_CONNECTION", "WSL_DISTRO_NAME"):
        monkeypatch.delenv(name, raising=False)
    return kept


def test_no_keys_put_a_typed_secret_on_a_clipboard(product: Product, computer: Computer, clipboard: Path) -> None:
    here = product.service.environment
    service = Service(Environment(home=computer.home / "data", source=KeySource(), network=here.network))
    service.store.create("main", product.new(domain=None).choices)
    app = RecordedApp(service)

    async def walk() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            app.visit(Route.CREDENTIALS, "main")
            await wait_for(pilot, lambda: focused(app) == "sources")
            app.screen.query_one("#typed").display = True
            for name, value in (("secret", SECRETS["typed"]), ("token", SECRETS["token"]), ("key", NOT_SECRET)):
                box = app.screen.query_one(f"#{name}").query_one(Input)
                box.value = value
                box.focus()
                await wait_for(pilot, lambda box=box: app.focused is box)  # type: ignore[misc]
                await pilot.press(*KEYS)
                await wait_for(pilot, lambda box=box: not box.value)  # type: ignore[misc]
            await wait_for(pilot, clipboard.read_text)

    anyio.run(walk)
    said = app.sent.encode() + clipboard.read_bytes()
    assert found_in(said, SECRETS) == []
    assert NOT_SECRET in app.sent  # what is no secret is copied: the search can find something
    assert NOT_SECRET in clipboard.read_text()
