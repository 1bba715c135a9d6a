"""Credentials of the machine: a container's task role, an EC2 instance's role."""

import os
from pathlib import Path

from wizard.credentials.source import CredentialKind, CredentialSource

CONTAINER = ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI")
FIRMWARE = Path("/sys/class/dmi/id/board_vendor")
"""Where Linux shows who made the board; on today's EC2 instances it says "Amazon EC2"."""


def container() -> CredentialSource | None:
    """Return the role of the container that this runs in."""
    variable = next((name for name in CONTAINER if os.environ.get(name)), None)
    return CredentialSource(None, CredentialKind.CONTAINER, place=f"the variable {variable}") if variable else None


def instance(firmware: Path = FIRMWARE) -> CredentialSource | None:
    """Return the role of the EC2 instance that this seems to be. Whether it has one only its metadata service knows."""
    if os.environ.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true":
        return None
    try:
        vendor = firmware.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    if "amazon ec2" not in vendor.lower():
        return None
    return CredentialSource(
        None, CredentialKind.MACHINE, place="the EC2 instance that this runs on", detail="its role, if it has one"
    )
