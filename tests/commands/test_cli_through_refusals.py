"""The commands, with a proxy before AWS that is stricter than AWS in every way at once."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from tests.commands.conftest import Cli
from tests.inventory import Account, expected
from tests.refusing_proxy import refusing_proxy
from tests.scenarios.refusals import TOGETHER
from wizard.practice import worldfile
from wizard.practice.worldfile import WorldFile
from wizard.storage.store import Store


@pytest.mark.usefixtures("calm")
@pytest.mark.timeout(300)
def test_one_apply_makes_one_of_each_and_one_removal_leaves_nothing(cli: Cli, world: WorldFile, tmp_path: Path) -> None:
    account = Account(world)
    with refusing_proxy(world.aws_endpoint, *(make() for make in TOGETHER)) as url:
        worldfile.write(tmp_path / "beyond", msgspec.structs.replace(world, aws_endpoint=url))
        refused = replace(cli, practice=tmp_path / "beyond")
        assert refused("new", "main", "--no-domain").code == 0
        applied = refused("apply", "main", "--yes")
        assert applied.code == 0, applied.out + applied.err
        assert account.inventory() == expected(Store(cli.home).load("main"))
        removed = refused("remove", "main", "--yes", "--delete-logs")
        assert removed.code == 0, removed.out + removed.err
        assert {kind: names for kind, names in account.inventory().items() if names} == {}
