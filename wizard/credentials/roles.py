"""Profiles that assume a role: from another profile, from the machine, or with a web identity token."""

from collections.abc import Callable
from pathlib import Path

from wizard.credentials.shared_files import Profile, SharedFiles
from wizard.credentials.source import CredentialKind, Facts
from wizard.model.results import Problem

CREDENTIAL_SOURCES = ("Environment", "Ec2InstanceMetadata", "EcsContainer")
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
        missing = None if Path(str(token)).expanduser().is_file() else _incomplete(profile, str(token))
        return Facts(CredentialKind.WEB, str(role), account=account, problem=missing)
    serial = settings.get("mfa_serial")
    start, problem = _start(profile, shared, chain, describe)
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
        return None, _incomplete(profile, "source_profile or credential_source, one of them")
    if machine:
        return None, None if machine in CREDENTIAL_SOURCES else _incomplete(profile, f"a valid {machine=}")
    if source == profile.name and "aws_access_key_id" in profile.settings:
        return None, None  # starts from its own keys
    if source not in shared.profiles or source in chain or source == profile.name:
        return None, _incomplete(profile, f"a usable profile {source}")
    start = describe(shared.profiles[source], shared, chain | {profile.name})
    return start, None if start else _incomplete(profile, f"credentials in the profile {source}")


def _incomplete(profile: Profile, missing: str) -> Problem:
    return Problem("profile-incomplete", {"profile": profile.name, "missing": missing})


def _detail(role: str, start: object) -> str:
    return f"{role} from {start}" if start else role


def _account(role: str) -> str | None:
    parts = role.split(":")
    return parts[4] if len(parts) > 5 and parts[4].isdigit() else None  # noqa: PLR2004 - an ARN has six parts
