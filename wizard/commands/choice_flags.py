"""Flags of `new` and `set` to choices: cleaned, or refused with a reason."""

import re
from pathlib import Path
from typing import Any

import click
import msgspec

from wizard.model import validators
from wizard.model.setup import OldTrackers, SetupChoices, ViewerPolicy
from wizard.model.validators import InvalidChoice
from wizard.snowplow import pixel_image
from wizard.snowplow.tracker import wishes
from wizard.snowplow.tracker.file_names import served_at
from wizard.snowplow.tracker.tracker_file import digest

_CERTIFICATE = re.compile(r"arn:aws:acm:us-east-1:[0-9]{12}:certificate/[A-Za-z0-9-]{1,64}")
_VIEWERS = {"redirect": ViewerPolicy.REDIRECT, "https-only": ViewerPolicy.HTTPS_ONLY}


def changes(profile: str | None, *, no_domain: bool, **given: Any) -> dict[str, Any]:
    """Return the fields of `SetupChoices` that the flags set.

    Args:
        profile: the AWS profile, which here is a choice that is saved.
        no_domain: whether CloudFront's own name shall be used.
        given: the other flags; None where a flag was left out.

    Raises:
        click.UsageError: two flags contradict each other.
        wizard.model.validators.InvalidChoice: a value cannot be used.
        wizard.snowplow.pixel_image.PixelError: the image cannot be the pixel.
        wizard.snowplow.tracker.tracker_file.TrackerError: a choice for the tracker cannot be used.
    """
    if no_domain and given["domain"] is not None:
        raise click.UsageError("--domain and --no-domain contradict each other.")
    wanted = {**given, "profile": profile}
    given_at_all = {flag: value for flag, value in wanted.items() if value not in (None, ())}
    found = {field: clean(given_at_all[flag]) for flag, field, clean in _FIELDS if flag in given_at_all}
    return {**found, "domain": None} if no_domain else found


def certificate(text: str) -> str:
    """Clean the choice of a certificate.

    Raises:
        InvalidChoice: neither `new` nor the ARN of a certificate that CloudFront can use.
    """
    choice = text.strip()
    if choice in ("new", "ask") or _CERTIFICATE.fullmatch(choice):
        return choice
    raise InvalidChoice(
        "--certificate takes `new`, or the ARN of a certificate in us-east-1, the only region that CloudFront uses: "
        "arn:aws:acm:us-east-1:ACCOUNT:certificate/ID."
    )


def source(text: str) -> str:
    """Clean where the pixel comes from; a file is looked at now, an address when it is used.

    Raises:
        wizard.snowplow.pixel_image.PixelError: it cannot be the pixel.
        wizard.model.validators.InvalidChoice: it is an address with a password in it.
    """
    text = validators.public_url(text)
    if text == "builtin" or text.lower().startswith("https://"):
        return text
    if "://" in text:
        raise pixel_image.PixelError("The pixel needs an HTTPS address, a file's path, or `builtin`.")
    path = Path(text).expanduser().absolute()
    try:
        data = path.read_bytes()
    except OSError as error:
        raise pixel_image.PixelError(f"The file {path} can't be read: {error.strerror}.") from error
    pixel_image.validate(data)
    return str(path)


_FIELDS = (
    ("domain", "domain", validators.host_name),
    ("region", "region", validators.region),
    ("pixel", "pixel", source),
    ("retention", "retention_days", validators.retention_days),
    ("viewer", "viewer", _VIEWERS.__getitem__),
    ("events", "events_per_month", int),
    ("certificate", "certificate", certificate),
    ("profile", "profile", validators.profile),
    ("goal", "goals", wishes.goals),
    ("tracker", "tracker", wishes.source),
    ("sha384", "tracker_sha384", digest),
    ("tracker_url", "tracker_url", served_at),
    ("tracker_folder", "tracker_folder", lambda folder: str(folder.expanduser().absolute())),
    ("old_trackers", "tracker_old", OldTrackers),
    ("page", "pages", wishes.pages),
)
"""Flag, field of `SetupChoices`, and how to clean the value."""


def shown(choices: SetupChoices) -> dict[str, Any]:
    """Return choices as plain data."""
    built: dict[str, Any] = msgspec.to_builtins(choices)
    return built
