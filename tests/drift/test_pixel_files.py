"""The pixel's files and the image, changed behind our back; edges keep copies, so putting right means dropping them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.drift.proving import PIXEL_PROBES, Drift, prove
from tests.drift.standing import Behind
from wizard.resources.buckets.pixel_objects import KEYS
from wizard.snowplow.pixel_response import CACHE_CONTROL

REPLACED = ("PutObject", "CreateInvalidation")
KINDS = {"i": "image/gif", "pxl.png": "image/png", "ice.png": "image/png"}


def _put(behind: Behind, key: str, **changes: Any) -> None:
    body = behind.s3.get_object(Bucket=behind.content, Key=key)["Body"].read()
    wanted = {"Body": body, "ContentType": KINDS[key], "CacheControl": CACHE_CONTROL} | changes
    behind.s3.put_object(Bucket=behind.content, Key=key, **{name: text for name, text in wanted.items() if text})


EDITS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "overwritten": ({"Body": b"not a pixel"}, ("content",)),
    "of another type": ({"ContentType": "application/octet-stream"}, ("Content-Type",)),
    "kept longer by browsers": ({"CacheControl": "max-age=31536000"}, ("Cache-Control",)),
    "without caching": ({"CacheControl": None}, ("Cache-Control",)),
}


def drifts() -> Iterator[tuple[str, Drift]]:
    for key, item in KEYS.items():
        seen = PIXEL_PROBES if key == "i" else {}
        gone = Drift(
            item,
            lambda b, key=key: b.s3.delete_object(Bucket=b.content, Key=key),  # type: ignore[misc]
            ("PutObject",),
            also=seen,
            edge_forgot=True,
        )
        yield f"{key} deleted", gone
        for word, (edit, names) in EDITS.items():
            drift = Drift(item, lambda b, key=key, edit=edit: _put(b, key, **edit), REPLACED, names)  # type: ignore[misc]
            yield f"{key} {word}", drift


DRIFTS = dict(drifts())


@pytest.mark.parametrize("name", DRIFTS)
def test_a_file_of_the_pixel(name: str, standing: Callable[[str], Behind]) -> None:
    prove(DRIFTS[name], standing(DRIFTS[name].kind))


def test_a_deleted_file_that_edges_still_keep_is_found_all_the_same(standing: Callable[[str], Behind]) -> None:
    behind = standing("domain")
    behind.product.check()  # the edge has it from here on
    prove(Drift("pixel-i", lambda b: b.s3.delete_object(Bucket=b.content, Key="i"), ("PutObject",)), behind)


def test_a_wrong_file_that_edges_took_is_dropped_there_when_it_is_put_right(standing: Callable[[str], Behind]) -> None:
    drift = Drift(
        "pixel-i", lambda b: _put(b, "i", Body=b"not a pixel"), REPLACED, ("content",), PIXEL_PROBES, edge_forgot=True
    )
    prove(drift, standing("domain"))
