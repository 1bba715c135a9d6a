"""The plan of the live trial: its twelve steps, what each costs, and which open points each answers."""

from decimal import ROUND_UP, Decimal
from enum import StrEnum

from msgspec import Struct

from wizard.knowledge.costs import CostLine, Estimate, estimate

EVENTS, DAYS = 1000, 1
"""Events and days that the cost counts with: far more than the trial has."""


class StepId(StrEnum):
    """The steps by name, in their order."""

    SIGN_IN = "sign-in"
    RENEWALS = "renewals"
    CREATE = "create"
    EARLY_CHANGE = "early-change"
    SERVE = "serve"
    TRACKER = "tracker"
    DOMAIN = "domain"
    EVENT = "event"
    REPAIR = "repair"
    REPAIR_LOGS = "repair-logs"
    OUTSIDE = "outside"
    REMOVE = "remove"


class Step(Struct, frozen=True):
    """One step."""

    id: StepId
    title: str
    does: str
    costs: tuple[str, ...] | None = None
    """Labels of the lines of the cost estimate that it may bring; None where nothing of it is charged."""
    takes: str = "seconds"
    optional: bool = True
    """Whether the trial goes on without it."""


STEPS: tuple[Step, ...] = (
    Step(
        StepId.SIGN_IN,
        "Sign in",
        "Asks AWS whose credentials these are, and you whether they have the printed policy and nothing else.",
        optional=False,
    ),
    Step(
        StepId.RENEWALS,
        "Look at the account's certificates",
        "Reads the state of the certificates that the account has in us-east-1. Nothing of it is written down but "
        "how many days before its end a renewal began.",
    ),
    Step(
        StepId.CREATE,
        "Create a setup without a domain",
        "`snowpixel apply`: two private buckets, the pixel, a CloudFront distribution, and log delivery.",
        costs=(),
        takes="a minute",
        optional=False,
    ),
    Step(
        StepId.EARLY_CHANGE,
        "Change the distribution while it is being deployed",
        "`snowpixel set` to https only and `apply`, at once; then back again with the next step.",
        costs=(),
    ),
    Step(
        StepId.SERVE,
        "Wait until CloudFront serves the pixel",
        "`snowpixel apply` up to the look from outside; then the pixel's headers are read.",
        costs=("Requests (CloudFront)", "Transfer (CloudFront)"),
        takes="5 to 15 minutes",
        optional=False,
    ),
    Step(
        StepId.TRACKER,
        "Serve the tracker's JavaScript",
        "Adds the goal `js-bucket` and asks CloudFront for the file with gzip, and with Brotli.",
        costs=("JavaScript, requests (CloudFront)", "JavaScript, transfer (CloudFront)"),
        takes="a minute",
    ),
    Step(
        StepId.DOMAIN,
        "Add a domain of yours",
        "Asks for a hostname that you own, requests a certificate, and waits while you add two DNS records. Add both "
        "right away.",
        costs=("HTTPS certificate (ACM)",),
        takes="10 minutes to an hour",
    ),
    Step(
        StepId.EVENT,
        "Send a test event and read it back",
        "`snowpixel apply` to its end, then `snowpixel events`. The log line says how CloudFront escapes.",
        costs=("Log delivery (CloudWatch Logs)", "Log files written (S3)", "Log files stored (S3)"),
        takes="10 minutes to 5 hours",
    ),
    Step(
        StepId.REPAIR,
        "Repair a changed distribution",
        "Changes a setting as somebody would in the console (plain http allowed), then `snowpixel check` and `repair`.",
        costs=(),
        takes="5 to 15 minutes",
    ),
    Step(
        StepId.REPAIR_LOGS,
        "Repair changed log delivery",
        "Moves the log destination to another folder and takes its tags off, then `snowpixel repair`.",
        costs=(),
    ),
    Step(
        StepId.OUTSIDE,
        "Try what is outside AWS",
        "Asks for the project's own `sp.js`, for a web server of yours, and for your browser. Each can be left out.",
        costs=(),
        takes="as long as you like",
    ),
    Step(
        StepId.REMOVE,
        "Remove everything",
        "`snowpixel remove NAME --delete-logs`, then a look at the account for anything that is left.",
        costs=(),
        takes="5 to 20 minutes",
        optional=False,
    ),
)


