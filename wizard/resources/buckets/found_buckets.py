"""The buckets of an account that belong to setups: the setup's id is in their names, and their files show more."""

import re
from collections.abc import Sequence
from functools import partial

import anyio

from wizard.aws.listing import everything
from wizard.aws.services.s3 import BUCKETS, BucketSummary, OurBucket
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
    found: dict[str, dict[str, BucketSummary]] = {}
    for one in await everything(search.aws, BUCKETS, Prefix="snowpixel-"):
        if match := BUCKET.fullmatch(one.name):
            found.setdefault(match["id"], {})[match["word"]] = one
    return [Trace(setup, closer=partial(_closer, search, those)) for setup, those in found.items()]


async def _closer(search: AccountSearch, buckets: dict[str, BucketSummary], seen: ShownSetup) -> ShownSetup:
    """Add what the files show."""
    named = {FIELDS[word]: one.name for word, one in buckets.items()}
    ours = {field: OurBucket(search.aws, name, search.account, anyio.Lock()) for field, name in named.items()}
    contents = Contents(ours.get("content_bucket"), ours.get("log_bucket"))
    host = seen.choices.get("domain") or seen.made.get("distribution_domain", "")
    choices, made = await contents.seen(host)
    regions = [match["region"] for name in named.values() if (match := BUCKET.fullmatch(name))]
    return seen.joined(
        ShownSetup(
            names=() if any(seen.names) else ((await contents.tags()).get(TAG_SETUP, ""),),
            choices={"region": regions[0], **choices},
            made={**named, **made},
            created=min(one.creation_date.timestamp() for one in buckets.values()),
        )
    )
