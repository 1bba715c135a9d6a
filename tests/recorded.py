"""Replies of AWS kept as files: the headers and the body as they came, with every id blanked.

A file `SERVICE.OPERATION.CASE.http` in `tests/recordings/` is one reply to one call. Lines that begin with `#` say
where it is from; then follow the status line, the headers, an empty line, and the body to the end of the file.
"""

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

FOLDER = Path(__file__).with_name("recordings")
ENDING = ".http"
STATUS = "HTTP/1.1 "


class Recording(Struct, frozen=True, kw_only=True):
    """One reply."""

    service: str
    operation: str
    """In snake case, as boto3 spells it."""
    case: str
    """What is special about this one."""
    status: int
    headers: dict[str, str]
    body: bytes
    source: tuple[str, ...] = ()
    """Where it is from, line by line."""

    @property
    def name(self) -> str:
        return f"{self.service}.{self.operation}.{self.case}"


def load(path: Path) -> Recording:
    """Read one file.

    Raises:
        ValueError: it is no reply.
    """
    service, operation, case = path.name.removesuffix(ENDING).split(".", 2)
    head, found, body = path.read_bytes().partition(b"\n\n")
    lines = head.decode().split("\n")
    source = tuple(line.removeprefix("#").strip() for line in lines if line.startswith("#"))
    status, *headers = (line for line in lines if not line.startswith("#"))
    if not found or not status.startswith(STATUS):
        raise ValueError(f"{path} is no recorded reply")
    pairs = (line.partition(": ") for line in headers)
    return Recording(
        service=service,
        operation=operation,
        case=case,
        status=int(status.removeprefix(STATUS)),
        headers={name.lower(): value for name, _, value in pairs},
        body=body,
        source=source,
    )


def save(recording: Recording, folder: Path) -> Path:
    """Write one file, and return where it is."""
    lines = [f"# {line}" for line in recording.source]
    lines += [f"{STATUS}{recording.status}", *(f"{name}: {value}" for name, value in recording.headers.items())]
    path = folder / f"{recording.name}{ENDING}"
    path.write_bytes("\n".join(lines).encode() + b"\n\n" + recording.body)
    return path


def names(folder: Path = FOLDER) -> Iterator[str]:
    """Yield the names of all recordings of a folder, in order."""
    yield from (path.name.removesuffix(ENDING) for path in sorted(folder.glob(f"*{ENDING}")))


def recording(name: str, folder: Path = FOLDER) -> Recording:
    """Return one recording by its name."""
    return load(folder / f"{name}{ENDING}")
