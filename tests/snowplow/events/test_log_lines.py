"""Lines of a log file as they were logged: by header, tolerant, bounded; and texts anywhere in it."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.snowplow.events.lines import COLUMNS, hit, log
from wizard.snowplow.events import log_lines as module
from wizard.snowplow.events.log_lines import answered_at, log_lines, mentions

AT = 1795428000.0


@pytest.mark.parametrize("packed", [True, False])
def test_a_line_is_read_by_name(packed: bool) -> None:
    (found,) = log_lines(log([hit(request_id="abc==", referer="")], packed=packed))
    assert len(found) == len(COLUMNS)
    assert (found["cs-uri-stem"], found["sc-status"], found["x-edge-request-id"]) == ("/i", "200", "abc==")
    assert (found["cs(referer)"], answered_at(found)) == ("", AT)


@pytest.mark.parametrize(
    ("fields", "values", "at"),
    [
        ("timestamp(ms)", "1795428000500", AT + 0.5),
        ("timestamp", "1795428000", AT),
        ("timestamp", "soon", 0.0),
        ("timestamp", "9" * 400, 0.0),
        ("date time", "2026-11-23\t10:00:00", AT),
        ("date time", "2026-13-45\t10:00:00", 0.0),
        ("date x", "2026-11-23\t10:00:00", 0.0),
    ],
)
def test_the_time_of_a_line(fields: str, values: str, at: float) -> None:
    columns = f"{fields} cs-method cs-uri-stem sc-status".split()
    (found,) = log_lines(log([f"{values}\tGET\t/i\t200"], columns=columns))
    assert answered_at(found) == at


def test_what_cannot_be_read_costs_no_other_line() -> None:
    whole = log([hit(), "half a line", hit() + "\tmore", hit()[:-2], hit()])
    assert len(list(log_lines(whole))) == 2
    assert list(log_lines(hit().encode())) == [], "no header"
    assert list(log_lines(whole[: len(whole) // 2])) == [], "half a block may not be believed"


@pytest.mark.parametrize(
    ("words", "found"), [(["abc=="], True), (["nothing", "page=12345"], True), (["nothing"], False), ([], False)]
)
@pytest.mark.parametrize("packed", [True, False])
def test_texts_are_found_wherever_they_stand(words: list[str], found: bool, packed: bool) -> None:
    file = log([hit(f"e=pv&page={number}", request_id="abc==") for number in range(30_000)], packed=packed)
    assert mentions(file, words) is found


def test_a_text_across_two_blocks_and_before_a_damage() -> None:
    text = b"x" * (1024 * 1024 - 3) + b"needle" + b"y" * 2_000_000
    assert mentions(text, ["needle"])
    packed = gzip.compress(text)
    assert mentions(packed[:-9], ["needle"])
    assert not mentions(packed[:-9], ["needles"])


def test_a_bomb_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST_FILE", 4 * 1024 * 1024)
    assert not mentions(gzip.compress(b"x" * 8_000_000 + b"needle"), ["needle"])


@given(st.binary(max_size=400), st.booleans())
def test_no_bytes_raise(noise: bytes, packed: bool) -> None:
    for data in (gzip.compress(noise) if packed else b"\x1f\x8b" + noise, log([], packed=False) + noise):
        list(log_lines(data))
        mentions(data, ["x"])
