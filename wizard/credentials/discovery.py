"""Finds every source of credentials that boto3 knows, and which one it uses, without contacting anybody."""

from pathlib import Path

from msgspec.structs import replace

from wizard.credentials import environment_variables, instance_role, near_misses, profiles, shared_files
from wizard.credentials.source import CredentialKind, CredentialSource

USUAL = "default"
"""The profile that boto3 uses when none is named."""


def find(chosen: str | None = None, *, firmware: Path = instance_role.FIRMWARE) -> tuple[CredentialSource, ...]:
    """List all places, environment first, then profiles by name, then the machine itself. Blocking.

    Args:
        chosen: the profile that was chosen by flag or for the setup; it wins over everything.
        firmware: the file that says who made this computer.
    """
    named = environment_variables.profile()
    shared = shared_files.read()
    listed = _listed(shared, firmware)
    expected = chosen or (named[0] if named else _usual(shared))
    names = {one.name for one in listed}
    if expected is not None and expected not in names and _broken(listed) is None:
        listed = (*listed, _missing(expected, "" if chosen else named[1] if named else "", shared))
    index, why = _winner(listed, chosen, named)
    return tuple(replace(one, wins=True, why=why) if number == index else one for number, one in enumerate(listed))


def in_use(found: tuple[CredentialSource, ...]) -> CredentialSource | None:
    """Return the one that wins."""
    return next((one for one in found if one.wins), None)


def _usual(shared: shared_files.SharedFiles) -> str | None:
    """Return the usual profile where a heading looks like it and is not; else nobody expects it."""
    return USUAL if USUAL not in shared.profiles and near_misses.has_heading(USUAL, shared) else None


def _broken(listed: tuple[CredentialSource, ...]) -> int | None:
    """Return the first file that cannot be read: then boto3 reads neither, whatever else there is."""
    unreadable = (n for n, one in enumerate(listed) if one.problem and one.problem.id == "profiles-unreadable")
    return next(unreadable, None)


def _listed(shared: shared_files.SharedFiles, firmware: Path) -> tuple[CredentialSource, ...]:
    everything = (
        environment_variables.keys(),
        *profiles.all_found(shared),
        environment_variables.web_identity(),
        instance_role.container(),
        instance_role.instance(firmware),
    )
    return tuple(one for one in everything if one)


def _missing(name: str, variable: str, shared: shared_files.SharedFiles) -> CredentialSource:
    if profile := shared.profiles.get(name):
        place = shared.credentials_path if profile.credentials else shared.config_path
        return CredentialSource(
            name, CredentialKind.UNUSABLE, place=place, problem=near_misses.incomplete(profile, shared)
        )
    problem = near_misses.missing(name, variable, shared)
    return CredentialSource(name, CredentialKind.UNUSABLE, place="no file", problem=problem)


def _winner(
    listed: tuple[CredentialSource, ...], chosen: str | None, named: tuple[str, str] | None
) -> tuple[int | None, str]:
    """Return which one boto3 takes, and why, in its own order."""

    def first(name: str | None = None, *kinds: CredentialKind) -> int | None:
        return next((n for n, one in enumerate(listed) if one.name == name and (not kinds or one.kind in kinds)), None)

    if (broken := _broken(listed)) is not None:
        return broken, "AWS's tools read both files first, and stop at this one"
    if chosen:
        return first(chosen), "it was chosen"
    tried = (
        (
            first(None, CredentialKind.ENVIRONMENT),
            f"{environment_variables.KEY} is set, and that comes before every profile",
        ),
        (first(named[0]) if named else None, f"{named[1] if named else ''} names it"),
        (None if named else first(USUAL), "it is the default profile"),
        (first(None, CredentialKind.WEB), "no profile comes before it"),
        *(
            (first(None, kind), "no keys and no profile come before it")
            for kind in (CredentialKind.CONTAINER, CredentialKind.MACHINE)
        ),
        (first(None, CredentialKind.UNUSABLE), "there is nothing else"),
    )
    return next(((index, why) for index, why in tried if index is not None), (None, ""))
