"""Questions of one look: each is put once, whoever asks, and however the one who put it ends."""

import anyio
import pytest

from tests.net.servers import example, on_loopback
from wizard.model.ports import DnsOutcome
from wizard.net.asked_once import AskedOnce
from wizard.net.dns_client import DnsClient
from wizard.net.dns_query import Said
from wizard.net.dns_zones import KEEP

pytestmark = pytest.mark.anyio

ANSWER = Said(DnsOutcome.ANSWER, ("192.0.2.1",))
SILENCE = Said(DnsOutcome.TIMEOUT)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Server:
    """Says what it is told to, when it is told to."""

    def __init__(self, *says: Said) -> None:
        self.says = list(says)
        self.asked = 0
        self.may_answer = anyio.Event()

    async def __call__(self) -> Said:
        self.asked += 1
        await self.may_answer.wait()
        return self.says.pop(0)


async def asked_by(several: int, once: AskedOnce, server: Server) -> list[Said]:
    """Ask by several at the same time; the server answers when all of them have asked."""
    said: list[Said] = []

    async def one() -> None:
        said.append(await once("question", server))

    async with anyio.create_task_group() as group:
        for _ in range(several):
            group.start_soon(one)
        await anyio.wait_all_tasks_blocked()
        server.may_answer.set()
    return said


async def test_an_answer_is_for_all_who_ask_then_and_later() -> None:
    once, server = AskedOnce(), Server(ANSWER)
    assert await asked_by(3, once, server) == [ANSWER] * 3
    assert await once("question", server) is ANSWER
    assert server.asked == 1


async def test_other_questions_are_asked() -> None:
    once, server = AskedOnce(), Server(ANSWER, SILENCE)
    server.may_answer.set()
    assert await once(("ns1", "A"), server) is ANSWER
    assert await once(("ns2", "A"), server) is SILENCE


async def test_silence_is_for_those_who_wait_and_no_longer() -> None:
    once, server = AskedOnce(), Server(SILENCE, ANSWER)
    assert await asked_by(2, once, server) == [SILENCE] * 2
    assert await once("question", server) is ANSWER


async def test_who_waits_for_one_that_gives_up_asks_instead() -> None:
    once, server = AskedOnce(), Server(ANSWER)
    said: list[Said] = []

    async def second() -> None:
        said.append(await once("question", server))

    async with anyio.create_task_group() as group:
        with anyio.CancelScope() as first:
            group.start_soon(second)

            async def give_up() -> None:
                await anyio.wait_all_tasks_blocked()
                first.cancel()
                server.may_answer.set()

            group.start_soon(give_up)
            await once("question", server)
    assert said == [ANSWER]
    assert server.asked == 2


async def test_an_error_is_the_askers_and_the_next_one_asks() -> None:
    once = AskedOnce()

    async def broken() -> Said:
        raise MemoryError

    with pytest.raises(MemoryError):
        await once("question", broken)
    server = Server(ANSWER)
    server.may_answer.set()
    assert await once("question", server) is ANSWER


async def test_an_answer_gets_too_old() -> None:
    now = [0.0]
    once, server = AskedOnce(lambda: now[0]), Server(ANSWER, SILENCE)
    server.may_answer.set()
    await once("question", server)
    now[0] = KEEP - 1
    assert await once("question", server) is ANSWER
    now[0] = KEEP + 1
    assert await once("question", server) is SILENCE


async def test_a_client_of_one_look_puts_no_question_twice_and_another_puts_all() -> None:
    net = example()
    async with on_loopback(net) as network:
        for dns in (DnsClient(network, ipv6=False), DnsClient(network, ipv6=False, one_look=True)):
            first = await dns.ask_resolvers("px.example.com", "CNAME")
            before = len(net.heard)
            assert await dns.ask_resolvers("px.example.com", "CNAME") == first
            assert (len(net.heard) == before) == (dns._once is not None)
        dns.forget()
        before = len(net.heard)
        await dns.ask_resolvers("px.example.com", "CNAME")
        assert len(net.heard) > before
