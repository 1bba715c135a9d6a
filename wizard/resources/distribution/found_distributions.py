"""The distributions of an account that belong to setups, known by their tags."""

import re
from collections.abc import Sequence
from typing import Any

from wizard.aws import listing
from wizard.aws.listing import One, everything
from wizard.model.setup import ViewerPolicy
from wizard.resources.distribution.distribution_config import aliases
from wizard.resources.found_again import AccountSearch, ShownSetup, Trace, by_setup
from wizard.resources.resource import TAG_ID, TAG_SETUP

COMMENT = re.compile(r"snowpixel (?P<name>[a-z0-9-]+) \((?P<id>[0-9a-f]{8})\)")
"""A distribution's comment."""


async def found_distributions(search: AccountSearch) -> Sequence[Trace]:
    """List those of every setup; of several of one setup, the one that is in use counts.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    found: list[tuple[str, tuple[One, str]]] = []
    for one in await everything(search.aws, listing.DISTRIBUTIONS):
        if one["ARN"] in search.tagged or COMMENT.fullmatch(one.get("Comment", "")):
            tags = await listing.distribution_tags(search.aws, one["ARN"])
            if TAG_ID in tags:
                found.append((tags[TAG_ID], (one, tags.get(TAG_SETUP, ""))))
    return [_trace(identifier, those) for identifier, those in by_setup(found).items()]


def _trace(identifier: str, found: Sequence[tuple[One, str]]) -> Trace:
    ranked = sorted(found, key=lambda one: (not aliases(one[0]), one[0]["Id"]))
    one, _ = ranked[0]
    attached, hostnames = one.get("ViewerCertificate", {}).get("ACMCertificateArn"), aliases(one)
    choices: dict[str, Any] = {}
    made: dict[str, Any] = {"distribution": one["Id"], "distribution_domain": one["DomainName"]}
    if len(hostnames) == 1:
        choices["domain"] = made["alias"] = hostnames[0]
    if attached:
        choices["certificate"] = made["certificate"] = attached
        made["certificate_borrowed"] = True  # unless it turns out to be the setup's own
    policy = one.get("DefaultCacheBehavior", {}).get("ViewerProtocolPolicy")
    if policy in set(ViewerPolicy):
        choices["viewer"] = ViewerPolicy(policy)
    names = tuple(name for _, name in ranked)
    return Trace(identifier, ShownSetup(names=names, choices=choices, made=made, hostnames=hostnames))
