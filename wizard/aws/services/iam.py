"""IAM (API 2010-05-08): what is asked about whoever signs the calls."""

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct, field

from wizard.aws.typed import ask
from wizard.model.ports import Aws

SERVICE = "iam"

MOST_RESULTS = 1000
"""Most results in one answer (IAM API reference, SimulatePrincipalPolicy: MaxItems)."""


class _Aliases(Struct, frozen=True, rename="pascal"):
    account_aliases: tuple[str, ...] = ()


class _Device(Struct, frozen=True, rename="pascal"):
    serial_number: str


class _Devices(Struct, frozen=True, rename="pascal"):
    devices: tuple[_Device, ...] = field(name="MFADevices", default=())


class _Group(Struct, frozen=True, rename="pascal"):
    group_name: str


class _Groups(Struct, frozen=True, rename="pascal"):
    groups: tuple[_Group, ...]


class _Policy(Struct, frozen=True, rename="pascal"):
    policy_arn: str


class _Policies(Struct, frozen=True, rename="pascal"):
    attached_policies: tuple[_Policy, ...]

    @property
    def arns(self) -> set[str]:
        return {one.policy_arn for one in self.attached_policies}


class _OnResource(Struct, frozen=True, rename="pascal"):
    eval_resource_decision: str


class _Result(Struct, frozen=True, rename="pascal"):
    eval_action_name: str
    eval_decision: str
    resource_specific_results: tuple[_OnResource, ...] = ()


class _Simulation(Struct, frozen=True, rename="pascal"):
    evaluation_results: tuple[_Result, ...]

    def decisions(self) -> Iterator[tuple[str, str]]:
        """Yield action and decision: for the action as a whole, and for each resource."""
        for result in self.evaluation_results:
            yield result.eval_action_name, result.eval_decision
            for one in result.resource_specific_results:
                yield result.eval_action_name, one.eval_resource_decision


async def account_alias(aws: Aws) -> str | None:
    """Return the account's sign-in name, None where it has none.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    return next(iter((await ask(aws, _Aliases, SERVICE, "list_account_aliases")).account_aliases), None)


async def mfa_devices(aws: Aws, user: str) -> tuple[str, ...]:
    """Return the serial numbers of a user's MFA devices.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    reply = await ask(aws, _Devices, SERVICE, "list_mfa_devices", UserName=user)
    return tuple(one.serial_number for one in reply.devices)


async def groups_of(aws: Aws, user: str) -> tuple[str, ...]:
    """Return the names of a user's groups.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    reply = await ask(aws, _Groups, SERVICE, "list_groups_for_user", UserName=user)
    return tuple(one.group_name for one in reply.groups)


async def policies_of_user(aws: Aws, name: str) -> set[str]:
    """Return the ARNs of the policies that are attached to a user.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    return (await ask(aws, _Policies, SERVICE, "list_attached_user_policies", UserName=name)).arns


async def policies_of_group(aws: Aws, name: str) -> set[str]:
    """Return the ARNs of the policies that are attached to a group.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    return (await ask(aws, _Policies, SERVICE, "list_attached_group_policies", GroupName=name)).arns


async def policies_of_role(aws: Aws, name: str) -> set[str]:
    """Return the ARNs of the policies that are attached to a role.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    return (await ask(aws, _Policies, SERVICE, "list_attached_role_policies", RoleName=name)).arns


async def allowed(aws: Aws, principal: str, actions: Sequence[str], **more: Any) -> set[str]:
    """Return which of some actions IAM's policy simulator allows.

    Args:
        aws: the port to AWS.
        principal: ARN of the user or role.
        actions: as IAM writes them.
        more: `ResourceArns` and `ContextEntries`, as the simulator takes them.

    Raises:
        wizard.aws.errors.AwsError: AWS refused.
    """
    reply = await ask(
        aws,
        _Simulation,
        SERVICE,
        "simulate_principal_policy",
        PolicySourceArn=principal,
        ActionNames=list(actions),
        MaxItems=MOST_RESULTS,
        **more,
    )
    return {action for action, decision in reply.decisions() if decision == "allowed"}
