"""Random tracker queries through the log and back: `python -m tests.snowplow.events.round_trips 1000000`.

Each query is what a browser or a tracker may send (`~`, quotes, and brackets raw or escaped; any text), logged with
CloudFront's escapes or as it was sent. What nobody can tell apart is left out: a query logged as sent whose escapes
could all be the log's own. Real ones have the slashes of their page in them.
"""

import random
import sys
import time
from collections.abc import Iterator
from urllib.parse import quote, urlencode

from tests.snowplow.events.lines import hit, log, logged
from wizard.snowplow.events.decoder import Decoder

_BLOCK = 20_000
_LETTERS = [
    *"abcXYZ0189-_.~!*'()[]{}<>\"#|\\^`%&=+;:/?@,$ \t\n",
    "%20",
    "%7E",
    "%2520",
    "é",
    "ß",
    "日",
    "😀",
    "\x7f",
    "\x01",
]
_RAW = ["~!*'()", "~!*'()[]", "~", "", "-_.~!*'()[]{}|^`\\\"<>#", "/:@,;?$!*'()~"]
"""What browsers, trackers of the years, and programs leave as it is."""


def queries(seed: int, number: int) -> Iterator[tuple[str, dict[str, str], bool]]:
    """Yield queries: as they are logged, what they say, and whether the log escaped them."""
    random_ = random.Random(seed)
    for count in range(number):
        values = {
            "page": "".join(random_.choices(_LETTERS, k=random_.randrange(12))),
            "url": "https://example.org/" + "".join(random_.choices(_LETTERS, k=random_.randrange(30))),
            "se_la": "".join(random_.choices(_LETTERS, k=random_.randrange(8))),
        }
        raw = random_.choice(_RAW).replace("/", "").replace(":", "")  # a page's slashes are always escaped
        query = urlencode({"e": "se", **values, "tid": str(count)}, quote_via=quote, safe=raw)
        escaped = random_.random() < 0.5
        yield (logged(query) if escaped else query), values, escaped


def errors(seed: int, number: int) -> list[str]:
    """Decode random queries; return those that did not come back."""
    wrong: list[str] = []
    with Decoder(only=["page_title", "page_url", "se_label", "txn_id", "event"]) as decoder:
        given = list(queries(seed, number))
        for _ in decoder.batches([("log", log(hit(query) for query, _, _ in given))]):
            rows = decoder.connection.execute("SELECT txn_id, page_title, page_url, se_label FROM batch").fetchall()
            found = {int(row[0]): row[1:] for row in rows}
            for count, (query, values, _) in enumerate(given):
                wanted = (values["page"] or None, values["url"], values["se_la"] or None)
                if count in found and found[count] != wanted:
                    wrong.append(f"{query!r}: {found[count]!r}")
                given_back = found.pop(count, None)
                if given_back is None:
                    wrong.append(f"{query!r}: lost")
    return wrong


def main(number: int) -> None:
    """Run many, and say how many did not come back."""
    begun, wrong = time.monotonic(), 0
    for start in range(0, number, _BLOCK):
        found = errors(start, min(_BLOCK, number - start))
        wrong += len(found)
        sys.stdout.writelines(f"{each}\n" for each in found[:3])
    sys.stdout.write(f"{number:,} queries, {wrong:,} errors, {time.monotonic() - begun:.0f} s\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
