"""Permissions in words: every action of the printed policy, by service."""

from itertools import groupby

from textual.content import Content

from screens.texts.style import MUTED, clean, lines, say
from wizard.aws.policy import actions, policy
from wizard.model.setup import Setup

SERVICES = {
    "acm": "Certificate Manager",
    "cloudfront": "CloudFront",
    "iam": "IAM",
    "logs": "CloudWatch Logs",
    "route53": "Route 53",
    "s3": "S3",
    "tag": "Resource tags",
}
"""How AWS itself calls the services of these prefixes; others are shown by their prefix."""


def rights_text(setup: Setup) -> Content:
    """Return the actions that this setup's policy allows, and how to print the whole policy."""
    allowed = actions(policy(setup))
    rows: list[Content | str] = []
    for prefix, group in groupby(allowed, key=_service):
        names = [action.partition(":")[2] for action in group]
        rows += [Content.assemble((SERVICES.get(prefix, prefix), "bold"), (f"  {prefix}", MUTED))]
        rows += [say(f"  · {', '.join(names)}")]
    return lines(
        f"snowpixel uses the permissions of the credentials you chose. It needs these {len(allowed)}:",
        "",
        *rows,
        "",
        "The whole policy, with the limits of each permission, for whoever manages your AWS account:",
        say(f"  snowpixel policy {clean(setup.name)}", "bold"),
        say("snowpixel never changes resources it doesn't own: its own carry this setup's tag.", MUTED),
    )


def _service(action: str) -> str:
    return action.partition(":")[0]
