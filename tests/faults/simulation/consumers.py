"""Consumers of the log and the groups that they form."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, Protocol

from aiokafka import TopicPartition
from aiokafka.errors import NoOffsetForPartitionError, OffsetOutOfRangeError

from tests.faults.simulation.loop import SimulatedLoop, current
from tests.faults.simulation.weather import Weather

HEARTBEATS = 5
"""Heartbeats within a session's timeout."""


class Broker(Protocol):
    """What a consumer needs of the log."""

    loop: SimulatedLoop
    weather: Weather
    partitions: dict[TopicPartition, list[Any]]
    counts: dict[str, int]

    async def ask(self, work: Any) -> Any:
        """Let the broker do something."""

    def read(self, place: TopicPartition, start: int) -> list[Any]:
        """Read what a partition has from an offset on."""

    def when_longer(self, places: Iterable[TopicPartition], wake: Any) -> None:
        """Call back once one of these partitions has grown."""


class MemoryGroup:
    """Who consumes together, and who has which partitions."""

    def __init__(self, loop: SimulatedLoop, session_timeout_seconds: float) -> None:
        self.session_timeout_seconds = session_timeout_seconds
        self.generation = 0
        self.committed: dict[TopicPartition, int] = {}
        self._loop = loop
        self._seen: dict[str, float] = {}
        self._members = 0

    def number(self) -> int:
        """Number the next member."""
        self._members += 1
        return self._members

    def beat(self, member: str) -> int:
        """Note that a member lives, and leave out who has been silent too long; gives the generation."""
        now = self._loop.time()
        silent = [one for one, at in self._seen.items() if now - at > self.session_timeout_seconds and one != member]
        for one in silent:
            del self._seen[one]
        if member not in self._seen or silent:
            self.generation += 1
        self._seen[member] = now
        return self.generation

    def leave(self, member: str) -> None:
        """Leave the group."""
        if self._seen.pop(member, None) is not None:
            self.generation += 1

    def share(self, member: str, places: Sequence[TopicPartition]) -> set[TopicPartition]:
        """Tell which partitions are a member's."""
        members = sorted(self._seen)
        return {place for number, place in enumerate(sorted(places)) if members[number % len(members)] == member}


class MemoryConsumer:
    """A member of a group, with as much of aiokafka's as the backbone uses."""

    def __init__(self, log: Broker, group: MemoryGroup) -> None:
        self._log = log
        self._group = group
        process = current.get()
        self._member = f"{process.name if process else 'nobody'} {group.number()}"
        self._assigned: set[TopicPartition] = set()
        self._positions: dict[TopicPartition, int] = {}
        self._paused: set[TopicPartition] = set()
        self._coordinating: asyncio.Task[None] | None = None
        self._coordinator = SimpleNamespace(coordinator_id=0)
        self.has_ceased = False
        """Whether it fetches no more and says nothing, as aiokafka's own may after its partitions have moved."""

    def subscribe(self, *, topics: Iterable[str], listener: Any) -> None:
        """Join the group."""
        wanted = set(topics)
        places = sorted(place for place in self._log.partitions if place.topic in wanted)
        self._coordinating = asyncio.ensure_future(self._coordinate(places, listener))

    def leave(self) -> None:
        """Leave the group."""
        if self._coordinating is not None:
            self._coordinating.cancel()
        self._group.leave(self._member)
        self._assigned = set()

    async def _coordinate(self, places: Sequence[TopicPartition], listener: Any) -> None:
        generation = 0
        while True:
            try:
                now: int = await self._log.ask(lambda: self._group.beat(self._member))
                if now != generation:
                    await listener.on_partitions_revoked(set(self._assigned))
                    generation = await self._log.ask(lambda: self._group.beat(self._member))
                    self._assigned = self._group.share(self._member, places)
                    self._positions = {p: self._group.committed[p] for p in self._assigned & set(self._group.committed)}
                    self._paused = set()
                    self.has_ceased = self._log.weather.strikes(self._log.weather.lost)
                    self._log.counts["ceased"] += self.has_ceased
                    await listener.on_partitions_assigned(set(self._assigned))
            except Exception:  # noqa: BLE001  # as aiokafka's own: it tries again
                await asyncio.sleep(0.1)
            await asyncio.sleep(self._group.session_timeout_seconds / HEARTBEATS)

    def assignment(self) -> frozenset[TopicPartition]:
        """Name the partitions that are served."""
        return frozenset(self._assigned)

    def seek(self, place: TopicPartition, offset: int) -> None:
        """Read on from an offset."""
        assert place in self._assigned, "only what is assigned is sought"
        self._positions[place] = offset

    def pause(self, *places: TopicPartition) -> None:
        """Fetch partitions no more."""
        assert self._assigned.issuperset(places), "only what is assigned is paused"
        self._paused.update(places)

    def resume(self, *places: TopicPartition) -> None:
        """Fetch partitions again."""
        assert self._assigned.issuperset(places), "only what is assigned is resumed"
        self._paused.difference_update(places)

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Show how far the group is."""
        await self._log.ask(lambda: self._group.committed.update(offsets))

    def highwater(self, place: TopicPartition) -> int:
        """Tell where the log ends."""
        return len(self._log.partitions[place])

    def last_poll_timestamp(self, _: TopicPartition) -> int:
        """Tell when the log last answered, in milliseconds."""
        return int(self._log.loop.time() * 1000)

    async def getmany(self, *, timeout_ms: int, max_records: int = 500) -> dict[TopicPartition, list[Any]]:
        """Fetch what there is, or wait for it."""
        if self.has_ceased:
            await asyncio.sleep(timeout_ms / 1000)
            return {}
        places = sorted(self._assigned - self._paused)
        if any(place not in self._positions for place in places):
            await asyncio.sleep(timeout_ms / 1000)
            raise NoOffsetForPartitionError
        asked = {place: self._positions[place] for place in places}
        found = await self._fetch(asked, timeout_ms / 1000)
        taken: dict[TopicPartition, list[Any]] = {}
        for place, records in found.items():
            room = max_records - sum(map(len, taken.values()))
            # What was sought or given away meanwhile is thrown away.
            if room and place in self._assigned and self._positions.get(place) == asked[place]:
                taken[place] = records[:room]
                self._positions[place] = taken[place][-1].offset + 1
        return taken

    async def _fetch(self, asked: Mapping[TopicPartition, int], seconds: float) -> dict[TopicPartition, list[Any]]:
        answer = self._log.loop.create_future()

        def reply() -> None:
            found = {place: self._log.read(place, start) for place, start in asked.items()}
            beyond = {place: start for place, start in asked.items() if start > len(self._log.partitions[place])}
            if answer.done():
                return
            if beyond:
                answer.set_exception(OffsetOutOfRangeError(beyond))
                answer.exception()  # nobody may be left who asks
            else:
                answer.set_result({place: records for place, records in found.items() if records})

        def arrive() -> None:
            if any(len(self._log.partitions[place]) != start for place, start in asked.items()):
                self._log.loop.outside(self._log.weather.delay(), reply)
            else:
                self._log.when_longer(asked, lambda: self._log.loop.outside(self._log.weather.delay(), reply))
                self._log.loop.outside(seconds, reply)

        self._log.loop.outside(self._log.weather.delay(), arrive)
        found: dict[TopicPartition, list[Any]] = await answer
        return found
