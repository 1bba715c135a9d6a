"""The credentials this computer already has, found without contacting anybody."""

import os

from msgspec import Struct


class ProfileFound(Struct, frozen=True):
    """One place where credentials are."""

    name: str | None
    """The profile's name; None for what boto3 finds by itself in the environment."""
    kind: str
    """In plain words: `environment`, `access keys`, `single sign-on`, `role`, `sign-in`, `program`."""


KINDS = (
    ("sso_session", "single sign-on"),
    ("sso_start_url", "single sign-on"),
    ("login_session", "sign-in"),
    ("role_arn", "role"),
    ("credential_process", "program"),
    ("aws_access_key_id", "access keys"),
)
"""The key in a profile that tells what kind it is, most telling first (AWS SDKs reference, shared config file)."""


def profiles() -> tuple[ProfileFound, ...]:
    """List the environment's keys first, then the profiles of the shared files by name."""
    import botocore.session  # noqa: PLC0415 - loads slowly

    found = [ProfileFound(None, "environment")] if os.environ.get("AWS_ACCESS_KEY_ID") else []
    session = botocore.session.Session()
    for name, settings in sorted(session.full_config.get("profiles", {}).items()):
        kind = next((kind for key, kind in KINDS if key in settings), None)
        if kind:
            found.append(ProfileFound(name, kind))
    return tuple(found)
