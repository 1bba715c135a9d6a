"""Profiles of IAM Identity Center (SSO): an `sso-session`, or the older form with a start URL."""

import hashlib
import json
import shlex
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wizard.credentials.shared_files import Profile, Settings, SharedFiles
from wizard.credentials.source import CredentialKind, Facts, seconds
from wizard.model.results import Problem
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
    if missing or (session and session not in shared.sso_sessions):
        what = ", ".join(missing) or f"[sso-session {session}]"
        problem = Problem("profile-incomplete", {"profile": profile.name, "missing": what})
    return Facts(
        CredentialKind.SSO, _detail(whole), account=whole.get("sso_account_id"), expires=expires, problem=problem
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
    expires, now = seconds(token.get("expiresAt")), time.time()
    if expires is None or expires > now or _renews_itself(token, now):
        return (None if expires is not None and expires <= now else expires), None
    renewed_in_vain = file.stat().st_mtime > expires
    return expires, Problem("login-not-renewed" if renewed_in_vain else "login-expired", values)


def _renews_itself(token: Mapping[str, Any], now: float) -> bool:
    """Whether botocore gets a new token without the user (newer sso-sessions only)."""
    registered = seconds(token.get("registrationExpiresAt"))
    return bool(token.get("refreshToken") and token.get("clientId") and registered and registered > now)


def cached(file: Path) -> dict[str, Any]:
    """Read one file of a token cache; whatever is wrong with it, there is no sign-in."""
    try:
        found = json.loads(read(file))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
