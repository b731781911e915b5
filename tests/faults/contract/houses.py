"""Where a contract is tried: on real servers, or on those that stand in for them in simulated worlds."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from deploy.postgres.provision import ServiceDatabase
from shared.db import Database
from shared.events.envelope import Stream
from shared.messaging.relay_store import RelaySession
from shared.messaging.topics import Topics
from tests.faults.simulation.loop import Process
from tests.faults.simulation.world import TOPICS, World
from tests.fixtures.toy import QUICK
from tests.fixtures.toy_kafka import PARTITIONS

STEPS_MAX = 100_000


@dataclass(slots=True)
class Place:
    """A toy's database, the way that its relay takes to it, and its topic."""

    database: Database
    dsn: str
    topics: Topics
    relays: list[RelaySession] = field(default_factory=list)

    async def relay(self) -> RelaySession:
        """Open a relay's session; it is closed when the script ends."""
        self.relays.append(await RelaySession.open(self.dsn, source="/jvtrack/toy", settings=QUICK))
        return self.relays[-1]


Script = Callable[[Place], Awaitable[None]]


class House(Protocol):
    """Runs a script somewhere."""

    def run(self, script: Script) -> None:
        """Run it to its end; raises what it raises."""


@dataclass(slots=True)
class RealHouse:
    """PostgreSQL and Kafka as they are."""

    service: ServiceDatabase
    topics: Topics

    def run(self, script: Script) -> None:
        """Run on real servers."""
        asyncio.run(self._run(script))

    async def _run(self, script: Script) -> None:
        database = Database(self.service.app.render_as_string(hide_password=False))
        place = Place(database, self.service.relay.render_as_string(hide_password=False), self.topics)
        try:
            await script(place)
        finally:
            for relay in place.relays:
                await relay.close()
            await database.close()


class MemoryHouse:
    """What stands in for them."""

    def run(self, script: Script) -> None:
        """Run in a world in which nothing goes wrong."""
        world = World(1, services=["toy"], topics=[TOPICS.name(Stream.PRODUCTION)], partitions=PARTITIONS)
        world.calm()
        failures: list[BaseException | None] = []

        async def live(_: World, __: Process) -> None:
            try:
                await script(Place(world.database("toy"), "toy", TOPICS))
                failures.append(None)
            except BaseException as error:  # noqa: BLE001  # raised again outside the world
                failures.append(error)
            world.loop.end()

        world.live("script", live)
        world.run(steps_max=STEPS_MAX)
        assert failures, "the script has ended"
        if failures[0] is not None:
            raise failures[0]
