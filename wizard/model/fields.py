"""The questions of the setup form and of the settings, from `assets/questions.toml` and `settings.toml`."""

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import msgspec.toml
from msgspec import Struct

from wizard.model.validators import InvalidChoice, public_url


class Question(Struct, frozen=True, forbid_unknown_fields=True):
    """One choice: what it is called, and why it is asked."""

    label: str
    why: str


def _read(name: str) -> dict[str, Question]:
    return msgspec.toml.decode(files("assets").joinpath(name).read_bytes(), type=dict[str, Question])


QUESTIONS: Mapping[str, Question] = _read("questions.toml")
"""Of a setup, by name, in the order in which they are asked."""

SETTINGS: Mapping[str, Question] = _read("settings.toml")
"""Of the settings, by name."""


def pixel_source(text: str) -> str:
    """Clean where the pixel comes from. Its content is looked at later, before anything is made.

    Raises:
        InvalidChoice: neither `builtin`, nor an https address, nor a file.
    """
    source = public_url(text) or "builtin"
    if source == "builtin" or source.startswith("https://") or Path(source).expanduser().is_file():
        return source
    raise InvalidChoice("There is no such file. Enter `builtin`, an address that begins with https://, or a file.")


def events(text: str) -> str:
    """Clean a number of events; blanks, dots and commas between the digits are welcome.

    Raises:
        InvalidChoice: no number.
    """
    digits = text.strip().replace(",", "").replace(".", "").replace(" ", "").replace("_", "")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 12:  # noqa: PLR2004 - a trillion is enough
        raise InvalidChoice("A whole number is needed, such as 1,000,000.")
    return digits
