"""boto3 sessions from credentials: MFA codes, and a clock check before anything is signed."""

import logging
import os
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from wizard.aws.credential_program import runner
from wizard.aws.errors import translate
from wizard.aws.key_check import check
from wizard.aws.key_services import bound, bound_region
from wizard.aws.replies import refuse_unreadable
from wizard.aws.reply_limits import limit
from wizard.model import clock_skew

if TYPE_CHECKING:
    import boto3

    from wizard.aws.keys import Keys, KeySource

ANY_REGION = "us-east-1"
"""Where a role is assumed when neither its profile nor the environment names a region."""

CLOCK_PATH = "/health"
"""What is asked for to see the time; any answer has it."""

CLOCK_LIMIT = 4.0
"""Seconds to wait for the answer that tells the time."""


class CodeNeededError(Exception):
    """The sign-in needs an MFA code, and none was given.

    Attributes:
        serial: the second factor's ARN or serial number.
    """

    def __init__(self, serial: str) -> None:
        super().__init__(f"the MFA code of {serial} is needed")
        self.serial = serial


def build(source: "KeySource", code: str | None = None) -> "boto3.Session":
    """Make a fresh session: whatever was signed in meanwhile is seen. Blocking.

    Args:
        source: the credentials.
        code: an MFA code, for a role that requires one.
    """
    import boto3  # noqa: PLC0415 - loads slowly, and only AWS calls need it

    if source.keys:
        return boto3.Session(botocore_session=_undisturbed(source.endpoint), **explicit(source.keys))
    session = boto3.Session(botocore_session=_core(source.endpoint), profile_name=source.profile)
    providers = session._session.get_component("credential_provider")  # noqa: SLF001
    roles = providers.get_provider("assume-role")
    roles._prompter = _prompter(code)  # noqa: SLF001 - botocore would read the terminal, where the screens are
    _run_programs_within_limits(providers.get_provider("custom-process"), roles)
    bound(providers)
    return session


def _run_programs_within_limits(program: Any, roles: Any) -> None:
    """Have `credential_process` of a profile, and of a profile that a role starts from, run by ours."""
    from botocore.credentials import ProcessProvider  # noqa: PLC0415 - loads slowly

    load = program._load_config  # noqa: SLF001 - botocore's sessions take no provider of this kind from outside
    program._popen = runner(program._profile_name)  # noqa: SLF001
    roles._profile_provider_builder._create_process_provider = (  # noqa: SLF001
        lambda name: ProcessProvider(profile_name=name, load_config=load, popen=runner(name))
    )


def usable(source: "KeySource", code: str | None = None) -> "boto3.Session":
    """Make a session and let it find its credentials. Blocking; whatever botocore raises comes through."""
    session = build(source, code)
    session.get_credentials()
    return session


def explicit(keys: "Keys | None") -> dict[str, str]:
    """Return keys as boto3 takes them; the one place where they are shown."""
    if keys is None:
        return {}
    named = {"aws_access_key_id": keys.access_key_id, "aws_secret_access_key": keys.secret_access_key.reveal()}
    if keys.session_token:
        named["aws_session_token"] = keys.session_token.reveal()
    return named


@cache
def _loader() -> Any:
    """Read each service's description once in a process: that is most of what making a client costs."""
    from botocore.loaders import create_loader  # noqa: PLC0415 - loads slowly

    return create_loader()


def _core(endpoint: str | None, **settings: Any) -> Any:
    """Return botocore's part of a session.

    Args:
        endpoint: where every client goes, also those that botocore makes for itself to assume a role or to sign in: in
            a practice world nothing ever reaches AWS.
        settings: botocore's variables that are set beforehand.
    """
    from botocore.session import Session  # noqa: PLC0415 - loads slowly

    class Core(Session):  # type: ignore[misc]  # botocore ships no types
        def create_client(self, *arguments: Any, **named: Any) -> Any:
            named["endpoint_url"] = named.get("endpoint_url") or endpoint
            named["region_name"] = named.get("region_name") or self.get_config_variable("region") or ANY_REGION
            return limit(super().create_client(*arguments, **named))

    logging.getLogger("botocore").setLevel(logging.ERROR)  # its finer words hold tokens, and show on our screens
    core = Core(session_vars=settings)
    core.register_component("data_loader", _loader())
    bound_region(core)
    core.register("before-sign", _check_keys)  # clients that botocore makes for itself inherit both
    core.register("before-parse", refuse_unreadable)
    return core


