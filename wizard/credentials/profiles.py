"""Profiles of the shared AWS files: what kind each is, in the order in which botocore tries."""

from wizard.aws import key_check
from wizard.aws.key_check import ID as KEY
from wizard.aws.key_check import TOKEN
from wizard.credentials import credential_process, login, near_misses, roles, sso
from wizard.credentials.shared_files import Profile, Settings, SharedFiles
from wizard.credentials.source import CredentialKind, CredentialSource, Facts
from wizard.model.results import Problem

OTHER_PARTITIONS = ("cn-", "us-gov-", "us-iso", "eu-isoe-", "eusc-")
"""How the regions of a separate AWS begin."""


def all_found(shared: SharedFiles) -> tuple[CredentialSource, ...]:
    """Describe every profile that has credentials of some kind, and every file that cannot be read."""
    found = [_found(profile, shared) or _useless(profile, shared) for profile in shared.profiles.values()]
    broken = [
        CredentialSource(None, CredentialKind.UNUSABLE, place=one.path, problem=one.problem) for one in shared.broken
    ]
    return (*(one for one in found if one), *broken)


def describe(profile: Profile, shared: SharedFiles, chain: frozenset[str] = frozenset()) -> Facts | None:
    """Say what a profile is for; None if it holds no credentials. The order is botocore's."""
    return (
        roles.facts(profile, shared, chain, describe)
        or sso.facts(profile, shared)
        or _keys(profile.name, profile.credentials, shared)
        or login.facts(profile)
        or credential_process.facts(profile, shared)
        or _keys(profile.name, profile.config, shared)
    )


def _found(profile: Profile, shared: SharedFiles) -> CredentialSource | None:
    facts = describe(profile, shared)
    if facts is None:
        return None
    region = profile.settings.get("region")
    return CredentialSource(
        profile.name,
        facts.kind,
        place=_place(profile, shared),
        detail=facts.detail,
        region=region,
        account=facts.account,
        expires=facts.expires,
        long_lived=facts.long_lived,
        mfa_serial=facts.mfa_serial,
        problem=_partition(profile.name, region) or facts.problem,
    )


def _useless(profile: Profile, shared: SharedFiles) -> CredentialSource | None:
    """Describe a profile whose settings only look like credentials."""
    problem = near_misses.without_credentials(profile, shared)
    if problem is None:
        return None
    return CredentialSource(profile.name, CredentialKind.UNUSABLE, place=_place(profile, shared), problem=problem)


def _place(profile: Profile, shared: SharedFiles) -> str:
    """Name the file, or both."""
    files = ((shared.config_path, profile.config), (shared.credentials_path, profile.credentials))
    return " and ".join(path for path, section in files if section)


def _partition(name: str, region: object) -> Problem | None:
    if isinstance(region, str) and region.startswith(OTHER_PARTITIONS):
        return Problem("wrong-partition", {"where": f"The profile {name} is for the region {region}.", "message": ""})
    return None


def _keys(name: str, section: Settings, shared: SharedFiles) -> Facts | None:
    """Describe keys that stand in a file as they are."""
    if KEY not in section:
        return None
    temporary = bool(section.get(TOKEN))
    return Facts(
        CredentialKind.KEYS,
        "temporary keys" if temporary else "",
        long_lived=not temporary,
        mfa_serial=None,
        problem=key_check.problem(
            section,
            f"the profile {name}",
            lambda part: shared.place_of(name, part),
            lambda part: part if part in section else near_misses.spelled(part, name, shared),
        ),
    )
