"""The text of a shared AWS file, line by line: where each heading and setting stands, and what makes it unreadable.

Nothing here repeats a value. A setting's name is repeated only where it is one of AWS's, because a stray line may be a
secret.
"""

import configparser
import os
import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from wizard.aws.errors import UNPARSED

KEY_SETTINGS = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
SETTINGS = frozenset(
    {
        *KEY_SETTINGS, "aws_security_token", "aws_account_id", "ca_bundle", "credential_process", "credential_source",
        "defaults_mode", "duration_seconds", "endpoint_url", "external_id", "login_session", "max_attempts",
        "mfa_serial", "output", "region", "retry_mode", "role_arn", "role_session_name", "s3", "services",
        "source_profile", "sso_account_id", "sso_region", "sso_registration_scopes", "sso_role_name", "sso_session",
        "sso_start_url", "sts_regional_endpoints", "web_identity_token_file",
    }
)  # fmt: skip
"""Settings whose names are shown (AWS SDKs and Tools Reference Guide, settings reference)."""

CREDENTIALS = frozenset(
    {*KEY_SETTINGS, "credential_process", "role_arn", "login_session", "sso_session", "sso_start_url", "sso_account_id"}
)
"""Settings with which a section means to hand out credentials."""

_BOMS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_AS_UTF8 = "Open {path} in an editor and save it again as UTF-8 without BOM (byte order mark)."
_HEADING = re.compile(r"\[(.+)\]")


class Fault(Struct, frozen=True):
    """Why a file cannot be read."""

    reason: str
    """As the end of "The file can't be read: "."""
    fix: str
    """What to do, as a sentence."""


class Heading(Struct, frozen=True):
    """A line in square brackets."""

    line: int
    name: str


class WrittenSetting(Struct, frozen=True):
    """A line `name = value`, without the value."""

    line: int
    section: str
    name: str
    """In lower case, as AWS's tools take it."""


class FileText(Struct, frozen=True):
    """Where everything stands in one file."""

    headings: tuple[Heading, ...] = ()
    settings: tuple[WrittenSetting, ...] = ()

    def line_of(self, section: str, name: str = "") -> int | None:
        """Return the line of a section's heading, or of a setting in it."""
        if not name:
            return next((one.line for one in self.headings if one.name == section), None)
        return next((one.line for one in self.settings if (one.section, one.name) == (section, name)), None)

    def of(self, section: str) -> tuple[WrittenSetting, ...]:
        """Return the settings of a section."""
        return tuple(one for one in self.settings if one.section == section)


def scan(path: Path) -> FileText:
    """Note where headings and settings stand; a file that cannot be read has none. Blocking."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return FileText()
    headings, settings, section = [], [], ""
    for number, line in _own_lines(lines):
        if found := _HEADING.match(line):
            section = found[1]
            headings.append(Heading(number, section))
        elif section and re.search("[=:]", line):
            settings.append(WrittenSetting(number, section, _name(line)))
    return FileText(tuple(headings), tuple(settings))


def _name(line: str) -> str:
    """Return the name before an equals sign or a colon, the colon of PowerShell's `$env:` left out of account."""
    shell = line.lower().startswith("$env:")
    return re.split("=" if shell else "[=:]", line, maxsplit=1)[0].strip().lower()


def fault(path: Path, shown: str) -> Fault | None:
    """Say why AWS's tools cannot read a file; None if they can, or if it is not there. Blocking.

    Args:
        path: the file.
        shown: its path as the user writes it.
    """
    try:
        if not path.is_file():
            return None
        if not os.access(path, os.R_OK):
            return Fault(
                "you don't have permission to read it", f"Make the file yours again: `sudo chown $USER {shown}`."
            )
        data = path.read_bytes()
    except OSError as error:
        return Fault(os.strerror(error.errno or 0).lower(), f"See why {shown} can't be read: `ls -l {shown}`.")
    return _encoding(data, shown) or _form(data.decode("utf-8"), shown)


