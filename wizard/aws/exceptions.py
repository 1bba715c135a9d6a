"""botocore's exceptions to `AwsError`: the one door for what AWS, or whatever stands in its place, says.

botocore puts replies, headers and what credential programs print into the text of its exceptions, and any of these may
hold keys. So no such text passes: the words are made anew from fields that are known to hold names only.
"""

import errno
import os
import shlex
import socket
import ssl
import string
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from wizard.aws.credential_program import ProgramError, ProgramKeysExpiredError
from wizard.aws.errors import (
    CODE_NEEDED,
    INVALID_ENDPOINT,
    NETWORK,
    PROGRAM_FAILED,
    UNUSABLE_KEYS,
    AwsError,
    ErrorKind,
    translate,
)
from wizard.aws.key_check import UnusableKeysError
from wizard.aws.key_services import KeyServiceError
from wizard.aws.replies import UnreadableReplyError, unreadable
from wizard.aws.sessions import CodeNeededError
from wizard.model.exhaustion import refuse_exhausted
from wizard.model.results import Problem
from wizard.model.tracebacks import with_causes

NAMES = frozenset(
    {
        "api_version", "cred_var", "data_path", "env_var", "method_name", "operation_name", "param", "path", "profile",
        "profile_name", "provider", "region", "region_name", "required_sections", "service_name", "signature_version",
        "source_profile", "visited_profiles",
    }
)  # fmt: skip
"""Fields of botocore's exceptions that hold names of files, settings, services and regions, and nothing else."""

ADDRESSES = frozenset({"endpoint", "endpoint_url", "proxy_url"})
"""Fields that hold a URL, of which only scheme, host and port are shown."""

LEFT_OUT = "(not shown)"

HIDDEN = "its message isn't shown, because it may contain a secret"

NOT_UNDERSTOOD = "its message can't be understood"

STILL_EXPIRED = "refreshed credentials are still expired"
"""How botocore says that a machine's service or a program hands out keys that are over already."""

RUNTIME_REFUSED = "AWS_ERROR_CAL_"
"""How AWS's runtime library says that it cannot read a key; botocore expects another exception there."""

