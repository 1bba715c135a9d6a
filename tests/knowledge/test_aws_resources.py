"""What each kind of AWS resource declares is whole: nothing names what isn't there, and nothing is left out."""

from string import Formatter

import pytest

from wizard.aws.policy import ANY, Purpose
from wizard.knowledge.aws_resources import arns, conditions, declarations, permissions, saved_names
from wizard.model.setup import Made

KNOWN = {"id", "account", "zone", "bucket"}
"""Placeholders that are filled with more than a saved id."""

NEEDS = {"", "domain", "route53", "zone-search", "search"}

NOT_IN_AWS = {
    "pixel_source", "pixel_image", "caller_reference", "distributions_former", "former_domains", "alias",
    "certificate_token", "certificate_borrowed", "certificates_replaced", "certificates_former", "validation_name",
    "validation_value", "hosted_zone", "event_request_id", "event_sent_at", "events_sent_again", "proof", "tracker",
    "trackers_stored", "browser_run", "records_seen",
}  # fmt: skip
"""What is saved beside the names of what a setup has in AWS: tokens, former ones, records, files, and proofs."""


def test_every_saved_name_is_declared_by_one_resource() -> None:
    declared = [name for one in declarations().values() for name in one.saved]
    assert len(declared) == len(set(declared))
    assert set(declared) == set(Made.__struct_fields__) - NOT_IN_AWS
    labels = [label for one in saved_names().values() for label in (one.label, one.borrowed) if label]
    assert len(labels) == len(set(labels))
    for name, one in saved_names().items():
        assert not one.borrowed or f"{name}_borrowed" in Made.__struct_fields__
        assert one.needs in NEEDS


@pytest.mark.parametrize("kind", declarations())
def test_a_resources_permissions_name_only_what_is_declared(kind: str) -> None:
    declared = declarations()[kind]
    assert declared.saved or declared.statement
    assert not declared.arns.keys() & {
        name for other, one in declarations().items() if other != kind for name in one.arns
    }
    for entry in declared.statement:
        assert set(entry.on) <= {ANY, *declared.arns}
        assert set(entry.keys) <= set(Purpose)
        assert entry.needs in NEEDS
        assert set(entry.conditions) <= set(conditions())
    used = {name for entry in declared.statement for name in entry.on}
    assert set(declared.arns) <= used
    assert set(declared.conditions) <= {name for entry in declared.statement for name in entry.conditions}


def test_every_arn_has_one_place_and_is_filled_with_what_is_known() -> None:
    assert len(arns()) == sum(len(one.arns) for one in declarations().values())
    every = " ".join(arns().values())
    assert all(f"{{{name}}}" in every for name, one in saved_names().items() if one.named_by_aws)
    for arn in arns().values():
        names = {name for _, name, _, _ in Formatter().parse(arn) if name}
        ids = {name for name, one in saved_names().items() if one.named_by_aws}
        assert names <= KNOWN | ids | {"content_bucket", "log_bucket"}


def test_entries_of_one_statement_have_the_same_conditions() -> None:
    together: dict[str, set[tuple[str, ...]]] = {}
    for entry in permissions():
        together.setdefault(entry.sid, set()).add(entry.conditions)
    assert all(len(found) == 1 for found in together.values()), together
