"""The shared AWS config and credentials files, read as botocore reads them; unreadable ones become problems."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

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
    broken: tuple[Broken, ...] = ()
    config_path: str = ""
    credentials_path: str = ""


def config_path() -> Path:
    """Return where the config file is (AWS SDKs reference, location of the shared files)."""
    return Path(os.environ.get("AWS_CONFIG_FILE") or "~/.aws/config").expanduser()


def credentials_path() -> Path:
    """Return where the credentials file is."""
    return Path(os.environ.get("AWS_SHARED_CREDENTIALS_FILE") or "~/.aws/credentials").expanduser()


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
        broken=tuple(one for one in (broken_config, broken_credentials) if one),
        config_path=shown(config),
        credentials_path=shown(credentials),
    )


def _parsed(parse: Any, path: Path) -> tuple[dict[str, Any], Broken | None]:
    from botocore.exceptions import ConfigNotFound, ConfigParseError  # noqa: PLC0415

    try:
        if path.is_file() and not os.access(path, os.R_OK):
            return {}, _broken(path, "you may not read it")
        return dict(parse(str(path))), None
    except ConfigNotFound:
        return {}, None
    except (ConfigParseError, ValueError, OSError):
        return {}, _broken(path, "a line in it is not as these files are written")  # never quoted: it may be a key


def _broken(path: Path, reason: str) -> Broken:
    return Broken(shown(path), Problem("profiles-unreadable", {"path": shown(path), "reason": reason}))


def _sections(found: object) -> dict[str, dict[str, Any]]:
    """Return the sections that are sections: a stray line before the first one is no profile."""
    if not isinstance(found, dict):
        return {}
    return {str(name): dict(section) for name, section in found.items() if isinstance(section, dict)}
