"""Settings of AWS's tools beside the credentials: variables and profile lines that botocore does not take.

A value is never shown: a proxy's address may hold a password. What each may be is botocore's own (its `configprovider`,
`args`, `credentials` and `httpsession` modules).
"""

import os
import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies_environment

from msgspec import Struct

from wizard.aws.errors import INVALID_ENDPOINT, NETWORK, PROGRAM_FAILED, SETTINGS_REFUSED
from wizard.credentials.shared_files import SharedFiles, config_path
from wizard.model.results import Problem
from wizard.model.timestamps import from_iso

SERVICES = ("STS", "S3", "CLOUDFRONT", "ACM", "CLOUDWATCH_LOGS", "ROUTE_53", "IAM", "RESOURCE_GROUPS_TAGGING_API")
"""The services that snowpixel calls, as `AWS_ENDPOINT_URL_…` spells them (AWS SDKs guide)."""

_OURS = re.compile(r"(?:.*\.)?(?:amazonaws\.com|api\.aws|amazonaws\.com\.cn)\.?")
"""Hosts of AWS's own endpoints, VPC endpoints among them."""

_INVALID_PROFILE = "InvalidConfigError"
_UNSENT = NETWORK | {"SSLError"}

Check = Callable[[str], str | None]
"""Says what is wrong with a value, as the end of a sentence; None if nothing is."""


class SettingRule(Struct, frozen=True):
    """One setting."""

    check: Check
    causes: frozenset[str]
    """The errors that it leads to, by the codes of `wizard.aws.errors`."""
    variables: tuple[str, ...] = ()
    name: str = ""
    """What it is called in a profile."""


def _one_of(*allowed: str) -> Check:
    return lambda value: None if value.lower() in allowed else f"isn't one of {', '.join(allowed)}"


def _whole(least: int) -> Check:
    def check(value: str) -> str | None:
        try:
            return None if int(value) >= least else f"is less than {least}"
        except ValueError:
            return "isn't a whole number"

    return check


def _url(value: str) -> str | None:
    if _unclean(value):
        return _unclean(value)
    try:
        split = urlsplit(value)
        good = bool(split.hostname) and split.scheme in ("http", "https") and split.port != 0
    except ValueError:
        return "isn't a valid address"
    return None if good else "isn't an address that begins with http:// or https://"


def _unclean(value: str) -> str | None:
    if value != value.strip():
        return "begins or ends with a space or an invisible line ending"
    return "is in quotation marks" if value[:1] in "\"'" and value else None


def _proxy(value: str) -> str | None:
    """Judge a proxy as botocore takes it: it puts http:// before an address without scheme, and knows no SOCKS."""
    if not value or _unclean(value):
        return _unclean(value) if value else None
    if re.match(r"socks", value, re.IGNORECASE):
        return "names a SOCKS proxy, which AWS's tools for Python don't support"
    return _url(value if "://" in value else f"http://{value.removeprefix('//')}")


NO_FILE = "names a file that isn't there"


def _trust(value: str) -> str | None:
    path = Path(os.path.expanduser(value))  # noqa: PTH111 - Path's own raises without a home
    if not path.exists():
        return NO_FILE
    if path.is_dir():
        return None
    try:
        ssl.create_default_context(cafile=str(path))
    except PermissionError:
        return "names a file that you don't have permission to read"
    except (OSError, ValueError):
        return "names a file that contains no certificates (PEM)"
    return None


def _file(value: str) -> str | None:
    return None if Path(value).expanduser().is_file() else NO_FILE


def _moment(value: str) -> str | None:
    return None if from_iso(value) is not None else "isn't a time such as 2030-01-31T12:00:00Z"


def _app_id(value: str) -> str | None:
    return None if len(value) <= 50 else "is longer than 50 characters"  # noqa: PLR2004 - botocore.useragent


_LEGACY, _WHEN = ("legacy", "regional"), ("when_supported", "when_required")


def _rule(name: str, check: Check, *causes: str, variable: str = "") -> SettingRule:
    return SettingRule(check, frozenset(causes), (variable or f"AWS_{name.upper()}",), name)


