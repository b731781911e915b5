"""What weather does to the system: processes killed, servers gone and back; what was answered stands, once."""

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio

from deploy.local.process import Process
from deploy.local.servers import Servers
from jvtrack.client import JVTrack, Receipt, ReceiptLine, Report
from shared import clock
from shared.events.factory import FactoryLotFinished
from tests.fixtures.catalogue import Trade
from tests.fixtures.doors import books, client_of, members, slug
from tests.fixtures.interleaving import eventually
from tests.fixtures.servers import TestServers
from tests.fixtures.system import System, start_system

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

CLIENTS = 12
STOP_SECONDS_MAX = 10.0
AGE_SECONDS_MAX = 2
LONGER_THAN_A_CLIENT_WAITS = 60.0


@pytest.fixture(scope="module")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Servers, System]]:
    """Run a system on servers of its own, which may be stopped; it soon complains of facts that wait."""
    before = dict(os.environ)
    for name in ("JVTRACK_KAFKA", "JVTRACK_POSTGRES"):
        os.environ.pop(name, None)
    os.environ["JVTRACK_BACKBONE"] = f'{{"outbox_age_seconds_max": {AGE_SECONDS_MAX}}}'
    try:
        with Servers.start(tmp_path_factory.mktemp("fragile")) as servers:
            addresses = TestServers(servers.kafka, servers.postgres_dsn)
            with start_system(addresses, tmp_path_factory.mktemp("weather"), "weather") as system:
                yield servers, system
    finally:
        os.environ.clear()
        os.environ.update(before)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def fair(fragile: tuple[Servers, System]) -> AsyncIterator[Trade]:
    """Give the fragile system a catalogue."""
    async with Trade.opened(fragile[1], parts=20) as trade:
        yield trade


@pytest.fixture
def servers(fragile: tuple[Servers, System]) -> Servers:
    """Give the servers that may be stopped."""
    return fragile[0]


async def test_factory_posts_that_were_answered_before_a_kill_stand_once(fair: Trade) -> None:
    part = fair.part()
    numbers = itertools.count(1)

    def posting(client: JVTrack) -> Any:
        report = Report("F-01", FactoryLotFinished(lot=f"L-K{next(numbers)}", part=part, quantity=2))
        return client.production.post(report)

    answered = await posted_through_a_kill(fair, "production", "factory", "F-01", posting)

    await fair.quiet()
    query = "SELECT count(*) FROM event_log WHERE type LIKE '%lot-finished%' AND key LIKE 'lot:F-01:L-K%'"
    assert (await books(fair.system, "production", query))[0][0] == answered
    assert (await fair.shelf(part, "F-01")).produced == 2 * answered


async def test_orders_that_were_answered_before_a_kill_stand_once(fair: Trade) -> None:
    part = fair.part()

    answered = await posted_through_a_kill(
        fair, "orders", "depot", "D-01", lambda client: client.orders.place(fair.an_order(part))
    )

    await fair.quiet()
    demands = await books(fair.system, "inventory", "SELECT count(*) FROM demand WHERE part = $1", part)
    assert demands[0][0] == answered


async def test_receipts_that_were_answered_before_a_kill_stand_once(fair: Trade) -> None:
    part = fair.part()
    receipt = Receipt(site="D-01", lines=[ReceiptLine(part=part, quantity=3)])

    answered = await posted_through_a_kill(
        fair, "inventory", "depot", "D-01", lambda client: client.inventory.receive(receipt)
    )

    await fair.quiet()
    assert (await fair.shelf(part, "D-01")).on_hand == 3 * answered


async def test_while_kafka_is_away_a_factory_is_answered_and_readiness_says_so_and_then_all_arrives(
    fair: Trade, servers: Servers
) -> None:
    part = fair.part()
    factory = fair.acting("factory", "F-01")

    async with away(servers.kafka_process):
        for number in range(20):
            finished = FactoryLotFinished(lot=f"L-A{number}", part=part, quantity=1)
            answer = await factory.production.post(Report("F-01", finished))
            assert answer.status == "accepted"
        await eventually(lambda: complains(fair, "production", "outbox", "unpublished facts"))
        still = await factory.production.post(Report("F-01", FactoryLotFinished(lot="L-A20", part=part, quantity=1)))

    assert still.status == "accepted"
    await eventually(lambda: is_produced(fair, part, 21), LONGER_THAN_A_CLIENT_WAITS)
    await eventually(lambda: are_all_ready(fair), LONGER_THAN_A_CLIENT_WAITS)


