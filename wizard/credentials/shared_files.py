"""The shared AWS config and credentials files, read as botocore reads them; unreadable ones become problems."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from wizard.aws.errors import UNPARSED
from wizard.credentials import file_text
from wizard.credentials.file_text import Fault, FileText
from wizard.credentials.source import shown
from wizard.model.results import Problem

Settings = Mapping[str, Any]


class Profile(Struct, frozen=True):
    """One profile: what the config file says of it, and what the credentials file says."""

    name: str
    config: dict[str, Any] = {}
    credentials: dict[str, Any] = {}

    @property
    def settings(self) -> dict[str, Any]:
        """Both together; botocore lets the credentials file win."""
        return {**self.config, **self.credentials}


class Broken(Struct, frozen=True):
    """A shared file that cannot be read."""

    path: str
    problem: Problem


class SharedFiles(Struct, frozen=True):
    """Both files."""

    profiles: dict[str, Profile] = {}
    sso_sessions: dict[str, dict[str, Any]] = {}
    services: dict[str, dict[str, Any]] = {}
    broken: tuple[Broken, ...] = ()
    config_path: str = ""
    credentials_path: str = ""
    config_text: FileText = FileText()
    credentials_text: FileText = FileText()
    has_config: bool = False
    has_credentials: bool = False

    def line_of(self, profile: str, setting: str) -> str:
        """Return where a profile's setting stands, as "FILE, line N"; without the line where that is not known."""
        for path, text, headings in (
            (self.credentials_path, self.credentials_text, (profile,)),
            (self.config_path, self.config_text, (profile, f"profile {profile}", f'profile "{profile}"')),
        ):
            for heading in headings:
                if line := text.line_of(heading, setting):
                    return f"{path}, line {line}"
        return self.config_path

    def place_of(self, profile: str, setting: str) -> str:
        """Return a profile's setting and where it stands, in words."""
        return f"{setting} in the profile {profile} ({self.line_of(profile, setting)})"


def config_path() -> Path:
    """Return where the config file is (AWS SDKs reference, location of the shared files)."""
    return _path(os.environ.get("AWS_CONFIG_FILE") or "~/.aws/config")


def credentials_path() -> Path:
    """Return where the credentials file is."""
    return _path(os.environ.get("AWS_SHARED_CREDENTIALS_FILE") or "~/.aws/credentials")


def _path(text: str) -> Path:
    """Return a path as botocore reads it."""
    return Path(os.path.expanduser(os.path.expandvars(text)))  # noqa: PTH111 - Path's own raises without a home


def read() -> SharedFiles:
    """Read both files. Blocking."""
    config, credentials = config_path(), credentials_path()
    from botocore.configloader import load_config, raw_config_parse  # noqa: PLC0415 - loads slowly

    parsed, broken_config = _parsed(load_config, config)
    raw, broken_credentials = _parsed(raw_config_parse, credentials)
    from_config = _sections(parsed.get("profiles"))
    from_credentials = _sections(raw)
    names = sorted({*from_config, *from_credentials})
    return SharedFiles(
        profiles={name: Profile(name, from_config.get(name, {}), from_credentials.get(name, {})) for name in names},
        sso_sessions=_sections(parsed.get("sso_sessions")),
        services=_sections(parsed.get("services")),
        broken=tuple(one for one in (broken_config, broken_credentials) if one),
        config_path=shown(config),
        credentials_path=shown(credentials),
        config_text=file_text.scan(config),
        credentials_text=file_text.scan(credentials),
        has_config=config.is_file(),
        has_credentials=credentials.is_file(),
    )


def _parsed(parse: Any, path: Path) -> tuple[dict[str, Any], Broken | None]:
    from botocore.exceptions import ConfigNotFound, ConfigParseError  # noqa: PLC0415

    if found := file_text.fault(path, shown(path)):
        return {}, _broken(path, found)
    try:
        return dict(parse(str(path))), None
    except ConfigNotFound:
        return {}, None
    except (ConfigParseError, ValueError, OSError):
        return {}, _broken(path, Fault(UNPARSED, f"Look at {shown(path)} in an editor."))


def _broken(path: Path, found: Fault) -> Broken:
    values = {"path": shown(path), "reason": found.reason, "fix": found.fix}
    return Broken(shown(path), Problem("profiles-unreadable", values))


def _sections(found: object) -> dict[str, dict[str, Any]]:
    """Return the sections that are sections: a stray line before the first one is no profile."""
    if not isinstance(found, dict):
        return {}
    return {str(name): dict(section) for name, section in found.items() if isinstance(section, dict)}
