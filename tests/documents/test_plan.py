"""What a plan says, whoever draws it: the command's lines and the wizard's page have the same parts."""

import re
from typing import Any

import pytest

from screens.texts import plan_details
from wizard.commands import plan_lines
from wizard.commands.session import Session
from wizard.documents.plan import FREE, NOTHING, Plan, plan_of
from wizard.knowledge.costs import estimate_for
from wizard.model.results import Action, Actor, Change, Check, Item, Job, Phase, Problem, Snapshot, StageView, Status
from wizard.model.setup import Goal, Made, Setup, SetupChoices

OURS = Change("bucket", Action.CREATE, Actor.US, "Create the bucket")
RECORD = Change("pixel-record", Action.CREATE, Actor.USER, "Add the record")
BY_US = Change("pixel-record", Action.CREATE, Actor.US, "Add the record")
BY_AWS = Change("first-event", Action.CREATE, Actor.AWS, "Write the first log file")


def a_plan(*items: Item, **choices: Any) -> Plan:
    chosen = SetupChoices(**{"domain": "t.example.org", **choices})
    stages = tuple(StageView(item.id, item.id.title(), "why", (item,)) for item in items)
    return plan_of(Setup(name="main", id="ab", created=0.0, choices=chosen), Snapshot(Job.PLAN, "main", stages=stages))


def an_item(name: str, *changes: Change, status: Status = Status.WAITING, problem: str = "") -> Item:
    check = Check(name, "", status, f"{name} said so", problem=Problem(problem) if problem else None)
    return Item(name, name, name, Phase.DONE, check=check, changes=changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ((OURS,), ("1 step by snowpixel",)),
        ((OURS, BY_US), ("2 steps by snowpixel",)),
        ((OURS, RECORD), ("1 step by snowpixel", "1 DNS record by you")),
        ((RECORD, RECORD), ("Nothing for snowpixel to do", "2 DNS records by you")),
        ((BY_AWS,), ("Nothing for snowpixel to do",)),
        ((), ("Nothing for snowpixel to do",)),
    ],
)
def test_both_front_ends_begin_with_who_does_how_much_and_the_price(
    changes: tuple[Change, ...], said: tuple[str, ...]
) -> None:
    plan = a_plan(*(an_item(change.resource, change) for change in changes))
    price = plan.headline[-1]
    assert plan.headline == (*said, price)
    assert re.fullmatch(r"about \$\d+\.\d\d a month", price)
    first, *lines = plan_lines.lines(Session(), plan)
    assert first == f"Plan for main: {', '.join(plan.headline)}. Nothing was changed."
    assert plan_details.headline(plan).plain == " · ".join(plan.headline)
    shown = plan_details.changes_text(plan).plain
    lines = list(lines)
    for change in changes:
        assert change.summary in shown
        assert any(change.summary in line for line in lines)
    assert (NOTHING in lines) is (shown == NOTHING) is (not changes)


def test_a_zone_in_route53_is_paid_for_where_its_record_is_ours_or_it_is_known() -> None:
    with_zone = estimate_for(SetupChoices(domain="t.example.org"), route53=True)
    without = estimate_for(SetupChoices(domain="t.example.org"), route53=False)
    assert with_zone != without
    assert a_plan(an_item("pixel-record", BY_US)).cost == with_zone
    assert a_plan(an_item("pixel-record", RECORD)).cost == without
    assert a_plan(an_item("bucket", OURS)).cost == without
    setup = Setup(name="main", id="ab", created=0.0, choices=SetupChoices(domain="t.example.org"))
    known = Setup(name="main", id="ab", created=0.0, choices=setup.choices, made=Made(hosted_zone="Z1"))
    nothing = Snapshot(Job.PLAN, "main", stages=())
    assert (plan_of(setup, nothing).cost, plan_of(known, nothing).cost) == (without, with_zone)


@pytest.mark.parametrize(
    ("item", "status", "told"),
    [
        (an_item("a", status=Status.FAILED, problem="gone"), Status.FAILED, True),
        (an_item("a", status=Status.UNKNOWN, problem="gone"), Status.UNKNOWN, True),
        (an_item("a", status=Status.WARNING, problem="gone"), Status.OK, True),
        (an_item("a", OURS, status=Status.WARNING, problem="gone"), Status.OK, True),
        (an_item("a", OURS, status=Status.FAILED, problem="gone"), Status.OK, False),
        (an_item("a", OURS), Status.OK, False),
        (an_item("a", status=Status.OK), Status.OK, False),
        (an_item("a", status=Status.SKIPPED), Status.OK, False),
    ],
)
def test_both_front_ends_tell_what_prevents_a_plan_or_makes_it_doubtful(item: Item, status: Status, told: bool) -> None:
    plan = a_plan(item)
    assert plan.status is status
    assert bool(plan.obstacles or plan.doubts) is told
    matters = plan_details.matters_text(plan)
    lines = "\n".join(plan_lines.lines(Session(), plan))
    assert bool(matters) is told
    assert ("\n1. " in lines) is told


def test_a_setup_without_an_aws_account_has_neither_permissions_nor_a_price() -> None:
    plan = a_plan(goals=(Goal.JS_SERVER,), domain=None)
    assert plan.permissions == ()
    assert FREE in plan_lines.lines(Session(), plan)
    assert plan_details.cost_text(plan).plain == plan_details.rights_text(plan).plain == FREE
