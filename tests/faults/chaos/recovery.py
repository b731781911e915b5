"""How long the system takes to serve again, measured from its databases and its answers, past the disturbed ways."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import asyncpg

from deploy.local.settings import DECIDING
from deploy.postgres.provision import connect
from shared import clock
from shared.messaging.topics import Topics
from tests.faults.chaos.caller import Caller
from tests.faults.chaos.exposed import Exposed
from tests.faults.chaos.watch import Sample, Watch

SECONDS_MAX = 180.0
"""How long anything may take to recover before that is a finding."""
_POLL_SECONDS = 0.03
_ACKED = "SELECT COALESCE(sum(acked_offset), 0)::bigint FROM relay_progress"
_PENDING = "SELECT count(*) FROM outbox_pending"
_EPOCHS = "SELECT grp, topic, part, epoch FROM consumer_offset"
_LOOKS_MAX = 10

Place = tuple[str, str, int]
"""A group, a topic, a partition."""


class NotRecovered(Exception):
    """The system did not serve again in time."""


class Recovery:
    """Measures how a running system recovers."""

    def __init__(self, everything: Exposed, caller: Caller, watch: Watch) -> None:
        self._environment = everything.system.environment
        self._caller = caller
        self._watch = watch
        settings = everything.system.settings
        self._topics = Topics(settings.kafka_address, settings.namespace)

    async def held(self, name: str) -> Mapping[Place, int]:
        """Tell which partitions a process serves, and under which epoch, once it serves any."""
        mine: set[Place] = set()

        async def holds() -> bool:
            samples = [each.labels for each in await self._look(name) if each.name == "jvtrack_lag_events"]
            mine.update((each["group"], each["topic"], int(each["partition"])) for each in samples)
            return bool(mine)

        await _until(holds, clock.monotonic(), f"{name} serves no partition")
        async with self._open(name.partition(".")[0]) as database:
            return {place: epoch for place, epoch in (await self._epochs(database)).items() if place in mine}

    async def leader(self, service: str) -> str | None:
        """Name the process that leads a service's relay; nothing if none says so."""
        for name in (f"{service}.1", f"{service}.2"):
            if any(each.name == "jvtrack_relay_leader" and each.value == 1 for each in await self._look(name)):
                return name
        return None

    async def _look(self, name: str) -> list[Sample]:
        """Read what a process shows of itself, and ask again while it is too busy to answer."""
        for _ in range(_LOOKS_MAX):
            if samples := await self._watch.look(name):
                return samples
        return []

    async def troubles(self) -> str:
        """Say of each process that is not ready why it is not, as it says itself."""
        told = await asyncio.gather(*(self._watch.readiness(name) for name in self._watch.everything.system.processes))
        return "; ".join(each for each in told if each)

    async def until_served(self, service: str, before: Mapping[Place, int], since: float) -> float:
        """Wait until others, or the same anew, serve these partitions; gives the seconds since a moment."""

        async def is_served() -> bool:
            now = await self._epochs(database)
            return all(now.get(place, 0) > epoch for place, epoch in before.items())

        async with self._open(service) as database:
            return await _until(is_served, since, f"the partitions of {service} are not served again")

    async def until_bitten(self, has_bitten: Callable[[], bool]) -> None:
        """Wait until a fault is felt: one that nobody notices shows nothing."""

        async def is_felt() -> bool:
            return has_bitten()

        await _until(is_felt, clock.monotonic(), "nobody notices the full disk")

    async def until_published(self, service: str, since: float) -> float:
        """Wait until a service's next fact was acknowledged; gives the seconds since a moment."""

        async def is_published() -> bool:
            return bool(await database.fetchval(_ACKED) > before)

        async with self._open(service) as database:
            before = await database.fetchval(_ACKED)
            return await _until(is_published, since, f"{service} publishes nothing")

    async def until_all_published(self, since: float) -> float:
        """Wait until each service has published something; gives the seconds that the last one took."""
        return max(await asyncio.gather(*(self.until_published(service, since) for service in DECIDING)))

    async def drain_rate(self) -> float:
        """Wait until every fact that waits now was acknowledged; gives the facts acknowledged per second until then."""
        begun = clock.monotonic()
        told = await asyncio.gather(*(self._drain(service, begun) for service in DECIDING))
        return sum(told) / max(clock.monotonic() - begun, _POLL_SECONDS)

    async def _drain(self, service: str, begun: float) -> int:
        async def is_drained() -> bool:
            return bool(await database.fetchval(_ACKED) >= before + waiting)

        async with self._open(service) as database:
            waiting, before = await database.fetchval(_PENDING), await database.fetchval(_ACKED)
            await _until(is_drained, begun, f"the outbox of {service} does not drain")
            return int(await database.fetchval(_ACKED) - before)

    async def until_answered(self, since: float) -> float:
        """Wait until each service has accepted a request sent after a moment; gives the seconds that the last took."""

        async def is_answered() -> bool:
            return all(self._caller.answered_at.get(service, 0) > since for service in DECIDING)

        return await _until(is_answered, since, "not every door accepts requests again")

    async def _epochs(self, database: asyncpg.Connection) -> dict[Place, int]:
        rows = await database.fetch(_EPOCHS)
        return {(row["grp"], self._topics.stream(row["topic"]).topic, row["part"]): row["epoch"] for row in rows}

    @asynccontextmanager
    async def _open(self, service: str) -> AsyncIterator[asyncpg.Connection]:
        connection = await connect(self._environment.database(service).owner)
        try:
            yield connection
        finally:
            await connection.close()


async def _until(happens: Callable[[], Awaitable[bool]], since: float, otherwise: str) -> float:
    deadline = clock.monotonic() + SECONDS_MAX
    while not await happens():
        if clock.monotonic() > deadline:
            raise NotRecovered(f"{otherwise} after {SECONDS_MAX:.0f} s")
        await asyncio.sleep(_POLL_SECONDS)
    return clock.monotonic() - since
