"""Profiles of IAM Identity Center (SSO): an `sso-session`, or the older form with a start URL."""

import hashlib
import json
import re
import shlex
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wizard.credentials.shared_files import Profile, Settings, SharedFiles
from wizard.credentials.source import CredentialKind, Facts
from wizard.model.results import Problem
from wizard.model.timestamps import from_iso
from wizard.storage.atomic_files import read

NEEDED = ("sso_account_id", "sso_role_name", "sso_region", "sso_start_url")


def facts(profile: Profile, shared: SharedFiles) -> Facts | None:
    """Describe the profile, if single sign-on is what it is for."""
    settings = profile.settings
    if "sso_account_id" not in settings and "sso_role_name" not in settings:
        return None
    session = settings.get("sso_session")
    whole: dict[str, Any] = {**(shared.sso_sessions.get(session, {}) if session else {}), **settings}
    missing = [name for name in NEEDED if not whole.get(name)]
    expires, problem = _signed_in(profile.name, str(session or whole.get("sso_start_url", "")))
    wrong = _wrong(profile, shared, missing)
    if wrong:
        values = {"profile": profile.name, "missing": ", ".join(missing), "message": wrong[0], "fix": wrong[1]}
        problem = Problem("profile-incomplete", values)
    return Facts(
        CredentialKind.SSO, _detail(whole), account=whole.get("sso_account_id"), expires=expires, problem=problem
    )


def _wrong(profile: Profile, shared: SharedFiles, missing: list[str]) -> tuple[str, str] | None:
    """Say why these settings make no sign-in, and what to do; None if they make one."""
    name, settings, path = profile.name, profile.settings, shared.config_path
    session = settings.get("sso_session")
    again = f"Or set it up again: `aws configure sso --profile {shlex.quote(name)}`."
    if session and session not in shared.sso_sessions:
        where = shared.line_of(name, "sso_session")
        return (
            f"sso_session ({where}) names [sso-session {session}], and {path} has no such section.",
            f"Add the section [sso-session {session}] with sso_start_url and sso_region to {path}. {again}",
        )
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        return f"{', '.join(missing)} {verb} missing or empty.", f"Add {', '.join(missing)} to {path}. {again}"
    both = shared.sso_sessions.get(session, {}) if session else {}
    differing = [one for one in ("sso_start_url", "sso_region") if settings.get(one, both.get(one)) != both.get(one)]
    if session and differing:
        lines = " and ".join(f"{one} ({shared.line_of(name, one)})" for one in differing)
        return (
            f"{lines} {'differs' if len(differing) == 1 else 'differ'} from what [sso-session {session}] says.",
            f"Delete {lines} from the profile: the section [sso-session {session}] is enough.",
        )
    url = str(both.get("sso_start_url") or settings.get("sso_start_url", ""))
    return (
        None
        if re.fullmatch(r"https://[^\s/]+\.[^\s]+", url)
        else (
            "sso_start_url isn't an address that begins with https://.",
            f"Copy sso_start_url again from the AWS access portal. {again}",
        )
    )


def _detail(whole: Settings) -> str:
    return f"{whole.get('sso_role_name', '?')} through {whole.get('sso_start_url', '?')}"


def cache_file(name: str) -> Path:
    """Return where AWS's tools keep the sign-in of an sso-session (or start URL)."""
    return Path("~/.aws/sso/cache").expanduser() / f"{hashlib.sha1(name.encode()).hexdigest()}.json"  # noqa: S324 - theirs


def _signed_in(profile: str, name: str) -> tuple[float | None, Problem | None]:
    """Say until when the sign-in lasts, and what is wrong with it."""
    file = cache_file(name)
    token = cached(file)
    values = {"profile": profile, "command": f"aws sso login --profile {shlex.quote(profile)}"}
    if not token.get("accessToken"):
        return None, Problem("login-first", values)
    expires, now = from_iso(token.get("expiresAt")), time.time()
    if expires is None or expires > now or _renews_itself(token, now):
        return (None if expires is not None and expires <= now else expires), None
    renewed_in_vain = file.stat().st_mtime > expires
    return expires, Problem("login-not-renewed" if renewed_in_vain else "login-expired", values)


def _renews_itself(token: Mapping[str, Any], now: float) -> bool:
    """Whether botocore gets a new token without the user (newer sso-sessions only)."""
    registered = from_iso(token.get("registrationExpiresAt"))
    return bool(token.get("refreshToken") and token.get("clientId") and registered and registered > now)


def cached(file: Path) -> dict[str, Any]:
    """Read one file of a token cache; whatever is wrong with it, there is no sign-in."""
    try:
        found = json.loads(read(file))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
