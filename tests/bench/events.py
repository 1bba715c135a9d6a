"""Decoding access logs: CPU and memory, beside `zcat | wc -l` and aws-log-parser over the same files.

The lines are as a web tracker's: 33 fields, about 25 parameters, two entities each, logged with CloudFront's escapes.
`SNOWPIXEL_BENCH_EVENTS` sets how many (a million takes about three minutes); aws-log-parser is measured if installed.
"""

import gzip
import importlib.util
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import uuid
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from tests.bench.figures import Figure
from tests.bench.road import a_product
from tests.snowplow.events.kept_bucket import DAY, NOW, Bucket
from tests.snowplow.events.lines import encoded, hit, log, logged, packed

DISTINCT = 10_000
"""Different lines; more events are these again."""

NUMBER = int(os.environ.get("SNOWPIXEL_BENCH_EVENTS", "100000"))
SMALL = 100
"""Lines of a small file."""

SOAK, SOAK_LINES = 20_000, 5
"""Files of the soak, and the lines in each."""

MONTH = 2201
"""Log files of a small site in a month."""

AT_ONCE = 8

MOST_FULL, MOST_FEW = 8.0, 5.0
"""Times the CPU seconds of `zcat | wc -l`: all columns, and those of the summary."""

MOST_MEMORY = 400.0
BESIDE_PARSER = 2.5

FEW = [
    *("collector_tstamp", "event", "event_id", "app_id", "page_url"),
    *("page_referrer", "domain_userid", "useragent", "bot"),
]

_AGENTS = [
    *(
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/{n}.0.0.0 Safari/537.36"
        for n in range(90)
    ),
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
]


def lines(number: int) -> Iterator[str]:
    """Yield different lines of a web tracker."""
    random_ = random.Random(1)

    def any_id() -> str:
        return str(uuid.UUID(int=random_.getrandbits(128)))

    for count in range(number):
        page = f"https://www.example.org/shop/~cat{count % 40}/item-{count % 500}?utm_source=news&q=rot%20%C3%A9"
        web_page = {"schema": "iglu:com.snowplowanalytics.snowplow/web_page/jsonschema/1-0-0", "data": {"id": any_id()}}
        timing = {"schema": "iglu:org.w3/PerformanceTiming/jsonschema/1-0-0", "data": {"navigationStart": count}}
        at = 1_795_814_400_000 + count * 37
        values = {
            "stm": f"{at + 5}", "e": random_.choice(["pv", "pv", "pp", "se", "ue"]), "url": page,
            "page": "Schuhe ~ günstig & gut | Example", "refr": "https://www.google.com/", "eid": any_id(),
            "tv": "js-4.10.1", "tna": "sp", "aid": "shop", "p": "web", "cookie": "1", "cs": "UTF-8", "lang": "de-DE",
            "res": "1920x1080", "cd": "24", "tz": "Europe/Berlin", "dtm": f"{at}", "vp": "1200x800",
            "ds": "1200x4000", "vid": f"{count % 9}", "sid": any_id(), "duid": any_id(),
            "cx": packed({"schema": "iglu:contexts", "data": [web_page, timing]}),
        }  # fmt: skip
        if values["e"] == "se":
            values |= {"se_ca": "shop", "se_ac": "add", "se_la": "x", "se_va": "12.5"}
        if values["e"] == "pp":
            values |= {"pp_mix": "0", "pp_max": "0", "pp_miy": "100", "pp_may": "900"}
        if values["e"] == "ue":
            click = {"schema": "iglu:link_click", "data": {"targetUrl": page}}
            values["ue_px"] = packed({"schema": "iglu:unstruct_event", "data": click})
        yield hit(
            logged(encoded(**values)),
            time=f"{count // 3600 % 24:02}:{count // 60 % 60:02}:{count % 60:02}",
            address=f"192.0.2.{count % 255}",
            agent=logged(random_.choice(_AGENTS)),
            referer="https://www.example.org/",
            request_id=b64encode(random_.randbytes(39)).decode(),
        )