class Question(Struct, frozen=True):
    """How the trial answers a row of `docs/limits.md`."""

    step: StepId
    how: str


QUESTIONS: dict[str, Question] = {
    "Changing a distribution while it is still deploying": Question(
        StepId.EARLY_CHANGE, "the distribution is changed while its status is `InProgress`"
    ),
    "The pixel's DNS record exists minutes before its alias is attached": Question(
        StepId.DOMAIN, "the times at which the record was seen and the alternate domain name was accepted"
    ),
    "How version 2 of the access logs escapes the query string": Question(
        StepId.EVENT, "the log line of the test event: `%25`, or `%` alone"
    ),
    "When ACM begins to renew a certificate": Question(
        StepId.RENEWALS, "the account's own certificates: days from the start of a renewal to the end"
    ),
    "Log files under a distribution's first hours": Question(
        StepId.EVENT, "the minutes from the first test event to the line that was found, and how many were sent"
    ),
    "The exact permissions": Question(
        StepId.REMOVE, "every refused action of all steps, where the credentials have the printed policy alone"
    ),
    "CloudFront packs the tracker on its way (gzip or Brotli)": Question(
        StepId.TRACKER, "`Content-Encoding` of the answers to both"
    ),
    "The pixel's own metadata (the header `x-amz-meta-snowpixel`) passes through CloudFront": Question(
        StepId.SERVE, "the header in CloudFront's answer"
    ),
    "How AWS's sign-in service renews `aws login`": Question(
        StepId.REMOVE, "whether the access key is another one than at the first step"
    ),
    "The project's own `sp.js`": Question(StepId.OUTSIDE, "whether the file that you name is recognized"),
    "The folder for your own web server": Question(
        StepId.OUTSIDE, "what the check of the address says, and which web server answers"
    ),
    "`browse`": Question(StepId.OUTSIDE, "three events of your own browser, and its name"),
    "A record saved under a mistyped name": Question(
        StepId.DOMAIN, "your word: whether it happened, and what was said"
    ),
    "A record in the parent of a delegated zone": Question(
        StepId.DOMAIN, "your word: whether it happened, and what was said"
    ),
    "Quad9, where a network leaves only HTTPS open": Question(StepId.DOMAIN, "whether Quad9 answers from here"),
    "The domain's own name servers, where port 53 is closed": Question(
        StepId.DOMAIN, "whether the domain's name servers answer from here"
    ),
}
"""Each row of `docs/limits.md`, by its first column."""


def bill() -> Estimate:
    """Return the estimate that all costs of the trial are from."""
    return estimate(EVENTS, DAYS, own_domain=True, route53=False, tracker=True)


def lines_of(step: Step) -> tuple[CostLine, ...]:
    """Return the lines of the estimate that a step may bring."""
    return tuple(line for line in bill().lines if line.label in (step.costs or ()))


def cost_of(step: Step) -> str:
    """Say what a step costs, on the high side."""
    if step.costs is None:
        return "nothing"
    cents = _cents(sum((line.amount for line in lines_of(step)), Decimal(0)))
    return "less than 1 cent" if cents < 1 else f"at most {cents} cent{'' if cents == 1 else 's'}"


def total() -> int:
    """Return whole US cents: each step that is charged at all, rounded up by itself."""
    charged = (step for step in STEPS if step.costs is not None)
    return sum(max(1, _cents(sum((line.amount for line in lines_of(step)), Decimal(0)))) for step in charged)


def _cents(amount: Decimal) -> int:
    return int((amount * 100).to_integral_value(ROUND_UP))
