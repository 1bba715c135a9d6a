"""Profiles with `credential_process`: credentials that another program hands out."""

import os
import shlex
import shutil

from wizard.credentials.shared_files import Profile, SharedFiles
from wizard.credentials.source import CredentialKind, Facts
from wizard.model.results import Problem


def facts(profile: Profile, shared: SharedFiles) -> Facts | None:
    """Describe the profile, if a program is what it is for. The program is not run, and its arguments not shown."""
    line = profile.settings.get("credential_process")
    if not line:
        return None
    program = _program(str(line))
    problem = None if shutil.which(program) else _missing(profile.name, program, shared)
    return Facts(CredentialKind.PROGRAM, program, problem=problem)


def _program(line: str) -> str:
    try:
        return (shlex.split(line) or [""])[0]
    except ValueError:  # a quote that never ends
        return line.split(maxsplit=1)[0] if line.split() else ""


def _missing(profile: str, program: str, shared: SharedFiles) -> Problem:
    message, fix = _why(program)
    where = shared.line_of(profile, "credential_process")
    values = {"profile": profile, "program": program, "where": where, "message": message, "fix": fix}
    return Problem("program-missing", values)


def _why(program: str) -> tuple[str, str]:
    """Say what a look at the program's path shows, and what to do."""
    whole = os.path.expandvars(os.path.expanduser(program))  # noqa: PTH111 - Path's own raises without a home
    if whole != program:
        return (
            "On this line AWS's tools follow neither ~ nor variables.",
            f"Write the whole path on this line: {whole}",
        )
    if os.path.isdir(program):  # noqa: PTH112 - as which() sees it
        return "It's a folder.", "Write the path of the program itself on this line."
    if os.path.exists(program):  # noqa: PTH110
        return "The file is there, but it isn't executable.", f"Make it executable: `chmod +x {shlex.quote(program)}`."
    return "", f"Install {program}, or write its whole path on this line."
