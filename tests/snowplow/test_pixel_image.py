"""The pixel: ours to the byte, others looked at closely."""

import asyncio
import contextlib
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.model.ports import Handshake, Response, WebError
from wizard.snowplow import pixel_image

GIF = bytes.fromhex(
    "474946383961 0100 0100 80 00 00 ffffff 000000 21f904 01 0000 00 00 2c 0000 0000 0100 0100 00 02 02 4401 00 3b"
)
PNG_START = b"\x89PNG\r\n\x1a\n"


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(
    size: tuple[int, int] = (1, 1), depth: int = 8, colors: int = 6, row: bytes = b"\0\0\0\0\0", extra: bytes = b""
) -> bytes:
    header = struct.pack(">IIBBBBB", *size, depth, colors, 0, 0, 0)
    return PNG_START + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(row)) + chunk(b"IEND", b"")


class FakeWeb:
    def __init__(self, status: int = 200, body: bytes = GIF, error: WebError | None = None) -> None:
        self.answer = Response(status=status, headers={}, body=body, address="192.0.2.1", seconds=0.1)
        self.error = error
        self.asked: list[tuple[str, int, int]] = []

    async def get(
        self,
        url: str,
        *,
        connect_to: str | None = None,  # noqa: ARG002
        headers: Mapping[str, str] | None = None,  # noqa: ARG002
        limit: int = 65_536,
        redirects: int = 0,
    ) -> Response:
        self.asked.append((url, limit, redirects))
        if self.error:
            raise self.error
        return self.answer

    async def handshake(self, name: str, *, connect_to: str | None = None) -> Handshake:
        raise NotImplementedError

    async def old_tls(self, name: str, *, connect_to: str | None = None) -> str | None:
        raise NotImplementedError


def fetch(source: str, web: FakeWeb | None = None) -> bytes:
    return asyncio.run(pixel_image.fetch(web or FakeWeb(error=WebError("connect", "not asked")), source))


def test_our_gif_is_what_it_should_be_to_the_byte() -> None:
    assert pixel_image.builtin() == pixel_image.PixelImage("image/gif", GIF)
    assert len(GIF) == 43


def test_our_images_are_valid() -> None:
    for image in (pixel_image.builtin(), pixel_image.builtin_png()):
        assert pixel_image.validate(image.content) == image
    assert pixel_image.builtin_png().content_type == "image/png"


@pytest.mark.parametrize(
    ("depth", "colors", "row", "extra"),
    [
        (1, 0, b"\0\0", b""),
        (16, 2, b"\0" * 7, b""),
        (1, 3, b"\0\0", chunk(b"PLTE", b"\0\0\0")),
        (8, 4, b"\4\0\0", chunk(b"tEXt", b"Comment\0hello")),
        (16, 6, b"\0" * 9, b""),
    ],
)
def test_all_kinds_of_png(depth: int, colors: int, row: bytes, extra: bytes) -> None:
    assert pixel_image.validate(png(depth=depth, colors=colors, row=row, extra=extra)).content_type == "image/png"


def test_a_local_color_table_and_gif87a() -> None:
    local = GIF[:10] + b"\0\0\0" + GIF[19:36] + b"\x80" + GIF[13:19] + GIF[37:]
    assert pixel_image.validate(local).content_type == "image/gif"
    assert pixel_image.validate(b"GIF87a" + GIF[6:]).content_type == "image/gif"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html><body>404", "error page"),
        (b"\xef\xbb\xbf \n<HTML>", "error page"),
        (b"<?xml version='1.0'?><Error><Code>AccessDenied", "error page"),
        (b"<html>" + b" " * 3000, "web page"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"RIFF\0\0\0\0WEBP", "WebP"),
        (b"hello", "isn't a GIF or PNG"),
        (GIF + b"\0" * 1000, "under 1,024"),
        (GIF[:-1], "truncated"),
        (GIF[:20], "truncated"),
        (GIF + b"\n", "after its end"),
        (GIF[:6] + b"\2\0" + GIF[8:], "2x1"),
        (GIF[:32] + b"\2\0" + GIF[34:], "2x1"),
        (GIF[:28] + b"\1\0" + GIF[30:], "2x1"),
        (GIF[:10] + b"\0" + GIF[11:13] + GIF[19:], "no color table"),
        (GIF[:27] + b"\x3b", "no picture"),
        (GIF[:19] + b"\x99" + GIF[20:], "unknown block"),
        (GIF[:37] + b"\x0c" + GIF[38:], "can't be decompressed"),
        (GIF[:39] + b"\x2c\x01" + GIF[41:], "can't be decompressed"),
        (GIF[:38] + b"\0\x3b", "can't be decompressed"),
        (png((2, 1)), "2x1"),
        (png((1, 65536)), "1x65536"),
        (png()[:-3], "truncated"),
        (png()[:-12], "truncated"),
        (png() + b"x", "after its end"),
        (png()[:40] + b"\xff" + png()[41:], "checksum"),
        (png(depth=4), "makes no sense"),
        (png(colors=5), "makes no sense"),
        (png(colors=3, row=b"\0\0"), "colors are missing"),
        (png(row=b"\0\0"), "isn't a single pixel"),
        (png(row=b"\0" * 6), "isn't a single pixel"),
        (png(row=b"\x05\0\0\0\0"), "isn't a single pixel"),
        (PNG_START + chunk(b"IEND", b""), "doesn't begin"),
        (PNG_START + chunk(b"IHDR", b"\0") + chunk(b"IEND", b""), "wrong length"),
    ],
)
def test_what_is_refused_and_why(data: bytes, words: str) -> None:
    with pytest.raises(pixel_image.PixelError, match=words) as caught:
        pixel_image.validate(data)
    assert str(caught.value).endswith((".", "43."))


