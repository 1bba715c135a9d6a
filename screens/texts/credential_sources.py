"""The credentials page in words: sources, the account, and how to get credentials."""

import time
from collections.abc import Iterable

from textual.content import Content

from screens.texts.problem import explained
from screens.texts.session_left import advice, time_left
from screens.texts.style import MUTED, lines, say
from wizard.aws.identity import Identity
from wizard.credentials import guide
from wizard.credentials.manager import KnownIdentity
from wizard.credentials.source import CredentialKind, CredentialSource
from wizard.knowledge import problems
from wizard.wording.amounts import span


def place_line(one: CredentialSource) -> Content:
    """Return a place for the list: its name, what it is, and until when or why not."""
    name = one.name or {CredentialKind.KEPT: "Saved access key", CredentialKind.ENVIRONMENT: "Environment"}.get(
        CredentialKind(one.kind), one.kind
    )
    mark = "✓ " if one.wins else ""
    if one.problem:
        return lines(say(f"{mark}{name}", "bold"), say(f"  ! {problems.explain(one.problem).title}", "$text-warning"))
    return lines(say(f"{mark}{name}", "bold"), say(f"  {one.kind}{_left(one.expires)}", MUTED))


def _left(expires: float | None) -> str:
    if expires is None:
        return ""
    left = expires - time.time()
    return f", expires in {span(left)}" if left > 0 else ", has expired"


def about_place(one: CredentialSource) -> Content:
    """Say where a place comes from and why it is used, or why it cannot be."""
    told = [
        ("From", one.place),
        ("What", one.detail),
        ("Region", one.region),
        ("Factor", one.mfa_serial),
        ("Used", f"because {one.why}" if one.wins and one.why else ""),
    ]
    rows: list[Content | str] = [
        Content.assemble((f"{label:<9}", MUTED), say(str(value))) for label, value in told if value
    ]
    if one.problem:
        rows += ["", explained(one.problem)]
    return lines(*rows)


def whom(known: KnownIdentity, place: CredentialSource | None, now: float) -> Content:
    """Say whom AWS knows, from where, until when, and what to beware of."""
    who = known.who
    rows: list[Content | str] = [*_identity(who)]
    if who.expires is not None:
        left = who.expires - now
        rows += [_row("Valid", time_left(left)), *filter(None, [advice(left)])]
    rows.append("")
    if place:
        rows += [about_place(place), ""]
    for warning in known.warnings:
        rows += _warning(explained(warning))
    return lines(*rows, say("Is this the right account? Everything will be created here.", MUTED))


def _identity(who: Identity) -> Iterable[Content | str]:
    account = f"{who.account[:4]} {who.account[4:8]} {who.account[8:]}" if len(who.account) == 12 else who.account  # noqa: PLR2004
    yield say("✓ Signed in", "bold $text-success")
    yield ""
    yield _row("Account", account)
    if who.alias:
        yield _row("Alias", who.alias)
    yield _row("You are", who.arn.rpartition(":")[2])
    yield say(who.arn, MUTED)


def _row(label: str, value: str) -> Content:
    return Content.assemble((f"{label:<9}", MUTED), say(value))


def _warning(told: Content) -> Iterable[Content | str]:
    yield say("! Good to know; it still works", "$text-warning")
    yield told
    yield ""


def none_found() -> Content:
    """Return the way to the first credentials, with and without an account."""
    words = guide.short()
    return lines(
        say(f"! {words.none}", "bold $text-warning"),
        "",
        say(words.without_account, "bold"),
        say(f"  {words.open_account}"),
        "",
        say(words.with_account, "bold"),
        *(say(f"  {step}") for step in guide.first_steps()),
        "",
        say("ctrl+r tries again. 'How to get credentials' shows every step and other ways.", MUTED),
    )


def how_to() -> Content:
    """Return the guide: what comes before, the AWS CLI, and every way to get credentials, the best first."""
    rows: list[Content | str] = []
    for one in guide.preparations():
        rows += [say(one.title, "bold"), *_steps(one.steps), say(f"  {one.link}", MUTED), ""]
    install = guide.cli_install()
    if install:
        rows += [say(f"Install the AWS CLI ({install.title})", "bold")]
        rows += [*(say(f"  {command}") for command in install.commands), ""]
    for number, way in enumerate(guide.methods()):
        rows += [say(way.title + ("   (recommended)" if number == 0 else ""), "bold"), say(way.for_whom, MUTED)]
        rows += [*_steps(way.steps), say(f"  Risk: {way.risk}"), say(f"  {way.link}", MUTED), ""]
    return lines(*rows, say("Unattended (cron, CI)", "bold"), say(guide.unattended()))


def _steps(steps: Iterable[str]) -> list[Content]:
    return [say(f"  {number}. {step}") for number, step in enumerate(steps, 1)]
