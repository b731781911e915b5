"""L1: however records are repeated, late or cut into batches, and whoever dies, the same is heard once and in order."""

import asyncio
import random
from collections.abc import Callable

import pytest
from hypothesis.stateful import run_state_machine_as_test

from deploy.postgres.provision import ServiceDatabase
from shared.messaging.topics import Topics
from tests.faults.extent import EXTENT, SECONDS_MAX, SEED
from tests.faults.reader import COUNTERS, Reader, has_more
from tests.fixtures.databases import Provisioner
from tests.fixtures.memory_store import MemoryDatabase, MemoryToy, replace_store
from tests.fixtures.toy import Toy

STEPS_ON_POSTGRES = 150


@pytest.mark.timeout(SECONDS_MAX)
def test_a_partition_is_heard_once_and_in_order_whatever_happens(
    runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_store(monkeypatch)

    class ReaderInMemory(Reader):
        def __init__(self) -> None:
            super().__init__(MemoryToy(MemoryDatabase()), runner)

    run_state_machine_as_test(ReaderInMemory, settings=EXTENT.machines)


def test_the_store_in_memory_does_what_postgres_does(provisioner: Provisioner, runner: asyncio.Runner) -> None:
    reader = Reader(runner.run(a_toy(provisioner.toy())), runner)
    chance = random.Random(SEED)
    for _ in range(STEPS_ON_POSTGRES):
        facts = [(chance.choice(COUNTERS), chance.random() < 0.1, chance.random() < 0.2) for _ in range(3)]
        steps: list[Callable[[], object]] = [
            lambda: reader.tell(facts),  # noqa: B023  # called at once
            lambda: reader.held and reader.deliver_late(chance.randrange(200)),
            lambda: reader.partition.said and reader.repeat(chance.randrange(200)),
            lambda: has_more(reader) and reader.apply(chance.randint(1, 6), heals=chance.random() < 0.5),
            lambda: has_more(reader) and reader.die(chance.randint(1, 6)),
            reader.take_over,
            lambda: reader.release(is_mended=False),
        ]
        chance.choice(steps)()
        reader.every_fact_is_heard_once_in_order_as_soon_as_all_before_it_were()
    reader.teardown()
    runner.run(reader.toy.database.close())

    assert sum(reader.told.values()) > len(COUNTERS)


async def a_toy(database: ServiceDatabase) -> Toy:
    """Make a toy within the loop that will run it."""
    return Toy(database, Topics("nowhere", "reader"))
