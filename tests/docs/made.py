"""Which pages are made, and from what."""

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.docs import events_page, first_day_page, problems_page
from tests.live_trial import page
from wizard.documents import json_check

DOCS = Path(__file__).resolve().parents[2] / "docs"

PAGES: Mapping[Path, Callable[[], bytes]] = {
    DOCS / "check.schema.json": json_check.schema,
    DOCS / "events.md": events_page.page,
    DOCS / "first-day.md": first_day_page.page,
    DOCS / "live-trial.md": page.page,
    DOCS / "problems.md": problems_page.page,
}
