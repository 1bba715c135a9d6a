"""Every shape of a page in the table gets the verdict that stands beside it."""

import pytest

from tests.snowplow.pagecheck.shapes import SETUP, SHAPES, Shape
from wizard.knowledge.problems import explain
from wizard.model.ports import Response
from wizard.model.results import Check, worst
from wizard.snowplow.pagecheck.html import read
from wizard.snowplow.pagecheck.judge import judge


def verdict(shape: Shape) -> tuple[Check, ...]:
    headers = {"content-type": "text/html; charset=utf-8", **shape.headers}
    return judge(read(shape.url, Response(200, headers, shape.text.encode(), "", 0.0)), SETUP)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_each_shape_gets_its_verdict(shape: Shape) -> None:
    checks = verdict(shape)
    problems = sorted({check.problem.id for check in checks if check.problem})
    told = [(check.id, check.status, check.observed) for check in checks if check.problem]
    assert (worst(check.status for check in checks), problems) == (shape.status, sorted(set(shape.problems))), told
    for check in checks:
        if check.problem:
            assert explain(check.problem).steps


def test_the_table_is_large_and_names_each_shape_once() -> None:
    assert len({shape.name for shape in SHAPES}) == len(SHAPES) >= 60
