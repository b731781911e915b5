"""A simulated world: servers, processes that live on them under their fates, and the trace of what they did."""

import random
from collections import Counter
from collections.abc import Callable, Collection, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from aiokafka import TopicPartition

from shared import clock
from shared.messaging import kafka
from shared.messaging.topics import Topics
from tests.faults.simulation.chances import BACK_SECONDS_MAX, Chances
from tests.faults.simulation.database import MemoryDatabase
from tests.faults.simulation.log import STOOD_IN_FOR, MemoryLog, Message
from tests.faults.simulation.loop import Process, SimulatedLoop, current
from tests.faults.simulation.server import Server
from tests.faults.simulation.store import Store, Write
from tests.faults.simulation.weather import Weather

BEGINNING = datetime(2026, 6, 15, 12, tzinfo=UTC)
TOPICS = Topics("memory", "t")
Life = Callable[["World", Process], Coroutine[Any, Any, None]]


class World:
    """Kafka, a PostgreSQL for each service, and processes."""

    def __init__(self, seed: int, *, services: Sequence[str], topics: Sequence[str], partitions: int) -> None:
        self.seed = seed
        self.chances = Chances(seed)
        self.loop = SimulatedLoop()  # type: ignore[abstract]  # what is left out is I/O, which there is not
        self.is_calm = False
        self.schedule: list[str] = []
        """Who died or froze, at which of its steps and when."""
        self.trace: list[tuple[float, str, object]] = []
        """Everything that was committed or appended: when, by whom, what."""
        self.counts: Counter[str] = Counter()
        self.weather = Weather(self.chances.random, lost=self.chances.lost, refused=self.chances.refused)
        self.log = MemoryLog(self.loop, self.weather, partitions=partitions)
        self.log.on_append = self._appended
        for topic in topics:
            self.log.make(topic)
        self.servers = {service: self._server(service) for service in services}
        self._lives: dict[str, int] = {}
        self._seconds_before = self.loop.time()

    def _server(self, service: str) -> Server:
        store = Store(self.now)
        store.on_commit = lambda whose, writes: self.trace.append((self.loop.time(), f"{whose} in {service}", writes))
        return Server(self.loop, store, self.weather)

    def now(self) -> datetime:
        """Tell the world's wall clock."""
        return BEGINNING + timedelta(seconds=self.loop.time() - self._seconds_before)

    def database(self, service: str) -> MemoryDatabase:
        """Open a service's database."""
        return MemoryDatabase(self.servers[service])

    def current(self) -> Process:
        """Give the process whose step is taken."""
        process = current.get()
        assert process is not None, "a process asks"
        return process

    def live(self, name: str, life: Life) -> Process:
        """Start a process under its first fate; when it dies, another one takes its place."""
        self._lives[name] = self._lives.get(name, 0) + 1
        process = Process(f"{name}.{self._lives[name]}")
        self._decree(process, name, life)
        self.loop.spawn(process, life(self, process))
        return process

    def calm(self) -> None:
        """Let nothing more happen to anybody."""
        self.is_calm = True
        self.weather.lost = self.weather.refused = 0.0

    def _decree(self, process: Process, name: str, life: Life) -> None:
        fate = self.chances.fate(process)
        process.fate_at = fate.at

        def strike() -> None:
            if self.is_calm:
                return
            deed = f"is frozen for {fate.frozen_seconds:.3f} s" if fate.frozen_seconds else "dies"
            self.schedule.append(f"{self.loop.time():9.3f} {process.name} {deed} at its step {process.steps}")
            if fate.frozen_seconds:
                self.counts["frozen"] += 1
                self.loop.freeze(process, fate.frozen_seconds)
                for server in self.servers.values():
                    server.watch(process)
                self._decree(process, name, life)
            else:
                self.counts["died"] += 1
                process.is_dead = True
                for server in self.servers.values():
                    server.lose(process)
                self.loop.outside(self.chances.moment(BACK_SECONDS_MAX), self.live, name, life)

        process.fate = strike

    def run(self, *, steps_max: int) -> None:
        """Run to the end, in place of the real clock, database and Kafka."""
        with pytest.MonkeyPatch.context() as patch:
            for name in STOOD_IN_FOR:
                patch.setattr(kafka, name, getattr(self.log, name))
            patch.setattr(clock, "monotonic", self.loop.time)
            patch.setattr(clock, "now", self.now)
            patch.setattr(asyncpg, "connect", self._connect)
            with drawing(self.seed):
                try:
                    self.loop.run(steps_max=steps_max)
                finally:
                    self.loop.close()

    async def _connect(self, dsn: str, *, server_settings: dict[str, str], **_: object) -> object:
        await self.log.ask(lambda: None)
        return self.servers[dsn].connect(**server_settings)

    def _appended(self, place: TopicPartition, records: Sequence[Message]) -> None:
        self.trace.append((self.loop.time(), f"{place.topic}/{place.partition}", list(records)))

    def has_read(self, service: str, topics: Collection[str]) -> bool:
        """Tell whether a service has read these topics to their ends."""
        rows = self.servers[service].store.table("consumer_offset").values()
        offsets = {(row["topic"], row["part"]): row["next_off"] for row in rows}
        ends = {place: len(records) for place, records in self.log.partitions.items() if place.topic in topics}
        return all(offsets.get((place.topic, place.partition), 0) >= end for place, end in ends.items())

    def counted(self) -> Counter[str]:
        """Tell how often what has happened."""
        found = Counter(self.counts)
        for counts in (self.log.counts, *(server.counts for server in self.servers.values())):
            found.update(counts)
        return found

    def history(self, key: str) -> list[str]:
        """Tell everything that was committed or appended of one key."""
        lines = []
        for at, who, what in self.trace:
            assert isinstance(what, list)
            shown = [text for each in what if (text := _shown(each, key)) is not None]
            lines += [f"{at:9.3f} {who}: {text}" for text in shown]
        return lines


def _shown(each: Write | Message, key: str) -> str | None:
    if isinstance(each, Message):
        headers = dict(each.headers)
        return f"@{each.offset} {headers['ce_sequence'].decode()}" if each.key.decode() == key else None
    table, place, row = each
    named = place == key or (isinstance(place, tuple) and key in place) or (row is not None and row.get("key") == key)
    if not named:
        return None
    return f"{table} {place} " + ("gone" if row is None else str({k: v for k, v in row.items() if k in _TOLD}))


_TOLD = ("key_seq", "version", "seq", "cause", "quantity", "next_off")


@contextmanager
def drawing(seed: int) -> Iterator[None]:
    """Let the product's own jitter come from the seed."""
    before = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(before)
