"""Every resource is declared whole: in the table of stages, with its saved id, and with items that there are."""

import pkgutil
from importlib import import_module
from inspect import getmembers, isabstract, isclass

import pytest
from msgspec.structs import replace

import wizard.resources
from tests.engine.parts import context
from wizard.knowledge.aws_resources import saved_names
from wizard.model.context import BROWSE, YES, Context
from wizard.model.setup import Goal, Made, OldTrackers, SetupChoices, TrackerFile
from wizard.resources.resource import Resource
from wizard.stages import Node, stages
from wizard.storage.setup_state import MemoryState

OLD = TrackerFile("release:3.24.6", "tag", "3.24.6", "sha384-x", "0" * 32, 1, "3.24.6/aaaaaaaaaa.js")

NAMED_BY_US = {"delivery-source", "delivery-destination"}
"""Items that stand in AWS by themselves under a name made of the setup's id, so that nothing of them is saved."""


def widest(hosted_zone: str) -> dict[str, Node]:
    """Return everything that a setup may have, by id."""
    empty = context()
    choices = SetupChoices(goals=tuple(Goal), domain="px.example.com", tracker_old=OldTrackers.REMOVE)
    made = Made(trackers_stored=(OLD,), hosted_zone=hosted_zone)
    setup = replace(empty.state.setup, choices=choices, made=made, recipe=0)
    around = Context(empty.ports, MemoryState(setup), {BROWSE: YES})
    return {node.id: node for stage in stages(around) for node in stage.nodes}


EVERY = {**widest(hosted_zone="Z1"), **widest(hosted_zone="")}
RESOURCES = {name: node for name, node in EVERY.items() if isinstance(node, Resource)}


def test_every_kind_of_resource_has_its_place_in_the_table() -> None:
    modules = [
        import_module(found.name) for found in pkgutil.walk_packages(wizard.resources.__path__, "wizard.resources.")
    ]
    kinds = {
        kind
        for module in modules
        for _, kind in getmembers(module, isclass)
        if issubclass(kind, Resource) and not isabstract(kind) and kind.__module__ == module.__name__ and _whole(kind)
    }
    placed = {type(node) for zone in ("Z1", "") for node in widest(zone).values()}
    assert kinds <= placed, {kind.__name__ for kind in kinds - placed}


def _whole(kind: type[Resource]) -> bool:
    """Whether it is no base of others."""
    return not kind.__subclasses__()


@pytest.mark.parametrize("name", sorted(EVERY))
def test_an_item_hangs_only_on_items_that_there_are(name: str) -> None:
    node = EVERY[name]
    named = {*node.needs, *filter(None, [node.parent])}
    if isinstance(node, Resource):
        named |= {*node.removed_after, *node.carries}
    assert named <= set(EVERY)
    assert node.title


@pytest.mark.parametrize("name", sorted(RESOURCES))
def test_what_stands_in_aws_by_itself_declares_what_is_saved_of_it(name: str) -> None:
    node = RESOURCES[name]
    fields = {field for field, saved in saved_names().items() if saved.item == name}
    assert len(fields) == (node.standalone and name not in NAMED_BY_US)
    if node.saved_as is not None:
        assert fields == {node.saved_as}
        assert not node.confirmed
        node.context.state.record(**{node.saved_as: "E1"})
        assert node.confirmed


def test_every_declared_item_is_a_resource() -> None:
    assert {saved.item for saved in saved_names().values() if saved.item} <= set(RESOURCES)