def _check_keys(request_signer: Any, **_: Any) -> None:
    """Look at the keys of each request before it is signed; a handler of botocore's event."""
    check(request_signer._credentials)  # noqa: SLF001 - botocore hands its handlers nothing else that knows them


def _undisturbed(endpoint: str | None) -> Any:
    """Return botocore's part for given keys, which a broken file or a profile that is gone must not spoil."""
    from botocore.exceptions import ConfigParseError, ProfileNotFound  # noqa: PLC0415

    core, none = _core(endpoint), (None, None, None, None)
    try:
        core.get_scoped_config()
    except ConfigParseError:
        nowhere = (None, None, os.devnull, None)
        return _core(endpoint, profile=none, config_file=nowhere, credentials_file=nowhere)
    except ProfileNotFound:
        return _core(endpoint, profile=none)
    return core


def _prompter(code: str | None) -> Callable[[str], str]:
    """Answer botocore's question for a code, once: the same digits are never accepted twice."""
    left = [code] if code else []

    def answer(question: str) -> str:
        if not left:
            raise CodeNeededError(question.removeprefix("Enter MFA code for ").rstrip(": "))
        return left.pop()

    return answer


def ends(session: "boto3.Session", source: "KeySource") -> float | None:
    """Return when this sign-in ends, where the keys in hand know it and nobody renews them."""
    if source.keys:
        return source.keys.expires
    held = session.get_credentials()
    expiry = getattr(held, "_expiry_time", None)
    asks_again = getattr(held, "method", "") == "env"
    return float(expiry.timestamp()) if expiry and asks_again else None


def compare_clock(session: "boto3.Session", region: str, endpoint: str | None, now: Callable[[], float]) -> None:
    """Ask AWS for the time, unsigned, and compare it with this computer's. Blocking.

    A wrong clock makes signatures fail with words about a wrong secret; so it is looked at first. Whether AWS answers
    at all is for the call itself to say.

    Raises:
        AwsError: the clock is wrong.
    """
    date = _date_at(session, (endpoint or _address(session, region)).rstrip("/") + CLOCK_PATH)
    off = clock_skew.skew(now(), date)
    if off is not None:
        told = f"this clock is {clock_skew.in_words(off)} AWS's"
        raise translate("RequestTimeTooSkewed", told, "sts:GetCallerIdentity")


def _address(session: "boto3.Session", region: str) -> str:
    found = session._session.get_component("endpoint_resolver").construct_endpoint("sts", region)  # noqa: SLF001
    return f"https://{found['hostname']}/" if found else f"https://sts.{region}.amazonaws.com/"


def _date_at(session: "boto3.Session", url: str) -> str | None:
    """Read the `Date` header of an answer to a request without credentials, over the proxy and trust that AWS gets."""
    from botocore.awsrequest import AWSRequest  # noqa: PLC0415
    from botocore.httpsession import URLLib3Session  # noqa: PLC0415
    from botocore.utils import get_environ_proxies  # noqa: PLC0415

    trust = session._session.get_config_variable("ca_bundle")  # noqa: SLF001 - not among boto3's own questions
    http = URLLib3Session(verify=trust or True, proxies=get_environ_proxies(url), timeout=CLOCK_LIMIT)
    try:
        answer = http.send(AWSRequest("GET", url, stream_output=True).prepare())
        answer.raw.close()  # nobody reads the body, however long it is
        return str(answer.headers["Date"])
    except Exception:  # noqa: BLE001 - no answer, or none with a time: the signed call will say what is wrong
        return None
    finally:
        http.close()
