"""How a row about a page is written. Pure."""

from wizard.model.results import Check, Problem, Status

STAGE = "page"


def ok(name: str, summary: str, observed: str = "") -> Check:
    """Return a row in which all is well."""
    return Check(name, STAGE, Status.OK, summary, observed=observed)


def wrong(
    name: str, problem: str, summary: str, observed: str, expected: str = "", *, status: Status = Status.FAILED
) -> Check:
    """Return a row with a problem."""
    values = {"observed": observed, "wanted": expected}
    return Check(name, STAGE, status, summary, observed=observed, expected=expected, problem=Problem(problem, values))


def unread(page: str, problem: str, reason: str, summary: str = "") -> Check:
    """Return the row for a page of which nothing can be said."""
    said = summary or f"{page} couldn't be read"
    values = {"page": page, "observed": reason}
    return Check("page-tag", STAGE, Status.UNKNOWN, said, observed=reason, problem=Problem(problem, values))
