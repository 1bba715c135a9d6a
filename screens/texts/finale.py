"""What the last page says of a setup that works: its first event, and what comes next."""

import shlex
from datetime import UTC, datetime

from textual.content import Content

from screens.texts.browser_proof import events_text
from screens.texts.style import MUTED, lines, say
from wizard.knowledge.costs import estimate_for
from wizard.model.setup import BrowserRun, Proof, Setup
from wizard.wording import cost_table
from wizard.wording.amounts import about

BIG = ("Event", "Page")
"""Parts of an event that say most of it: they stand first, each on a line of its own."""

FOR_LOOKING = ("Event id", "Request id")
"""Parts by which an event is found again."""
NOT_YET = (
    "AWS writes log files several times an hour. A new distribution's first log file can take a few hours. "
    "Continue the setup from the first page to wait for it, or run the checks later."
)


def first_event(proof: Proof | None, *, brief: bool = False) -> Content:
    """Return the decoded test event, its main parts large, or what it waits for.

    Args:
        proof: the event as it was read back; None while it wasn't.
        brief: whether to leave out what only helps in looking for it.
    """
    if proof is None:
        return lines(say("… The test event isn't in the logs yet.", "$text-primary"), "", NOT_YET)
    big = [say(f"  {proof.event[each]}", "bold $text-primary") for each in BIG if each in proof.event]
    left_out = (*BIG, *FOR_LOOKING) if brief else BIG
    rest = {key: value for key, value in proof.event.items() if key not in left_out}
    width = max(map(len, rest), default=0) + 2
    table = [Content.assemble(say(f"  {key:<{width}}", MUTED), say(value)) for key, value in rest.items()]
    took = about(max(0.0, proof.found_at - proof.sent_at))
    where: list[Content | str] = [
        "",
        say(f"sent {_at(proof.sent_at)}, found {_at(proof.found_at)}, {took} later", MUTED),
        say(f"in {proof.log_key}", MUTED),
    ]
    return lines(
        say("✓ It works: your first event arrived.", "bold $text-success"),
        say("It was sent to your pixel and read back, decoded, from your log bucket.", "$text-success"),
        "",
        *big,
        "",
        *table,
        *(where[:0] if brief else where),
    )


def browser_events(run: BrowserRun | None) -> Content:
    """Return the events that the user's own browser sent, or how to send some."""
    if run is None:
        return lines("Not tested in a browser yet: Browser proof (b) sends three events with your own.")
    if run.found_at is None:
        return lines(f"Your browser's events of {_at(run.sent_at)} got a response, but aren't in the logs yet.")
    return events_text(run)


def _at(when: float) -> str:
    return f"{datetime.fromtimestamp(when, UTC):%Y-%m-%d %H:%M:%S} UTC"


def next_steps(setup: Setup, prefix: str) -> Content:
    """Return what to do from here on, the nearest first.

    Args:
        setup: the finished setup.
        prefix: what a plain command begins with on this computer.
    """
    name, choices = shlex.quote(setup.name), setup.choices
    bucket = f" ({setup.made.log_bucket})" if setup.made.log_bucket else ""
    cost = cost_table.total(estimate_for(choices, route53=bool(setup.made.hosted_zone)))
    return lines(
        say("1  Add the tag to your pages, and open one of them in a browser", "bold"),
        "   Copy the tag (c), then paste it where the tab Where says.",
        "",
        say("2  See your events: Events (v)", "bold"),
        f"   A few minutes to an hour later, the page view is in your log bucket{bucket}.",
        "",
        say("3  Check it automatically, every day", "bold"),
        f"   {prefix} schedule {name} --profile snowpixel-check",
        "   It shows the cron line, systemd timer, or launchd agent before it writes it. Nobody is there to unlock a "
        "key store or to sign in again, so give it a read-only user of its own. "
        f"`{prefix} policy {name} --for check` prints its policy, and `aws configure --profile snowpixel-check` "
        "saves its key.",
        "",
        say("4  If you used an access key for this setup, delete it", "bold"),
        f"   `{prefix} policy {name} --for running` prints the policy of a key that can check and repair this setup "
        f"and change nothing else. Removing the setup later needs the first policy again.",
        "",
        say(f"5  Expect {cost}", "bold"),
        f"   That is for {choices.events_per_month:,} events. The tab Cost of the plan has each price.",
        "",
        say("6  Save the values that you copied: records, tags, names", "bold"),
        "   Values file (w) writes them to a file.",
        "",
        say("7  When you no longer need it: Remove, on the first page", "bold"),
        f"   Or `{prefix} remove {name}`. The logs stay, and with them all events, unless you delete them, too.",
    )