_READS_REPLIES = frozenset({"parsers.py"})
_SIGNS_IN = frozenset({"configloader.py", "credentials.py", "tokens.py", "utils.py"})
"""Modules of botocore, by what fails in them."""


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Turn whatever botocore raises within into an `AwsError`; a mistake of ours stays what it is.

    Args:
        name: the operation, `service:Operation`.
    """
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError  # noqa: PLC0415 - loads slowly

    try:
        yield
    except ClientError as error:
        detail = error.response.get("Error", {})
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        raise translate(str(detail.get("Code", "")), str(detail.get("Message", "")), name, status) from None
    except UnreadableReplyError as error:
        raise unreadable(str(error), name) from None
    except UnusableKeysError as error:
        raise translate(UNUSABLE_KEYS, error.fault, name, values={"place": error.place}, local=True) from None
    except HTTPClientError as error:
        refuse_exhausted(error)
        raise translate(_network_code(error), _told(error), name, local=True) from None
    except BotoCoreError as error:
        raise _of_botocore(error, name) from None
    except KeyServiceError as error:
        raise _of_service(error, name) from None
    except ProgramError as error:
        raise _of_program(error, name) from None
    except CodeNeededError as error:
        raise translate(CODE_NEEDED, error.serial, name) from None
    except Exception as error:  # noqa: BLE001 - botocore lets through what it did not expect; all else is raised again
        raise _unexpected(error, name) from None


def _unexpected(error: Exception, name: str) -> Exception:
    """Say what botocore did not expect, by the place where it did not; a mistake of ours stays what it is."""
    if isinstance(error, RuntimeError) and STILL_EXPIRED in str(error):
        return translate("ExpiredToken", "the keys provided here have already expired", name, local=True)
    if isinstance(error, RuntimeError) and RUNTIME_REFUSED in str(error):
        return translate("LoginTokenLoadError", "the key of this sign-in can't be read", name, local=True)
    if isinstance(error, ValueError) and "Invalid endpoint" in str(error):
        return translate(INVALID_ENDPOINT, "a setting names an endpoint that isn't an address", name, local=True)
    passed = _modules(error)
    if passed & _READS_REPLIES:
        return unreadable("something unreadable", name)
    if passed & _SIGNS_IN:
        return translate(PROGRAM_FAILED, NOT_UNDERSTOOD, name, local=True)
    return error


def _of_botocore(error: Any, name: str) -> AwsError:
    """Return what botocore says without having asked AWS, or what a service of this machine has done instead."""
    service = next((one for one in with_causes(error) if isinstance(one, KeyServiceError)), None)
    if service:
        return _of_service(service, name)
    return translate(type(error).__name__, _told(error), name, values=_named(error), local=True)


def _of_service(error: KeyServiceError, name: str) -> AwsError:
    """Return what a service of this machine did instead of handing out keys."""
    values = {"source": error.service.called, "reason": error.reason, "fix": error.service.fix}
    problem = Problem("program-failed", values)
    return AwsError(ErrorKind.DENIED, PROGRAM_FAILED, str(error), name, problem, answered=False, local=True)


def _of_program(error: ProgramError, name: str) -> AwsError:
    """Return what a program did instead of handing out keys."""
    command = f"aws sts get-caller-identity --profile {shlex.quote(error.profile)}"
    values = {
        "source": f"The profile {error.profile} gets its keys from {error.program} (credential_process). This program",
        "reason": error.reason,
        "fix": f"Run `{command}` in a terminal to see the program's own message.",
    }
    code = "ExpiredToken" if isinstance(error, ProgramKeysExpiredError) else PROGRAM_FAILED
    problem = Problem("program-failed", values)
    kind = ErrorKind.EXPIRED if code == "ExpiredToken" else ErrorKind.DENIED
    return AwsError(kind, code, f"{error.program} {error.reason}", name, problem, answered=False, local=True)


def _named(error: Any) -> dict[str, str]:
    """Return the fields of an exception that the texts of problems name."""
    fields = error.kwargs
    found = {"path": fields.get("path"), "profile": fields.get("profile") or fields.get("profile_name")}
    return {name: str(value) for name, value in found.items() if value is not None}


def _modules(error: Exception) -> set[str]:
    """Return the files of botocore that an exception passed through."""
    files = (frame.filename.replace("\\", "/").split("/") for frame in traceback.extract_tb(error.__traceback__))
    return {parts[-1] for parts in files if "botocore" in parts}


def _told(error: Any) -> str:
    """Return an exception's words, with names and hosts and without anything that was read somewhere."""
    shown = {field: _field(field, value, error) for field, value in error.kwargs.items()}
    wanted = {field for _, field, _, _ in string.Formatter().parse(error.fmt) if field}
    text = error.fmt.format(**{field: shown.get(field.partition("!")[0], LEFT_OUT) for field in wanted})
    text = " ".join(text.split()).removesuffix(f": {LEFT_OUT}")
    return HIDDEN if text == LEFT_OUT else text


def _field(field: str, value: Any, error: Exception) -> str:
    if field in NAMES:
        return str(value)
    if field in ADDRESSES:
        return _place(str(value))
    return _cause(value if isinstance(value, BaseException) else error) if field == "error" else LEFT_OUT


def _place(url: str) -> str:
    """Return a URL without what may be secret in it: userinfo, path and query."""
    try:
        split = urlsplit(url)
    except ValueError:
        return LEFT_OUT
    return f"{split.scheme}://{split.netloc.rpartition('@')[2]}" if split.hostname else LEFT_OUT


def _cause(error: BaseException) -> str:
    """Name the system's or TLS's own reason, which lies deep within urllib3's exceptions."""
    seen = list(with_causes(error))
    return next((told for one in seen if (told := _reason(one))), type(seen[-1]).__name__)


def _reason(error: BaseException) -> str:
    """Return the reason of an error whose words come from the system or from OpenSSL; empty for all others."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate verify failed: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return (error.reason or "TLS failed").replace("_", " ").lower()
    if isinstance(error, socket.gaierror):
        return "the hostname can't be resolved"
    if isinstance(error, OSError) and error.errno is not None and error.errno in errno.errorcode:
        return os.strerror(error.errno)
    return ""


def _network_code(error: Exception) -> str:
    """Return the exception's own name, or that of a known base class."""
    names = [base.__name__ for base in type(error).__mro__]
    return next((name for name in names if name in NETWORK or name == "SSLError"), "HTTPClientError")