def _encoding(data: bytes, shown: str) -> Fault | None:
    fix = _AS_UTF8.format(path=shown)
    if data.startswith(b"\xef\xbb\xbf"):
        return Fault("it begins with an invisible byte order mark (BOM), which no editor shows", fix)
    if saved_as := next((name for mark, name in _BOMS if data.startswith(mark)), None):
        return Fault(f"it's saved as {saved_as}, not as UTF-8", fix)
    if data.count(0) > len(data) // 4:
        return Fault("it's saved as UTF-16, not as UTF-8", fix)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Fault(f"line {line} contains a character that isn't saved as UTF-8", fix)
    return None


def _form(text: str, shown: str) -> Fault | None:
    try:
        configparser.RawConfigParser().read_string(text)
    except configparser.DuplicateOptionError as error:
        return _twice(text, error, shown)
    except configparser.DuplicateSectionError as error:
        first = next(number for number, line in _own_lines(text.splitlines()) if line.startswith(f"[{error.section}]"))
        return Fault(
            f"line {error.lineno} begins the section [{error.section}] a second time, after line {first}",
            f"In {shown}, keep one section [{error.section}] with the right settings, and delete the other one.",
        )
    except configparser.MissingSectionHeaderError as error:
        return Fault(
            f"line {error.lineno} comes before the first heading",
            f"In {shown}, write a heading such as [default] above line {error.lineno}.",
        )
    except configparser.ParsingError as error:
        return _not_a_setting([int(number) for number, _ in error.errors], text, shown)
    except configparser.Error as error:
        return Fault(UNPARSED, f"Look at {shown} around line {getattr(error, 'lineno', 1)}.")
    return _not_a_setting(list(_without_sign(text)), text, shown)


def _twice(text: str, error: configparser.DuplicateOptionError, shown: str) -> Fault:
    name = error.option if error.option in SETTINGS else "a setting"
    line, inside = error.lineno or 0, False
    first = 0
    for number, each in _own_lines(text.splitlines()[: line - 1]):
        if found := _HEADING.match(each):
            inside = found[1] == error.section
        elif inside and re.split("[=:]", each, maxsplit=1)[0].strip().lower() == error.option:
            first = number
    return Fault(
        f"line {line} sets {name} in [{error.section}] a second time, after line {first}",
        f"In {shown}, delete the line with the old value: line {first} or line {line}.",
    )


def _not_a_setting(numbers: list[int], text: str, shown: str) -> Fault | None:
    if not numbers:
        return None
    lines = text.splitlines()
    which = f"line {numbers[0]}" if len(numbers) == 1 else f"lines {', '.join(map(str, numbers))}"
    fix = f"Look at {which} of {shown}: every line is a [heading], `name = value`, or a comment that begins with #."
    if lines[numbers[0] - 1].lstrip().startswith("["):
        return Fault(f"line {numbers[0]} begins with [ and doesn't end with ]", fix)
    verb = "is" if len(numbers) == 1 else "are"
    return Fault(f"{which} {verb} neither a heading nor a setting: there is no equals sign", fix)


def _without_sign(text: str) -> Iterator[int]:
    """Yield lines without an equals sign in an indented block such as `s3 =`, which AWS's tools read as settings."""
    block = False
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if not bare or bare.startswith(("#", ";")):
            continue
        if not line[0].isspace():
            block = not _HEADING.match(line) and re.fullmatch(r"[^=:]+[=:]\s*", line) is not None
        elif block and "=" not in bare:
            yield number


def _own_lines(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Yield the lines that are neither empty, nor comments, nor indented under a setting."""
    after_setting = False
    for number, line in enumerate(lines, 1):
        bare = line.strip()
        if not bare or bare.startswith(("#", ";")) or (line[0].isspace() and after_setting):
            continue
        after_setting = not _HEADING.match(bare)
        yield number, bare
