"""Profiles that assume a role: from another profile, from the machine, or with a web identity token."""

import re
from collections.abc import Callable
from pathlib import Path

from wizard.credentials.shared_files import Profile, SharedFiles
from wizard.credentials.source import CredentialKind, Facts
from wizard.model.results import Problem

CREDENTIAL_SOURCES = ("Environment", "Ec2InstanceMetadata", "EcsContainer")
_ARN = re.compile(r"arn:[a-z-]+:iam::\d{12}:role/\S+")
Describe = Callable[[Profile, SharedFiles, frozenset[str]], Facts | None]
"""Describes any profile; the names are those of the chain that led to it."""


def facts(profile: Profile, shared: SharedFiles, chain: frozenset[str], describe: Describe) -> Facts | None:
    """Describe the profile, if it assumes a role.

    Args:
        profile: the profile.
        shared: both files, for the profile that it starts from.
        chain: profiles that led here.
        describe: describes the profile that it starts from.
    """
    settings = profile.settings
    role = settings.get("role_arn")
    if not role:
        return None
    account = _account(str(role))
    if token := settings.get("web_identity_token_file"):
        missing = (
            None
            if Path(str(token)).expanduser().is_file()
            else _wrong(profile, shared, "web_identity_token_file", f"names the file {token}, which isn't there")
        )
        return Facts(CredentialKind.WEB, str(role), account=account, problem=missing)
    serial = settings.get("mfa_serial")
    start, problem = _start(profile, shared, chain, describe)
    if not _ARN.fullmatch(str(role)):
        problem = _wrong(
            profile, shared, "role_arn", "isn't the ARN of a role, such as arn:aws:iam::123456789012:role/NAME"
        )
    return Facts(
        CredentialKind.ROLE,
        _detail(str(role), settings.get("source_profile") or settings.get("credential_source")),
        account=account,
        expires=start.expires if start else None,
        mfa_serial=serial or (start.mfa_serial if start else None),
        problem=problem or (start.problem if start else None),
    )


def _start(
    profile: Profile, shared: SharedFiles, chain: frozenset[str], describe: Describe
) -> tuple[Facts | None, Problem | None]:
    """Describe what the role is assumed from."""
    source, machine = profile.settings.get("source_profile"), profile.settings.get("credential_source")
    if bool(source) == bool(machine):
        which = (
            "both source_profile and credential_source" if source else "neither source_profile nor credential_source"
        )
        return None, _wrong(
            profile, shared, "role_arn", f"needs exactly one profile or place to start from, but has {which}"
        )
    if machine:
        allowed = ", ".join(CREDENTIAL_SOURCES)
        wrong = _wrong(profile, shared, "credential_source", f"isn't one of {allowed}, spelled exactly so")
        return None, None if machine in CREDENTIAL_SOURCES else wrong
    if source == profile.name and "aws_access_key_id" in profile.settings:
        return None, None  # starts from its own keys
    if source not in shared.profiles:
        return None, _wrong(profile, shared, "source_profile", f"names the profile {source}, which isn't there")
    if source in chain or source == profile.name:
        return None, _wrong(
            profile, shared, "source_profile", f"points back to {source}, so it never leads to any keys"
        )
    start = describe(shared.profiles[source], shared, chain | {profile.name})
    without = _wrong(profile, shared, "source_profile", f"names the profile {source}, which has no credentials")
    return start, None if start else without


def _wrong(profile: Profile, shared: SharedFiles, setting: str, message: str) -> Problem:
    """Say what is wrong with a setting of a profile, as the end of a sentence about it."""
    where = shared.line_of(profile.name, setting)
    values = {
        "profile": profile.name,
        "message": f"{setting} ({where}) {message}.",
        "fix": f"Correct {setting} of the profile {profile.name} ({where}).",
    }
    return Problem("profile-incomplete", values)


def _detail(role: str, start: object) -> str:
    return f"{role} from {start}" if start else role


def _account(role: str) -> str | None:
    parts = role.split(":")
    return parts[4] if len(parts) > 5 and parts[4].isdigit() else None  # noqa: PLR2004 - an ARN has six parts
