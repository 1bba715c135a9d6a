"""The emulated AWS: MiniStack in this process, with our rules around its service handlers.

The rules run after authentication and authorization, so that every client meets them: boto3, the AWS CLI, Terraform.
The names of the emulator that are used here are private; `SEAMS` lists them, and a start-up test holds that they exist.
`prepare` must have run before this module is imported: the emulator reads the environment while it is imported.
"""

import asyncio
import contextvars
import importlib
import json
import re
import sys
from collections.abc import Awaitable, Callable, Iterator
from copy import deepcopy
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qs, unquote

from ministack import app as ministack
from ministack.core import iam_evaluator, responses

from wizard.practice import rules
from wizard.practice.aws_call import AuthorizedCall
from wizard.practice.emulated import Stores
from wizard.practice.emulator_environment import root_key
from wizard.practice.error_replies import Reply, refusal
from wizard.practice.faults import InjectedFault
from wizard.practice.state import WorldState

SEAMS = {
    "ministack.app": ("SERVICE_HANDLERS", "app", "_reset_all_state"),
    "ministack.core.iam_actions": ("extract_resource_arn", "access_denied_response", "_match_rest_action"),
    "ministack.core.iam_evaluator": ("enforce", "evaluate_resource_policy", "EvalContext", "pin_request_origin"),
    "ministack.core.responses": (
        "set_request_account_id",
        "set_request_region",
        "AccountScopedDict",
        "AccountRegionScopedDict",
    ),
    "ministack.services.acm": ("_certificates",),
    "ministack.services.cloudwatch_logs": ("resolve_tag_resource", "_deliveries"),
    "ministack.services.tagging": ("resource_tags", "_collect_cloudfront"),
    "ministack.services.cloudfront": ("handle_viewer_request",),
}
"""Private names of the emulator that this package uses."""

STATEFUL = ("acm", "cloudfront", "cloudwatch_logs", "iam", "route53", "s3")
"""The emulator's services that hold what snowpixel makes."""

Handler = Callable[
    [str, str, dict[str, str], bytes, dict[str, list[str]]], Awaitable[tuple[int, dict[str, str], bytes]]
]
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]

_internal: contextvars.ContextVar[bool] = contextvars.ContextVar("internal", default=False)
_dropped: contextvars.ContextVar[list[bool] | None] = contextvars.ContextVar("dropped", default=None)

_FORBIDDEN = ("/_ministack", "/_localstack", "/health", "/_aws")
_ROOT_CREDENTIAL = re.compile(rb"(Credential=|AWS )(test|\d{12}|)(?=[/:])")
_ROOT_QUERY = re.compile(rb"(X-Amz-Credential=|AWSAccessKeyId=)(test|\d{12})(?=%2F|/|&|$)", re.IGNORECASE)
NOBODY = b"AKIANOSUCHKEYINTHISW"


CUT = [(b"content-length", b"1000000"), (b"x-amz-request-id", b"practice")]
"""Headers of a reply that is cut off: more was promised than comes."""
CUT_HEAD = [(b"x-cut", b"-" * 100_000)]
"""A reply to HEAD has nothing after its headers that could be missing: a line that no client reads to its end."""


class LostReplyError(Exception):
    """The reply is cut off on purpose: the effect happened, the client cannot know."""


def missing_seams() -> list[str]:
    """Return the private names that this version of the emulator lacks."""
    return [
        f"{module}.{name}"
        for module, names in SEAMS.items()
        for name in names
        if not hasattr(importlib.import_module(module), name)
    ]


