"""The estimate: right, stated, and never cheaper for more."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.knowledge.costs import CostLine, Estimate, estimate, estimate_for
from wizard.model.setup import Goal, SetupChoices
from wizard.wording import cost_table

EVENTS = st.integers(0, 10**10)
DAYS = st.integers(1, 3650)


def simple(events: int, days: int = 90) -> Estimate:
    return estimate(events, days, own_domain=True, route53=False)


def line(found: Estimate, word: str) -> CostLine:
    (one,) = (line for line in found.lines if word in line.label)
    return one


def test_a_million_events_a_month_cost_cents() -> None:
    found = simple(1_000_000)
    assert Decimal("0.05") < found.total < Decimal("0.50")
    requests = line(found, "Requests")
    assert [requests.quantity, requests.free, requests.amount] == [100, 100, 0]
    assert requests.is_free
    assert line(found, "certificate").is_free


def test_above_the_free_part_every_request_counts() -> None:
    requests = line(simple(20_000_000), "Requests")
    assert [requests.free, requests.amount] == [1000, 12]


def test_no_events_no_cost() -> None:
    assert simple(0).total == 0


def test_the_age_of_logs_costs() -> None:
    short, long = simple(10**8, 30), simple(10**8, 300)
    kept = line(short, "stored")
    assert kept.quantity == Decimal("65.1926")
    assert line(long, "stored").amount > 9 * kept.amount


@given(EVENTS, EVENTS, DAYS, st.booleans(), st.booleans())
def test_more_events_never_cost_less(one: int, other: int, days: int, zone: bool, tracker: bool) -> None:
    fewer, more = (
        estimate(n, days, own_domain=True, route53=zone, tracker=tracker).total for n in sorted((one, other))
    )
    assert fewer <= more


@given(EVENTS, DAYS, DAYS)
def test_more_days_never_cost_less(events: int, one: int, other: int) -> None:
    shorter, longer = sorted((one, other))
    assert simple(events, shorter).total <= simple(events, longer).total


@given(EVENTS, DAYS, st.booleans(), st.booleans(), st.sampled_from(["eu-central-1", "us-east-1", "xx-new-9"]))
def test_the_lines_add_up(events: int, days: int, domain: bool, zone: bool, region: str) -> None:
    found = estimate(events, days, own_domain=domain, route53=zone, region=region)
    assert found.total == sum(part.amount for part in found.lines)
    assert all(part.amount >= 0 and 0 <= part.free <= part.quantity for part in found.lines)


def test_the_javascript_has_its_own_lines_and_uses_the_free_part_that_the_pixel_leaves() -> None:
    few = estimate(1_000_000, 90, own_domain=True, route53=False, tracker=True)
    fetched = line(few, "JavaScript, requests")
    assert [fetched.quantity, fetched.amount] == [20, 0]
    assert line(few, "JavaScript, transfer").quantity == Decimal("5.5880")
    assert any("30,000 bytes" in text for text in few.assumptions)
    many = estimate(20_000_000, 90, own_domain=True, route53=False, tracker=True)
    assert line(many, "JavaScript, requests").free == 0
    assert line(many, "JavaScript, requests").amount == Decimal("4.8")
    assert line(many, "JavaScript, transfer").amount == 0
    assert not any("JavaScript" in part.label for part in simple(1).lines)


@given(EVENTS, DAYS, st.booleans(), st.booleans())
def test_what_the_tracker_adds_is_the_difference_to_the_pixel_alone(
    events: int, days: int, domain: bool, zone: bool
) -> None:
    alone = estimate(events, days, own_domain=domain, route53=zone)
    both = estimate(events, days, own_domain=domain, route53=zone, tracker=True)
    assert both.for_tracker == both.total - alone.total >= 0
    assert alone.for_tracker == 0


ADDED = {0: "", 1000: "less than $0.01", 10_000: "about $0.01", 1_000_000: "about $0.01", 20_000_000: "about $4.99"}
"""Events a month to what the tracker is said to add."""


@pytest.mark.parametrize("events", ADDED)
def test_the_plan_says_what_the_tracker_adds(events: int) -> None:
    said = cost_table.more(estimate(events, 90, own_domain=True, route53=False, tracker=True))
    assert said == (ADDED[events] and f"Serving the tracker adds {ADDED[events]} a month.")
    assert not cost_table.more(estimate(events, 90, own_domain=True, route53=False))


def test_only_what_is_wanted_is_priced() -> None:
    alone = SetupChoices(goals=(Goal.JS_BUCKET,), domain="e.example.test")
    assert [part.label.split(" (")[0] for part in estimate_for(alone, route53=False).lines] == [
        "JavaScript, requests",
        "JavaScript, transfer",
        "HTTPS certificate",
    ]
    assert estimate_for(SetupChoices(goals=(Goal.JS_SERVER,), domain="e.example.test"), route53=True).lines == ()
    assert estimate_for(SetupChoices(), route53=False) == estimate(1_000_000, 90, own_domain=False, route53=False)


def test_a_zone_costs_only_where_it_is_ours_to_pay() -> None:
    with_zone = estimate(0, 90, own_domain=True, route53=True)
    assert with_zone.total == Decimal("0.50")
    assert estimate(0, 90, own_domain=False, route53=True).total == 0
    assert line(with_zone, "queries").is_free


def test_regions_have_their_own_prices() -> None:
    here = estimate(10**9, 90, own_domain=False, route53=False, region="us-east-1")
    there = estimate(10**9, 90, own_domain=False, route53=False, region="eu-central-1")
    assert here.total < there.total


def test_what_it_rests_on_is_said() -> None:
    found = simple(1, 30)
    assert found.currency == "USD"
    assert found.as_of.year >= 2026
    assert any("700 bytes" in text for text in found.assumptions)
    assert any("10,000,000 requests" in text for text in found.assumptions)
    assert any("30 days" in text for text in found.assumptions)
    assert any("free plan closes after 6 months" in text for text in found.assumptions)
    assert all(page.startswith("https://aws.amazon.com/") for page in found.pages)


@pytest.mark.parametrize(("events", "days"), [(-1, 1), (1, -1)])
def test_nothing_is_negative(events: int, days: int) -> None:
    with pytest.raises(ValueError, match="negative"):
        simple(events, days)
