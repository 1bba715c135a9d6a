"""Step-by-step guides from `assets/credentials.toml`: opening an account, the AWS CLI, and how to get credentials."""

import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
from msgspec import Struct


class CredentialMethod(Struct, frozen=True):
    """One way to get credentials."""

    id: str
    title: str
    for_whom: str
    steps: tuple[str, ...]
    risk: str
    """What this way risks."""
    link: str
    command: str = ""
    """What to type in another window, if anything."""


class Preparation(Struct, frozen=True):
    """What comes before any credentials: an account, its root user, AWS's verification."""

    id: str
    title: str
    steps: tuple[str, ...]
    link: str


class CliInstall(Struct, frozen=True):
    """How to install the AWS CLI on one kind of computer."""

    platform: str
    """How `sys.platform` begins there."""
    title: str
    commands: tuple[str, ...]


class ShortGuide(Struct, frozen=True):
    """The words that are shown where credentials are needed and there are none."""

    none: str
    with_account: str
    without_account: str
    open_account: str


@cache
def _told() -> dict[str, Any]:
    return tomllib.loads(files("assets").joinpath("credentials.toml").read_text(encoding="utf-8"))


@cache
def methods() -> tuple[CredentialMethod, ...]:
    """Return all ways, recommended first."""
    return msgspec.convert(_told()["way"], tuple[CredentialMethod, ...])


@cache
def preparations() -> tuple[Preparation, ...]:
    """Return what somebody without an account does first, in order."""
    return msgspec.convert(_told()["before"], tuple[Preparation, ...])


@cache
def cli_installs() -> tuple[CliInstall, ...]:
    """Return how to install the AWS CLI, for each kind of computer."""
    return msgspec.convert(_told()["install"], tuple[CliInstall, ...])


def cli_install(platform: str = sys.platform) -> CliInstall | None:
    """Return how to install the AWS CLI here; None on a kind of computer that AWS has no installer for."""
    return next((one for one in cli_installs() if platform.startswith(one.platform)), None)


@cache
def short() -> ShortGuide:
    """Return the words for a place without credentials."""
    return msgspec.convert(_told()["short"], ShortGuide)


def first_steps(platform: str = sys.platform) -> Iterator[str]:
    """Yield the numbered steps of the recommended way, each command for this computer under the first of them."""
    install = cli_install(platform)
    for number, step in enumerate(methods()[0].steps, 1):
        yield f"{number}. {step}"
        yield from (f"   {command}" for command in (install.commands if install and number == 1 else ()))


@cache
def unattended() -> str:
    """Say how checks without a person (cron, CI) sign in, and why not with kept keys."""
    return str(_told()["unattended"])
