"""The guide to credentials: whole for somebody without an account, on each kind of computer."""

import pytest

from wizard.credentials import guide

INSTALLER = {
    "linux": "awscli-exe-linux-$(uname -m).zip",
    "darwin": "AWSCLIV2.pkg",
    "win32": "AWSCLIV2.msi",
}
"""`sys.platform` to AWS's installer for it."""


@pytest.mark.parametrize("platform", INSTALLER)
def test_each_kind_of_computer_gets_its_own_installer(platform: str) -> None:
    found = guide.cli_install(platform)
    assert found
    assert INSTALLER[platform] in " ".join(found.commands)
    others = [name for kind, name in INSTALLER.items() if kind != platform]
    assert not [name for name in others if name in " ".join(found.commands)]


def test_the_first_steps_have_the_commands_for_this_computer_below_the_step_that_needs_them() -> None:
    first, second, *rest = guide.first_steps("darwin")
    assert (first[:2], second.strip()) == ("1.", guide.cli_installs()[0].commands[0])
    assert [line[:2] for line in rest if line[0].isdigit()] == ["2.", "3.", "4."]
    assert "aws login" in " ".join(rest)


def test_a_computer_that_aws_has_no_installer_for_gets_the_steps_alone() -> None:
    assert guide.cli_install("freebsd14") is None
    assert [line[:2] for line in guide.first_steps("freebsd14")] == ["1.", "2.", "3.", "4."]


def test_the_recommended_way_keeps_no_key_and_the_last_one_is_a_warning() -> None:
    ways = guide.methods()
    assert ways[0].command == "aws login"
    assert ways[-1].id == "root"
    assert len({way.id for way in ways}) == len(ways)


def test_every_part_has_steps_and_a_page_of_aws_to_read_on() -> None:
    parts = [(one.id, one.steps, one.link) for one in guide.preparations()]
    parts += [(one.id, one.steps, one.link) for one in guide.methods()]
    for name, steps, link in parts:
        assert steps, name
        assert link.startswith(("https://docs.aws.amazon.com/", "https://console.aws.amazon.com/")), name
