"""A fact that was told reaches its hearer once, in order, whatever else goes wrong."""

import asyncio

from shared.messaging.topics import Topics
from tests.fixtures.databases import Provisioner
from tests.fixtures.toy import Toy, raise_counter


async def _raise(toy: Toy, name: str, *steps: int) -> None:
    for by in steps:
        async with toy.database.transaction() as session:
            await raise_counter(session, name, by)


async def test_what_is_told_is_heard_once_and_in_order(provisioner: Provisioner, topics: Topics) -> None:
    database = await asyncio.to_thread(provisioner.toy)

    async with Toy(database, topics, name="flow").running() as toy:
        await asyncio.gather(*(_raise(toy, f"flow-{number}", 1, 2, 3, 4, 5) for number in range(20)))
        heard = await toy.until_heard(100)

    assert heard == [(f"flow-{n}", seq, seq) for n in sorted(range(20), key=str) for seq in range(1, 6)]
