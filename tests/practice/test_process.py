"""The life of a world: found, stopped, never orphaned, and nowhere but on loopback."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.practice.conftest import Road, file_of, until
from tests.support import require
from wizard.practice import process, worldfile
from wizard.practice.control_client import Control, ControlError
from wizard.practice.worldfile import WorldFile

SOURCE = str(Path(process.__file__).resolve().parents[2])


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not (state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z")


def test_it_starts_is_found_and_stops(tmp_path: Path) -> None:
    directory = tmp_path / "world"
    assert process.find(directory) is None
    world = process.start(directory, pace=0.5)
    assert world.pace == 0.5
    assert process.find(directory) == world
    assert process.start(directory) == world
    assert stat.S_IMODE(file_of(directory).stat().st_mode) == 0o600
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    process.stop(directory)
    assert process.find(directory) is None
    assert not file_of(directory).exists()
    assert not alive(world.pid)
    process.stop(directory)


def test_a_stale_file_is_not_believed(tmp_path: Path) -> None:
    directory = tmp_path / "world"
    world = process.start(directory, pace=0)
    os.kill(world.pid, signal.SIGKILL)
    assert until(lambda: process.find(directory) is None)
    assert file_of(directory).exists()
    again = process.start(directory, pace=0)
    assert again.pid != world.pid
    process.stop(directory)


def test_a_foreign_file_is_not_believed(tmp_path: Path) -> None:
    file_of(tmp_path).write_text(json.dumps({"pid": 1}))
    assert process.find(tmp_path) is None


def test_a_world_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(process.PracticeError, match="couldn't be started"):
        process.start(tmp_path / "file" / "world")


def test_a_world_that_dies_at_start_tells_its_last_words(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").mkdir()  # the authority cannot be saved
    with pytest.raises(process.PracticeError, match=r"stopped while starting\. It printed: .*ca\.pem"):
        process.start(tmp_path)


def test_it_ends_when_its_owner_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys, time, pathlib; from wizard.practice import process;"
        "w = process.start(pathlib.Path(sys.argv[1]), pace=0); print(w.pid, flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "world")]
    environment = {**os.environ, "PYTHONPATH": SOURCE}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as owner:
        assert owner.stdout
        pid = int(owner.stdout.readline())
        assert alive(pid)
        owner.send_signal(signal.SIGKILL)
        owner.wait()
        assert until(lambda: not alive(pid))
    assert not file_of(tmp_path / "world").exists()


def test_with_linger_it_outlives_its_starter_and_ends_without_clients(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib; from wizard.practice import process;"
        "print(process.start(pathlib.Path(sys.argv[1]), pace=0, linger=3.0).pid)"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "world")]
    environment = {**os.environ, "PYTHONPATH": SOURCE}
    pid = int(subprocess.run(command, capture_output=True, env=environment, check=True, timeout=30).stdout)
    world = process.find(tmp_path / "world")
    assert world
    assert world.pid == pid
    stays = time.monotonic() + 4.0  # longer than it would linger: every look counts as a client
    while time.monotonic() < stays:
        Control(world).touch()
        time.sleep(0.1)
    assert alive(pid)
    assert until(lambda: not alive(pid))
    assert not file_of(tmp_path / "world").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_in_the_foreground_it_ends_on_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "wizard.practice.server", str(tmp_path / "world"), "--pace", "0"]
    environment = {**os.environ, "PYTHONPATH": SOURCE}
    with subprocess.Popen(command, stderr=subprocess.PIPE, env=environment, start_new_session=True) as server:
        assert server.stderr
        assert b"world.json" in server.stderr.readline()
        assert process.find(tmp_path / "world")
        server.send_signal(number)
        assert server.wait(timeout=60) == 0
    assert not file_of(tmp_path / "world").exists()


def test_serve_becomes_a_world_in_the_foreground(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib; from wizard.practice import process; process.serve(pathlib.Path(sys.argv[1]), pace=0)"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": SOURCE}) as server:
        assert server.stderr
        assert b"world.json" in server.stderr.readline()
        world = process.find(tmp_path)
        assert world
        assert world.pid == server.pid
        with pytest.raises(process.PracticeError, match="already running"):
            process.serve(tmp_path)
        process.stop(tmp_path)
        assert server.wait(timeout=60) == 0


def test_two_starts_at_once_share_one_world(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        one, two = pool.map(lambda _: process.start(tmp_path, pace=0), range(2))
    assert one == two == process.find(tmp_path)
    process.stop(tmp_path)
    assert not alive(one.pid)


def listening(pid: int) -> set[str]:
    shown = subprocess.run([require("ss"), "-lntupH"], capture_output=True, text=True, check=True).stdout
    return {line.split()[4] for line in shown.splitlines() if f"pid={pid}," in line}


def test_it_listens_on_loopback_only_before_and_after_a_set_up(road: Road, world: WorldFile) -> None:
    before = listening(world.pid)
    road.whole()
    after = listening(world.pid)
    assert before == after
    assert len(after) == 8  # AWS, http, https, and five DNS ports
    assert all(address.startswith("127.0.0.1:") for address in after)


def test_it_opens_no_connection_to_anywhere(road: Road, world: WorldFile) -> None:
    road.whole()
    shown = subprocess.run([require("ss"), "-ntupH"], capture_output=True, text=True, check=True).stdout
    peers = {line.split()[5] for line in shown.splitlines() if f"pid={world.pid}," in line}
    assert all(peer.startswith("127.0.0.1:") for peer in peers)


def test_the_control_wants_the_token(world: WorldFile) -> None:
    stranger = Control(WorldFile(**{**{name: getattr(world, name) for name in world.__struct_fields__}, "token": "x"}))
    with pytest.raises(ControlError, match="not the token"):
        stranger.reset()


def test_the_control_says_when_nobody_is_there(world: WorldFile) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        gone = f"http://127.0.0.1:{free.getsockname()[1]}/_practice"
    values = {name: getattr(world, name) for name in world.__struct_fields__}
    with pytest.raises(ControlError, match="doesn't respond"):
        Control(WorldFile(**{**values, "control": gone})).touch()


def test_the_world_file_is_a_network(world: WorldFile) -> None:
    network = worldfile.network(world)
    for edge in ("127.0.0.1", "::1"):
        assert network.dial(edge, 443) == worldfile.address(world.https)
        assert network.dial(edge, 80) == worldfile.address(world.http)
    for port in (80, 443):  # not an address of CloudFront's: nobody is there
        assert network.dial("198.51.100.1", port) == worldfile.NOBODY
    assert network.dial("192.0.2.2", 53) == worldfile.address(world.dns_authorities["192.0.2.2"])
    assert network.dial("198.51.100.1", 53) == worldfile.address(world.dns)
    assert network.ca_file == world.ca_file
