"""Certificates, judged."""

import pytest
from msgspec.structs import replace

from tests.probes.seen_from import DAY, HOST, NOW, OWN, ScriptedWeb, context, problem
from wizard.model.ports import Handshake, WebError
from wizard.model.results import Status
from wizard.model.setup import Made, SetupChoices
from wizard.net.certificate_names import covers
from wizard.probes.tls import TlsProbe

pytestmark = pytest.mark.anyio

OLD = NOW - 100 * DAY
SEEN = Handshake(
    address="192.0.2.9",
    version="TLSv1.3",
    names=(HOST,),
    issuer="Amazon RSA 2048 M01",
    not_before=NOW - DAY,
    not_after=NOW + 197 * DAY,
    trusted=True,
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize(
    ("seen", "status", "expected"),
    [
        (SEEN, Status.OK, ""),
        (replace(SEEN, names=("*.example.com",)), Status.OK, ""),
        (replace(SEEN, names=("*.cloudfront.net",), trusted=False), Status.FAILED, "certificate-not-attached"),
        (replace(SEEN, names=("other.test",), trusted=False), Status.FAILED, "certificate-of-another"),
        (replace(SEEN, names=(), trusted=False), Status.FAILED, "certificate-of-another"),
        (replace(SEEN, not_after=NOW - 1, trusted=False), Status.FAILED, "certificate-expired"),
        (replace(SEEN, trusted=False, error="self-signed"), Status.FAILED, "certificate-untrusted"),
        (replace(SEEN, not_after=NOW + 39 * DAY), Status.WARNING, "certificate-expiring"),
        (replace(SEEN, not_after=NOW + 40 * DAY), Status.OK, ""),
    ],
)
async def test_each_certificate_gets_its_verdict(seen: Handshake, status: Status, expected: str) -> None:
    check = await TlsProbe(context(web=ScriptedWeb(seen), created=OLD)).look()
    assert (check.status, problem(check)) == (status, expected)


async def test_right_after_the_certificate_was_attached_the_default_one_is_a_wait() -> None:
    seen = replace(SEEN, names=("*.cloudfront.net",), trusted=False)
    check = await TlsProbe(context(web=ScriptedWeb(seen))).look()
    assert (check.status, problem(check), check.look_again) == (Status.WAITING, "certificate-not-attached", 10)


async def test_no_connection_is_unknown_and_a_refused_handshake_is_not() -> None:
    check = await TlsProbe(context(web=ScriptedWeb(WebError("connect", "refused")), created=OLD)).look()
    assert (check.status, problem(check)) == (Status.UNKNOWN, "network-unreachable")
    check = await TlsProbe(context(web=ScriptedWeb(WebError("tls", "alert")), created=OLD)).look()
    assert (check.status, problem(check)) == (Status.FAILED, "tls-refused")


async def test_one_connection_that_breaks_off_says_nothing_about_the_server() -> None:
    class CutOnce(ScriptedWeb):
        async def handshake(self, name: str, *, connect_to: str | None = None) -> Handshake:
            found = await super().handshake(name, connect_to=connect_to) if self.asked else None
            if found is None:
                self.asked.append((name, connect_to, {}))
                raise WebError("tls", "UNEXPECTED_EOF_WHILE_READING")
            return found

    check = await TlsProbe(context(web=CutOnce(SEEN), created=OLD)).look()
    assert (check.status, problem(check)) == (Status.OK, "")


async def test_without_a_domain_cloudfronts_own_certificate_is_right() -> None:
    seen = replace(SEEN, names=("cloudfront.net", "*.cloudfront.net"))
    check = await TlsProbe(context(web=ScriptedWeb(seen), choices=SetupChoices())).look()
    assert (check.status, check.evidence["host"]) == (Status.OK, OWN)
    assert (await TlsProbe(context(made=Made())).look()).status is Status.SKIPPED


def test_a_wildcard_stands_for_one_label() -> None:
    assert covers(("*.example.com",), "px.example.com")
    assert not covers(("*.example.com",), "a.px.example.com")
    assert not covers(("*.example.com",), "example.com")
    assert not covers(("*.",), "localhost")
