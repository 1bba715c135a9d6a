"""The distributions of an account that belong to setups, known by their tags."""

import re
from collections.abc import Sequence
from typing import Any

from wizard.aws.listing import everything
from wizard.aws.services.cloudfront import DISTRIBUTIONS, DistributionSummary, distribution_tags
from wizard.model.setup import ViewerPolicy
from wizard.resources.found_again import AccountSearch, ShownSetup, Trace, by_setup
from wizard.resources.resource import TAG_ID, TAG_SETUP

COMMENT = re.compile(r"snowpixel (?P<name>[a-z0-9-]+) \((?P<id>[0-9a-f]{8})\)")
"""A distribution's comment."""


async def found_distributions(search: AccountSearch) -> Sequence[Trace]:
    """List those of every setup; of several of one setup, the one that is in use counts.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    found: list[tuple[str, tuple[DistributionSummary, str]]] = []
    for one in await everything(search.aws, DISTRIBUTIONS):
        if one.arn in search.tagged or COMMENT.fullmatch(one.comment):
            tags = await distribution_tags(search.aws, one.arn)
            if TAG_ID in tags:
                found.append((tags[TAG_ID], (one, tags.get(TAG_SETUP, ""))))
    return [_trace(identifier, those) for identifier, those in by_setup(found).items()]


def _trace(identifier: str, found: Sequence[tuple[DistributionSummary, str]]) -> Trace:
    ranked = sorted(found, key=lambda one: (not one[0].aliases.items, one[0].id))
    one, _ = ranked[0]
    attached, hostnames = one.viewer_certificate.acm_certificate_arn, one.aliases.items
    choices: dict[str, Any] = {}
    made: dict[str, Any] = {"distribution": one.id, "distribution_domain": one.domain_name}
    if len(hostnames) == 1:
        choices["domain"] = made["alias"] = hostnames[0]
    if attached:
        choices["certificate"] = made["certificate"] = attached
        made["certificate_borrowed"] = True  # unless it turns out to be the setup's own
    policy = one.default_cache_behavior.viewer_protocol_policy
    if policy in set(ViewerPolicy):
        choices["viewer"] = ViewerPolicy(policy)
    names = tuple(name for _, name in ranked)
    return Trace(identifier, ShownSetup(names=names, choices=choices, made=made, hostnames=hostnames))