def write(folder: Path) -> tuple[list[Path], list[Path]]:
    """Write the same events as one file and as small ones, which repeat where there are many."""
    some = list(lines(min(DISTINCT, NUMBER)))
    member = log(some)
    one = folder / "one.gz"
    with one.open("wb") as file:
        for _ in range(NUMBER // len(some)):
            file.write(member)
    small = []
    for number in range(0, len(some), SMALL):
        path = folder / f"small-{number}.gz"
        path.write_bytes(log(some[number : number + SMALL]))
        small.append(path)
    return [one], small * (NUMBER // len(some))


def decode(paths: list[Path], only: list[str] | None) -> None:
    """Decode files as `events` does, without keeping the events, and print how many there are."""
    from wizard.snowplow.events.decoder import Decoder  # noqa: PLC0415 - its loading counts as work

    def opened() -> Iterator[tuple[str, BinaryIO]]:
        for path in paths:
            with path.open("rb") as file:
                yield path.name, file

    found = 0
    with Decoder(only=only) as decoder:
        for _ in decoder.batches(opened()):
            ((number,),) = decoder.connection.execute("SELECT count(*) FROM batch").fetchall()
            found += number
    print(found)  # noqa: T201 - read by the parent


def keep(paths: list[Path]) -> None:
    """Decode files as `events` does, keep the events, ask for the summary, and print how many bytes are kept."""
    from wizard.snowplow.events import questions  # noqa: PLC0415 - its loading counts as work
    from wizard.snowplow.events.event_base import EventBase  # noqa: PLC0415 - the same

    with EventBase() as base:
        for path in paths:
            with path.open("rb") as file:
                base.add([(path.name, file)])
        before = time.process_time()
        base.rows("SELECT 1")  # which events are repetitions is found out once for all questions
        between = time.process_time()
        found = questions.summary(base)
        after = time.process_time()
        size = sum(path.stat().st_size for path in base.folder.glob("*.parquet"))
    if not found.events:
        raise AssertionError("the summary has no events")
    print(size, between - before, after - between)  # noqa: T201 - read by the parent


def measured(mode: str, paths: list[Path]) -> tuple[float, float, float]:
    """Run one way in a process of its own: CPU seconds, peak memory in MB, and events."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    if mode == "zcat":
        names = b"\0".join(str(path).encode() for path in paths)
        ran = subprocess.run("xargs -0 zcat | wc -l", shell=True, input=names, capture_output=True, check=True)
        peak = 0.0
    else:
        command = [sys.executable, "-m", "tests.bench.events", mode]
        ran = subprocess.run(command, input=json.dumps([*map(str, paths)]).encode(), capture_output=True, check=True)
        peak = float(ran.stderr.split()[-1]) / 1024
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, peak, float(ran.stdout.split()[-1])


def best(mode: str, paths: list[Path], times: int = 3) -> tuple[float, float, float]:
    """Return the quickest of some runs: a busy machine only adds."""
    return min(measured(mode, paths) for _ in range(times))


def events() -> Iterator[Figure]:
    """Measure all ways over the same files."""
    with tempfile.TemporaryDirectory() as folder:
        one, small = write(Path(folder))
        floor, _, _ = best("zcat", one)
        per_core = {}
        for name, mode, paths, most in (
            ("all columns, 1 file", "all", one, MOST_FULL),
            (f"all columns, {len(small):,} files", "all", small, None),
            ("the summary's columns, 1 file", "few", one, MOST_FEW),
        ):
            seconds, peak, number = best(mode, paths)
            if number != NUMBER // min(DISTINCT, NUMBER) * min(DISTINCT, NUMBER):
                raise AssertionError(f"{name}: {number} events of {NUMBER}")
            per_core[mode, name] = seconds
            told = f"{NUMBER:,} events, {name}"
            yield Figure(f"{told}: CPU, beside `zcat`", seconds / floor, most, "times")
            yield Figure(f"{told}: a core decodes", NUMBER / seconds, None, "events/s")
            yield Figure(f"{told}: peak memory", peak, MOST_MEMORY, "MB")
        yield from _soak(Path(folder))
        if importlib.util.find_spec("aws_log_parser"):
            seconds, _, _ = best("parser", one, 1)
            ours = per_core["all", "all columns, 1 file"]
            yield Figure(f"{NUMBER:,} events: CPU beside aws-log-parser", ours / seconds, 1 / BESIDE_PARSER, "times")


def _soak(folder: Path) -> Iterator[Figure]:
    """Decode very many small files, of which nothing may be left in memory."""
    paths = []
    for count, some in enumerate(batched(lines(DISTINCT), SOAK_LINES)):
        paths.append(folder / f"soak-{count}.gz")
        paths[-1].write_bytes(log(some))
    seconds, peak, number = measured("all", paths * (SOAK // len(paths)))
    if number != SOAK * SOAK_LINES:
        raise AssertionError(f"{number} events of {SOAK * SOAK_LINES}")
    yield Figure(f"{SOAK:,} files: CPU", seconds, None, "s")
    yield Figure(f"{SOAK:,} files: peak memory", peak, MOST_MEMORY, "MB")


def kept_events() -> Iterator[Figure]:
    """Look twice at a month of small files in a bucket of the practice world."""
    with a_product() as product:
        product.control.calm()
        bucket = Bucket(product.world, product)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda n: bucket.put(NOW - n * 30 * DAY / MONTH, hit(), name=f"{n}"), range(MONTH)))
        for look in ("first", "second"):
            begun = time.monotonic()
            reader, fetched = bucket.look(31 * DAY)
            seconds = time.monotonic() - begun
            if len(reader.base.events()) != MONTH:
                raise AssertionError("events are missing")
            reader.close()
            yield Figure(f"a month of {MONTH:,} files, {look} look", seconds, None, "s")
            most = MONTH if look == "first" else 0
            yield Figure(f"a month of {MONTH:,} files, {look} look: files fetched", fetched, most, "files")


def batched(some: Iterator[str], number: int) -> Iterator[list[str]]:
    """Yield lists of so many."""
    while found := list(islice(some, number)):
        yield found


def parse(paths: list[Path]) -> None:
    """Read files with aws-log-parser, and print how many lines there are."""
    from aws_log_parser import AwsLogParser, LogType  # type: ignore[import-not-found]  # noqa: PLC0415 - if installed

    parser = AwsLogParser(log_type=LogType.CloudFront)
    print(sum(1 for path in paths for _ in parser.parse(_texts(path))))  # noqa: T201 - read by the parent


def _texts(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt") as file:
        yield from (line for line in islice(file, None) if not line.startswith("#"))


if __name__ == "__main__":
    given = [Path(path) for path in json.load(sys.stdin)]
    {
        "all": lambda: decode(given, None),
        "few": lambda: decode(given, FEW),
        "keep": lambda: keep(given),
        "parser": lambda: parse(given),
    }[sys.argv[1]]()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)  # noqa: T201 - read by the parent
