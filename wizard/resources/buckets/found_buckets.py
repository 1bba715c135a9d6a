"""The buckets of an account that belong to setups: the setup's id is in their names, and their files show more."""

import re
from collections.abc import Sequence
from functools import partial
from typing import Any

from wizard.aws import listing
from wizard.aws.listing import One, everything
from wizard.resources.buckets.bucket_contents import Contents
from wizard.resources.found_again import AccountSearch, ShownSetup, Trace
from wizard.resources.resource import TAG_SETUP

BUCKET = re.compile(r"snowpixel-(?P<id>[0-9a-f]{8})-(?P<word>content|logs)-\d{12}-(?P<region>[a-z0-9-]+)-an")

FIELDS = {"content": "content_bucket", "logs": "log_bucket"}
"""Word in a bucket's name to the field of `Made` that keeps it."""


async def found_buckets(search: AccountSearch) -> Sequence[Trace]:
    """List those of every setup.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    found: dict[str, dict[str, One]] = {}
    for one in await everything(search.aws, listing.BUCKETS, Prefix="snowpixel-"):
        match = BUCKET.fullmatch(one["Name"])
        if match:
            found.setdefault(match["id"], {})[match["word"]] = one | {"region": match["region"]}
    return [Trace(setup, closer=partial(_closer, search, those)) for setup, those in found.items()]


async def _closer(search: AccountSearch, buckets: dict[str, One], seen: ShownSetup) -> ShownSetup:
    """Add what the files show."""
    content, logs = (buckets[word]["Name"] if word in buckets else None for word in FIELDS)
    contents = Contents(search.aws, search.account, content, logs)
    host = seen.choices.get("domain") or seen.made.get("distribution_domain", "")
    choices, made = await contents.seen(host)
    named: dict[str, Any] = {FIELDS[word]: one["Name"] for word, one in buckets.items()}
    return seen.joined(
        ShownSetup(
            names=() if any(seen.names) else ((await contents.tags()).get(TAG_SETUP, ""),),
            choices={"region": next(iter(buckets.values()))["region"], **choices},
            made={**named, **made},
            created=min(one["CreationDate"].timestamp() for one in buckets.values()),
        )
    )
