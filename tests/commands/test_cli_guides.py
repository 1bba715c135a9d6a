"""Guides as plain commands: how to get credentials."""

from tests.commands.conftest import Cli


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
