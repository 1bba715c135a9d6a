"""Services of this machine that hand out keys: an EC2 instance's and a container's, asked within limits and judged.

botocore asks them over an HTTP session of its own, which reads whatever comes for as long as it comes, and it repeats
what it cannot use. Here a reply is bounded in bytes and in time, and what is wrong with it is named in our words.
"""

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

from wizard.aws.replies import UnreadableReplyError, is_page
from wizard.aws.reply_limits import LimitedSession
from wizard.model.timestamps import from_iso

MOST = 1024 * 1024
"""Bytes of a reply; keys with a long session token are a few thousand."""

SLOWEST = 4.0
"""Seconds that a reply may take beyond those in which it has to begin: a byte now and then must not hold a row."""


@dataclass(frozen=True)
class KeyService:
    """A service of this machine.

    Attributes:
        called: what it is, as the beginning of a sentence.
        fix: what to do where it hands out no keys.
    """

    called: str
    fix: str


CONTAINER = KeyService(
    "The service that provides keys to this container",
    "See what answers at the address in AWS_CONTAINER_CREDENTIALS_FULL_URI or AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, "
    "then try again.",
)
INSTANCE = KeyService(
    "The metadata service, which provides keys to EC2 instances,",
    "If this isn't an EC2 instance, something else answers at the address of its metadata service: set "
    "AWS_EC2_METADATA_DISABLED=true, then sign in.",
)

_GOOD = 200
_ROLES = "security-credentials/"
"""How the URL ends under which the metadata service names the instance's role (EC2 user guide, instance metadata)."""
_KEYS = ("AccessKeyId", "SecretAccessKey", "Token", "Expiration")
"""What both services answer (ECS developer guide, task IAM role; EC2 user guide, IAM roles for EC2)."""
_WORD = re.compile(r"[!-~]{1,2048}")
"""What can stand in a header and in a path: a session's token, a role's name."""

Judge = Callable[[Any, Any], str | None]
"""Says what is wrong with a response to a request, as the end of a sentence about the service; None: nothing."""


class KeyServiceError(Exception):
    """A service of this machine did not hand out keys.

    Attributes:
        service: which one.
        reason: what happened, as the end of a sentence that it begins; it never repeats a byte of the reply.
    """

    def __init__(self, service: KeyService, reason: str) -> None:
        super().__init__(f"{service.called} {reason}")
        self.service, self.reason = service, reason


def bound(providers: Any) -> None:
    """Put the limits into the providers of a botocore session, also where a role starts from one of them.

    Args:
        providers: botocore's credential resolver.
    """
    container = providers.get_provider("container-role")._fetcher  # noqa: SLF001 - made by botocore, without a setting
    container._session = _Asking(container._session, CONTAINER, _judge_keys, container.TIMEOUT_SECONDS)  # noqa: SLF001
    _bound_instance(providers.get_provider("iam-role")._role_fetcher, _judge_instance)  # noqa: SLF001


def bound_region(core: Any) -> None:
    """Put them into the question for the instance's region, which `defaults_mode = auto` asks.

    Args:
        core: botocore's session.
    """
    from botocore.utils import IMDSRegionProvider  # noqa: PLC0415 - loads slowly

    class Region(IMDSRegionProvider):  # type: ignore[misc]  # botocore ships no types
        def _create_fetcher(self) -> Any:
            fetcher = super()._create_fetcher()
            _bound_instance(fetcher, lambda _request, _response: None)
            return fetcher

    core._get_internal_component("smart_defaults_factory")._imds_region_provider = Region(core)  # noqa: SLF001


def _bound_instance(fetcher: Any, judge: Judge) -> None:
    fetcher._session = _Asking(fetcher._session, INSTANCE, judge, fetcher._timeout)  # noqa: SLF001


class _Asking:
    """Sends requests as botocore's HTTP session does, and lets nothing through that holds no keys.

    Args:
        session: botocore's.
        service: which one is asked.
        judge: says what is wrong with a response.
        timeout: seconds to connect and between bytes, as the session has them.
    """

    def __init__(self, session: Any, service: KeyService, judge: Judge, timeout: float) -> None:
        self._session = LimitedSession(session, MOST, SLOWEST)
        self._service, self._judge, self._limit = service, judge, 2 * float(timeout) + SLOWEST

    def send(self, request: Any) -> Any:
        """Send a request and return the response.

        Raises:
            KeyServiceError: it was too long, or took too long.
            botocore.exceptions.MetadataRetrievalError: it cannot be used; the cause is a `KeyServiceError`. botocore
                tries again where it does so after other failures.
            botocore.exceptions.HTTPClientError: none came.
        """
        from botocore.exceptions import MetadataRetrievalError  # noqa: PLC0415 - loads slowly

        response = self._in_time(request)
        if reason := self._judge(request, response):
            raise MetadataRetrievalError(error_msg=reason) from KeyServiceError(self._service, reason)
        return response

    def _in_time(self, request: Any) -> Any:
        """Ask on a thread: sockets limit the time between two bytes, and headers may come byte by byte, too."""
        answers: SimpleQueue[Any] = SimpleQueue()
        threading.Thread(target=self._ask, args=(request, answers), name="snowpixel-keys", daemon=True).start()
        try:
            answer = answers.get(timeout=self._limit)
        except Empty:
            raise KeyServiceError(self._service, f"didn't answer within {self._limit:.0f} seconds") from None
        if isinstance(answer, UnreadableReplyError):
            raise KeyServiceError(self._service, f"answered with {answer}") from None
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def _ask(self, request: Any, answers: "SimpleQueue[Any]") -> None:
        try:
            answers.put(self._session.send(request))
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits, whatever it is
            answers.put(error)


def _judge_instance(request: Any, response: Any) -> str | None:
    """Judge what the metadata service says; that it refuses botocore takes for "no role", and goes on."""
    if response.status_code != _GOOD or not response.content:
        return None
    if request.method == "PUT":
        return _not_a_word(response.content, "session token")
    return _not_a_word(response.content, "role's name") if request.url.endswith(_ROLES) else _not_keys(response.content)


def _judge_keys(_request: Any, response: Any) -> str | None:
    if response.status_code != _GOOD:
        return f"answered with HTTP status {response.status_code}"
    return _not_keys(response.content)


def _not_a_word(body: bytes, wanted: str) -> str | None:
    if _WORD.fullmatch(body.decode("latin-1")):
        return None
    return "answered with a web page" if is_page(body) else f"answered with something that isn't a {wanted}"


def _not_keys(body: bytes) -> str | None:
    """Say why a body holds no keys; None if it does."""
    if not body.strip():
        return "answered with an empty reply"
    try:
        said = json.loads(body.decode())
    except (ValueError, RecursionError):
        return "answered with a web page" if is_page(body) else "answered with something that isn't JSON"
    if not isinstance(said, dict):
        return "answered with JSON that isn't an object with keys"
    missing = next((name for name in _KEYS if not isinstance(said.get(name), str) or not said[name]), None)
    return f"answered without {missing}" if missing else _not_a_time(said["Expiration"])


def _not_a_time(stamp: str) -> str | None:
    return "answered with an Expiration that isn't a time" if from_iso(stamp) is None else None
