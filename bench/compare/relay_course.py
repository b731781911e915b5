"""The course that a relay runs, whatever it is: facts are committed into a table, and seen on a topic of Kafka.

    python -m bench.compare.relay_course < order.json

The writer and the reader are a process of their own, so that neither waits for what starts and watches the relay.
Every fact carries its number: which were lost, doubled or reordered is read off what arrived.
"""

import asyncio
import json
import sys
import time
from array import array
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

import asyncpg
import uvloop
from aiokafka import AIOKafkaConsumer, TopicPartition

from bench.smoke.apart import run_apart
from bench.smoke.figures import percentile
from shared.clock import monotonic
from shared.events.envelope import new_event_id
from shared.messaging.kafka import start_reader, stop

KEYS = 5_000
ROWS_PER_COMMIT_MAX = 1_000
SEEN_SECONDS_MAX = 60.0
_TICK_SECONDS = 0.002
_LOOK_SECONDS = 0.02
_READ_MS = 100
_CUT_SHORT = 0.5
"""Seconds in which nothing new arrives: then what is missing is lost."""


@dataclass(frozen=True, slots=True)
class Road:
    """Where a relay takes facts from, and where it brings them."""

    dsn: str
    insert: str
    """Writes facts down, in order, given as arrays: `$1 uuid[]`, `$2 text[]` keys, `$3 bigint[]` the place of each in
    its key's history, `$4 bytea[]` payloads."""
    kafka: str
    topic: str
    wake: str = ""
    """What is said to the database after a commit, where the relay waits for that."""


@dataclass(slots=True)
class Arrivals:
    """What a topic has brought of one run's facts, by their numbers from 0 on."""

    run: str
    moments: dict[int, float] = field(default_factory=dict)
    doubled: int = 0
    reordered: int = 0
    _last: dict[int, int] = field(default_factory=dict)

    def see(self, payload: bytes, moment: float) -> None:
        """Note a fact; those of other runs are passed over."""
        number = number_of(payload, self.run)
        if number is None:
            return
        if number in self.moments:
            self.doubled += 1
            return
        self.moments[number] = moment
        key = number % KEYS
        self.reordered += number != self._last.get(key, key - KEYS) + KEYS
        self._last[key] = max(number, self._last.get(key, 0))

    def wrongs(self, written: int) -> dict[str, float]:
        """Count what went wrong, of so many facts that were committed."""
        return {"lost": written - len(self.moments), "doubled": self.doubled, "reordered": self.reordered}


def payload_of(number: int, run: str) -> bytes:
    """Write a fact of the size that production's have, with its number as the last thing in it."""
    return (
        f'{{"lot":"{run}-{number % KEYS}","part":"8AT-1250-00-02","factory":"F-NASHIK","passed":12,"failed":1,'
        f'"inspected_by":"line-1","drawing":"8AT-1250-00-02 rev B","note":"as drawn, no remarks; {run} {number}"}}'
    ).encode()


def number_of(payload: bytes, run: str) -> int | None:
    """Read a fact's number, if it is one of this run's."""
    _, found, rest = payload.rpartition(f"; {run} ".encode())
    return int(rest.removesuffix(b'"}')) if found else None


async def saturated(road: Road, run: str, rows: int, start: Callable[[], Awaitable[None]]) -> dict[str, float]:
    """Let facts wait, start the relay, and time it from the first that Kafka has to the last; facts a second.

    What starts it may go on while Kafka is watched; it blocks no longer than it takes to begin a process.
    """
    async with _reading(road) as (reader, places):
        async with _writing(road) as writer:
            for first in range(0, rows, ROWS_PER_COMMIT_MAX):
                await writer.execute(road.insert, *_facts(run, range(first, min(rows, first + ROWS_PER_COMMIT_MAX))))
            await writer.execute("ANALYZE")
        before = sum(dict(await reader.end_offsets(places)).values())
        starting = asyncio.ensure_future(start())
        begun, early, had = monotonic(), 0, 0
        async with asyncio.timeout(SEEN_SECONDS_MAX + rows / 1_000):
            while had < rows:
                await asyncio.sleep(_LOOK_SECONDS)
                had = sum(dict(await reader.end_offsets(places)).values()) - before
                if starting.done():
                    starting.result()
                begun, early = (monotonic(), had) if not early else (begun, early)
        seconds = monotonic() - begun
        await starting
        arrivals = await _all(reader, Arrivals(run), rows)
    return {"events": rows, "per_second": (rows - early) / seconds, **arrivals.wrongs(rows)}


