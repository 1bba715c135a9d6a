"""The pixel's image: the built-in GIF or PNG, or the user's own, looked at closely before it is used.

A broken pixel is worth this care: it is cached at every edge for a year and shown by browsers we never meet. Snowplow's
own first one (37 bytes) was broken for some clients and had to be replaced (snowplow/snowplow issues 1258 to 1260).
"""

import struct
import zlib
from importlib.resources import files
from pathlib import Path

from msgspec import Struct

from wizard.model.ports import Web, WebError

SIZE_LIMIT = 1024
"""Bytes; a pixel must be smaller, because it is sent for every event."""

_REDIRECTS = 3
_OK = 200
_GIF = (b"GIF87a", b"GIF89a")
_PNG = b"\x89PNG\r\n\x1a\n"
_OTHERS = (
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"RIFF", "a WebP image"),
    (b"BM", "a BMP image"),
    (b"\x00\x00\x01\x00", "an icon (ICO)"),
    (b"\x1f\x8b", "a gzip file"),
    (b"PK", "a ZIP archive"),
)


class PixelError(ValueError):
    """The image cannot be the pixel; the text says why and what to do."""


class PixelImage(Struct, frozen=True):
    """An image fit to be the pixel."""

    content_type: str
    """`image/gif` or `image/png`."""
    content: bytes


def builtin() -> PixelImage:
    """Return our own pixel: a transparent GIF of 43 bytes, for the key `i`."""
    return PixelImage("image/gif", _asset("pixel.gif"))


def builtin_png() -> PixelImage:
    """Return our own transparent PNG, for the keys `pxl.png` and `ice.png`."""
    return PixelImage("image/png", _asset("pixel.png"))


async def fetch(web: Web, source: str) -> bytes:
    """Get the image's bytes, not yet validated.

    Args:
        web: how to reach an address.
        source: `builtin`, an https URL, or a file's path.

    Raises:
        PixelError: it cannot be had, or not safely.
    """
    source = source.strip()
    scheme = source.partition("://")[0].lower() if "://" in source else ""
    if source == "builtin":
        return builtin().content
    if scheme == "https":
        return await _download(web, source)
    if scheme == "http":
        raise PixelError(
            "HTTP addresses aren't accepted: anybody in between could swap the image that your visitors get. Use the "
            "HTTPS address, or download the file and enter its path."
        )
    if scheme:
        raise PixelError(f"{scheme}:// is not supported. Enter an HTTPS address, a file's path, or `builtin`.")
    return _from_file(source)


def validate(data: bytes) -> PixelImage:
    """Make sure that the bytes are a whole GIF or PNG of one by one pixel and under 1 KiB.

    Raises:
        PixelError: they are not.
    """
    if not data:
        raise PixelError("The file is empty. Choose another image, or `builtin`.")
    if len(data) >= SIZE_LIMIT:
        raise PixelError(
            f"{_kind(data)} has {len(data):,} bytes; the pixel must be under {SIZE_LIMIT:,}, because it is sent for "
            "every event. A 1x1 GIF needs 43."
        )
    if data.startswith(_GIF):
        _check_gif(data)
        return PixelImage("image/gif", data)
    if data.startswith(_PNG):
        _check_png(data)
        return PixelImage("image/png", data)
    raise PixelError(f"{_kind(data)} isn't a GIF or PNG image. Choose a 1x1 GIF or PNG, or `builtin`.")


def _asset(name: str) -> bytes:
    return files("assets").joinpath(name).read_bytes()


async def _download(web: Web, url: str) -> bytes:
    try:
        answer = await web.get(url, limit=SIZE_LIMIT, redirects=_REDIRECTS)
    except WebError as error:
        raise PixelError(
            f"{url} couldn't be fetched: {error}. The image must be under {SIZE_LIMIT:,} bytes and may be reached "
            f"through at most {_REDIRECTS} redirects, to HTTPS only."
        ) from error
    if answer.status != _OK:
        raise PixelError(f"{url} responds with HTTP status {answer.status} instead of an image. Check the address.")
    return answer.body


def _from_file(path: str) -> bytes:
    file = Path(path).expanduser()
    try:
        if not file.is_file():
            raise PixelError(f"There is no file {path}. Give a file's path, an https address, or `builtin`.")
        with file.open("rb") as content:
            return content.read(SIZE_LIMIT + 1)
    except (OSError, ValueError, RuntimeError) as error:
        if isinstance(error, PixelError):
            raise
        raise PixelError(f"{path} can't be read: {error}.") from error


def _kind(data: bytes) -> str:
    """Name what the bytes are, as the beginning of a sentence."""
    start = data[:256].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"<svg"):
        return "This is an SVG drawing; it"
    if start.startswith((b"<!doctype", b"<html", b"<head", b"<?xml", b"<")):
        return "This is a web page, perhaps an error page; it"
    name = next((name for magic, name in _OTHERS if data.startswith(magic)), "")
    return f"This is {name}; it" if name else "The file"


