"""Asking beforehand: what is missing is named, and whoever cannot be asked about is not bothered."""

from collections.abc import Callable, Mapping
from typing import Any

import anyio
import pytest

from tests.aws.limited import admin, user_with, without
from tests.product import Product
from wizard.aws.client import AwsClient
from wizard.aws.errors import AwsError, ErrorKind
from wizard.aws.identity import Identity, who_am_i
from wizard.aws.keys import Keys, KeySource, Secret
from wizard.aws.policy import actions, policy
from wizard.aws.preflight import missing, principal_of
from wizard.model.context import Context
from wizard.model.results import Problem, Status
from wizard.model.setup import Setup, SetupChoices
from wizard.practice.worldfile import WorldFile
from wizard.probes.permissions import PermissionsProbe
from wizard.storage.setup_state import MemoryState

ACCOUNT = "123456789012"
USER = Identity(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/anna")
SETUP = Setup(name="main", id="0badcafe", created=0.0, choices=SetupChoices(domain="e.example.test"))
SIMULATE = {"Effect": "Allow", "Action": ["iam:SimulatePrincipalPolicy"], "Resource": ["*"]}


class Script:
    """An AWS that answers the simulator's questions from a table, as the real one words them.

    Args:
        judge: says whether an action is allowed, from the action and the rest of the question.
    """

    def __init__(self, judge: Callable[[str, Mapping[str, Any]], bool]) -> None:
        self.judge = judge
        self.asked: list[dict[str, Any]] = []

    async def __call__(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        assert (service, operation) == ("iam", "simulate_principal_policy")
        self.asked.append(parameters)
        results = [
            {
                "EvalActionName": action,
                "EvalDecision": "implicitDeny",
                "ResourceSpecificResults": [
                    {"EvalResourceDecision": "allowed" if self.judge(action, parameters) else "implicitDeny"}
                ],
            }
            for action in parameters["ActionNames"]
        ]
        return {"EvaluationResults": results}


def refusing(
    kind: ErrorKind, code: str, when: Callable[[Mapping[str, Any]], bool]
) -> Callable[[str, Mapping[str, Any]], bool]:
    """Allow everything, but refuse certain questions."""

    def judge(action: str, asked: Mapping[str, Any]) -> bool:
        del action
        if when(asked):
            raise AwsError(kind, code, "no", "iam:SimulatePrincipalPolicy", Problem("aws-refused"))
        return True

    return judge


def ask(aws: Any, document: Mapping[str, Any], identity: Identity = USER) -> tuple[str, ...] | None:
    async def run() -> tuple[str, ...] | None:
        return await missing(aws, identity, document)

    return anyio.run(run)


@pytest.mark.parametrize(
    ("arn", "principal"),
    [
        ("arn:aws:iam::123456789012:user/team/anna", "arn:aws:iam::123456789012:user/team/anna"),
        ("arn:aws:sts::123456789012:assumed-role/Admin/anna@example.com", "arn:aws:iam::123456789012:role/Admin"),
        ("arn:aws:iam::123456789012:root", None),
        ("arn:aws:sts::123456789012:federated-user/anna", None),
    ],
)
def test_who_is_judged(arn: str, principal: str | None) -> None:
    assert principal_of(Identity(ACCOUNT, arn)) == principal


def test_root_is_not_asked_about() -> None:
    script = Script(lambda _action, _asked: True)
    assert ask(script, policy(SETUP), Identity(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root")) is None
    assert script.asked == []


def test_whoever_may_do_everything_costs_one_call() -> None:
    script = Script(lambda _action, _asked: True)
    assert ask(script, policy(SETUP)) == ()
    assert len(script.asked) == 1
    assert sorted(script.asked[0]["ActionNames"]) == list(actions(policy(SETUP)))


def test_what_is_allowed_on_our_names_and_tags_only_counts_as_allowed() -> None:
    document = policy(SETUP)
    script = Script(lambda _action, asked: "ResourceArns" in asked or "ContextEntries" in asked)
    unscoped = [action for one in document["Statement"] if one["Sid"] == "LookAround" for action in one["Action"]]
    assert ask(script, document) == tuple(sorted(unscoped))
    by_action = {action: asked for asked in script.asked[1:] for action in asked["ActionNames"]}
    assert by_action["s3:CreateBucket"]["ResourceArns"] == ["arn:aws:s3:::snowpixel-0badcafe-x"]
    assert f"arn:aws:cloudfront::{ACCOUNT}:distribution/x" in by_action["cloudfront:UpdateDistribution"]["ResourceArns"]
    (entry,) = by_action["cloudfront:UpdateDistribution"]["ContextEntries"]
    assert entry == {
        "ContextKeyName": "aws:ResourceTag/snowpixel:id",
        "ContextKeyValues": ["0badcafe"],
        "ContextKeyType": "string",
    }
    types = {
        one["ContextKeyName"]: one["ContextKeyType"] for one in by_action["acm:RequestCertificate"]["ContextEntries"]
    }
    assert types["acm:DomainNames"] == "stringList"
    assert types["acm:ValidationMethod"] == "string"


def test_actions_that_cannot_be_judged_together_are_asked_apart() -> None:
    together = Script(refusing(ErrorKind.REFUSED, "InvalidInput", lambda asked: len(asked["ActionNames"]) > 1))
    assert ask(together, policy(SETUP)) == ()


def test_an_action_that_is_never_judged_is_not_called_missing() -> None:
    def judge(action: str, asked: Mapping[str, Any]) -> bool:
        if "s3:PutObject" in asked["ActionNames"]:
            raise AwsError(
                ErrorKind.REFUSED, "InvalidInput", "no", "iam:SimulatePrincipalPolicy", Problem("aws-refused")
            )
        return action != "s3:GetObject"

    assert ask(Script(judge), policy(SETUP)) == ("s3:GetObject",)


@pytest.mark.parametrize(("kind", "code"), [(ErrorKind.DENIED, "AccessDenied"), (ErrorKind.REFUSED, "NoSuchEntity")])
def test_where_the_simulator_does_not_answer_nothing_is_said(kind: ErrorKind, code: str) -> None:
    script = Script(refusing(kind, code, lambda _asked: True))
    assert ask(script, policy(SETUP)) is None
    assert len(script.asked) == 1


def test_a_simulator_that_stops_answering_leaves_the_rest_open() -> None:
    def judge(_action: str, asked: Mapping[str, Any]) -> bool:
        if "ResourceArns" in asked:
            raise AwsError(
                ErrorKind.UNREACHABLE, "Throttling", "no", "iam:SimulatePrincipalPolicy", Problem("aws-throttled")
            )
        return False

    found = ask(Script(judge), policy(SETUP))
    assert found is not None
    assert "s3:CreateBucket" not in found


# --- With a practice world's IAM -----------------------------------------------------------------------------------


def client(world: WorldFile, keys: Keys | None = None) -> tuple[AwsClient, list[str]]:
    calls: list[str] = []
    keys = keys or Keys(world.access_key_id, Secret(world.secret_access_key))
    source = KeySource(keys=keys, endpoint=world.aws_endpoint)
    return AwsClient(source, "eu-central-1", observe=lambda _service, operation: calls.append(operation)), calls


def may_ask(document: Mapping[str, Any]) -> dict[str, Any]:
    return {**document, "Statement": [*document["Statement"], SIMULATE]}


def asked_of(world: WorldFile, keys: Keys | None, setup: Setup) -> tuple[tuple[str, ...] | None, list[str]]:
    aws, calls = client(world, keys)

    async def run() -> tuple[str, ...] | None:
        me = await who_am_i(aws)
        calls.clear()
        return await missing(aws, me, policy(setup))

    return anyio.run(run), calls


def test_an_administrator_lacks_nothing_and_costs_one_call(world: WorldFile) -> None:
    assert asked_of(world, None, SETUP) == ((), ["simulate_principal_policy"])


def test_the_least_policy_does_not_allow_asking_and_that_is_no_error(world: WorldFile) -> None:
    assert asked_of(world, user_with(world, policy(SETUP)), SETUP) == (None, ["simulate_principal_policy"])


@pytest.mark.parametrize("document", [policy(SETUP), policy(None)], ids=["of the setup", "of any setup"])
def test_the_least_policy_lacks_nothing(world: WorldFile, document: Mapping[str, Any]) -> None:
    found, _calls = asked_of(world, user_with(world, may_ask(document)), SETUP)
    assert found == ()


def test_each_single_gap_is_found(world: WorldFile) -> None:
    whole = policy(SETUP)
    for action in actions(whole):
        found, _calls = asked_of(world, user_with(world, may_ask(without(whole, action))), SETUP)
        assert found == (action,)


def test_the_policy_of_another_set_up_is_not_enough(world: WorldFile) -> None:
    other = policy(Setup(name="main", id="11111111", created=0.0, choices=SetupChoices(domain="f.example.test")))
    found, _calls = asked_of(world, user_with(world, may_ask(other)), SETUP)
    assert found is not None
    assert {"s3:CreateBucket", "cloudfront:UpdateDistribution", "acm:RequestCertificate"} <= set(found)
    assert "cloudfront:ListDistributions" not in found


# --- The row of the checklist ----------------------------------------------------------------------------------------


def row(product: Product, keys: Keys | None, *, ask: bool) -> tuple[Any, list[str]]:
    aws, calls = client(product.world, keys)
    ports = product.service.ports(product.setup().choices)
    context = Context(type(ports)(aws, ports.dns, ports.web, ports.clock), MemoryState(product.setup()))

    async def run() -> Any:
        me = await who_am_i(aws)
        calls.clear()
        return await PermissionsProbe(context, lambda: me, ask=ask).look()

    return anyio.run(run), calls


def test_the_row_names_what_is_missing_with_what_to_add(product: Product) -> None:
    setup = product.new()
    gap = without(policy(setup), "s3:PutObject")
    check, _calls = row(product, user_with(product.world, may_ask(gap)), ask=True)
    assert check.status is Status.WARNING
    assert check.problem.id == "permission-missing"
    assert check.problem.values["action"] == "s3:PutObject"
    assert {"on", "candidates"} <= set(check.problem.values), "the text has no gaps"
    (copyable,) = check.copy
    assert copyable.value == check.problem.values["statement"]
    assert f"arn:aws:s3:::snowpixel-{setup.id}-*/*" in copyable.value


def test_the_row_is_fine_for_whoever_may_do_everything(product: Product) -> None:
    product.new()
    check, calls = row(product, None, ask=True)
    assert (check.status, calls) == (Status.OK, ["simulate_principal_policy"])


def test_the_row_is_fine_where_it_cannot_be_asked(product: Product) -> None:
    setup = product.new()
    check, _calls = row(product, user_with(product.world, policy(setup)), ask=True)
    assert check.status is Status.OK
    assert "n't be checked in advance" in check.summary


def test_a_check_asks_nothing(product: Product) -> None:
    product.new()
    check, calls = row(product, None, ask=False)
    assert (check.status, calls) == (Status.OK, [])


def test_a_session_of_a_role_is_judged_by_its_role(world: WorldFile) -> None:
    iam = admin(world, "iam")
    trust = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}'
    )
    role = iam.create_role(RoleName="looker", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    whole = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
    iam.put_role_policy(RoleName="looker", PolicyName="all", PolicyDocument=whole)
    got = admin(world, "sts").assume_role(RoleArn=role, RoleSessionName="anna")["Credentials"]
    keys = Keys(got["AccessKeyId"], Secret(got["SecretAccessKey"]), Secret(got["SessionToken"]))
    assert asked_of(world, keys, SETUP) == ((), ["simulate_principal_policy"])
