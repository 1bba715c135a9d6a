"""Step-by-step guides for getting credentials, from `assets/credentials.toml`: the best method first."""

import tomllib
from functools import cache
from importlib.resources import files

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


@cache
def methods() -> tuple[CredentialMethod, ...]:
    """Return all ways, recommended first."""
    text = files("assets").joinpath("credentials.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text)["way"], tuple[CredentialMethod, ...])


@cache
def unattended() -> str:
    """Say how checks without a person (cron, CI) sign in, and why not with kept keys."""
    text = files("assets").joinpath("credentials.toml").read_text(encoding="utf-8")
    return str(tomllib.loads(text)["unattended"])