class _Reader:
    """Takes bytes one group after the other.

    Raises:
        PixelError: (every method) the file ends too early.
    """

    def __init__(self, data: bytes, kind: str, start: int) -> None:
        self._data = data
        self._kind = kind
        self._position = start

    def take(self, count: int) -> bytes:
        end = self._position + count
        if end > len(self._data):
            raise PixelError(
                f"The {self._kind} file is truncated: it ends after {len(self._data)} bytes, within its data. "
                "Download it again."
            )
        taken, self._position = self._data[self._position : end], end
        return taken

    def finish(self) -> None:
        """Make sure that nothing follows."""
        extra = len(self._data) - self._position
        if extra:
            raise PixelError(f"The {self._kind} file goes on for {extra} bytes after its end. Export the image again.")


def _one_by_one(kind: str, width: int, height: int) -> None:
    if (width, height) != (1, 1):
        raise PixelError(f"The {kind} image is {width}x{height}; the pixel must be exactly 1x1, to stay invisible.")


def _check_gif(data: bytes) -> None:
    """Walk through all blocks of a GIF (GIF89a specification, sections 17 to 27)."""
    reader = _Reader(data, "GIF", len(_GIF[0]))
    width, height, flags = struct.unpack("<HHBxx", reader.take(7))
    _one_by_one("GIF", width, height)
    table = _color_table(reader, flags)
    frames = 0
    while (block := reader.take(1)) != b"\x3b":
        if block == b"\x21":
            reader.take(1)
            _sub_blocks(reader)
        elif block == b"\x2c":
            _frame(reader, has_table=table)
            frames += 1
        else:
            raise PixelError(f"The GIF file is damaged: it contains an unknown block {block.hex()}. Download it again.")
    if not frames:
        raise PixelError("The GIF file contains no picture. Choose another image, or `builtin`.")
    reader.finish()


def _color_table(reader: _Reader, flags: int) -> bool:
    present = bool(flags & 0x80)
    if present:
        reader.take(3 * 2 ** ((flags & 7) + 1))
    return present


def _sub_blocks(reader: _Reader) -> bytes:
    content = b""
    while length := reader.take(1)[0]:
        content += reader.take(length)
    return content


def _frame(reader: _Reader, *, has_table: bool) -> None:
    left, top, width, height, flags = struct.unpack("<HHHHB", reader.take(9))
    _one_by_one("GIF", left + width, top + height)
    if not (_color_table(reader, flags) or has_table):
        raise PixelError("The GIF file has no color table, and not every program accepts that. Export the image again.")
    bits = reader.take(1)[0]
    if not 2 <= bits <= 8 or not _draws_a_pixel(_sub_blocks(reader), bits):  # noqa: PLR2004 - limits of the format
        raise PixelError("The GIF file is damaged: its picture can't be decompressed. Download it again.")


def _draws_a_pixel(compressed: bytes, bits: int) -> bool:
    """Whether the LZW stream begins, after any clear codes, with a color; one is all that a 1x1 picture has."""
    stream, width, clear = int.from_bytes(compressed, "little"), bits + 1, 1 << bits
    for start in range(0, len(compressed) * 8 - width + 1, width):
        code = (stream >> start) & ((1 << width) - 1)
        if code != clear:
            return code < clear
    return False


_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_INDEXED = 3
_FILTERS = 5


def _check_png(data: bytes) -> None:
    """Read all chunks of a PNG and unpack its only row (PNG specification, third edition, sections 5 to 11)."""
    chunks = _chunks(data)
    if not chunks or chunks[0][0] != b"IHDR":
        raise PixelError("The PNG file is damaged: it doesn't begin with its header. Download it again.")
    row = _row_length(chunks[0][1])
    names = [name for name, _ in chunks]
    if chunks[0][1][9] == _INDEXED and b"PLTE" not in names:
        raise PixelError("The PNG file is damaged: its colors are missing. Download it again.")
    packed = b"".join(content for name, content in chunks if name == b"IDAT")
    unpacker = zlib.decompressobj()
    try:
        unpacked = unpacker.decompress(packed, row + 1)
    except zlib.error as error:
        raise PixelError("The PNG file is damaged: its picture can't be decompressed. Download it again.") from error
    if len(unpacked) != row or not unpacker.eof or unpacked[0] >= _FILTERS:
        raise PixelError("The PNG file is damaged: its picture isn't a single pixel. Download it again.")


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Split into chunks up to and with IEND, each with the right checksum."""
    reader = _Reader(data, "PNG", len(_PNG))
    chunks: list[tuple[bytes, bytes]] = []
    while not chunks or chunks[-1][0] != b"IEND":
        length, name = struct.unpack(">I4s", reader.take(8))
        content = reader.take(length)
        if zlib.crc32(name + content) != int.from_bytes(reader.take(4), "big"):
            raise PixelError("The PNG file is damaged: a checksum is wrong. Download it again.")
        chunks.append((name, content))
    reader.finish()
    return chunks


def _row_length(header: bytes) -> int:
    """Check the header of a one-pixel image; return the bytes of its only row, with the filter byte in front."""
    try:
        width, height, depth, colors, compression, filtering, interlace = struct.unpack(">IIBBBBB", header)
    except struct.error as error:
        raise PixelError("The PNG file is damaged: its header has the wrong length. Download it again.") from error
    _one_by_one("PNG", width, height)
    if depth not in _DEPTHS.get(colors, ()) or compression or filtering or interlace > 1:
        raise PixelError("The PNG file is damaged: its header makes no sense. Download it again.")
    bits: int = depth * _CHANNELS[colors]
    return 1 + (bits + 7) // 8
