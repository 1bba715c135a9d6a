"""Profiles of `aws login`: signed in through the browser, renewed for up to 12 hours."""

import hashlib
import os
import shlex
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from wizard.credentials.shared_files import Profile
from wizard.credentials.source import CredentialKind, Facts
from wizard.credentials.sso import cached
from wizard.model.results import Problem

NEEDED = ("refreshToken", "dpopKey", "clientId")
NEEDED_OF_TOKEN = ("accessKeyId", "secretAccessKey", "sessionToken", "accountId", "expiresAt")


def facts(profile: Profile) -> Facts | None:
    """Describe the profile, if it is one of `aws login`.

    The token's own 15 minutes are not shown as its end: botocore renews them without the user.
    """
    session = profile.settings.get("login_session")
    if not session:
        return None
    return Facts(
        CredentialKind.SIGN_IN, str(session), account=_account(session), problem=_problem(profile.name, str(session))
    )


def supported() -> bool:
    """Whether boto3 can use such a sign-in here: it needs AWS's runtime library (botocore's extra `crt`)."""
    return find_spec("awscrt") is not None


def cache_file(session: str) -> Path:
    """Return where AWS's tools keep this sign-in."""
    folder = os.environ.get("AWS_LOGIN_CACHE_DIRECTORY", "~/.aws/login/cache")
    return Path(os.path.expandvars(folder)).expanduser() / f"{hashlib.sha256(session.encode()).hexdigest()}.json"


def _problem(profile: str, session: str) -> Problem | None:
    values = {"profile": profile, "command": f"aws login --profile {shlex.quote(profile)}"}
    if not supported():
        return Problem("login-extra-missing", values)
    return None if _whole(cached(cache_file(session))) else Problem("login-first", values)


def _whole(cache: Mapping[str, Any]) -> bool:
    """Whether a cache holds what botocore reads of it."""
    token = cache.get("accessToken")
    keys = token if isinstance(token, dict) else {}
    return all(cache.get(name) for name in NEEDED) and all(keys.get(name) for name in NEEDED_OF_TOKEN)


def _account(session: str) -> str | None:
    """Return the account in the session's ARN (`arn:aws:iam::123456789012:user/…`)."""
    parts = session.split(":")
    return parts[4] if len(parts) > 5 and parts[4].isdigit() else None  # noqa: PLR2004 - an ARN has six parts
