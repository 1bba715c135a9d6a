"""docs/first-day.md: from no AWS account to credentials that snowpixel can use, made from the guide's own texts."""

import textwrap
from collections.abc import Iterable, Iterator

from wizard.credentials import guide
from wizard.credentials.guide import CredentialMethod, Preparation

HEAD = """# Your first day on AWS

From no AWS account to the wizard's plan. If you have an account and `aws login` works, skip to
[the check](#check-whose-they-are). To try snowpixel first, use `snowpixel practice`: it needs no account.

What snowpixel needs:

- an AWS account that may use CloudFront: yours, or one in which somebody gives you the permissions that
  `snowpixel policy` prints;
- credentials for it on this computer, which need not be stored anywhere;
- a domain whose DNS records you can change, or no domain yet: the pixel then starts on a CloudFront domain name.

AWS charges the account's payment card for what it creates. The wizard's plan and `snowpixel plan` show how much, before
anything is created.
"""

WAYS = """## Give snowpixel credentials

Choose one way. [credentials.md](credentials.md) says which credentials are used when there are several, and what a
stolen key can do.
"""

CHECK = """## Check whose they are

```sh
snowpixel credentials --ask    # which credentials are used, and the account that they belong to
snowpixel                      # the wizard: its page "AWS account" says the same
```

A profile with a name of its own is chosen on that page, or with `--profile NAME`.
"""

LAST = "verification"
"""The preparation that comes last: it is for those whom AWS stops later."""


def page() -> bytes:
    """Return the page."""
    return ("\n".join(_lines()) + "\n").encode()


def _lines() -> Iterator[str]:
    yield HEAD
    for one in guide.preparations():
        if one.id != LAST:
            yield from _preparation(one)
    yield from _install()
    yield WAYS
    for number, way in enumerate(guide.methods()):
        yield from _way(way, recommended=number == 0)
    yield CHECK
    for one in guide.preparations():
        if one.id == LAST:
            yield from _preparation(one)
    yield "`snowpixel explain account-not-verified` says it in short."


def _preparation(one: Preparation) -> Iterator[str]:
    yield from (f"## {one.title}", "", *_steps(one.steps), "", f"See <{one.link}>.", "")


def _install() -> Iterator[str]:
    yield from (
        "## Install the AWS CLI",
        "",
        "`aws login` and single sign-on need it. You need version 2.32 or newer.",
        "",
    )
    for one in guide.cli_installs():
        yield from (f"{one.title}:", "", "```sh", *one.commands, "```", "")


def _way(way: CredentialMethod, *, recommended: bool) -> Iterator[str]:
    yield from (f"### {way.title}{' (recommended)' if recommended else ''}", "", *_wrapped(way.for_whom), "")
    yield from (*_steps(way.steps), "", *_wrapped(f"Risk: {way.risk} See <{way.link}>."), "")


def _steps(steps: Iterable[str]) -> Iterator[str]:
    for number, step in enumerate(steps, 1):
        lead = f"{number}. "
        yield from _wrapped(step, lead, " " * len(lead))


def _wrapped(text: str, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(
        text, 118, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
