"""A storm over one outbox: writers that dawdle and change their minds, relays that compete and die, a moody Kafka."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import text

from shared.db import DATABASE_ERRORS, is_weather
from shared.events.envelope import Stream
from shared.messaging.relay import Outbox, Relay
from shared.messaging.settings import BackboneSettings
from tests.fixtures.crash import Killed
from tests.fixtures.databases import owner_connection
from tests.fixtures.histories import Delivered, Written, broken_histories, history, repeats
from tests.fixtures.memory_kafka import Fate, MemoryKafka, Moment
from tests.fixtures.toy import Toy, eventually, raise_counters

WRITERS, RELAYS, PARTITIONS = 8, 3, 4
HOT_COUNTERS = tuple(f"hot-{number:02}" for number in range(20))
TAKEN_BACK, EARLY, SLOW = 0.1, 0.2, 0.1
"""How many transactions are taken back; take their id, or write first, long before they end; hold what they told."""
FATES = {Fate.CRASHED: 0.01, Fate.LATE: 0.01, Fate.UNACKNOWLEDGED: 0.003, Fate.REFUSED: 0.003, Fate.OVERDUE: 0.001}
FORGETFUL = 0.01
DRAIN_SECONDS_MAX = 600.0
BACKLOG_MAX, BACKLOG_SECONDS_MAX = 300, 0.5
"""Writers wait so long for relays that are so many facts behind: only what has just been told can be reordered."""
STORMY = BackboneSettings(
    relay_batch_max=10,
    relay_heartbeat_seconds=0.05,
    relay_follow_seconds=0.05,
    relay_poll_seconds=0.05,
    relay_ack_timeout_seconds=0.5,
    relay_backoff_seconds_max=0.1,
    relay_checkpoint_seconds=0.5,
    relay_log_check_seconds=0.5,
    relay_loss_grace_seconds=0.1,
)


class TakenBack(Exception):
    """A writer's change of mind."""


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What the storm left in the database and in Kafka, and how it was done."""

    seed: int
    written: Sequence[Written]
    delivered: Sequence[Delivered]
    schedule: Sequence[tuple[int, Fate | Moment]]
    taken_back: int

    @property
    def crashes(self) -> int:
        """Count the relays that died."""
        return sum(what in {Fate.CRASHED, Moment.FORGOTTEN} for _, what in self.schedule)

    @property
    def repeats(self) -> int:
        """Count what Kafka got more than once."""
        return repeats(self.delivered)

    def figures(self) -> str:
        """Say in one line what was done."""
        kinds = Counter(what.value for _, what in self.schedule)
        happened = ", ".join(f"{count} x {kind}" for kind, count in sorted(kinds.items()))
        return (
            f"{len(self.written)} facts, {self.crashes} crashes, {self.repeats} repeats, "
            f"{self.taken_back} transactions taken back; batches: {happened}"
        )

    def report(self) -> str:
        """Say what broke: the first key with its history, the seed and the schedule; nothing if all is well."""
        broken = broken_histories(self.written, self.delivered)
        if not broken:
            return ""
        key, verdict = next(iter(broken.items()))
        schedule = "\n".join(f"  after batch {batch}: {what.value}" for batch, what in self.schedule)
        return "\n".join(
            [
                f"{len(broken)} keys broken, the first: {verdict}",
                f"seed {self.seed}; {self.figures()}",
                f"schedule:\n{schedule}",
                history(key, self.written, self.delivered),
            ]
        )


class Storm:
    """Writers and relays on one toy's database."""

    def __init__(self, toy: Toy, kafka: MemoryKafka, chance: random.Random) -> None:
        self._toy = toy
        self._kafka = kafka
        self._chance = chance
        self._left = self._committed = 0
        self._taken_back = 0
        self._relays = [a_relay(toy) for _ in range(RELAYS)]

    async def rage(self, events: int, *, drain_seconds_max: float = DRAIN_SECONDS_MAX) -> None:
        """Tell so many facts, or a few more, and wait until all have been published, or for as long as is said."""
        self._left = events
        async with self._toy.database.transaction() as session:
            await session.execute(
                text("INSERT INTO counter SELECT key, 0, 0 FROM unnest(CAST(:k AS text[])) AS key"),
                {"k": list(HOT_COUNTERS)},
            )
        self._toy.database.on_told = self._wake
        stopping = asyncio.Event()
        async with asyncio.TaskGroup() as everybody:
            for relay in self._relays:
                everybody.create_task(_undying(relay, stopping))
            await asyncio.gather(*(self._write() for _ in range(WRITERS)))
            with suppress(TimeoutError):
                await eventually(self._is_drained, drain_seconds_max)
            stopping.set()

    async def aftermath(self, seed: int) -> Aftermath:
        """Read what is in the database and in Kafka."""
        owner = await owner_connection(self._toy.service_database)
        rows = await owner.fetch("SELECT seq, key, key_seq, event_id FROM event_log ORDER BY seq")
        await owner.close()
        written = [Written(row["seq"], row["key"], row["key_seq"], row["event_id"]) for row in rows]
        return Aftermath(seed, written, self._kafka.deliveries(), self._kafka.schedule, self._taken_back)

    def _wake(self) -> None:
        for relay in self._relays:
            relay.wake()

    async def _keeps_up(self) -> bool:
        return self._committed - len(self._kafka.facts) < BACKLOG_MAX

    async def _is_drained(self) -> bool:
        return (await self._toy.backbone.operations.counts()).pending == 0

    async def _write(self) -> None:
        while self._left > 0:
            try:
                told = await self._tell()
            except (TakenBack, *DATABASE_ERRORS) as error:
                if not isinstance(error, TakenBack) and not is_weather(error):
                    raise
                self._taken_back += 1
            else:
                self._left -= told
                self._committed += told
            with suppress(TimeoutError):
                await eventually(self._keeps_up, BACKLOG_SECONDS_MAX)

    async def _tell(self) -> int:
        """Raise some counters in one transaction; raises TakenBack."""
        chance = self._chance
        keys = sorted(chance.sample(HOT_COUNTERS, chance.randint(1, 6)))
        facts = {key: chance.randint(1, 4) for key in keys}
        async with self._toy.database.transaction() as session:
            if chance.random() < EARLY:
                await session.execute(text("SELECT pg_current_xact_id()"))
                if chance.random() < 0.5:
                    await raise_counters(session, {keys[0]: facts[keys[0]]})
                    facts = {key: facts[key] for key in keys[1:]} or {keys[0]: 1}
                await asyncio.sleep(chance.random() * 0.02)
            await raise_counters(session, facts)
            if chance.random() < SLOW:
                await asyncio.sleep(chance.random() * 0.01)
            if chance.random() < TAKEN_BACK:
                raise TakenBack
        return sum(facts.values())


def a_relay(toy: Toy) -> Relay:
    """Make one more relay for the toy's outbox, as another replica has."""
    dsn = toy.service_database.relay.render_as_string(hide_password=False)
    outbox = Outbox(dsn, "/jvtrack/toy", frozenset({Stream.PRODUCTION}))
    return Relay(outbox, toy.topics, settings=STORMY, metrics=toy.metrics)


async def _undying(relay: Relay, stopping: asyncio.Event) -> None:
    """Run a relay that begins anew whenever it dies."""
    while not stopping.is_set():
        with suppress(Killed):
            await relay.run(stopping)


def a_moody_kafka(chance: random.Random) -> MemoryKafka:
    """Make a Kafka that fails now and then, and takes relays down with it."""
    fates = [*FATES, Fate.TAKEN]
    weights = [*FATES.values(), 1 - sum(FATES.values())]
    return MemoryKafka(
        partitions=PARTITIONS,
        fate=lambda: chance.choices(fates, weights)[0],
        dies_forgetful=lambda: chance.random() < FORGETFUL,
    )
