"""Profiles with `credential_process`: credentials that another program hands out."""

import shlex
import shutil

from wizard.credentials.shared_files import Profile
from wizard.credentials.source import CredentialKind, Facts
from wizard.model.results import Problem


def facts(profile: Profile) -> Facts | None:
    """Describe the profile, if a program is what it is for. The program is not run, and its arguments not shown."""
    line = profile.settings.get("credential_process")
    if not line:
        return None
    program = _program(str(line))
    missing = shutil.which(program) is None
    problem = Problem("program-missing", {"profile": profile.name, "program": program}) if missing else None
    return Facts(CredentialKind.PROGRAM, program, problem=problem)


def _program(line: str) -> str:
    try:
        return (shlex.split(line) or [""])[0]
    except ValueError:  # a quote that never ends
        return line.split(maxsplit=1)[0] if line.split() else ""
