"""A log bucket of the practice world, and a setup that reads from it: without walking a road."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
from msgspec.structs import replace

from tests.inventory import Account
from tests.product import Product
from tests.snowplow.events.lines import log
from wizard.model.setup import Made, Setup
from wizard.practice.worldfile import WorldFile
from wizard.snowplow.events.reader import EventReader
from wizard.storage.cache import kept_events

BUCKET = "logs-of-the-test"
NOW = (datetime.now(UTC) - timedelta(days=1)).replace(hour=12, minute=30, second=0, microsecond=0).timestamp()
"""Noon of yesterday: some hours before it are of the same day, whenever the tests run."""
HOUR, DAY = 3600.0, 86400.0


class Bucket:
    """A log bucket, and a setup that reads from it."""

    def __init__(self, world: WorldFile, product: Product) -> None:
        self.s3 = Account(world).client("s3")
        self.s3.create_bucket(Bucket=BUCKET)
        self.product = product
        setup = product.new(retention_days=30)
        product.service.store.save(with_made(setup, account=world.account_id, log_bucket=BUCKET))

    @property
    def kept(self) -> Path:
        """The setup's folder in the cache."""
        return kept_events(self.product.service.environment.home / "cache", "main")

    def put(self, at: float, *lines: str, name: str = "a") -> str:
        """Have a log file written at a time."""
        moment = datetime.fromtimestamp(at, UTC)
        key = f"cf/{moment:%Y/%m/%d/%H}/E1.{moment:%Y-%m-%d-%H}.{name}.gz"
        told = [line.replace("2026-11-23\t10:00:00", f"{moment:%Y-%m-%d\t%H:%M:%S}") for line in lines]
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=log(told))
        return key

    def look(self, back: float = 2 * DAY, until: float | None = None, **more: Any) -> tuple[EventReader, int]:
        """Look at the events as a process would, and count how many log files are fetched."""
        self.product.calls.clear()
        reader = self.product.service.event_reader("main", NOW - back, until=until, **more)
        anyio.run(read, reader)
        return reader, self.product.calls.count(("s3", "get_object"))


def with_made(setup: Setup, **made: Any) -> Setup:
    return replace(setup, made=Made(**made))


async def read(reader: EventReader) -> None:
    async for progress in reader.fetched():
        assert progress.files_done <= progress.files


def told(reader: EventReader) -> list[str]:
    """Return what the events say, and end the reader."""
    with closing(reader.base):
        return sorted(event.values["page_title"] for event in reader.base.events())
