"""Random queries come back from the log, and both ways of decoding say the same."""

import base64
import json
import random
from typing import Any

from tests.snowplow.events.lines import encoded, hit, log, logged
from tests.snowplow.events.round_trips import errors, queries
from wizard.snowplow.events import decoding_sql
from wizard.snowplow.events.columns import COLUMNS, KNOWN_KEYS
from wizard.snowplow.events.decoder import Decoder


def test_random_queries_come_back_from_either_log() -> None:
    assert errors(1, 4000) == []


def test_the_random_queries_have_every_escape_that_the_log_makes() -> None:
    text = "".join(query for query, _, escaped in queries(1, 4000) if escaped)
    escapes = {text[at + 1 : at + 3] for at in range(len(text)) if text[at] == "%"}
    printable = {f"{byte:02X}" for byte in b"<>\"#{}|\\^~[]`'%"}
    assert printable <= escapes


_TEXTS = [
    "a",
    "1",
    "0",
    "",
    "1280x720",
    "1795428000123",
    "12.5",
    "x\ny",
    "é%",
    "caf\udce9",
    "~ +&=",
    "\udc80",
    "nan",
    "-3",
]


def lines(seed: int, number: int) -> list[str]:
    """Return lines with all parameters, among them what SQL can't read."""
    random_ = random.Random(seed)
    found = []
    for count in range(number):
        keys = [*random_.sample(KNOWN_KEYS, 12), "new", "%6Eew"][: random_.randrange(1, 15)]
        values = {key: random_.choice(_TEXTS) for key in keys if not key.startswith(("cx", "co", "ue"))}
        entity: dict[str, Any] = {
            "schema": random_.choice(["s", "s", "s", 1]),
            "data": {"a": random_.choice(_TEXTS[:8])},
        }
        texts = [
            json.dumps({"data": [entity] * random_.randrange(3)}),
            json.dumps({"data": entity}),
            "{",
            '{"data":[,]}',
        ]
        text = random_.choice(texts)
        for key in ("cx", "ue_px"):
            if random_.random() < 0.4:
                values[key] = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=" * random_.randrange(2))
        if random_.random() < 0.2:
            values["co"] = text
        raw = {key: value.encode("utf-8", "surrogateescape") for key, value in values.items() if key != "e"}
        query = encoded(e=random_.choice(["pv", "se", "ue", "lol"]), **{k: v.decode("latin-1") for k, v in raw.items()})
        query = query if all(value.isascii() for value in raw.values()) else _bytes(raw)
        found.append(hit(logged(query) if random_.random() < 0.5 else query, request_id=str(count)))
    return found


def _bytes(raw: dict[str, bytes]) -> str:
    return "e=pv&url=%3A&" + "&".join(
        f"{key}=" + "".join(f"%{byte:02X}" for byte in value) for key, value in raw.items()
    )


def rows(all_lines: list[str], *, by_hand: bool, monkeypatch: Any) -> dict[str, tuple[Any, ...]]:
    with monkeypatch.context() as patched, Decoder() as decoder:
        if by_hand:
            in_sql = decoding_sql.events_sql
            patched.setattr(
                decoding_sql,
                "events_sql",
                lambda *a, **k: in_sql(*a, **k).replace("fault IS NULL AND (", "fault IS NULL AND (true OR ", 1),
            )
        names = ", ".join(column.name for column in COLUMNS)
        for _ in decoder.batches([("log", log(all_lines))]):
            found = decoder.connection.execute(f"SELECT request_id, {names}, served FROM batch").fetchall()
        return {row[0]: tuple(_plain(value) for value in row[1:]) for row in found}


def _plain(value: Any) -> Any:
    """Return JSON as what it says: both ways may space it differently."""
    return json.loads(value) if isinstance(value, str) and value[:1] in "[{" and value[-1:] in "]}" else value


def test_sql_and_the_decoder_by_hand_say_the_same(monkeypatch: Any) -> None:
    all_lines = lines(7, 3000)
    in_sql = rows(all_lines, by_hand=False, monkeypatch=monkeypatch)
    by_hand = rows(all_lines, by_hand=True, monkeypatch=monkeypatch)
    assert len(in_sql) == 3000
    differ = {key: [(a, b) for a, b in zip(in_sql[key], by_hand[key], strict=True) if a != b] for key in in_sql}
    assert {key: value for key, value in differ.items() if value} == {}