async def test_while_postgresql_is_away_doors_ask_to_come_back_and_then_open_by_themselves(
    fair: Trade, servers: Servers
) -> None:
    part = fair.part()
    report = Report("F-01", FactoryLotFinished(lot="L-P1", part=part, quantity=4))
    doors = [
        ("production", "POST", "/v1/events", "factory", "F-01", report.json()),
        ("production", "GET", "/v1/lots", "factory", "F-01", None),
        ("orders", "GET", "/v1/orders", "depot", "D-01", None),
        ("inventory", "GET", "/v1/stock", "depot", "D-01", None),
    ]

    async with away(servers.postgres_process):
        answers = []
        for service, method, path, role, site, body in doors:
            token, headers = fair.system.token(role, site), {"Content-Type": "application/cloudevents+json"}
            asked = await fair.doors.ask(service, method, path, token=token, content=body, headers=headers)
            answers.append(asked)
        complaints = [(await fair.doors.readiness(service))["checks"]["database"] for service in fair.system.processes]
        alive = [await fair.doors.http.get(fair.system.url(each) + "/health/live") for each in fair.system.processes]

    assert [(answer.status_code, slug(answer)) for answer in answers] == [(503, "database-away")] * len(doors)
    assert all("retry-after" in answer.headers for answer in answers)
    assert not any(complaint["ready"] for complaint in complaints)
    assert {answer.status_code for answer in alive} == {204}
    await eventually(lambda: are_all_ready(fair), LONGER_THAN_A_CLIENT_WAITS)
    assert (await fair.acting("factory", "F-01").production.post(report)).status == "accepted"
    await eventually(lambda: is_produced(fair, part, 4), LONGER_THAN_A_CLIENT_WAITS)


@pytest.mark.parametrize("service", ["orders", "production", "inventory"])
async def test_a_service_that_is_told_to_stop_ends_in_good_order_while_streams_and_requests_are_open(
    fair: Trade, service: str
) -> None:
    process = fair.system.processes[service]
    token = fair.system.token("operator")
    streams = [asyncio.create_task(listen(fair, service, token)) for _ in range(3)]
    waiting = asyncio.create_task(
        fair.doors.ask(service, "GET", "/v1/operations/parked", token=token, after="orders.v1/order:never@1")
    )
    await asyncio.sleep(0.3)
    asked = clock.monotonic()

    process.ask_to_stop()
    await eventually(lambda: has_ended(process), STOP_SECONDS_MAX)

    print(f"{service} ended after {clock.monotonic() - asked:.1f} s")  # noqa: T201
    assert process.exit_code() == 0
    await asyncio.gather(*streams, waiting, return_exceptions=True)
    await fair.system.start(service)


async def test_after_all_that_weather_the_books_are_proved(fair: Trade) -> None:
    await fair.quiet()

    proof = await fair.proof()

    assert [offence for result in proof.results for offence in result.offences] == []


async def posted_through_a_kill(
    trade: Trade, service: str, role: str, site: str, post: Callable[[JVTrack], Any]
) -> int:
    """Post from many clients while a service is killed and started again; gives how many posts were answered."""
    answered, killed = 0, asyncio.Event()

    async def client() -> None:
        nonlocal answered
        async with client_of(trade.system, trade.system.token(role, site)) as mine:
            for number in itertools.count():
                await post(mine)
                answered += 1
                if killed.is_set() and number >= 5:
                    return

    clients = [asyncio.create_task(client()) for _ in range(CLIENTS)]
    await asyncio.sleep(0.5)
    await trade.system.restart(service)
    killed.set()
    await asyncio.gather(*clients)
    return answered


@asynccontextmanager
async def away(process: Process) -> AsyncIterator[None]:
    """Stop a server, and start it again when the block ends."""
    await asyncio.to_thread(process.stop)
    try:
        yield
    finally:
        process.start()
        await asyncio.to_thread(process.wait_until_serving)


async def complains(trade: Trade, service: str, check: str, of: str) -> bool:
    """Tell whether a service says that it is not ready, and of what."""
    told = (await trade.doors.readiness(service))["checks"][check]
    return not told["ready"] and of in told["reason"]


async def are_all_ready(trade: Trade) -> bool:
    """Tell whether every service says that it is ready."""
    told = [(await trade.doors.readiness(service))["ready"] for service in trade.system.processes]
    return all(told)


async def is_produced(trade: Trade, part: str, quantity: int) -> bool:
    """Tell whether inventory has heard of so much made."""
    return (await trade.shelf(part, "F-01")).produced == quantity


async def has_ended(process: Process) -> bool:
    """Tell whether a process has ended."""
    return process.exit_code() is not None


async def listen(trade: Trade, service: str, token: str) -> None:
    """Keep a stream open, where the service has one."""
    path = {"production": "/v1/work-orders/stream", "inventory": "/v1/stock/stream"}.get(service)
    if path is not None:
        url, headers = trade.system.url(service) + path, {"Authorization": f"Bearer {token}"}
        async with trade.doors.http.stream("GET", url, headers=headers) as answer:
            assert answer.status_code == 200, members(answer)
            async for _ in answer.aiter_bytes():
                pass
