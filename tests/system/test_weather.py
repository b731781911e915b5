"""What weather does to the system: processes killed, servers gone and back; what was answered stands, once."""

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
import pytest_asyncio

from deploy.local.process import Process
from deploy.local.servers import Servers
from deploy.local.settings import DECIDING
from jvtrack.client import JVTrack, Receipt, ReceiptLine, Report
from shared import clock
from shared.events.factory import FactoryLotFinished
from tests.fixtures.catalogue import Trade
from tests.fixtures.doors import books, client_of, members, slug
from tests.fixtures.interleaving import eventually
from tests.fixtures.system import System, on_own_servers

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

CLIENTS = 4
PAUSE_SECONDS = 0.02
STOP_SECONDS_MAX = 10.0
AGE_SECONDS_MAX = 2
WAITING_DOORS = (("orders", "/v1/orders"), ("production", "/v1/lots"), ("inventory", "/v1/stock"))
LONGER_THAN_A_CLIENT_WAITS = 60.0


@pytest.fixture(scope="module")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Servers, System]]:
    """Run a system on servers of its own, which may be stopped; it soon complains of facts that wait."""
    before = dict(os.environ)
    for name in ("JVTRACK_KAFKA", "JVTRACK_POSTGRES"):
        os.environ.pop(name, None)
    os.environ["JVTRACK_BACKBONE"] = f'{{"outbox_age_seconds_max": {AGE_SECONDS_MAX}}}'
    try:
        with on_own_servers(tmp_path_factory.mktemp("fragile"), "weather", services=DECIDING) as running:
            yield running
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


@dataclass(frozen=True, slots=True)
class Storm:
    """What was posted while every service was killed, and how many posts of each sort were answered."""

    parts: Mapping[str, str]
    answered: Mapping[str, int]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def storm(fair: Trade) -> Storm:
    """Let factories report, depots order and receive, and kill all services in the middle of it."""
    parts = {service: fair.part() for service in fair.system.processes}
    lots = itertools.count(1)
    receipt = Receipt(site="D-01", lines=[ReceiptLine(part=parts["inventory"], quantity=3)])

    async def report(client: JVTrack) -> None:
        lot = f"L-K{next(lots)}"
        fact = FactoryLotFinished(lot=lot, part=parts["production"], quantity=2)
        await client.production.post(Report("F-01", fact))

    async def order(client: JVTrack) -> None:
        await client.orders.place(fair.an_order(parts["orders"]))

    async def receive(client: JVTrack) -> None:
        await client.inventory.receive(receipt)

    killed = asyncio.Event()
    busy = {
        "production": asyncio.create_task(post_on(fair, ("factory", "F-01"), report, killed)),
        "orders": asyncio.create_task(post_on(fair, ("depot", "D-01"), order, killed)),
        "inventory": asyncio.create_task(post_on(fair, ("depot", "D-01"), receive, killed)),
    }
    await asyncio.sleep(0.5)
    for service in fair.system.processes:
        fair.system.kill(service)
    await start_all(fair.system)
    killed.set()
    answered = {service: await posts for service, posts in busy.items()}
    await fair.quiet()
    return Storm(parts, answered)


async def test_factory_posts_that_were_answered_around_a_kill_stand_once(fair: Trade, storm: Storm) -> None:
    query = "SELECT count(*) FROM event_log WHERE type LIKE '%lot-finished%' AND key LIKE 'lot:F-01:L-K%'"

    ((told,),) = await books(fair.system, "production", query)

    assert told == storm.answered["production"]
    assert (await fair.shelf(storm.parts["production"], "F-01")).produced == 2 * told


async def test_orders_that_were_answered_around_a_kill_stand_once(fair: Trade, storm: Storm) -> None:
    query = "SELECT count(*) FROM demand WHERE part = $1"

    ((demands,),) = await books(fair.system, "inventory", query, storm.parts["orders"])

    assert demands == storm.answered["orders"]


async def test_receipts_that_were_answered_around_a_kill_stand_once(fair: Trade, storm: Storm) -> None:
    shelf = await fair.shelf(storm.parts["inventory"], "D-01")

    assert shelf.on_hand == 3 * storm.answered["inventory"]


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


async def test_after_all_that_weather_the_books_are_proved(fair: Trade) -> None:
    await fair.quiet()

    proof = await fair.proof()

    assert [offence for result in proof.results for offence in result.offences] == []


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def endings(fair: Trade) -> AsyncIterator[Mapping[str, tuple[float, int | None]]]:
    """Tell every service to stop while streams and requests are open; gives how long each took, and its exit code.

    No test comes after: nothing is started again.
    """
    processes = fair.system.processes
    token = fair.system.token("operator")
    opened = [asyncio.create_task(listen(fair, service, token)) for service in processes for _ in range(2)]
    opened += [asyncio.create_task(wait_at(fair, service, path, token)) for service, path in WAITING_DOORS]
    await asyncio.sleep(0.5)
    asked = clock.monotonic()
    for process in processes.values():
        process.ask_to_stop()
    took = dict.fromkeys(processes, 0.0)
    while clock.monotonic() - asked < 2 * STOP_SECONDS_MAX and any(each.is_alive() for each in processes.values()):
        await asyncio.sleep(0.05)
        took |= {name: clock.monotonic() - asked for name, process in processes.items() if process.is_alive()}
    yield {name: (took[name], process.exit_code()) for name, process in processes.items()}
    await asyncio.gather(*opened, return_exceptions=True)


@pytest.mark.parametrize("service", ["orders", "production", "inventory"])
async def test_a_service_that_is_told_to_stop_ends_in_good_order_while_streams_and_requests_are_open(
    endings: Mapping[str, tuple[float, int | None]], service: str
) -> None:
    seconds, code = endings[service]

    print(f"{service} ended after {seconds:.1f} s")  # noqa: T201
    assert code == 0
    assert seconds <= STOP_SECONDS_MAX


async def post_on(
    trade: Trade, who: tuple[str, str], post: Callable[[JVTrack], Awaitable[None]], killed: asyncio.Event
) -> int:
    """Post from many clients until some time after a kill; gives how many posts were answered."""
    answered = 0

    async def client() -> None:
        nonlocal answered
        async with client_of(trade.system, trade.system.token(*who), seconds_max=60) as mine:
            while not killed.is_set():
                await post(mine)
                answered += 1
                await asyncio.sleep(PAUSE_SECONDS)

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return answered


async def start_all(system: System) -> None:
    """Start every service again, and wait until all are ready."""
    for process in system.processes.values():
        process.start()
    for process in system.processes.values():
        await asyncio.to_thread(process.wait_until_serving)


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


async def wait_at(trade: Trade, service: str, path: str, token: str) -> None:
    """Ask for a version that never comes, so that the request is open for some seconds."""
    await trade.doors.ask(service, "GET", path, token=token, after="orders.v1/order:never@1")


async def listen(trade: Trade, service: str, token: str) -> None:
    """Keep a stream open, where the service has one."""
    path = {"production": "/v1/work-orders/stream", "inventory": "/v1/stock/stream"}.get(service)
    if path is not None:
        url, headers = trade.system.url(service) + path, {"Authorization": f"Bearer {token}"}
        async with trade.doors.http.stream("GET", url, headers=headers) as answer:
            assert answer.status_code == 200, members(answer)
            async for _ in answer.aiter_bytes():
                pass