_MODES = ("legacy", "standard", "cross-region", "in-region", "mobile", "auto")
RULES: tuple[SettingRule, ...] = (
    _rule("defaults_mode", _one_of(*_MODES), "InvalidDefaultsMode"),
    _rule("sts_regional_endpoints", _one_of(*_LEGACY), "InvalidSTSRegionalEndpointsConfigError"),
    SettingRule(
        _one_of(*_LEGACY),
        frozenset({"InvalidS3UsEast1RegionalEndpointConfigError"}),
        ("AWS_S3_US_EAST_1_REGIONAL_ENDPOINT",),
    ),
    _rule("request_checksum_calculation", _one_of(*_WHEN), "InvalidChecksumConfigError"),
    _rule("response_checksum_validation", _one_of(*_WHEN), "InvalidChecksumConfigError"),
    _rule("retry_mode", _one_of("legacy", "standard", "adaptive"), "InvalidRetryModeError"),
    _rule("max_attempts", _whole(1), "InvalidMaxRetryAttemptsError", "InvalidRetryConfigurationError", PROGRAM_FAILED),
    _rule("account_id_endpoint_mode", _one_of("preferred", "disabled", "required"), _INVALID_PROFILE),
    _rule("request_min_compression_size_bytes", _whole(0), _INVALID_PROFILE),
    _rule("metadata_service_timeout", _whole(1), PROGRAM_FAILED),
    _rule("metadata_service_num_attempts", _whole(1), PROGRAM_FAILED),
    _rule("ec2_metadata_service_endpoint", _url, "InvalidIMDSEndpointError"),
    _rule("ec2_metadata_service_endpoint_mode", _one_of("ipv4", "ipv6"), "InvalidIMDSEndpointModeError"),
    _rule("sdk_ua_app_id", _app_id),
    SettingRule(_moment, frozenset({PROGRAM_FAILED}), ("AWS_CREDENTIAL_EXPIRATION",)),
    SettingRule(_file, frozenset({PROGRAM_FAILED}), ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",)),
    SettingRule(_url, frozenset({PROGRAM_FAILED}), ("AWS_CONTAINER_CREDENTIALS_FULL_URI",)),
    SettingRule(_file, frozenset({PROGRAM_FAILED}), ("AWS_WEB_IDENTITY_TOKEN_FILE",)),
    _rule("ca_bundle", _trust, *_UNSENT),
    SettingRule(_trust, frozenset(_UNSENT), ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")),
)


def refused(code: str, shared: SharedFiles, profile: str | None) -> Problem | None:
    """Return the setting that led to an error, None where none did.

    Args:
        code: the error's, as `wizard.aws.errors` has it.
        shared: both files.
        profile: the profile in use.
    """
    addresses = _addresses(shared, profile) if code in (*_UNSENT, INVALID_ENDPOINT) else iter(())
    if found := next((_problem(*one) for one in addresses if one[1]), None):
        return found
    if code == _INVALID_PROFILE and (half := _half_web_identity()):
        return half
    for rule in RULES:
        if code in rule.causes:
            for place, value in _held(rule, shared, profile):
                if value and (told := rule.check(value)):
                    return _problem(place, told)
    return None


def names_endpoints() -> bool:
    """Whether an endpoint is named at all: a look that costs next to nothing. Blocking."""
    if any(name.startswith("AWS_ENDPOINT_URL") for name in os.environ):
        return True
    try:
        return b"endpoint_url" in config_path().read_bytes()
    except OSError:
        return False


def elsewhere(shared: SharedFiles, profile: str | None) -> Problem | None:
    """Return what leads calls to another server than AWS's, None where nothing does."""
    for place, value in _endpoints(shared, profile):
        if _url(value) is None and not _OURS.fullmatch(host := urlsplit(value).hostname or ""):
            return Problem("endpoint-elsewhere", {"place": place, "host": host, "fix": _without(place)})
    return None


def proxy_variable() -> str:
    """Return the variable that names the proxy; the one in lower case wins."""
    return next((name for name in ("https_proxy", "HTTPS_PROXY") if os.environ.get(name)), "HTTPS_PROXY")


def _addresses(shared: SharedFiles, profile: str | None) -> Iterator[tuple[str, str | None]]:
    """Yield the endpoints and proxies with what is wrong with each."""
    for place, value in _endpoints(shared, profile):
        yield place, _url(value)
    yield f"the variable {proxy_variable()}", _proxy(getproxies_environment().get("https", ""))


def _endpoints(shared: SharedFiles, profile: str | None) -> Iterator[tuple[str, str]]:
    """Yield the places that name an endpoint, and what they name."""
    settings = _settings(shared, profile)
    if "true" in (os.environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower(), _ignored(settings)):
        return
    for name in (*(f"AWS_ENDPOINT_URL_{one}" for one in SERVICES), "AWS_ENDPOINT_URL"):
        if value := os.environ.get(name):
            yield f"the variable {name}", value
    if value := settings.get("endpoint_url"):
        yield f"endpoint_url in the profile {profile} ({shared.line_of(str(profile), 'endpoint_url')})", str(value)
    services = shared.services.get(str(settings.get("services", "")), {})
    for service, inner in services.items():
        if isinstance(inner, dict) and (value := inner.get("endpoint_url")):
            yield f"endpoint_url of {service} in [services {settings['services']}] ({shared.config_path})", str(value)


def _ignored(settings: Mapping[str, Any]) -> str:
    return str(settings.get("ignore_configured_endpoint_urls", "")).lower()


def _half_web_identity() -> Problem | None:
    names = ("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN")
    given = [name for name in names if os.environ.get(name)]
    if given != [names[0]]:
        return None
    return _problem(f"the variable {names[0]}", f"is set, but {names[1]} isn't, and one needs the other")


def _held(rule: SettingRule, shared: SharedFiles, profile: str | None) -> Iterator[tuple[str, str]]:
    for variable in rule.variables:
        if variable in os.environ:
            yield f"the variable {variable}", os.environ[variable]
            return  # it wins over the profile
    value = _settings(shared, profile).get(rule.name) if rule.name else None
    if isinstance(value, str):
        yield shared.place_of(str(profile), rule.name), value


def _settings(shared: SharedFiles, profile: str | None) -> Mapping[str, Any]:
    return shared.profiles[profile].settings if profile in shared.profiles else {}


def _without(place: str) -> str:
    if place.startswith("the variable "):
        return f"If nothing here needs it, remove it: `unset {place.removeprefix('the variable ')}`."
    return f"If nothing here needs it, delete {place}."


def _problem(place: str, told: str | None) -> Problem:
    return Problem("setting-unusable", {"place": place, "message": str(told), "fix": _without(place)})


KNOWN = frozenset().union(*(rule.causes for rule in RULES)) | SETTINGS_REFUSED
