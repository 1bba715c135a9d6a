"""Keys and a web identity in environment variables."""

import os

from wizard.credentials.found import Found, Kind, seconds
from wizard.results import Problem

KEY, SECRET = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"
TOKENS = ("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")


def keys() -> Found | None:
    """Return the keys in the environment, as botocore's EnvProvider takes them."""
    identifier = os.environ.get(KEY)
    if not identifier:
        return None
    temporary = any(os.environ.get(name) for name in TOKENS)
    return Found(
        None,
        Kind.ENVIRONMENT,
        place=f"the variables {KEY} and {SECRET}",
        detail="keys for some hours" if temporary else "",
        region=region(),
        account=os.environ.get("AWS_ACCOUNT_ID"),
        expires=seconds(os.environ.get("AWS_CREDENTIAL_EXPIRATION")),
        long_lived=not temporary and identifier.startswith("AKIA"),
        problem=_problem(identifier, temporary=temporary),
    )


def _problem(identifier: str, *, temporary: bool) -> Problem | None:
    if not os.environ.get(SECRET):
        return Problem("keys-incomplete", {"place": "the environment", "missing": SECRET})
    if identifier.startswith("ASIA") and not temporary:
        return Problem("keys-incomplete", {"place": "the environment", "missing": TOKENS[0]})
    return None


def web_identity() -> Found | None:
    """Return the role that a token file in the environment stands for (used in Kubernetes and CI)."""
    file, role = os.environ.get("AWS_WEB_IDENTITY_TOKEN_FILE"), os.environ.get("AWS_ROLE_ARN")
    if not file or not role:
        return None
    return Found(None, Kind.WEB, place="the variable AWS_WEB_IDENTITY_TOKEN_FILE", detail=role, region=region())


def profile() -> tuple[str, str] | None:
    """Return the profile that a variable names, and the variable."""
    for variable in ("AWS_DEFAULT_PROFILE", "AWS_PROFILE"):  # botocore's order
        if os.environ.get(variable):
            return os.environ[variable], variable
    return None


def region() -> str | None:
    """Return the region that the environment names; botocore reads AWS_DEFAULT_REGION only."""
    return os.environ.get("AWS_DEFAULT_REGION") or None
