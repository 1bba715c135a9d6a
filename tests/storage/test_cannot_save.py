"""What cannot be written down is not made: a full disk, a folder of somebody else's, a home that is a file.

Each case is real, in a process of its own: limits and user ids cannot be taken back.
"""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from tests.inventory import Account, expected
from tests.product import Product, not_ok
from tests.support import require
from wizard.model.results import Job
from wizard.model.setup import SetupChoices
from wizard.storage.store import RESERVE, Store, StoreError

ROOT = Path(__file__).resolve().parents[2]
NOBODY = 65534
UNBOUND = "-dac_override,-dac_read_search,-fowner,-chown"
"""The capabilities by which root passes over permissions."""

CHILD = """
import resource, sys
from pathlib import Path
import msgspec
from tests.product import Product
from wizard.commands.output.exit_codes import of_error, of_statuses
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile
from wizard.model.results import Job
from wizard.storage.store import StoreError

world = msgspec.json.decode(sys.stdin.read(), type=WorldFile)
home, room, at, job = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], Job(sys.argv[4])

def limit(operation):
    if room and at in ("start", operation):
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

product = Product(world, Control(world), home)
seen = product.service.environment.observe
object.__setattr__(product.service.environment, "observe", lambda service, name: (seen(service, name), limit(name)))
limit("start")
try:
    ended = product.run(job, adds_records=False, patience=0)
except* StoreError as group:
    print(*group.exceptions)
    sys.exit(int(of_error(group.exceptions[0])))
for check in ended.checks:
    print(check.id, check.status, check.problem.id if check.problem else "", check.observed)
sys.exit(int(of_statuses([ended.status])))
"""


def apply(product: Product, *before: str, room: int = 0, at: str = "start", job: Job = Job.APPLY) -> tuple[int, str]:
    """Apply in another process, with what `before` does to it, or with little room for files from some call on."""
    ran = subprocess.run(
        [*before, sys.executable, "-c", CHILD, str(product.service.store.home), str(room), at, str(job)],
        input=msgspec.json.encode(product.world),
        env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert b"Traceback" not in ran.stderr, ran.stderr.decode()
    return ran.returncode, ran.stdout.decode()


@pytest.fixture
def bound() -> list[str]:
    """Return what to put before a command so that permissions bind it, as they do not bind root."""
    if os.geteuid() != 0:
        return []
    return [require("setpriv"), f"--bounding-set={UNBOUND}", "--inh-caps=-all", "--"]


def test_the_child_process_works_where_nothing_is_in_the_way(product: Product, bound: list[str]) -> None:
    product.new()
    code, said = apply(product, *bound)
    assert code == 3, said
    assert "distribution ok" in said


def test_a_full_disk_is_said_before_anything_is_made(product: Product) -> None:
    product.new()
    product.clear()
    before = product.service.store.path("main").read_bytes()
    code, said = apply(product, room=RESERVE // 2)
    assert code == 2, said
    assert "the disk is full" in said
    assert "Can't save the setup" in said
    assert product.control.calls() == []
    assert product.service.store.path("main").read_bytes() == before
    assert list(product.service.store.folder.glob(".main*")) == []


def test_a_disk_that_fills_up_on_the_way_loses_and_doubles_nothing(product: Product) -> None:
    product.new()
    code, said = apply(product, room=1, at="create_distribution_with_tags")
    assert code == 1, said
    assert "distribution failed cannot-save" in said
    assert "the disk is full" in said
    assert product.setup().made.caller_reference is not None
    assert product.setup().made.distribution is None
    assert not_ok(product.apply()) == []
    assert Account(product.world).inventory() == expected(product.setup())


def test_a_read_only_folder_is_said_before_anything_is_made(product: Product, bound: list[str]) -> None:
    product.new()
    product.service.store.folder.chmod(0o500)
    code, said = apply(product, *bound)
    product.service.store.folder.chmod(0o700)
    assert code == 2, said
    assert "Can't save the setup" in said
    assert f"you don't have permission, because {product.service.store.folder} is set to read-only" in said
    assert product.writes() == []


def test_a_folder_of_another_user_is_said_with_its_owner(product: Product, bound: list[str]) -> None:
    product.new()
    product.service.store.folder.chmod(0o755)
    give_away(product.service.store.folder)
    code, said = apply(product, *bound)
    assert code == 2, said
    assert "Can't save the setup" in said
    assert f"{product.service.store.folder} belongs to user ID {NOBODY}, and you are 0 " in said
    assert product.writes() == []


def test_a_file_of_another_user_is_said_with_its_owner(product: Product, bound: list[str]) -> None:
    product.new()
    give_away(product.service.store.path("main"))
    code, said = apply(product, *bound)
    assert code == 2, said
    assert "Can't read" in said
    assert f"belongs to user ID {NOBODY}" in said
    assert product.writes() == []


def give_away(path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files to another user")
    os.chown(path, NOBODY, NOBODY)


@pytest.mark.parametrize("depth", [0, 1])
def test_a_home_that_is_a_file(tmp_path: Path, depth: int) -> None:
    home = tmp_path / "home"
    in_the_way = (home, home / "setups")[depth]
    in_the_way.parent.mkdir(exist_ok=True)
    in_the_way.write_text("a file", encoding="utf-8")
    store = Store(home)
    assert store.names() == ()
    with pytest.raises(StoreError, match="is a file"):
        store.create("main", SetupChoices())
    with pytest.raises(StoreError), store.writing("main", "test"):
        pass
    assert in_the_way.read_text(encoding="utf-8") == "a file"


def test_looking_needs_no_room(product: Product, bound: list[str]) -> None:
    product.stand()
    product.service.store.folder.chmod(0o500)
    code, said = apply(product, *bound, job=Job.CHECK)
    product.service.store.folder.chmod(0o700)
    assert code == 0, said
