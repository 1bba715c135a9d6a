"""IAM: the policy simulator, every action on every resource with the given conditions."""

from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from ministack.core import iam_evaluator

from wizard.practice.aws_call import AuthorizedCall
from wizard.practice.error_replies import Reply
from wizard.practice.rules.rule import AfterTable, Table
from wizard.practice.state import WorldState

_DECISIONS = {"Allow": "allowed", "Deny": "explicitDeny"}


async def simulated(state: WorldState, call: AuthorizedCall) -> Reply | None:
    """Answer with one result for each action on each resource; the emulator looks at the first resource only."""
    asked = {name: values[0] for name, values in parse_qs(call.body.decode()).items()}
    arn = asked.get("PolicySourceArn", "")
    _, _, kind_and_name = arn.rpartition(":")
    kind, _, name = kind_and_name.partition("/")
    policies_of = {
        "user": iam_evaluator._gather_user_policies,  # noqa: SLF001 - see aws.SEAMS
        "role": iam_evaluator._gather_role_policies,  # noqa: SLF001
    }.get(kind)
    if policies_of is None:
        return None
    policies, context = policies_of(name, state.account), _context(asked)
    results = [
        _result(action, resource, _decide(_asked(arn, action, resource, state.account, context), policies))
        for action in _listed(asked, "ActionNames.member")
        for resource in _listed(asked, "ResourceArns.member") or ["*"]
    ]
    body = (
        '<SimulatePrincipalPolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">'
        f"<SimulatePrincipalPolicyResult><EvaluationResults>{''.join(results)}</EvaluationResults>"
        "<IsTruncated>false</IsTruncated></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>"
    )
    return Reply(200, {"Content-Type": "text/xml"}, body.encode())


def _listed(asked: dict[str, str], prefix: str) -> list[str]:
    found: list[str] = []
    while f"{prefix}.{len(found) + 1}" in asked:
        found.append(asked[f"{prefix}.{len(found) + 1}"])
    return found


def _context(asked: dict[str, str]) -> dict[str, object]:
    found: dict[str, object] = {}
    while (name := f"ContextEntries.member.{len(found) + 1}") + ".ContextKeyName" in asked:
        values = _listed(asked, f"{name}.ContextKeyValues.member")
        several = asked.get(f"{name}.ContextKeyType", "").endswith("List")
        found[asked[f"{name}.ContextKeyName"].lower()] = values if several else "".join(values)
    return found


def _asked(arn: str, action: str, resource: str, account: str, context: dict[str, object]) -> iam_evaluator.EvalContext:
    return iam_evaluator.EvalContext(
        principal_arn=arn,
        principal_type="User",
        principal_account=account,
        action=action,
        resource_arn=resource,
        region="us-east-1",
        service_context=context,
    )


def _decide(asked: iam_evaluator.EvalContext, policies: list[object]) -> str:
    return _DECISIONS.get(iam_evaluator.evaluate(asked, policies).decision, "implicitDeny")


def _result(action: str, resource: str, decision: str) -> str:
    return (
        f"<member><EvalActionName>{escape(action)}</EvalActionName><EvalResourceName>{escape(resource)}"
        f"</EvalResourceName><EvalDecision>{decision}</EvalDecision><MatchedStatements/><MissingContextValues/></member>"
    )


BEFORE: Table = {("iam", "SimulatePrincipalPolicy"): (simulated,)}
AFTER: AfterTable = {}
