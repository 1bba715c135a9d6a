"""The tracker's release in the practice world: found by DNS, redirected to its storage, and the same on every road."""

from urllib.parse import urlsplit

import pytest

from tests.practice.conftest import fetch
from tests.trackers import tag_build
from wizard.practice import tracker_release
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile
from wizard.snowplow.tracker.knowledge import knowledge
from wizard.snowplow.tracker.sources import OriginKind, parse
from wizard.snowplow.tracker.tracker_file import Flavour, recognize


@pytest.mark.parametrize("name", knowledge().files)
def test_a_file_of_the_release_is_redirected_to_where_it_is(world: WorldFile, name: str) -> None:
    address = urlsplit(parse(f"release:{knowledge().version}/{name}").where)
    asked = fetch(world, address.netloc, address.path)
    assert asked.status == 302
    stored = urlsplit(asked.headers["location"])
    assert stored.scheme == "https"
    given = fetch(world, stored.netloc, stored.path)
    assert (given.status, given.data) == (200, tag_build())
    assert "x-amz-cf-id" not in given.headers, "it isn't CloudFront that answers"


@pytest.mark.parametrize("choice", ["release:4.6.8", "release:9.9.9/sp.lite.js"])
def test_another_release_is_not_there(world: WorldFile, choice: str) -> None:
    address = urlsplit(parse(choice).where)
    assert fetch(world, address.netloc, address.path).status == 404
    assert fetch(world, tracker_release.STORAGE, address.path).status == 404


def test_it_stays_when_the_world_is_emptied(world: WorldFile, control: Control) -> None:
    control.reset()
    assert {fetch(world, host, "/").status for host in tracker_release.hosts()} == {404}


def test_what_stands_in_for_it_is_a_tracker_that_works_off_the_tags_queue() -> None:
    tracker = recognize(tracker_release.release_file(), knowledge().version)
    assert tracker.flavour is Flavour.TAG
    assert parse(f"release:{knowledge().version}").kind is OriginKind.RELEASE