def test_a_png_that_unpacks_to_much_is_refused() -> None:
    data = png(row=b"\0" * 200_000)
    assert len(data) < pixel_image.SIZE_LIMIT
    with pytest.raises(pixel_image.PixelError, match="isn't a single pixel"):
        pixel_image.validate(data)


def test_a_damaged_picture() -> None:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 6, 0, 0, 0))
    with pytest.raises(pixel_image.PixelError, match="can't be decompressed"):
        pixel_image.validate(PNG_START + header + chunk(b"IDAT", b"no zlib") + chunk(b"IEND", b""))


@given(st.binary(max_size=1100), st.sampled_from([b"", b"GIF89a", GIF[:13], GIF[:28], PNG_START]))
def test_noise_is_refused_and_never_crashes(noise: bytes, start: bytes) -> None:
    try:
        image = pixel_image.validate(start + noise)
    except pixel_image.PixelError:
        return
    assert image.content == start + noise


@given(st.integers(0, 42), st.integers(0, 255))
def test_a_changed_byte_never_crashes(position: int, byte: int) -> None:
    with contextlib.suppress(pixel_image.PixelError):
        pixel_image.validate(GIF[:position] + bytes([byte]) + GIF[position + 1 :])


@given(st.integers(0, 67))
def test_every_shorter_file_is_refused(length: int) -> None:
    for whole in (GIF, pixel_image.builtin_png().content):
        if length < len(whole):
            with pytest.raises(pixel_image.PixelError):
                pixel_image.validate(whole[:length])


def test_fetch_builtin() -> None:
    assert fetch("builtin") == GIF


def test_fetch_from_an_address() -> None:
    web = FakeWeb()
    assert fetch("https://example.org/p.gif", web) == GIF
    assert web.asked == [("https://example.org/p.gif", 1024, 3)]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("http://example.org/p.gif", "swap"),
        ("HTTP://example.org/p.gif", "swap"),
        ("ftp://example.org/p.gif", "not supported"),
        ("s3://bucket/i", "not supported"),
        ("no/such/file", "no file"),
        (".", "no file"),
        ("nul\0byte", "can't be read|no file"),
    ],
)
def test_sources_that_are_refused(source: str, words: str) -> None:
    with pytest.raises(pixel_image.PixelError, match=words):
        fetch(source)


def test_fetch_reports_the_status() -> None:
    with pytest.raises(pixel_image.PixelError, match="HTTP status 404"):
        fetch("https://example.org/p.gif", FakeWeb(status=404))


def test_fetch_reports_why_nothing_came() -> None:
    with pytest.raises(pixel_image.PixelError, match=r"too long.*1,024"):
        fetch("https://example.org/p.gif", FakeWeb(error=WebError("protocol", "too long")))


def test_fetch_from_a_file_reads_no_more_than_needed(tmp_path: Path) -> None:
    small, large = tmp_path / "p.gif", tmp_path / "large"
    small.write_bytes(GIF)
    large.write_bytes(b"x" * 100_000)
    assert fetch(str(small)) == GIF
    assert len(fetch(str(large))) == 1025
