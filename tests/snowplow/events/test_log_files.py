"""Reading log files: by header, tolerant, bounded."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.snowplow.events.lines import COLUMNS, VALUES
from wizard.snowplow.events.log_files import LONGEST_LINE, MOST_BROKEN, LogFile

AT = 1795428000.0


def line(columns: list[str] = COLUMNS, **changes: str) -> str:
    values = VALUES | {key.replace("_", "-"): value for key, value in changes.items()}
    return "\t".join(values.get(column, "-") for column in columns)


def log(*lines: str, columns: list[str] = COLUMNS) -> bytes:
    return "\n".join(["#Version: 1.0", f"#Fields: {' '.join(columns)}", *lines, ""]).encode()


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_line_is_read_by_name(pack: type[bytes]) -> None:
    file = LogFile(pack(log(line())))
    (found,) = file
    assert (found.at, found.method, found.stem, found.query, found.status) == (AT, "GET", "/i", "e=pv", 200)
    assert (found.result, found.request_id, found.host) == ("Hit", "abc==", "e.example.org")
    assert (found.address, found.referer) == ("203.0.113.9", "")
    assert (file.broken, file.cut) == (0, False)


@given(st.permutations(COLUMNS), st.booleans())
def test_the_order_and_number_of_columns_do_not_matter(columns: list[str], tabs: bool) -> None:
    columns = [*columns, "a-new-column"]
    data = log(line(columns), columns=columns)
    if tabs:
        header = "\t".join(columns).encode()
        data = data.replace(" ".join(columns).encode(), header)
    assert list(LogFile(data)) == list(LogFile(log(line())))


def test_columns_may_change_within_a_file() -> None:
    fewer = ["timestamp(ms)", "cs-method", "cs-uri-stem", "cs-uri-query", "sc-status"]
    second = log("1795428000500\tGET\t/i\te=pp\t304", columns=fewer)
    first, other = LogFile(log(line()) + second)
    assert (first.at, other.at, other.status) == (AT, AT + 0.5, 304)


def test_seconds_as_the_only_time() -> None:
    columns = ["timestamp", "cs-method", "cs-uri-stem", "sc-status"]
    (found,) = LogFile(log(f"{AT:.0f}\tGET\t/i\t200", columns=columns))
    assert found.at == AT


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "half a line",
        line()[:-2],
        line() + "\textra",
        line(sc_status="two"),
        line(date="2026-13-45"),
        line(time="-"),
        line(cs_method="-"),
    ],
)
def test_a_broken_line_is_counted_and_the_next_is_read(broken: str) -> None:
    file = LogFile(log(broken, line()))
    assert len(list(file)) == 1
    assert file.broken == bool(broken)


def test_lines_before_any_header_are_broken() -> None:
    file = LogFile(f"{line()}\n".encode())
    assert list(file) == []
    assert file.broken == 1


def test_windows_line_ends_and_a_missing_last_newline() -> None:
    assert len(list(LogFile(log(line(), line()).replace(b"\n", b"\r\n").rstrip()))) == 2


def test_a_visitor_who_hung_up() -> None:
    (found,) = LogFile(log(line(sc_status="000")))
    assert found.status == 0


def test_a_truncated_gzip_gives_what_it_has() -> None:
    lines = [line(x_edge_request_id=f"{number:x}{zlib.crc32(b'%d' % number):x}") for number in range(20_000)]
    packed = gzip.compress(log(*lines))
    file = LogFile(packed[: len(packed) // 2])
    assert 1000 < len(list(file)) < 20_000
    assert file.cut
    assert file.broken <= 1


def test_a_damaged_gzip_is_no_exception() -> None:
    packed = bytearray(gzip.compress(log(*[line()] * 100)))
    packed[len(packed) // 2] ^= 0xFF
    file = LogFile(bytes(packed))
    list(file)
    assert file.cut


def test_several_gzip_members_are_one_file() -> None:
    assert len(list(LogFile(gzip.compress(log(line())) + gzip.compress(log(line()))))) == 2


def test_a_gzip_bomb_stops_at_the_limit() -> None:
    bomb = gzip.compress(log(line()) + b"x" * 50_000_000)
    file = LogFile(bomb, limit=1_000_000)
    assert len(list(file)) == 1
    assert file.cut
    assert file.broken == 1


def test_a_file_that_is_no_log_is_given_up() -> None:
    file = LogFile(gzip.compress(b"a\n" * 3_000_000))
    assert list(file) == []
    assert file.cut
    assert file.broken == MOST_BROKEN


def test_an_overlong_line_is_skipped() -> None:
    file = LogFile(log(line(), "x" * (LONGEST_LINE + 1), "y" * (5 * LONGEST_LINE), line()))
    assert len(list(file)) == 2
    assert file.broken == 2


def test_reading_twice_gives_the_same() -> None:
    file = LogFile(log("broken", line()))
    assert list(file) == list(file)
    assert file.broken == 1


@given(st.binary(max_size=400), st.booleans())
def test_no_bytes_raise(noise: bytes, packed: bool) -> None:
    file = LogFile(gzip.compress(noise) if packed else b"\x1f\x8b" + noise)
    list(file)
    list(LogFile(log() + noise))
