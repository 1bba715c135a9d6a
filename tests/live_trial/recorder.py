"""Keeps what AWS replies while the trial runs, and writes it as recordings with every id blanked.

Replies that show what else an account holds are left out, and so is everything that carries keys: only the calls that
the product makes for a setup are kept, each form of a reply once.
"""

import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import botocore
from msgspec import Struct
from msgspec.structs import replace

from tests.live_trial.blanking import Blank
from tests.recorded import ENDING, Recording, save

SERVICES = frozenset({"acm", "cloudfront", "iam", "logs", "route53", "s3"})
ALSO = frozenset({("sts", "GetCallerIdentity")})
"""Of STS nothing else: its other replies carry keys."""

OF_THE_ACCOUNT = re.compile(r"List(?!Tags|Objects|ObjectVersions).*|Describe(Deliveries|DeliverySources)|GetHostedZone")
"""Operations that show what else the account holds; of them only refusals are kept."""

HEADERS = (
    "content-type",
    "etag",
    "x-amz-bucket-region",
    "x-amz-meta-snowpixel",
    "x-amz-server-side-encryption",
    "x-amz-transition-default-minimum-object-size",
    "x-amzn-errortype",
)
"""Headers that are kept: they say what the body does not. The others are ids and times."""

NUMBER, NUMBERS = "EXAMPLEREQUEST01", ("x-amz-request-id", "x-amzn-requestid")
"""What is written for AWS's number of a request, and its headers, which tell a reply without a body from another's."""

_CODE = re.compile(rb"<Code>(\w+)</Code>|\"__type\"\s*:\s*\"(?:[\w.]+#)?(\w+)")
LARGEST = 64 * 1024
"""Bytes of a body that is worth keeping."""


class _Raw(Struct):
    step: int
    service: str
    operation: str
    status: int
    headers: dict[str, str]
    body: bytes | None
    """None: a file, which is no reply of AWS's own."""


class Recorder:
    """Listens to botocore, in this process.

    Args:
        source: where the recordings are from, in words.
    """

    def __init__(self, source: str) -> None:
        self.step = 0
        self.withheld: list[str] = []
        """Recordings that still held something known after blanking, and were not written."""
        self._source = source
        self._raw: list[_Raw] = []
        self._lock = threading.Lock()
        self.off = False
        """Whether nothing is kept of what is asked now."""

    def start(self) -> None:
        """Listen to every session that is built from now on."""
        botocore.register_initializer(self._watch)

    def stop(self) -> None:
        """Let sessions that are built later alone."""
        botocore.unregister_initializer(self._watch)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Keep nothing of what is asked meanwhile."""
        self.off = True
        try:
            yield
        finally:
            self.off = False

    def _watch(self, session: Any) -> None:
        session.get_component("event_emitter").register_first("before-parse", self._heard)

    def _heard(self, operation_model: Any, response_dict: dict[str, Any], **_: Any) -> None:
        service, operation = operation_model.service_model.service_name, operation_model.name
        status, body = int(response_dict["status_code"]), response_dict["body"]
        refused = status >= 300
        wanted = service in SERVICES or (service, operation) in ALSO
        if self.off or not wanted or (not refused and OF_THE_ACCOUNT.fullmatch(operation)):
            return
        headers = {name.lower(): str(value) for name, value in response_dict["headers"].items()}
        kept = {name: NUMBER for name in NUMBERS if name in headers}
        kept |= {name: headers[name] for name in HEADERS if name in headers}
        whole = isinstance(body, bytes) and operation != "GetObject"
        raw = _Raw(self.step, service, operation, status, kept, body if whole or refused else None)
        if raw.body is None or len(raw.body) <= LARGEST:
            with self._lock:
                self._raw.append(raw)

    def write(self, folder: Path, blank: Blank) -> list[Path]:
        """Write all that was heard so far, each form once, in place of what was written before."""
        folder.mkdir(parents=True, exist_ok=True)
        with self._lock:
            heard = tuple(self._raw)
        for path in folder.glob(f"*{ENDING}"):  # of an earlier step, when less was known
            path.unlink()
        blank.begin()
        seen: set[tuple[Any, ...]] = set()
        cases: Counter[str] = Counter()
        written: dict[str, Path] = {}
        self.withheld = []
        for raw in heard:
            one = self._blanked(raw, blank)
            form = (one.service, one.operation, one.status, tuple(one.headers.items()), one.body)
            if form in seen:
                continue
            seen.add(form)
            cases[one.name] += 1
            one = replace(one, case=f"{one.case}-{cases[one.name]}" if cases[one.name] > 1 else one.case)
            text = f"{one.headers} {one.body.decode(errors='replace')}"
            if blank.left_in(text):
                self.withheld.append(one.name)
            else:
                written[one.name] = save(one, folder)
        return list(written.values())

    def _blanked(self, raw: _Raw, blank: Blank) -> Recording:
        found = _CODE.search(raw.body or b"") if raw.status >= 300 else None
        code = f"-{(found[1] or found[2]).decode()}" if found else ""
        service, operation = raw.service, botocore.xform_name(raw.operation)
        headers = {
            name: blank.tag(value) if name == "etag" and service == "cloudfront" else blank(value)
            for name, value in raw.headers.items()
        }
        body = blank((raw.body or b"").decode(errors="replace")).encode()
        left_out = () if raw.body is not None else ("The body is a file of its own, and left out.",)
        return Recording(
            service=service,
            operation=operation,
            case=f"trial-{raw.step:02d}{code}",
            status=raw.status,
            headers=headers,
            body=body,
            source=(f"{self._source}, step {raw.step}", *left_out),
        )
