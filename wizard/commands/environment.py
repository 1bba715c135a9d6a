"""The environment of a run: the user's AWS and internet, or a practice world."""

import os
import shlex
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import click

from wizard.aws.client import FinishedCall
from wizard.aws.keys import Keys, KeySource, Secret
from wizard.commands.data_folder import HomeOptions, cache_of, home_of
from wizard.credentials import key_entry
from wizard.model import validators
from wizard.model.ports import DNS, REAL_NETWORK, Network
from wizard.model.program_name import program_name
from wizard.model.terminal_text import printable
from wizard.practice import process, worldfile
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile
from wizard.service import Environment


class RunOptions(HomeOptions, Protocol):
    """The options that decide where a run takes place; a session has them, and puts its product together from here."""

    @property
    def profile(self) -> str | None:
        """The AWS profile for this run."""
        ...

    @property
    def nameserver(self) -> str | None:
        """The resolver to ask instead of the public ones."""
        ...

    @property
    def keys_stdin(self) -> bool:
        """Whether typed keys come in through stdin."""
        ...

    @property
    def keep_keys(self) -> bool:
        """Whether typed keys go into the operating system's key store."""
        ...

    @property
    def verbose(self) -> int:
        """How much more to say."""
        ...

    def note(self, line: str) -> None:
        """Say something beside the matter."""
        ...

    def line(self, command: str) -> str:
        """Return a command as the user has to type it in a shell."""
        ...


def environment(options: RunOptions) -> Environment:
    """Put together where this run takes place.

    Raises:
        click.UsageError: no practice world runs in the folder, or an option does not make sense.
        wizard.model.validators.InvalidChoice: what was given as a profile cannot be one.
    """
    if options.practice:
        return in_world(options, running(options.practice), home_of(options))
    here = Environment(home=home_of(options), cache=cache_of(options), source=_given(options))
    return _telling(options, replace(here, network=_asking(options, REAL_NETWORK)))


def network(options: RunOptions) -> Network:
    """Return where this run dials, for a look that needs neither AWS nor keys.

    Raises:
        click.UsageError: no practice world runs in the folder, or an option does not make sense.
    """
    there = worldfile.network(running(options.practice)) if options.practice else REAL_NETWORK
    return _asking(options, there)


def running(directory: Path) -> WorldFile:
    """Return the world that runs in a folder.

    Raises:
        click.UsageError: none does.
    """
    world = process.find(directory.expanduser().absolute())
    if world is None:
        start = f"{program_name()} {shlex.join(['practice', 'serve', str(directory)])}"
        raise click.UsageError(
            f"No practice world runs in {directory}. Start it with `{start}`, and leave it running while you use it. "
            "One that ran there before continues where it ended."
        )
    return world


def in_world(options: RunOptions, world: WorldFile, home: Path) -> Environment:
    """Put a practice world in the place of AWS and the internet: no endpoint is ever AWS's own."""
    given = _given(options)
    own = Keys(world.access_key_id, Secret(world.secret_access_key))
    explicit = given.keys or given.profile or os.environ.get("AWS_ACCESS_KEY_ID")
    source = given if explicit else KeySource(own)
    there = Environment(
        home=home,
        source=replace(source, endpoint=world.aws_endpoint),
        network=_asking(options, worldfile.network(world)),
        pace=world.pace,
        zone=world.zone,
        provider=Control(world),
    )
    return _telling(options, there)


ANSWERS_TOO = 2
"""How often -v is given for how each call ended."""


def _telling(options: RunOptions, here: Environment) -> Environment:
    """Tell of calls to AWS what was asked for: names and codes, never what is sent or answered; and its commands."""
    teller = _Teller(options)
    return replace(
        here,
        prefix=options.line("").rstrip(),
        observe=teller.asked if options.verbose else None,
        listen=teller.answered if options.verbose >= ANSWERS_TOO else None,
    )


@dataclass(frozen=True)
class _Teller:
    options: RunOptions

    def asked(self, service: str, operation: str) -> None:
        self.options.note(f"  aws {service} {operation}")

    def answered(self, call: FinishedCall) -> None:
        self.options.note(f"  aws {call.service} {call.operation}: {printable(call.code)}")


def _given(options: RunOptions) -> KeySource:
    if options.keys_stdin:
        return KeySource(_typed())
    if options.keep_keys:
        raise click.UsageError("--keep-keys needs --keys-stdin: it saves the keys that you enter there.")
    return KeySource(None, validators.profile(options.profile) if options.profile else None)


def _typed() -> Keys:
    """Read typed keys. They never come in as options: every user of the computer sees those.

    Raises:
        click.UsageError: they do not have the shape of keys.
    """
    try:
        if not sys.stdin.isatty():
            return key_entry.from_lines(sys.stdin.read())
        return key_entry.from_lines("\n".join(_prompted()))
    except validators.InvalidChoice as error:
        raise click.UsageError(
            f"--keys-stdin: {error} It takes two lines: the access key ID, then the secret access key. Temporary "
            f"keys need the session token as a third line."
        ) from None


def _prompted() -> Iterator[str]:
    identifier = click.prompt("Access key ID", err=True)
    yield identifier
    yield click.prompt("Secret access key (not shown)", hide_input=True, err=True)
    if key_entry.cleaned(identifier, "id").startswith("ASIA"):
        yield click.prompt("Session token (not shown)", hide_input=True, err=True)


def _asking(options: RunOptions, network: Network) -> Network:
    """Ask the resolver that the user named, if any."""
    if not options.nameserver:
        return network
    host, port = _host_and_port(options.nameserver)
    resolvers = ((options.nameserver, _address(host), port),)
    return replace(network, resolvers=resolvers, dns_port=port)


def _host_and_port(text: str) -> tuple[str, int]:
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    else:
        host, port = text, ""
    if port and not (port.isdigit() and 0 < int(port) <= 65535):  # noqa: PLR2004 - the highest port
        raise click.UsageError(f"--nameserver {text!r}: the part after the colon isn't a port from 1 to 65535.")
    return host, int(port or DNS)


def _address(host: str) -> str:
    try:
        return str(socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)[0][4][0])
    except (OSError, UnicodeError) as error:
        raise click.UsageError(
            f"--nameserver: {host!r} isn't an address, or a hostname that can be looked up."
        ) from error
