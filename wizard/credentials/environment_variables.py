"""Credentials in environment variables: keys and web identity."""

import os

from wizard.aws import key_check
from wizard.aws.key_check import VARIABLES, problem, variable
from wizard.credentials.source import CredentialKind, CredentialSource
from wizard.model.results import Problem
from wizard.model.timestamps import from_iso

KEY, SECRET = (VARIABLES[part][0] for part in (key_check.ID, key_check.SECRET))
TOKENS = VARIABLES[key_check.TOKEN]


def keys() -> CredentialSource | None:
    """Return the keys in the environment, as botocore's EnvProvider takes them."""
    identifier = os.environ.get(KEY)
    if not identifier:
        return _without_id()
    temporary = any(os.environ.get(name) for name in TOKENS)
    return CredentialSource(
        None,
        CredentialKind.ENVIRONMENT,
        place=f"the variables {KEY} and {SECRET}",
        detail="temporary keys" if temporary else "",
        region=region(),
        account=os.environ.get("AWS_ACCOUNT_ID"),
        expires=from_iso(os.environ.get("AWS_CREDENTIAL_EXPIRATION")),
        long_lived=not temporary and identifier.startswith("AKIA"),
        problem=_problem(),
    )


def _without_id() -> CredentialSource | None:
    """Return what stands there without the key's ID: botocore passes it over, and goes on to the profiles."""
    left = [name for name in (SECRET, *TOKENS) if os.environ.get(name)]
    if not left:
        return None
    values = {"place": f"the environment ({', '.join(left)})", "missing": f"the variable {KEY}", "are": "is"}
    return CredentialSource(
        None,
        CredentialKind.UNUSABLE,
        place=f"the variable {left[0]}",
        detail="ignored, because the access key ID is missing",
        problem=Problem("keys-incomplete", values),
    )


def _problem() -> Problem | None:
    parts = {part: next(filter(None, map(os.environ.get, names)), "") for part, names in VARIABLES.items()}
    return problem(parts, "the environment", variable, variable)


def web_identity() -> CredentialSource | None:
    """Return the role that a token file in the environment stands for (used in Kubernetes and CI)."""
    file, role = os.environ.get("AWS_WEB_IDENTITY_TOKEN_FILE"), os.environ.get("AWS_ROLE_ARN")
    if not file or not role:
        return None
    return CredentialSource(
        None, CredentialKind.WEB, place="the variable AWS_WEB_IDENTITY_TOKEN_FILE", detail=role, region=region()
    )


def profile() -> tuple[str, str] | None:
    """Return the profile that a variable names, and the variable."""
    for name in ("AWS_DEFAULT_PROFILE", "AWS_PROFILE"):  # botocore's order
        if name in os.environ:
            return os.environ[name], name
    return None


def region() -> str | None:
    """Return the region that the environment names; botocore reads AWS_DEFAULT_REGION only."""
    return os.environ.get("AWS_DEFAULT_REGION") or None