async def paced(road: Road, run: str, *, rate: float, seconds: float) -> dict[str, float]:
    """Commit facts at a steady pace, in a process of its own; gives milliseconds from a commit to its facts' arrival.

    One commit takes what has come due meanwhile, as a door's does.
    """
    order = {"road": asdict(road), "run": run, "rate": rate, "seconds": seconds}
    return await run_apart("bench.compare.relay_course", order)


async def _run(order: Mapping[str, Any]) -> dict[str, float]:
    road, run = Road(**order["road"]), order["run"]
    arrivals, committed, cpu = Arrivals(run), array("d"), time.process_time()
    async with _reading(road) as (reader, _), _writing(road) as writer:
        seeing = asyncio.create_task(_see(reader, arrivals))
        begun = monotonic()
        await _write(road, run, writer, committed=committed, rate=order["rate"], seconds=order["seconds"])
        seconds = monotonic() - begun
        await _all_seen(arrivals, len(committed))
        seeing.cancel()
    took = sorted(max(0.0, arrivals.moments[n] - moment) for n, moment in enumerate(committed) if n in arrivals.moments)
    return {
        "events": len(committed),
        "per_second": len(committed) / seconds,
        "p50_ms": percentile(took, 0.5) * 1000,
        "p99_ms": percentile(took, 0.99) * 1000,
        "max_ms": percentile(took, 1.0) * 1000,
        **arrivals.wrongs(len(committed)),
        "load_cpu_seconds": time.process_time() - cpu,
    }


async def _write(
    road: Road, run: str, writer: "asyncpg.Connection[Any]", *, committed: "array[float]", rate: float, seconds: float
) -> None:
    begun = monotonic()
    while (passed := monotonic() - begun) < seconds:
        due = min(int(passed * rate) + 1, len(committed) + ROWS_PER_COMMIT_MAX)
        if due > len(committed):
            await writer.execute(road.insert, *_facts(run, range(len(committed), due)))
            committed.extend([monotonic()] * (due - len(committed)))
            if road.wake:
                await writer.execute(road.wake)
        await asyncio.sleep(max(0.0, _TICK_SECONDS - (monotonic() - begun - passed)))


async def _see(reader: AIOKafkaConsumer, arrivals: Arrivals) -> None:
    while True:
        for records in (await reader.getmany(timeout_ms=_READ_MS)).values():
            moment = monotonic()
            for record in records:
                arrivals.see(record.value, moment)


async def _all_seen(arrivals: Arrivals, written: int) -> None:
    given_up = monotonic() + SEEN_SECONDS_MAX
    while True:
        if len(arrivals.moments) == written or monotonic() > given_up:
            await asyncio.sleep(_CUT_SHORT)
            return
        await asyncio.sleep(_LOOK_SECONDS)


async def _all(reader: AIOKafkaConsumer, arrivals: Arrivals, rows: int) -> Arrivals:
    """Read until every fact is there, and on until nothing follows."""
    quiet_since = monotonic()
    while monotonic() - quiet_since < (_CUT_SHORT if len(arrivals.moments) == rows else SEEN_SECONDS_MAX / 6):
        for records in (await reader.getmany(timeout_ms=_READ_MS)).values():
            quiet_since = monotonic()
            for record in records:
                arrivals.see(record.value, quiet_since)
    return arrivals


def _facts(run: str, numbers: range) -> Iterator[Sequence[Any]]:
    yield [new_event_id() for _ in numbers]
    yield [f"lot:F-NASHIK:{run}-{number % KEYS}" for number in numbers]
    yield [number // KEYS + 1 for number in numbers]
    yield [payload_of(number, run) for number in numbers]


@asynccontextmanager
async def _writing(road: Road) -> AsyncIterator["asyncpg.Connection[Any]"]:
    connection = await asyncpg.connect(road.dsn)
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def _reading(road: Road) -> AsyncIterator[tuple[AIOKafkaConsumer, list[TopicPartition]]]:
    """Read a topic from its end on."""
    reader = await start_reader(road.kafka, client_id="relay-course")
    try:
        await reader._client.add_topic(road.topic)
        places = [TopicPartition(road.topic, part) for part in sorted(reader.partitions_for_topic(road.topic) or ())]
        reader.assign(places)
        for place, end in dict(await reader.end_offsets(places)).items():
            reader.seek(place, end)
        yield reader, places
    finally:
        await stop(reader)


if __name__ == "__main__":
    print(json.dumps(uvloop.run(_run(json.load(sys.stdin)))))
