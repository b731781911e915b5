"""Requests that are decided together are answered apart: each has its own answer, refusal or failure."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.postgres.provision import ServiceDatabase
from shared.errors import Refusal
from shared.messaging.group import Group, Overloaded, Stopping
from shared.messaging.settings import BackboneSettings
from shared.messaging.topics import Topics
from tests.fixtures.databases import owner_connection
from tests.fixtures.silence import way_to
from tests.fixtures.toy import QUICK, Toy, Unlucky, raise_counter, run_loops

Raise = tuple[str, int]
Hook = Callable[[AsyncSession], Awaitable[None]]
BUG = 1000


@pytest.fixture
async def toy(database: ServiceDatabase) -> AsyncIterator[Toy]:
    """Give a toy whose doors alone are used."""
    made = Toy(database, Topics("nowhere", "test"), hears=False)
    yield made
    await made.database.close()


def a_door(toy: Toy, *hooks: Hook, **bounds: float) -> Group[Raise, int]:
    """Make a door that raises counters: thirteen is refused, a thousand breaks the transaction."""

    async def decide(session: AsyncSession, requests: Sequence[Raise]) -> list[int | Refusal]:
        answers = [await _raise(session, name, by) for name, by in requests]
        for hook in hooks:
            await hook(session)
        return answers

    settings = BackboneSettings(**{**QUICK.model_dump(), **bounds})
    return Group("toy", toy.database, decide, settings=settings, metrics=toy.metrics)


async def _raise(session: AsyncSession, name: str, by: int) -> int | Refusal:
    if by == 13:
        return Unlucky(counter=name)
    version = await raise_counter(session, name, by)
    if by == BUG:
        await session.execute(text("SELECT 1 / 0"))
    return version


async def test_each_request_has_its_own_answer_in_the_order_given(toy: Toy) -> None:
    door = a_door(toy)

    async with run_loops(door.run):
        answers = await asyncio.gather(*(door.submit((f"counter-{n % 3}", 1)) for n in range(30)))
        together = await door.submit_all([("counter-0", 1), ("other", 1), ("counter-0", 1)])

    assert sorted(answers) == sorted(list(range(1, 11)) * 3)
    assert together == [11, 1, 12]
    assert await toy.told() == {"counter-0": 12, "counter-1": 10, "counter-2": 10, "other": 1}


async def test_requests_that_come_together_share_transactions(toy: Toy) -> None:
    transactions = []

    async def note(_: AsyncSession) -> None:
        transactions.append(1)

    door = a_door(toy, note)

    async with run_loops(door.run):
        await asyncio.gather(*(door.submit(("counter", 1)) for _ in range(200)))

    assert len(transactions) < 20


async def test_who_comes_alone_does_not_wait_for_others_and_who_does_not_waits(toy: Toy) -> None:
    transactions = []

    async def note(_: AsyncSession) -> None:
        transactions.append(1)
        if len(transactions) == 3:  # two more requests come meanwhile, one after the other
            later.set()
            await asyncio.sleep(0.1)

    later = asyncio.Event()
    door = a_door(toy, note, group_wait_seconds=0.5, group_concurrency=2)

    async with run_loops(door.run), asyncio.timeout(5):
        for _ in range(2):
            async with asyncio.timeout(0.4):
                await door.submit(("counter", 1))
        busy = asyncio.create_task(door.submit(("counter", 1)))
        await later.wait()
        first = asyncio.create_task(door.submit(("other", 1)))
        await asyncio.sleep(0.2)
        await asyncio.gather(busy, first, door.submit(("other", 1)))

    assert len(transactions) == 4


async def test_a_refused_request_leaves_no_trace_and_costs_the_others_nothing(toy: Toy) -> None:
    door = a_door(toy)

    async with run_loops(door.run):
        answers = await asyncio.gather(
            *(door.submit((f"counter-{by}", by)) for by in (1, 13, 2)), return_exceptions=True
        )

    assert [answers[0], answers[2]] == [1, 1]
    assert isinstance(answers[1], Unlucky)
    assert await toy.told() == {"counter-1": 1, "counter-2": 1}


async def test_a_fault_fails_only_the_request_that_has_it(toy: Toy) -> None:
    door = a_door(toy)

    async with run_loops(door.run):
        answers = await asyncio.gather(
            *(door.submit((f"counter-{n}", BUG if n == 11 else 1)) for n in range(16)), return_exceptions=True
        )

    assert [n for n, answer in enumerate(answers) if isinstance(answer, Exception)] == [11]
    assert "division by zero" in str(answers[11])
    assert await toy.told() == {f"counter-{n}": 1 for n in range(16) if n != 11}


async def test_a_door_that_loses_count_of_its_answers_fails_and_stays_open(toy: Toy) -> None:
    async def decide(session: AsyncSession, requests: Sequence[Raise]) -> list[int | Refusal]:
        return [await _raise(session, name, by) for name, by in requests if by != 7]

    door: Group[Raise, int] = Group("toy", toy.database, decide, settings=QUICK, metrics=toy.metrics)

    async with run_loops(door.run):
        for _ in range(2 * QUICK.group_concurrency):
            with pytest.raises(AssertionError):
                await door.submit(("forgotten", 7))
        answer = await door.submit(("counter", 1))

    assert answer == 1
    assert await toy.told() == {"counter": 1}


async def test_a_full_door_says_so_at_once_and_takes_more_when_it_has_room(toy: Toy) -> None:
    let_on = asyncio.Event()

    async def wait(_: AsyncSession) -> None:
        await let_on.wait()

    door = a_door(toy, wait, group_queue_max=3, group_max=1, group_concurrency=1)

    async with run_loops(door.run):
        first = asyncio.create_task(door.submit(("counter", 1)))
        await asyncio.sleep(0.05)
        waiting = [asyncio.create_task(door.submit(("counter", 1))) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(Overloaded):
            await door.submit(("counter", 1))
        let_on.set()
        await asyncio.gather(first, *waiting)
        last = await door.submit(("counter", 1))

    assert last == 5


async def test_a_connection_lost_at_the_commit_is_tried_again_unnoticed(toy: Toy) -> None:
    losses = [2]

    async def lose(session: AsyncSession) -> None:
        if losses[0]:
            losses[0] -= 1
            await cut(toy, session)

    door = a_door(toy, lose)

    async with run_loops(door.run):
        answer = await door.submit(("other", 1))

    assert answer == 1
    assert losses == [0]
    assert await toy.told() == {"other": 1}


async def test_a_database_that_stays_away_fails_the_requests_within_a_bound(toy: Toy) -> None:
    tries = []

    async def lose(session: AsyncSession) -> None:
        tries.append(1)
        await cut(toy, session)

    door = a_door(toy, lose)

    async with run_loops(door.run):
        with pytest.raises(Exception, match=r"connection|terminat"):
            await door.submit(("counter", 1))

    assert len(tries) == QUICK.group_retries
    assert await toy.told() == {}


async def cut(toy: Toy, session: AsyncSession) -> None:
    """Let the server end a session's connection, as a restart would."""
    pid = (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one()
    async with toy.database.transaction() as other:
        await other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    await asyncio.sleep(0.05)


async def test_a_stopping_door_finishes_what_it_took_and_takes_no_more(toy: Toy) -> None:
    async def take_a_while(_: AsyncSession) -> None:
        await asyncio.sleep(0.1)

    door, stopping = a_door(toy, take_a_while, group_max=2, group_concurrency=1), asyncio.Event()
    running = asyncio.create_task(door.run(stopping))
    taken = [asyncio.create_task(door.submit(("counter", 1))) for _ in range(6)]
    await asyncio.sleep(0.05)

    stopping.set()
    await asyncio.sleep(0)
    with pytest.raises(Stopping):
        await door.submit(("counter", 1))
    await running

    assert sorted(await asyncio.gather(*taken)) == [1, 2, 3, 4, 5, 6]


async def test_a_door_that_must_stop_before_it_is_done_tells_those_who_wait(toy: Toy) -> None:
    async def take_too_long(_: AsyncSession) -> None:
        await asyncio.sleep(5)

    door, stopping = a_door(toy, take_too_long, stop_seconds=0.2, group_max=1), asyncio.Event()
    running = asyncio.create_task(door.run(stopping))
    taken = [asyncio.create_task(door.submit(("counter", 1))) for _ in range(4)]
    await asyncio.sleep(0.05)

    stopping.set()
    await running
    ends = await asyncio.wait_for(asyncio.gather(*taken, return_exceptions=True), timeout=1)

    assert all(isinstance(end, Stopping) for end in ends)
    assert await toy.told() == {}


async def test_a_silent_database_fails_the_requests_within_the_time_that_a_group_has(
    database: ServiceDatabase, topics: Topics
) -> None:
    async with way_to(database) as (behind, way):
        toy = Toy(behind, topics, hears=False)
        door = a_door(toy, group_seconds_max=0.5)
        async with run_loops(door.run):
            assert await door.submit(("counter", 1)) == 1
            way.fall_silent()
            begun = asyncio.get_running_loop().time()
            with pytest.raises(TimeoutError):
                await door.submit(("counter", 1))
            waited = asyncio.get_running_loop().time() - begun
            way.speak()
            answer = await door.submit(("counter", 1))
        await toy.database.close()

    assert waited < 3
    assert answer == 2


async def test_a_table_that_changes_under_a_running_service_costs_one_try(toy: Toy, database: ServiceDatabase) -> None:
    door = a_door(toy)
    async with run_loops(door.run):
        await door.submit(("counter", 1))
        owner = await owner_connection(database)
        await owner.execute("ALTER TABLE counter ALTER COLUMN version TYPE numeric")
        await owner.close()
        answer = await door.submit(("counter", 1))

    assert answer == 2
