"""What README says of the product is what the product says and does."""

import re
import tomllib
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from screens.pages.home import HONEST
from wizard.model.setup import SetupChoices
from wizard.snowplow.events.columns import COLUMNS
from wizard.snowplow.events.questions import DIMENSIONS

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"


def test_the_readme_says_of_an_event_what_an_event_has() -> None:
    table = README.read_text().partition("<!-- event -->")[2].partition("\n\n")[0]
    parts = {part for row in table.splitlines()[3:] for part in re.findall(r"`(\w+)`", row.split("|")[1])}
    campaign = {part for part in parts if part.startswith("utm_")}
    assert parts - campaign <= {column.name for column in COLUMNS}
    assert {part.removeprefix("utm_") for part in campaign} <= set(DIMENSIONS)
    assert len(parts) > 6


def test_the_readme_says_what_the_product_says() -> None:
    text = " ".join(README.read_text().replace("**", "").split())
    assert "about 20 minutes, mostly waiting for DNS and AWS" in HONEST
    assert "About 20 minutes, mostly waiting for DNS and AWS" in text
    assert f"deleted after {SetupChoices().retention_days} days" in text
    prices = tomllib.loads((ROOT / "assets" / "prices.toml").read_text(encoding="utf-8"))
    cents = {round(region["storage_gb"] * 100) for region in prices["s3"].values()}
    assert f"about $0.0{min(cents)} for each GB a month" in text


@pytest.mark.parametrize("page", ["docs/first-day.md", "docs/events.md", "docs/credentials.md"])
def test_the_readme_leads_to_a_page_that_exists(page: str) -> None:
    assert f"]({page})" in README.read_text()
    assert (ROOT / page).is_file()


def test_the_readme_installs_what_there_is() -> None:
    """Each way names this package, and no extra but one of its own."""
    table = README.read_text().partition("<!-- install -->")[2].partition("\n\n")[0]
    ways = [way for row in table.splitlines()[3:] for way in re.findall(r"`([^`]+)`", row)]
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    forms = [re.fullmatch(r"(?:pipx|uv tool) install '?(\.|[a-z]+)(?:\[([a-z]+)\])?'?", way) for way in ways]
    found = {form.groups() if form else None for form in forms}
    assert found == {(what, extra) for what in (".", told["name"]) for extra in (None, "practice")}
    assert "practice" in told["optional-dependencies"]
    assert len(ways) == 8


def test_the_readmes_pictures_are_there() -> None:
    shown = re.findall(r"!\[[^]]+\]\((.+?)\)", README.read_text())
    assert {path.name for path in (ROOT / "docs" / "pictures").iterdir()} == {Path(path).name for path in shown}
    assert all(ET.parse(ROOT / path).getroot().tag.endswith("}svg") for path in shown)
