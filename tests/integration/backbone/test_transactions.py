"""A transaction is kept whole or not at all, and no connection is used again of which nobody knows what it does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import asyncpg
import pytest

from deploy.postgres.provision import ServiceDatabase
from shared.db import Database, after_commit, savepoint
from shared.sql import Statement, Writes

POOL_SIZE = 3
_COUNT = Statement("INSERT INTO counter VALUES (:key, 1, 1)")
_TOTALS = Statement("SELECT key, total FROM counter")
_KEYS = Statement("SELECT key FROM counter ORDER BY key")
_RAISE = Statement("UPDATE counter SET total = :total WHERE key = :key")
_COUNT_TWICE = Statement("""
    WITH first AS (INSERT INTO counter VALUES (:key, 1, 1) RETURNING key)
    INSERT INTO counter SELECT key || ' again', 1, 1 FROM first
""")
_PID = Statement("SELECT pg_backend_pid()")
_END_OTHERS = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid()
"""
_SLEEP = Statement("SELECT pg_sleep(60)")


@pytest.fixture
async def house(database: ServiceDatabase) -> AsyncIterator[Database]:
    """Open a toy's database as a service does."""
    made = Database(database.app.render_as_string(hide_password=False), pool_size=POOL_SIZE)
    yield made
    await made.close()


async def keys(house: Database) -> list[str]:
    async with house.transaction() as session:
        return await _KEYS.column(session)


async def pid(house: Database) -> int:
    async with house.transaction() as session:
        return int(await _PID.value(session))


async def test_what_fails_leaves_nothing_behind_and_its_connection_is_used_again(house: Database) -> None:
    before = await pid(house)

    with suppress(ZeroDivisionError):
        async with house.transaction() as session:
            await _COUNT.run(session, {"key": "lost"})
            raise ZeroDivisionError

    assert await keys(house) == []
    assert await pid(house) == before


async def test_what_is_cancelled_in_the_middle_of_a_statement_leaves_nothing_and_no_connection(house: Database) -> None:
    async def interrupted() -> None:
        async with house.transaction() as session:
            await _COUNT.run(session, {"key": "lost"})
            await _SLEEP.run(session)

    before = await pid(house)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await interrupted()

    assert await keys(house) == []
    assert await pid(house) != before


async def test_after_the_server_has_closed_every_connection_nobody_gets_one_of_them(
    house: Database, database: ServiceDatabase
) -> None:
    all_open = asyncio.Barrier(POOL_SIZE)

    async def hold() -> None:
        async with house.transaction():
            await all_open.wait()

    await asyncio.gather(*(hold() for _ in range(POOL_SIZE)))
    plain = database.app.set(drivername="postgresql")
    other = await asyncpg.connect(plain.render_as_string(hide_password=False))
    ended = await other.fetchval(_END_OTHERS)
    await other.close()
    await asyncio.sleep(0.1)

    assert ended == POOL_SIZE
    assert [await keys(house) for _ in range(POOL_SIZE)] == [[]] * POOL_SIZE


async def test_a_savepoint_undoes_its_part_alone(house: Database) -> None:
    async with house.transaction() as session:
        await _COUNT.run(session, {"key": "before"})
        with suppress(ZeroDivisionError):
            async with savepoint(session):
                await _COUNT.run(session, {"key": "lost"})
                raise ZeroDivisionError
        await _COUNT.run(session, {"key": "behind"})

    assert await keys(house) == ["before", "behind"]


async def test_what_waits_for_a_commit_runs_after_it_and_never_without_it(house: Database) -> None:
    ran: list[str] = []

    async with house.transaction() as session:
        after_commit(session, lambda: ran.append("kept"))
        assert ran == []
    with suppress(ZeroDivisionError):
        async with house.transaction() as session:
            after_commit(session, lambda: ran.append("lost"))
            raise ZeroDivisionError

    assert ran == ["kept"]


async def test_a_snapshot_shows_one_moment_however_often_it_is_asked(house: Database) -> None:
    async with house.snapshot() as session:
        before = await _KEYS.column(session)
        async with house.transaction() as other:
            await _COUNT.run(other, {"key": "meanwhile"})
        after = await _KEYS.column(session)

    assert (before, after) == ([], [])
    assert await keys(house) == ["meanwhile"]


async def test_a_snapshot_writes_nothing_and_its_connection_is_used_again(house: Database) -> None:
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        async with house.snapshot() as session:
            await _COUNT.run(session, {"key": "lost"})
    async with house.transaction() as session:
        await _COUNT.run(session, {"key": "kept"})

    assert await keys(house) == ["kept"]


async def test_what_is_written_together_is_one_statement_whose_last_may_be_made_of_several(house: Database) -> None:
    async with house.transaction() as session:
        await _COUNT.run(session, {"key": "old"})
    asked: list[str] = []

    async with house.transaction() as session:
        session.info["driver"].add_query_logger(lambda query: asked.append(query.query))
        writes = Writes()
        writes.add(_RAISE, {"key": "old", "total": 7})
        writes.add(_COUNT, {"key": "new"})
        writes.add(_COUNT_TWICE, {"key": "twice"})
        await writes.run(session)
        await writes.run(session)
        totals = await _TOTALS.rows(session)

    assert {row.key: row.total for row in totals} == {"old": 7, "new": 1, "twice": 1, "twice again": 1}
    assert len(asked) == 3, "one to write all, one to read it, and the commit"


async def test_of_what_is_written_together_nothing_stays_if_a_part_of_it_fails(house: Database) -> None:
    writes = Writes()
    for key in ("same", "other", "same"):
        writes.add(_COUNT, {"key": key})

    with pytest.raises(asyncpg.UniqueViolationError):
        async with house.transaction() as session:
            await writes.run(session)

    assert await keys(house) == []
