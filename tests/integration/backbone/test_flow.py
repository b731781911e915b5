"""A fact that was told reaches its hearer once, in order, whatever else goes wrong."""

import asyncio

from deploy.postgres.provision import ServiceDatabase
from shared.messaging.topics import Topics
from tests.fixtures.toy import Toy


async def test_what_is_told_is_heard_once_and_in_order(database: ServiceDatabase, topics: Topics) -> None:
    async with Toy(database, topics).running() as toy:
        await asyncio.gather(*(toy.tell(f"flow-{number}", 1, 2, 3, 4, 5) for number in range(20)))
        heard = await toy.until_heard(100)

    assert heard == [(f"flow-{n}", seq, seq) for n in sorted(range(20), key=str) for seq in range(1, 6)]
