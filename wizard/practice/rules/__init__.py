"""The server-side rules: what AWS refuses, delays or names differently and the emulator does not.

One small function each, in the module of its service. A `before` rule may refuse a call or change its body; an `after`
rule changes the reply. They run after authorization, so a caller without permission hears AccessDenied, as on AWS.
"""

from itertools import chain

from wizard.practice.rules import acm, cloudfront, iam, logs, momentary, route53, s3, staleness
from wizard.practice.rules.rule import After, Before

_MODULES = (acm, cloudfront, s3, logs, route53, iam, momentary, staleness)
"""Temporary refusals come last: what is refused for good is said first."""


def before(service: str, operation: str) -> tuple[Before, ...]:
    """Return the rules to ask before the emulator sees a call, in order."""
    keys = ((service, "*"), (service, operation))
    return tuple(chain.from_iterable(module.BEFORE.get(key, ()) for module in _MODULES for key in keys))


def after(service: str, operation: str) -> tuple[After, ...]:
    """Return the rules that see the emulator's reply, in order."""
    keys = ((service, "*"), (service, operation))
    return tuple(chain.from_iterable(module.AFTER.get(key, ()) for module in _MODULES for key in keys))
