"""The end of a sign-in is seen coming: the time left counts down on the account page and above every walk."""

import time
from typing import Any

import anyio
import pytest

from screens.app import SnowpixelApp
from screens.routes import Route
from screens.texts.session_left import time_left
from screens.widgets.top_line import TopLine
from tests.credentials.conftest import Computer, stamp
from tests.credentials.identities import admin
from tests.credentials.test_renewal import expire, with_profile
from tests.product import Product
from tests.screens.driving import Driver, shown, text_of, wait_for
from wizard.knowledge.problems import explain
from wizard.model.results import Job, Status
from wizard.practice.control_client import Control
from wizard.practice.worldfile import WorldFile
from wizard.service import Service

HOUR, MINUTE = 3600.0, 60.0
FAR = 4_000_000_000.0
"""When the sign-in of these tests ends; the wizard's time is moved towards it, nobody waits."""


class Wall:
    """A clock that stands until it is moved."""

    def __init__(self, at: float) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (3 * HOUR, "expires in 3 h"),
        (45 * MINUTE, "expires in 45 min"),
        (15 * MINUTE, "expires in 15:00"),
        (65.4, "expires in 1:05"),
        (0.5, "expires in 0:00"),
        (0.0, "has expired"),
        (-HOUR, "has expired"),
    ],
)
def test_minutes_at_first_and_seconds_in_the_last_quarter_of_an_hour(left: float, said: str) -> None:
    assert time_left(left) == said


@pytest.fixture
def signed_in(computer: Computer, product: Product, world: WorldFile) -> Service:
    """The product with keys of some hours in the environment, whose end is known."""
    shown_once = admin(world, "sts").get_session_token(DurationSeconds=3600)["Credentials"]
    computer.setenv("AWS_ACCESS_KEY_ID", shown_once["AccessKeyId"])
    computer.setenv("AWS_SECRET_ACCESS_KEY", shown_once["SecretAccessKey"])
    computer.setenv("AWS_SESSION_TOKEN", shown_once["SessionToken"])
    computer.setenv("AWS_CREDENTIAL_EXPIRATION", stamp(FAR))
    service = with_profile(product, world, None)
    service.store.create("main", product.new("other", domain=None).choices)
    return service


def test_a_check_warns_of_a_sign_in_that_ends_soon(signed_in: Service, computer: Computer, product: Product) -> None:
    computer.setenv("AWS_CREDENTIAL_EXPIRATION", stamp(time.time() + 14 * MINUTE))
    product.service = signed_in
    check = next(check for check in product.check().checks if check.id == "identity")
    assert check.problem is not None
    assert (check.problem.id, check.status) == ("login-ending", Status.WARNING)
    assert "min" in check.problem.values["left"]
    assert f"It lasts another {check.problem.values['left']}." in explain(check.problem).meaning


def play(service: Service, wall: Wall, width: int, scene: Any) -> None:
    app = SnowpixelApp(service)
    app.now = wall

    async def run() -> None:
        async with app.run_test(size=(width, 24)) as pilot:
            await scene(app, pilot)

    anyio.run(run)


def top(app: SnowpixelApp) -> str:
    return text_of(app).partition("\n")[0]


@pytest.mark.parametrize("width", [80, 110])
def test_the_account_page_counts_down_and_says_what_to_do(signed_in: Service, width: int) -> None:
    wall = Wall(FAR - 3 * HOUR)

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        app.visit(Route.CREDENTIALS, "main")
        await wait_for(pilot, lambda: "Signed in" in text_of(app))
        assert "expires in 3 h" in shown(app, "#who")
        await wait_for(pilot, lambda: "sign-in expires in 3 h" in top(app))
        assert "Sign in again first" not in shown(app, "#who")
        wall.at = FAR - 14 * MINUTE - 5
        await wait_for(pilot, lambda: "expires in 14:05" in shown(app, "#who"))
        await wait_for(pilot, lambda: "sign-in expires in 14:05" in top(app))
        assert "Sign in again first" in shown(app, "#who")
        wall.at = FAR + 1
        await wait_for(pilot, lambda: "sign-in has expired" in top(app))
        await wait_for(pilot, lambda: "Sign in again in another window" in shown(app, "#who"))

    play(signed_in, wall, width, scene)


@pytest.mark.parametrize(("place", "job"), [(Route.RUN, Job.APPLY), (Route.CHECKLIST, Job.CHECK)])
def test_the_top_of_a_walks_page_counts_down(signed_in: Service, place: Route, job: Job) -> None:
    wall = Wall(FAR - 2 * HOUR)

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        app.visit(place, "main", job=job)
        await wait_for(pilot, lambda: "sign-in expires in 2 h" in top(app))
        wall.at = FAR - 61
        await wait_for(pilot, lambda: "sign-in expires in 1:01" in top(app))

    play(signed_in, wall, 80, scene)


def test_a_new_sign_in_sets_the_countdown_anew(
    signed_in: Service, computer: Computer, product: Product, control: Control
) -> None:
    wall = Wall(FAR - MINUTE)
    product.control.clear_faults()

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        expire(control, ("s3", "PutObject"))
        app.visit(Route.RUN, "main", job=Job.APPLY)
        await wait_for(pilot, lambda: type(app.screen).__name__ == "DecisionModal")
        page = app.screen_stack[-2]
        assert page.query_one(TopLine).ends == FAR
        computer.setenv("AWS_CREDENTIAL_EXPIRATION", stamp(FAR + HOUR))
        app.walks["main"].progress.answer("renew-login", "again")
        await wait_for(pilot, lambda: page.query_one(TopLine).ends == FAR + HOUR)

    play(signed_in, wall, 80, scene)


def test_without_an_end_nothing_is_said(product: Product) -> None:
    product.new(domain=None)

    async def scene(app: SnowpixelApp, pilot: Driver) -> None:
        app.visit(Route.CREDENTIALS, "main")
        await wait_for(pilot, lambda: "Signed in" in text_of(app))
        assert "sign-in" not in top(app)

    play(product.service, Wall(FAR), 80, scene)
