"""`snippet --check --browser` where there is no browser."""

from pathlib import Path

import pytest

from wizard.commands.snippet_check import shown_in_browser
from wizard.model.results import Status
from wizard.model.setup import Setup, SetupChoices
from wizard.service import Environment

PAGE = "https://www.example.org/"


def test_without_a_browser_nothing_is_said_of_what_the_page_does(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    setup = Setup(name="main", id="0badcafe", created=0.0, choices=SetupChoices(domain="e.example.org"))
    (row,) = shown_in_browser(setup, PAGE, (), Environment(home=tmp_path))
    assert row.problem is not None
    assert (row.status, row.problem.id) == (Status.UNKNOWN, "seen-no-browser")
