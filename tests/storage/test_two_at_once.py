"""Two snowpixels at once, as real processes: one writes, the other is told who, and may look."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import anyio
import msgspec
import pytest

from tests import forking
from tests.inventory import Account, expected
from tests.product import DOMAIN, Product, not_ok
from tests.waiting import PATIENCE, until
from wizard.commands.output.exit_codes import ExitCode
from wizard.model.results import Job, Status
from wizard.storage.locks import NOTE, LockOwner, owner_of
from wizard.storage.store import LockedError

ROOT = Path(__file__).resolve().parents[2]


class Snowpixel:
    """Starts the program in processes of their own, in the home of a product."""

    def __init__(self, product: Product) -> None:
        self.home = product.service.store.home
        self.practice = Path(str(product.world.ca_file)).parent
        self.started: list[subprocess.Popen[str]] = []

    def start(self, *words: str) -> subprocess.Popen[str]:
        where = ["--practice", str(self.practice), "--home", str(self.home)]
        process = forking.start(
            [sys.executable, "-m", "wizard", *words, *where],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(self.home.parent)},
        )
        self.started.append(process)
        return process

    def run(self, *words: str) -> tuple[int, str]:
        process = self.start(*words)
        out, err = process.communicate(timeout=PATIENCE)
        return process.returncode, out + err


@pytest.fixture
def snowpixel(product: Product) -> Iterator[Snowpixel]:
    program = Snowpixel(product)
    yield program
    for process in program.started:
        process.kill()
        process.communicate()


def at_work(product: Product, snowpixel: Snowpixel) -> subprocess.Popen[str]:
    """Start an apply that waits for a DNS record until it is killed."""
    process = snowpixel.start("apply", "main", "--yes")
    path = product.service.store.path("main")
    until(lambda: ((holder := owner_of(path)) and holder.pid == process.pid) or process.poll() is not None)
    until(lambda: "pixel-record" in product.setup().waits or process.poll() is not None)
    assert process.poll() is None, process.communicate()
    return process


def begin(product: Product) -> None:
    """Begin to apply in this process."""
    anyio.run(product.service.start(Job.APPLY, "main", patience=0).run)


@pytest.fixture
def busy(product: Product, snowpixel: Snowpixel) -> subprocess.Popen[str]:
    """A process that holds the setup and has nothing left to write: it only waits for the user's records."""
    product.new()
    begin(product)
    return at_work(product, snowpixel)


@pytest.mark.parametrize(
    "command", [("apply", "--yes"), ("repair", "--yes"), ("remove", "--yes"), ("set", "--retention", "7")]
)
def test_a_second_writer_is_told_who_holds_it_and_how_to_look(
    product: Product, snowpixel: Snowpixel, busy: subprocess.Popen[str], command: tuple[str, ...]
) -> None:
    before = product.writes()
    code, said = snowpixel.run(command[0], "main", *command[1:])
    assert code == ExitCode.UNFINISHED
    assert f"`snowpixel apply main` (process {busy.pid}, since 20" in said
    assert "snowpixel check main" in said
    assert product.writes() == before
    assert product.setup().choices.retention_days == 90


def test_front_ends_get_the_holder_as_data(product: Product, busy: subprocess.Popen[str]) -> None:
    with pytest.raises(LockedError) as refused:
        begin(product)
    holder = refused.value.owner
    assert holder is not None
    assert (holder.what, holder.pid) == ("snowpixel apply main", busy.pid)
    assert abs(time.time() - holder.since) < PATIENCE


def test_looking_works_meanwhile_and_writes_nothing(
    product: Product, snowpixel: Snowpixel, busy: subprocess.Popen[str]
) -> None:
    before = product.writes()
    for command in ("check", "plan"):
        code, said = snowpixel.run(command, "main")
        assert code in (ExitCode.UNFINISHED, ExitCode.WELL), said
        assert "is in use" not in said
    assert product.writes() == before
    assert busy.poll() is None
    assert owner_of(product.service.store.path("main")) is not None


def test_the_one_that_waits_goes_on_although_others_looked(
    product: Product, snowpixel: Snowpixel, busy: subprocess.Popen[str]
) -> None:
    for record in product.check().records or product.run(Job.PLAN).records:
        product.control.add_record(record.name, record.type, record.value)
    snowpixel.run("check", "main")
    out, err = busy.communicate(timeout=PATIENCE)
    assert busy.returncode == ExitCode.WELL, out + err
    assert not_ok(product.check()) == []


def test_a_killed_process_never_blocks(product: Product, busy: subprocess.Popen[str]) -> None:
    path = product.service.store.path("main")
    busy.send_signal(signal.SIGKILL)
    busy.communicate()
    assert path.with_suffix(NOTE).exists()
    assert owner_of(path) is None
    assert not_ok(product.apply()) == []
    assert Account(product.world).inventory() == expected(product.setup())
    assert not path.with_suffix(NOTE).exists()


def test_a_note_that_a_killed_process_left_is_not_believed(product: Product, busy: subprocess.Popen[str]) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    note = product.service.store.path("main").with_suffix(NOTE)
    note.write_bytes(msgspec.json.encode(LockOwner("snowpixel remove main", gone.pid, 1.0)))
    with pytest.raises(LockedError, match="by another snowpixel") as refused:
        begin(product)
    assert refused.value.owner is None
    note.write_bytes(b"\x00 half a no")
    with pytest.raises(LockedError, match="by another snowpixel"):
        begin(product)
    assert busy.poll() is None


def test_two_set_ups_run_side_by_side(product: Product, snowpixel: Snowpixel) -> None:
    for name in ("first", "second"):
        product.new(name, domain=None)
    both = [snowpixel.start("apply", name, "--yes", "--wait", "50") for name in ("first", "second")]
    for process in both:
        out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == ExitCode.WELL, out + err
    for name in ("first", "second"):
        assert not_ok(product.check(name=name)) == []
    assert len(Account(product.world).inventory()["distributions"]) == 2


def test_one_name_is_made_once_although_two_start_together(product: Product, snowpixel: Snowpixel) -> None:
    product.new(domain=None)
    both = [snowpixel.start("apply", "main", "--yes", "--wait", "50") for _ in range(2)]
    said = [process.communicate(timeout=PATIENCE) for process in both]
    codes = {process.returncode for process in both}
    assert codes <= {ExitCode.WELL, ExitCode.UNFINISHED}, said
    assert ExitCode.WELL in codes
    assert len(Account(product.world).inventory()["distributions"]) == 1


def test_a_check_of_a_set_up_at_work_has_no_failure(product: Product, busy: subprocess.Popen[str]) -> None:
    found = product.check()
    assert Status.FAILED not in {check.status for check in found.checks}
    assert busy.poll() is None
    assert product.setup().choices.domain == DOMAIN
