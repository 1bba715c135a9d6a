"""The user's preferences: colors, motion, and notifications, in one small file for all setups."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import msgspec
from msgspec import Struct

from wizard.model.terminal_text import printable
from wizard.storage.atomic_files import own_folder, put, read, reason

FILE = "settings.json"
SCHEMA = 1


class Appearance(StrEnum):
    """Which colors the wizard has."""

    USUAL = "usual"
    DARK = "dark"
    LIGHT = "light"
    TERMINAL = "terminal"


class Preferences(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What can be set; without a file, what stands here.

    Attributes:
        schema: version of the file.
        theme: which colors.
        motion: whether anything moves that need not.
        bell: whether the terminal's bell rings when a long wait has ended.
        desktop: whether the desktop shows a notification then.
    """

    schema: int = SCHEMA
    theme: Appearance = Appearance.USUAL
    motion: bool = True
    bell: bool = True
    desktop: bool = False


class PreferencesError(Exception):
    """Settings could not be saved. The message says why and what to do."""


@dataclass(frozen=True)
class LoadedPreferences:
    """What was read.

    Attributes:
        settings: what counts.
        trouble: why a file that is there does not count, in a sentence; empty where all is well.
    """

    settings: Preferences
    trouble: str = ""


def load(home: Path) -> LoadedPreferences:
    """Read the settings. A file that cannot be used is no obstacle: then what is usual counts."""
    path = home / FILE
    try:
        return LoadedPreferences(msgspec.json.decode(_current(read(path)), type=Preferences))
    except (FileNotFoundError, NotADirectoryError):
        return LoadedPreferences(Preferences())
    except OSError as error:
        why = f"{path} can't be read: {reason(error, path)}"
    except _NewerError as error:
        why = f"{path} was written by a newer snowpixel (file version {error})"
    except RecursionError:
        why = f"{path} is damaged or was edited by hand (it is nested too deeply)"
    except (msgspec.DecodeError, UnicodeError) as error:
        why = f"{path} is damaged or was edited by hand ({printable(str(error))})"
    return LoadedPreferences(Preferences(), f"{why}. Until you change a setting, the defaults are used.")


def save(home: Path, settings: Preferences) -> None:
    """Keep the settings, readable by their owner only, in place of what was there.

    Raises:
        SettingsError: the disk is full, or the folder cannot be written.
    """
    path = home / FILE
    try:
        own_folder(home)
        put(path, msgspec.json.format(msgspec.json.encode(settings), indent=2))
    except OSError as error:
        raise PreferencesError(
            f"It applies until you quit, but couldn't be saved in {path}: {reason(error, path)}. Fix that, then set "
            f"it again."
        ) from error


class _NewerError(Exception):
    """The file is of a version that this snowpixel does not know."""


class _Version(Struct):
    schema: int


def _current(data: bytes) -> bytes:
    version = msgspec.json.decode(data, type=_Version).schema
    if version > SCHEMA:
        raise _NewerError(version)
    return data
