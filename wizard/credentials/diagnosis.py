"""Why a call could not be signed or sent, from a look at this computer's AWS files, variables and programs.

botocore says that something is wrong and mostly not where. So after such an error, and only then, the places are
looked at that it read. AWS's own answers pass unchanged, but for keys that it does not know.
"""

from pathlib import Path

from wizard.aws.errors import LOCAL_CREDENTIALS, WRONG_KEYS, AwsError, ErrorKind
from wizard.aws.keys import KeySource
from wizard.credentials import discovery, instance_role, settings_check, shared_files
from wizard.credentials.source import CredentialSource
from wizard.knowledge.problems import explain
from wizard.model.results import Problem

_AWAITED = frozenset({"login-first", "login-expired", "login-not-renewed"})
"""Problems that a new sign-in solves."""

_NO_BAR = frozenset({"wrong-partition"})
"""Problems of credentials that can be signed with."""


def explained(source: KeySource, error: AwsError, *, firmware: Path = instance_role.FIRMWARE) -> AwsError:
    """Return an error with the problem that was found on this computer, or as it is. Blocking.

    Args:
        source: what was signed with.
        error: what came of it.
        firmware: the file that says who made this computer.
    """
    if error.answered and not error.local and error.code not in WRONG_KEYS:
        return error
    shared = shared_files.read()
    found = () if source.keys else discovery.find(source.profile, firmware=firmware)
    used = discovery.in_use(found)
    if error.local:
        profile = used.name if used and used.name else source.profile or discovery.USUAL
        if problem := settings_check.refused(error.code, shared, profile):
            return _again(error, problem, ErrorKind.DENIED)
        if error.problem.id == "proxy-unreachable":
            named = {**error.problem.values, "variable": settings_check.proxy_variable()}
            return _again(error, Problem("proxy-unreachable", named), error.kind)
    if source.keys:
        return error
    problem = _of_credentials(error, used, found)
    if problem is None:
        return error
    return _again(error, problem, ErrorKind.EXPIRED if problem.id in _AWAITED else ErrorKind.DENIED)


def _of_credentials(
    error: AwsError, used: CredentialSource | None, found: tuple[CredentialSource, ...]
) -> Problem | None:
    problem = used.problem if used else None
    if error.code in WRONG_KEYS:
        return problem if problem and problem.id in ("keys-unusable", "keys-incomplete") else None
    if error.code not in LOCAL_CREDENTIALS or (problem and problem.id in _NO_BAR):
        return None
    if problem:
        return problem
    usable = [one.name for one in found if one.name and not one.problem]
    if error.problem.id == "no-credentials" and usable:
        names = ", ".join(usable)
        message = f"There are profiles ({names}), but none of them is named default, and none was chosen."
        return Problem("no-credentials", {**error.problem.values, "message": message, "profile": usable[0]})
    return None


def _again(error: AwsError, problem: Problem, kind: ErrorKind) -> AwsError:
    told = explain(problem).meaning
    return AwsError(kind, error.code, told, error.operation, problem, answered=error.answered, local=error.local)
