"""Our own tag as bundlers, frameworks, and tools really write it: the page check passes it, and so does Chromium."""

import pytest

from tests.snowplow.browserproof.watched import HOSTS, Watched
from tests.snowplow.pagecheck.bundled import BUILT, Built
from tests.snowplow.pagecheck.test_shapes import verdict
from wizard.model.results import Status, worst
from wizard.snowplow.browserproof.page_verdict import judged, settled


@pytest.mark.parametrize("built", BUILT, ids=lambda built: built.name)
def test_what_tools_build_passes_our_own_check(watched: Watched, built: Built) -> None:
    read = verdict(built)
    problems = tuple(check.problem.id for check in read if check.problem)
    assert (worst(check.status for check in read), problems) == (built.status, built.problems), read
    seen = watched.see(built)
    views = [event.namespace for sent in seen.sent for event in sent.events if event.kind == "pv"]
    assert views == ["own"] * built.sends, seen
    shown = judged(seen, built.url, HOSTS, read)
    assert shown[0].status is (Status.OK if built.sends else Status.WARNING)
    whole = worst(check.status for check in settled(read, shown))
    assert whole is (built.settled or (Status.WARNING if built.status is Status.WARNING else Status.OK))
