"""Somebody edits the distribution at the very moment: merged where it is not ours, asked about where it is."""

from collections.abc import Callable
from typing import Any

import anyio
import pytest

from tests.drift.proving import assert_green
from tests.drift.standing import Behind
from tests.product import not_ok
from wizard.model.context import DISTRIBUTION_EDITED
from wizard.model.results import Job, Snapshot, Status

LONG_ENOUGH = 5.0
"""Seconds in which a walk surely comes to its question, also on a slow machine; it waits that long for an answer."""


class Meanwhile:
    """Edits the distribution once, between the product's look and its write.

    Args:
        behind: the account.
        edit: what to change.
        before: the call of the product just before which it happens.
        number: at which of those calls.
    """

    def __init__(self, behind: Behind, edit: Callable[[dict[str, Any]], None], before: str, number: int = 1) -> None:
        self._behind, self._edit, self._before, self._left = behind, edit, before, number
        self._seen = behind.product.calls

    def append(self, call: tuple[str, str]) -> None:
        """Take the place of the product's list of calls."""
        self._seen.append(call)
        self._left -= call[1] == self._before
        if call[1] == self._before and self._left == 0:
            self._behind.edit(self._edit)

    def clear(self) -> None:
        self._seen.clear()


def _drift(behind: Behind) -> None:
    behind.edit(lambda config: config.update(DefaultRootObject=""))


def _foreign(config: dict[str, Any]) -> None:
    config["PriceClass"] = "PriceClass_100"


def _conflict(config: dict[str, Any]) -> None:
    config["HttpVersion"] = "http2"


def _watch(behind: Behind, meanwhile: Meanwhile) -> None:
    behind.product.calls = meanwhile  # type: ignore[assignment]


@pytest.mark.parametrize("before", ["update_distribution", "get_distribution"])
def test_an_edit_of_what_is_not_ours_is_merged(before: str, standing: Callable[[str], Behind]) -> None:
    behind = standing("domain")
    _drift(behind)
    _watch(behind, Meanwhile(behind, _foreign, before, 1 if before == "update_distribution" else 3))
    done = behind.product.run(Job.REPAIR)
    assert not_ok(done) == []
    found = behind.configuration()
    assert (found["PriceClass"], found["DefaultRootObject"]) == ("PriceClass_100", "i")


@pytest.mark.parametrize("before", ["update_distribution", "get_distribution"])
def test_an_edit_of_what_is_ours_is_asked_about(before: str, standing: Callable[[str], Behind]) -> None:
    behind = standing("domain")
    _drift(behind)
    _watch(behind, Meanwhile(behind, _conflict, before, 1 if before == "update_distribution" else 3))
    parked = behind.product.run(Job.REPAIR, patience=LONG_ENOUGH)
    asked = next(iter(parked.decisions))
    assert (asked.id, asked.default) == (DISTRIBUTION_EDITED, "leave")
    assert "HttpVersion is http2, should be http2and3" in asked.question
    assert asked.flag == "--distribution-edited ours"
    assert parked.status is Status.WAITING
    found = behind.configuration()
    assert (found["HttpVersion"], found["DefaultRootObject"]) == ("http2", "")


def test_the_harmless_answer_leaves_their_edit_and_stops(standing: Callable[[str], Behind]) -> None:
    behind = standing("domain")
    _drift(behind)
    _watch(behind, Meanwhile(behind, _conflict, "update_distribution"))
    stopped = behind.product.run(Job.REPAIR, answers={DISTRIBUTION_EDITED: "leave"})
    found = next(check for check in stopped.checks if check.id == "distribution")
    assert (found.status, found.problem and found.problem.id) == (Status.FAILED, "edited-meanwhile")
    assert behind.configuration()["HttpVersion"] == "http2"


def test_the_other_answer_puts_ours_back(standing: Callable[[str], Behind]) -> None:
    behind = standing("domain")
    _drift(behind)
    _watch(behind, Meanwhile(behind, _conflict, "update_distribution"))
    done = behind.product.run(Job.REPAIR, answers={DISTRIBUTION_EDITED: "ours"})
    assert not_ok(done) == []
    assert behind.configuration()["HttpVersion"] == "http2and3"
    assert_green(behind)


def test_the_answer_may_be_given_while_it_waits(standing: Callable[[str], Behind]) -> None:
    behind = standing("domain")
    _drift(behind)
    _watch(behind, Meanwhile(behind, _conflict, "update_distribution"))
    running = behind.product.service.start(Job.REPAIR, "main", patience=20.0)

    async def answer() -> None:
        async for update in running.progress.updates():
            for decision in update.snapshot.decisions:
                running.progress.answer(decision.id, "ours")

    async def both() -> Snapshot:
        async with anyio.create_task_group() as group:
            group.start_soon(answer)
            await running.run()
        return running.progress.snapshot

    assert not_ok(anyio.run(both)) == []


def test_the_alias_swapped_at_the_same_moment_is_asked_about(standing: Callable[[str], Behind]) -> None:
    behind = standing("domain")
    behind.edit(lambda config: config["ViewerCertificate"].update(MinimumProtocolVersion="TLSv1"))

    def detach(config: dict[str, Any]) -> None:
        config["Aliases"] = {"Quantity": 0}

    _watch(behind, Meanwhile(behind, detach, "update_distribution"))
    parked = behind.product.run(Job.REPAIR, patience=LONG_ENOUGH)
    assert [each.id for each in parked.decisions] == [DISTRIBUTION_EDITED]
