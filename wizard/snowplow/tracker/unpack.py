"""Extracts one file from a package in memory; nothing is written where an archive says."""

import gzip
import io
import tarfile
import zlib

from wizard.snowplow.tracker.tracker_file import LIMIT, TrackerError

LARGEST = 32 * 1024 * 1024
"""Bytes that a package may unpack to; today's has a tenth of it."""

MOST_MEMBERS = 5000


class _Limited(io.RawIOBase):
    """Reads on until the limit, then refuses: a small archive may unpack to endless zeros."""

    def __init__(self, packed: bytes) -> None:
        self._inner = gzip.GzipFile(fileobj=io.BytesIO(packed))
        self._left = LARGEST

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._inner.read(size if 0 <= size <= self._left else self._left + 1)
        self._left -= len(data)
        if self._left < 0:
            raise TrackerError(f"The package unpacks to more than {LARGEST:,} bytes; that isn't a tracker.")
        return data


def member(packed: bytes, name: str) -> bytes:
    """Return one regular file of a `.tgz`.

    Names are compared, never followed: links, folders and paths that lead elsewhere are passed over.

    Raises:
        TrackerError: it is damaged, too large, or has no such file.
    """
    try:
        with tarfile.open(fileobj=_Limited(packed), mode="r|") as archive:
            for count, one in enumerate(archive):
                if count > MOST_MEMBERS:
                    break
                if one.name == name and one.isreg() and one.size <= LIMIT:
                    found = archive.extractfile(one)
                    return found.read() if found else b""
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise TrackerError(f"The package is damaged ({error}). Download it again.") from error
    raise TrackerError(
        f"The package contains no file {name} of a tracker's size. Check that it is the tracker's package."
    )
