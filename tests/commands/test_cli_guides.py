"""Guides as plain commands: how to get credentials, and where the tag goes."""

from tests.commands.conftest import Cli
from wizard.snowplow.snippet_builder import Variant


def test_the_guide_starts_without_an_account(alone: Cli) -> None:
    ran = alone("credentials", "--guide")
    assert ran.code == 0
    titles = ["Open an AWS account", "Protect the root user", "Install the AWS CLI", "Sign in through the browser"]
    places = [ran.out.index(title) for title in titles]
    assert places == sorted(places)


def test_plain_mode_without_credentials_says_how_to_get_some(alone: Cli) -> None:
    alone("new", "main", "--no-domain")
    ran = alone("--plain", stdin="\n\nquit\n")
    assert ran.code == 0
    for words in ("If you have an AWS account", "run `aws login`", "If you have no AWS account", "credentials --guide"):
        assert words in ran.out


def test_where_the_tag_goes_is_said_for_each_kind_of_site(alone: Cli) -> None:
    alone("new", "main", "--no-domain")
    ran = alone("snippet", "main", "--where")
    assert ran.code == 0
    for site in ("WordPress", "Shopify", "Wix", "Squarespace", "Google Tag Manager", "Plain HTML", "React"):
        assert site in ran.out
    for variant in ("gtm", "npm"):
        assert f"snowpixel snippet main --variant {variant}" in ran.out
    assert "snippet main --check" in ran.out
    sites = alone("snippet", "main", "--where", "--json").document["data"]["sites"]
    assert {site["variant"] for site in sites} == set(Variant)
    assert all(site["link"].startswith("https://") and site["steps"] for site in sites)
