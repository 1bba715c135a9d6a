"""A practice world in the foreground (`python -m wizard.practice.server DIR`), until a signal or its owner ends it.

One process, loopback only: AWS and control, the edge with and without TLS, a resolver and the name servers.
"""

import argparse
import asyncio
import contextlib
import os
import secrets
import signal
import socket
import ssl
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from wizard.practice import emulator_environment, worldfile
from wizard.practice.timing import DEFAULT_PACE, Timing
from wizard.practice.worldfile import WorldOrigin

ACCOUNT = "123456789012"
"""The world's AWS account (AWS's own example number)."""
ADMINISTRATOR = "practice-admin"
GRACE = 0.2
"""Seconds that open connections get when the world ends."""

QUIET = 0.5
"""Seconds without a client after which the world is saved: nothing is half done then."""
SAVED_AT_MOST = 2.0
"""Seconds that lie at least between two saves of a running world."""

KEEP_ALIVE = 600.0
"""Seconds that an idle connection stays open. Whoever closes sooner now and then meets a request on its way."""

App = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


def _socket() -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", 0))
    bound.set_inheritable(True)
    return bound


def _at(bound: socket.socket) -> str:
    host, port = bound.getsockname()
    return f"{host}:{port}"


async def _lifespan(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


class PracticeWorld:
    """The running parts.

    Args:
        directory: the world's folder.
        timing: its clock.
        kept: whether it continues the last world of this folder, and is saved for the next one.
    """

    def __init__(self, directory: Path, timing: Timing, *, kept: bool) -> None:
        from wizard.practice import authorization, aws  # noqa: PLC0415 - the emulator reads the environment on import
        from wizard.practice.control_server import ControlServer  # noqa: PLC0415
        from wizard.practice.dns_server import Listener, Responder  # noqa: PLC0415
        from wizard.practice.edge import Edge  # noqa: PLC0415
        from wizard.practice.state import WorldState  # noqa: PLC0415

        self.directory, self.kept = directory, kept
        self.origin = WorldOrigin.UNSAVED
        self.administrator = ("", "")
        self.stopping = asyncio.Event()
        self.state = WorldState(timing, ACCOUNT)
        authorization.correct(self.state.passing)
        self.emulator = self.state.emulator = aws.Emulator(self.state)
        self.token = secrets.token_urlsafe(24)
        self.desk = ControlServer(self.state, self.token, self.stopping.set)
        self.edge = Edge(self.state)
        machines = [None, *self.state.net.authorities]
        touch = self.state.touch
        self.dns = [Listener(Responder(self.state.resolver, machine, touch)) for machine in machines]
        self.sockets = {name: _socket() for name in ("aws", "http", "https")}

    async def begin(self) -> None:
        """Continue a saved world, or begin anew, with an administrator whose keys are published."""
        from wizard.practice import saved_world  # noqa: PLC0415 - knows the records of what the emulator is wrapped in

        saved, self.origin = saved_world.read(self.directory) if self.kept else (None, WorldOrigin.UNSAVED)
        if saved:
            try:
                self.emulator.resume(saved.identities)
                self.state.go_back(saved.memory)
            except Exception:  # noqa: BLE001 - whatever is wrong with what was saved, a new world can begin
                self.origin = WorldOrigin.UNREADABLE
                self.emulator.resume({})
                self.state.clear()
            else:
                self.administrator = (saved.access_key_id, saved.secret_access_key)
                return
        self.administrator = await self._new_keys()

    def save(self) -> None:
        """Write down what is in it; a disk that is full takes nothing from whoever uses the world."""
        from wizard.practice import saved_world  # noqa: PLC0415

        saved = saved_world.SavedWorld(*self.administrator, self.emulator.identities, self.state.now())
        try:
            saved_world.write(self.directory, saved)
        except OSError as error:
            print(f"The practice world couldn't be saved: {error}", file=sys.stderr, flush=True)  # noqa: T201

    async def save_now_and_then(self) -> None:
        """Save the world whenever it was used and is quiet: a kill or a power cut takes seconds, not all of it."""
        saved = 0.0
        while True:
            await asyncio.sleep(SAVED_AT_MOST)
            touched = self.state.touched
            if touched > saved and time.monotonic() - touched >= QUIET:
                self.save()
                saved = touched

    async def _new_keys(self) -> tuple[str, str]:
        """Create the administrator whose keys are published; root would bypass bucket policies."""
        await self.emulator.iam("CreateAccountAlias", AccountAlias="practice")
        await self.emulator.iam("CreateUser", UserName=ADMINISTRATOR)
        everything = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
        await self.emulator.iam(
            "PutUserPolicy", UserName=ADMINISTRATOR, PolicyName="everything", PolicyDocument=everything
        )
        reply = await self.emulator.iam("CreateAccessKey", UserName=ADMINISTRATOR)
        self.emulator.keep_identities()
        key, secret = (reply.partition(f"<{tag}>")[2].partition("<")[0] for tag in ("AccessKeyId", "SecretAccessKey"))
        return key, secret

    def _touching(self, app: App, control: App | None = None) -> App:
        async def touched(scope: dict[str, Any], receive: Any, send: Any) -> None:
            if scope["type"] == "lifespan":
                await _lifespan(receive, send)
            elif scope["type"] == "http":
                self.state.touch()
                chosen = control if control and scope["path"] == "/_practice" else app
                await chosen(scope, receive, send)

        return touched

    def serve(self) -> list[asyncio.Task[None]]:
        """Start the HTTP listeners."""
        from hypercorn.asyncio import serve  # noqa: PLC0415 - after the emulator patched it
        from hypercorn.config import Config  # noqa: PLC0415

        edge = self.edge

        class EdgeConfig(Config):
            """The edge's listeners, with the certificate chosen by SNI."""

            def create_ssl_context(self) -> ssl.SSLContext:
                context = edge.context_for("")
                context.sni_callback = edge.certificate
                return context

            @property
            def ssl_enabled(self) -> bool:
                return True

        plain, tls = Config(), EdgeConfig()
        plain.bind = [f"fd://{self.sockets['aws'].fileno()}"]
        tls.bind = [f"fd://{self.sockets['https'].fileno()}"]
        tls.insecure_bind = [f"fd://{self.sockets['http'].fileno()}"]
        apps: tuple[tuple[Config, Any], ...] = (
            (plain, self._touching(self.emulator.app, self.desk.app)),
            (tls, self._touching(edge.app)),
        )
        tasks = []
        for config, app in apps:
            config.graceful_timeout = GRACE
            config.keep_alive_timeout, config.keep_alive_max_requests = KEEP_ALIVE, sys.maxsize
            config.loglevel = "CRITICAL"
            tasks.append(asyncio.create_task(serve(app, config, shutdown_trigger=self.stopping.wait)))
        return tasks

    def file(self) -> worldfile.WorldFile:
        """Describe the running world."""
        key, secret = self.administrator
        ca_file = self.directory / "ca.pem"
        self.state.authority.save(ca_file)
        served = [(listener.responder.machine, listener.port) for listener in self.dns]
        aws_at = _at(self.sockets["aws"])
        return worldfile.WorldFile(
            aws_endpoint=f"http://{aws_at}",
            access_key_id=key,
            secret_access_key=secret,
            account_id=ACCOUNT,
            dns=f"127.0.0.1:{self.dns[0].port}",
            dns_authorities={
                address: f"127.0.0.1:{port}" for machine, port in served if machine for address in machine.addresses
            },
            http=_at(self.sockets["http"]),
            https=_at(self.sockets["https"]),
            ca_file=str(ca_file),
            zone=next(name for name in self.state.net.zones if name.startswith("example.")),
            pid=os.getpid(),
            pace=self.state.timing.pace,
            control=f"http://{aws_at}/_practice",
            token=self.token,
            origin=self.origin,
            code=worldfile.code(),
        )

    async def linger(self, seconds: float) -> None:
        """End the world after `seconds` (real) without a client."""
        while time.monotonic() - self.state.touched < seconds:  # noqa: ASYNC110 - no event for the absence of one
            await asyncio.sleep(min(1.0, seconds / 4))
        self.stopping.set()


def _watch_owner(stop: Callable[[], None]) -> None:
    """Stop at the end of standard input: its other end is held open by the owner only."""
    with contextlib.suppress(OSError):
        while os.read(sys.stdin.fileno(), 1024):
            pass
    stop()


def _stop_on_signals(world: PracticeWorld, *, owned: bool) -> None:
    loop = asyncio.get_running_loop()
    names = [name for name in ("SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, name)]
    for number in (getattr(signal, name) for name in names):
        with contextlib.suppress(NotImplementedError):  # Windows
            loop.add_signal_handler(number, world.stopping.set)
    if owned:
        stop = lambda: loop.call_soon_threadsafe(world.stopping.set)  # noqa: E731 - used once, right here
        threading.Thread(target=_watch_owner, args=(stop,), daemon=True).start()


async def run(directory: Path, *, pace: float, linger: float | None, owned: bool) -> None:
    """Run a world until it is told to stop."""
    world = PracticeWorld(directory, Timing(pace), kept=not owned)
    _stop_on_signals(world, owned=owned)
    for listener in world.dns:
        await listener.start()
    tasks = world.serve()
    await world.begin()
    described = world.file()
    if not world.stopping.is_set():
        worldfile.write(directory, described)
    print(f"practice world ready: {worldfile.path_of(directory)}", file=sys.stderr, flush=True)  # noqa: T201 - its job
    keeper = asyncio.create_task(world.save_now_and_then()) if world.kept else None
    if linger is not None:
        tasks.append(asyncio.create_task(world.linger(linger)))
    await world.stopping.wait()
    if not world.kept:  # first of all: nobody should find a world that is ending
        _withdraw(directory, described)
    for listener in world.dns:
        listener.close()
    await asyncio.wait(tasks, timeout=GRACE * 5)
    if keeper:
        keeper.cancel()
        world.save()
        _withdraw(directory, described)  # the next one waits for this


def _withdraw(directory: Path, described: worldfile.WorldFile) -> None:
    if worldfile.read(directory) == described:
        worldfile.path_of(directory).unlink(missing_ok=True)


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="python -m wizard.practice.server", description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--pace", type=float, default=DEFAULT_PACE, help="real seconds per second of AWS's delays")
    parser.add_argument("--linger", type=float, help="end after so many seconds without a client")
    parser.add_argument("--owned", action="store_true", help="end when standard input ends")
    arguments = parser.parse_args()
    directory = arguments.directory.resolve()
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    emulator_environment.prepare(ACCOUNT, str(directory))
    asyncio.run(run(directory, pace=arguments.pace, linger=arguments.linger, owned=arguments.owned))
    os._exit(0)  # the emulator's worker threads would be joined


if __name__ == "__main__":
    main()
