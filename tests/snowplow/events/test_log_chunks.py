"""Log files to clean text: hostile lines and files are counted by what they are, and cost nothing else."""

import gzip
import os
from pathlib import Path

import pytest

from tests.snowplow.events.lines import COLUMNS, hit, log
from wizard.snowplow.events.decoder import Decoder
from wizard.snowplow.events.log_chunks import LONGEST_LINE, MOST_BROKEN, ChunkReader, LogReading, Oddity

GOOD = hit("e=pv&page=good")


def read(*files: bytes) -> tuple[int, LogReading]:
    """Decode files; return how many events there are, and what was met."""
    with Decoder() as decoder:
        number = 0
        for _ in decoder.batches((f"file-{count}", file) for count, file in enumerate(files)):
            ((found,),) = decoder.connection.execute("SELECT count(*) FROM batch WHERE page_title = 'good'").fetchall()
            number += found
        return number, decoder.reading


def odd(reading: LogReading) -> dict[Oddity, int]:
    return dict(reading.odd)


def raw(*lines: bytes) -> bytes:
    return log([]) + gzip.compress(b"".join(line + b"\n" for line in lines))


HOSTILE: dict[str, tuple[bytes, dict[Oddity, int]]] = {
    "half a line": (raw(b"2026-11-23\t10:00:00\tFRA"), {Oddity.FIELDS: 1}),
    "one field too many": (raw(hit().encode() + b"\tmore"), {Oddity.FIELDS: 1}),
    "ten fields too many": (raw(hit().encode() + b"\tmore" * 10), {Oddity.FIELDS: 1}),
    "too few and too many": (raw(hit().encode() + b"\tmore", hit().encode()[:-2]), {Oddity.FIELDS: 2}),
    "a tab in a title": (raw(hit("e=pv&page=a\tb").encode()), {Oddity.FIELDS: 1}),
    "no number as status": (raw(hit(status="two").encode(), hit(status="/200").encode()), {Oddity.VALUE: 2}),
    "no such day": (raw(hit(date="2026-13-45").encode()), {Oddity.VALUE: 1}),
    "no time": (raw(hit(time="").encode()), {Oddity.VALUE: 1}),
    "no method": (raw(hit(method="").encode()), {Oddity.VALUE: 1}),
    "an overlong line": (raw(b"x" * (LONGEST_LINE + 1), b"y" * (30 * LONGEST_LINE)), {Oddity.TOO_LONG: 2}),
    "one field that is no UTF-8": (raw(hit().encode().replace(b"e.example", b"\xff")), {Oddity.NOT_UTF8: 1}),
    "bytes that are no UTF-8": (raw(b"\t".join([*[b"\xff"] * len(COLUMNS)])), {Oddity.NOT_UTF8: 1, Oddity.VALUE: 1}),
    "control characters": (raw(hit("e=pv&page=\x1b[2J\x00\x07").encode()), {}),
    "quotes": (raw(hit("e=pv&page='\"").encode()), {}),
    "Windows line ends": (raw(GOOD.encode() + b"\r"), {}),
    "empty lines": (raw(b"", b"", b"\r"), {}),
    "a comment": (raw(b"#", b"# hello", b"#Version: 2.0"), {}),
    "another header with fewer fields": (
        gzip.compress(
            b"#Fields: timestamp(ms) cs-method cs-uri-stem cs-uri-query sc-status\n1795428000500\tGET\t/i\te=pp\t304\n"
        ),
        {},
    ),
    "no header": (gzip.compress(hit().encode() + b"\n"), {Oddity.NO_HEADER: 1}),
    "a header of something else": (b"#Fields: a b\n1\t2\n", {Oddity.NO_HEADER: 1}),
    "no log at all": (gzip.compress(b"a\n" * (MOST_BROKEN + 5)), {Oddity.NO_HEADER: MOST_BROKEN, Oddity.NO_LOG: 1}),
    "JSON": (b'{"date": "2026-11-23"}\n' * 3, {Oddity.NO_HEADER: 3}),
    "nothing": (b"", {}),
    "noise": (b"\x1f\x8b" + os.urandom(64), {Oddity.CUT: 1}),
}


@pytest.mark.parametrize("packed", [True, False])
def test_hostile_lines_are_named_and_cost_no_other(packed: bool) -> None:
    for name, (file, expected) in HOSTILE.items():
        shown = file if packed or not file.startswith(b"\x1f\x8b") or name == "noise" else gzip.decompress(file)
        number, reading = read(log([GOOD]), shown, log([GOOD, GOOD], packed=packed))
        assert number == 3 + (name == "Windows line ends"), name
        assert odd(reading) == expected, name


def test_a_cut_file_gives_what_it_has_and_is_named() -> None:
    noise = [hit(f"e=pv&page=good&tid={os.urandom(20).hex()}") for _ in range(2000)]
    whole = log(noise)
    number, reading = read(whole[: len(whole) // 2], log([GOOD]))
    assert 500 < number < 2000
    assert reading.named == {"file-0": Oddity.CUT}
    assert reading.odd[Oddity.CUT] == 1


def test_a_damaged_file_is_named() -> None:
    damaged = bytearray(log([GOOD] * 100))
    damaged[len(damaged) // 2] ^= 0xFF
    _, reading = read(bytes(damaged))
    assert reading.named == {"file-0": Oddity.CUT}


def test_a_bomb_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wizard.snowplow.events.log_chunks.LARGEST_FILE", 5_000_000)
    for bomb in (b"\0" * 50_000_000, b"\n" * 50_000_000, b"#\n" * 25_000_000):
        number, reading = read(log([GOOD]) + gzip.compress(bomb), log([GOOD]))
        assert number == 2
        assert reading.named == {"file-0": Oddity.NO_LOG}


@pytest.mark.parametrize("shown", [12, 15, 18, 23, 26, 33])
def test_the_columns_of_every_year(shown: int) -> None:
    columns = COLUMNS[:shown]
    file = log(["\t".join(GOOD.split("\t")[:shown])], columns=columns)
    assert read(file) == (1, LogReading(files=1, lines=1))


def test_any_order_of_columns() -> None:
    values = dict(zip(COLUMNS, GOOD.split("\t"), strict=True))
    columns = [*reversed(COLUMNS), "a-new-column"]
    file = log(["\t".join(values.get(column, "-") for column in columns)], columns=columns)
    assert read(file)[0] == 1


@pytest.mark.parametrize("ends", ["whole", "without a line feed"])
def test_chunks_are_bounded_and_lose_nothing(tmp_path: Path, ends: str) -> None:
    files = [log([GOOD] * 300) if ends == "whole" else log([GOOD] * 300, packed=False).rstrip() for _ in range(20)]
    reader = ChunkReader(LogReading(), tmp_path / "lines", size=100_000)
    sizes = [chunk.path.stat().st_size for file in files for chunk in reader.add("", file)]
    sizes += [chunk.path.stat().st_size for chunk in reader.rest()]
    assert sum(sizes) == 20 * 300 * (len(GOOD) + 1)
    assert max(sizes) < 100_000 + 300 * (len(GOOD) + 1)
    assert reader.reading.lines == 6000


def test_several_gzip_members_are_one_file() -> None:
    assert read(log([GOOD]) + log([GOOD]))[0] == 2


def test_a_file_is_bigger_than_a_block() -> None:
    assert read(log([GOOD] * 20_000))[0] == 20_000