class Emulator:
    """MiniStack with the rules around it."""

    def __init__(self, state: WorldState) -> None:
        self.state = state
        self.raw: dict[str, Handler] = dict(ministack.SERVICE_HANDLERS)
        self._fresh: Stores = {}
        for service, handler in self.raw.items():
            ministack.SERVICE_HANDLERS[service] = self._wrap(service, handler)

    def _wrap(self, service: str, handler: Handler) -> Handler:
        async def handle(
            method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
        ) -> tuple[int, dict[str, str], bytes]:
            if _internal.get():
                return await handler(method, path, headers, body, query)
            call = AuthorizedCall(service, method, path, headers, body, query)
            self.state.calls.append((service, call.operation, call.writes))
            reply = await self._answer(call)
            return reply.status, reply.headers, reply.body

        return handle

    async def _answer(self, call: AuthorizedCall) -> Reply:
        fault = self.state.faults.take(call.service, call.operation)
        if fault is None:
            return await self._carried_out(call)
        self.state.faults.stalled += fault.kind == "stall"
        try:
            return await self._suffer(fault, call.service) or await self._carried_out(call)
        finally:
            self.state.faults.stalled -= fault.kind == "stall"

    async def _carried_out(self, call: AuthorizedCall) -> Reply:
        for before in rules.before(call.service, call.operation):
            refused = await before(self.state, call)
            if refused:
                return refused
        reply = await self.pass_on(call)
        for after in rules.after(call.service, call.operation):
            reply = await after(self.state, call, reply)
        return reply

    async def _suffer(self, fault: InjectedFault, service: str) -> Reply | None:
        if fault.kind == "refuse":
            return refusal(service, fault.code, fault.message, fault.status)
        if fault.kind == "stall":
            await asyncio.sleep(fault.seconds)
        lost = _dropped.get()
        if fault.kind in ("drop", "reset") and lost is not None:
            lost.append(True)
        return Reply(200) if fault.kind == "reset" else None

    async def pass_on(self, call: AuthorizedCall) -> Reply:
        """Hand a call to the emulator as it is, past the rules."""
        return Reply(*await self.raw[call.service](call.method, call.path, call.headers, call.body, call.query))

    async def ask(self, service: str, method: str, path: str) -> Reply:
        """Ask a service something on behalf of a rule, within the account of the call that the rule looks at."""
        return Reply(*await self.raw[service](method, path, {}, b"", {}))

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request from outside (ASGI)."""
        if any(scope["path"].startswith(prefix) for prefix in _FORBIDDEN):
            headers = [(b"content-length", b"0"), (b"date", formatdate(usegmt=True).encode())]
            await send({"type": "http.response.start", "status": 404, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        lost: list[bool] = []
        _dropped.set(lost)

        async def send_or_lose(message: Any) -> None:
            if not lost:
                await send(message)
            elif message["type"] == "http.response.start":
                await send({**message, "headers": CUT_HEAD if scope["method"] == "HEAD" else CUT})
                await send({"type": "http.response.body", "body": b"<", "more_body": True})
                raise LostReplyError

        await ministack.app(_from_outside(scope), receive, send_or_lose)

    async def request(
        self, service: str, method: str, path: str, *, body: bytes = b"", region: str = "us-east-1", **headers: str
    ) -> Reply:
        """Make a call as the account's root, past rules and faults; header names are written with underscores."""
        signed = f"AWS4-HMAC-SHA256 Credential={root_key()}/20260101/{region}/{service}/aws4_request"
        sent = {"host": "127.0.0.1", "authorization": f"{signed}, SignedHeaders=host, Signature=0", **headers}
        raw_path, _, query = path.partition("?")
        scope = {
            "type": "http",
            "method": method,
            "path": unquote(raw_path),
            "raw_path": raw_path.encode(),
            "query_string": query.encode(),
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in sent.items()],
            "scheme": "https",
            "client": ("127.0.0.1", 0),
        }
        context = contextvars.copy_context()
        context.run(_internal.set, True)
        return await asyncio.create_task(_collect(scope, body), context=context)

    async def target(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """Make a call to a JSON service as the account's root and return the parsed reply."""
        reply = await self.request(
            service, "POST", "/", body=json.dumps(parameters).encode(), x_amz_target=f"Practice.{operation}"
        )
        parsed: dict[str, Any] = json.loads(reply.body or b"{}")
        return parsed

    async def iam(self, action: str, **parameters: str) -> str:
        """Call IAM as the account's root; return the reply as text."""
        query = "&".join(f"{name}={value}" for name, value in {"Action": action, **parameters}.items())
        reply = await self.request(
            "iam", "POST", "/", body=query.encode(), content_type="application/x-www-form-urlencoded"
        )
        return reply.body.decode()

    def keep_identities(self) -> None:
        """Remember users and keys as they are now: a reset goes back to them."""
        self._fresh = self.copied()

    @property
    def identities(self) -> Stores:
        """What `keep_identities` remembered."""
        return self._fresh

    def resume(self, identities: Stores) -> None:
        """Know users and keys of a fresh world again that another process has remembered."""
        self._fresh = identities
        self.put_back(identities)

    def clear(self) -> None:
        """Empty every service; users and keys go back to those that were kept."""
        ministack._reset_all_state()  # noqa: SLF001 - see SEAMS
        self.put_back(self._fresh)

    def copied(self) -> Stores:
        """Return a copy of everything that the services hold."""
        return {name: deepcopy(store._data) for name, store in self._stores()}  # noqa: SLF001 - of all accounts

    def put_back(self, copied: Stores) -> None:
        """Hold again what `copied` returned; it can be put back any number of times."""
        for service in {service for service, _ in copied}:
            importlib.import_module(f"ministack.services.{service}")  # a new process has asked none of them yet
        for name, store in self._stores():
            store._data = deepcopy(copied.get(name, {}))  # noqa: SLF001

    @staticmethod
    def _stores() -> Iterator[tuple[tuple[str, str], Any]]:
        kinds = (responses.AccountScopedDict, responses.AccountRegionScopedDict)
        for service in STATEFUL:
            loaded = sys.modules.get(f"ministack.services.{service}")  # one that was never asked holds nothing
            for name, store in vars(loaded).items() if loaded else ():
                if isinstance(store, kinds):
                    yield (service, name), store

    def assume_account(self) -> None:
        """Make the world's account the one that data-plane code of the emulator looks into, for this task."""
        responses.set_request_account_id(self.state.account)
        responses.set_request_region("us-east-1")
        # With an origin access control CloudFront asks S3 over TLS, whatever the viewer used (CloudFront guide).
        iam_evaluator.pin_request_origin("127.0.0.1", secure_transport=True)


def _from_outside(scope: Scope) -> Scope:
    """Mark a request as TLS, for policies on aws:SecureTransport, and take root's well-known keys from it.

    The emulator accepts `test` and any 12-digit key id as root with any secret; they become a key that nobody has.
    """
    headers = [
        (name, _ROOT_CREDENTIAL.sub(rb"\1" + NOBODY, value) if name.lower() == b"authorization" else value)
        for name, value in scope["headers"]
        if name.lower() != b"x-forwarded-proto"
    ]
    query = _ROOT_QUERY.sub(rb"\1" + NOBODY, scope["query_string"])
    return {**scope, "scheme": "https", "headers": headers, "query_string": query}


async def _collect(scope: Scope, body: bytes) -> Reply:
    reply = Reply(500)
    parts: list[bytes] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            reply.status = message["status"]
            reply.headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
        else:
            parts.append(message.get("body", b""))

    await ministack.app(scope, receive, send)
    reply.body = b"".join(parts)
    return reply


def query_of(scope: Scope) -> dict[str, list[str]]:
    """Return the parsed query string of an ASGI scope."""
    return parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
