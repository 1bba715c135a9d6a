"""The questions of the setup form and of the settings, from `assets/questions.toml` and `settings.toml`."""

from collections.abc import Mapping
from importlib.resources import files

import msgspec.toml
from msgspec import Struct


class Question(Struct, frozen=True, forbid_unknown_fields=True):
    """One choice: what it is called, why it is asked, and what --help says of its flag."""

    label: str
    why: str
    help: str = ""


def _read(name: str) -> dict[str, Question]:
    return msgspec.toml.decode(files("assets").joinpath(name).read_bytes(), type=dict[str, Question])


QUESTIONS: Mapping[str, Question] = _read("questions.toml")
"""Of a setup, by name, in the order in which they are asked."""

SETTINGS: Mapping[str, Question] = _read("settings.toml")
"""Of the settings, by name."""
