"""A service on a real database, without Kafka: its door, and an ear that hears facts as its consumers do."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

import asyncpg
import httpx
from prometheus_client import CollectorRegistry

from deploy.postgres.provision import ServiceDatabase
from shared import clock
from shared.db import Database, is_weather
from shared.events.envelope import Event, Header, Stream, new_event_id, write_headers
from shared.messaging import consumer_store
from shared.messaging.applying import Record
from shared.messaging.backbone import Loop
from shared.messaging.batches import Applier, Batch
from shared.messaging.consumer_store import Place
from shared.messaging.handlers import Subscription
from shared.messaging.settings import BackboneSettings
from shared.observe.metrics import BackboneMetrics
from shared.service import Service
from shared.settings import CommonSettings, DoorSettings
from shared.types import EventId
from tests.fixtures.databases import owner_connection
from tests.unit.http.makers import Issuer

NO_KAFKA = CommonSettings(kafka="127.0.0.1:1")
_EMPTY = """
    DO $$
    DECLARE name text; filled boolean; found text[] := '{}';
    BEGIN
      FOR name IN SELECT quote_ident(tablename) FROM pg_tables
                  WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE 'SELECT EXISTS (SELECT FROM ' || name || ')' INTO filled;
        IF filled THEN found := found || name; END IF;
      END LOOP;
      IF found <> '{}' THEN EXECUTE 'TRUNCATE ' || array_to_string(found, ', ') || ' CASCADE'; END IF;
      PERFORM setval(format('%I.%I', schemaname, sequencename), start_value, false) FROM pg_sequences
        WHERE last_value IS NOT NULL;
    END $$
"""


@dataclass(slots=True)
class Said:
    """A fact with its identity and its number within its key."""

    event: Event
    key_seq: int
    id: EventId = field(default_factory=new_event_id)
    trace: str | None = None
    occurred_at: datetime | None = None
    """When it happened by its sender's clock; none is as it was recorded."""

    def record(self, offset: int) -> Record:
        """Write it as a record of Kafka."""
        now, event = clock.now(), self.event
        then = self.occurred_at or now
        header = Header(self.id, "/jvtrack/test", event.TYPE, event.key, self.key_seq, then, now, self.trace)
        payload = self.event.model_dump_json(exclude_defaults=True).encode()
        return Record(offset, self.event.key.encode(), payload, write_headers(header), int(now.timestamp() * 1000))


class Ear:
    """Hears facts: sorts, applies and remembers them as the consumers of one partition do."""

    def __init__(self, database: Database, *subscriptions: Subscription[Any], part: int = 0, within: str = "") -> None:
        """Hear for these subscriptions, in groups named as the consumers of a service name them: `within` it."""
        self._database = database
        self._part = part
        self._appliers = [
            (
                stream,
                within + subscription.group,
                Applier(
                    database,
                    subscription,
                    within + subscription.group,
                    settings=BackboneSettings(),
                    metrics=BackboneMetrics(CollectorRegistry()),
                ),
            )
            for subscription in subscriptions
            for stream in subscription.streams
        ]
        self._offsets = count()
        self._turns: defaultdict[Place, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._numbers: dict[str, int] = {}

    def number(self, *events: Event) -> list[Said]:
        """Number facts within their keys, in the order given."""
        said = []
        for event in events:
            self._numbers[event.key] = self._numbers.get(event.key, 0) + 1
            said.append(Said(event, self._numbers[event.key]))
        return said

    async def hear(self, *events: Event) -> list[Said]:
        """Hear new facts in one batch of each stream."""
        said = self.number(*events)
        await self.hear_said(said)
        return said

    async def hear_said(self, said: Sequence[Said], *, partition: int | None = None) -> None:
        """Hear facts, perhaps not for the first time."""
        for stream, group, applier in self._appliers:
            mine = [each for each in said if each.event.STREAM is stream]
            if mine:
                place = Place(group, f"test.{stream.topic}", self._part if partition is None else partition)
                await self._apply(applier, mine, place, stream)

    async def _apply(self, applier: Applier[Any], said: Sequence[Said], place: Place, stream: Stream) -> None:
        async with self._turns[place]:
            async with self._database.transaction() as session:
                owned = await consumer_store.acquire(session, place, "topic")
            records = [each.record(next(self._offsets)) for each in said]
            await _retry(lambda: applier.apply([Batch(stream, place, owned, records)]))


async def _retry(apply: Callable[[], Awaitable[object]]) -> None:
    """Try again what failed in passing, as a consumer does."""
    for _ in range(BackboneSettings().consumer_retries):
        try:
            await apply()
        except Exception as error:  # as the consumer's loop
            if not is_weather(error):
                raise
            await asyncio.sleep(0.05)
        else:
            return
    raise AssertionError("the weather lasted")


@dataclass(slots=True)
class Premises:
    """A running service: its door for each role, its ear, and its database for a look behind."""

    door: httpx.AsyncClient
    issuer: Issuer
    ear: Ear
    database: Database
    owner: asyncpg.Connection

    def bearer(self, role: str = "depot", *sites: str, nation: str = "IND", scope: str = "") -> dict[str, str]:
        """Give the header of a role at sites."""
        subject = f"{role}@{'+'.join(sites) or 'all'}"
        return self.issuer.bearer(role=role, sites=list(sites), nation=nation, sub=subject, scope=scope)

    async def told(self, key: str) -> list[str]:
        """List the kinds of the facts told under a key, and check that they are numbered without a gap."""
        rows = await self.owner.fetch("SELECT type, key_seq FROM event_log WHERE key = $1 ORDER BY seq", key)
        assert [row["key_seq"] for row in rows] == list(range(1, len(rows) + 1))
        return [row["type"].split(".")[2] for row in rows]


def door_of(made: ServiceDatabase) -> DoorSettings:
    """Say where a service finds its database; nobody listens at its port."""
    return DoorSettings(
        database=made.app.render_as_string(hide_password=False),
        relay_database=made.relay.render_as_string(hide_password=False),
        port=8400,
    )


@asynccontextmanager
async def opened(
    service: Service, made: ServiceDatabase, *, background: Sequence[Loop] = ()
) -> AsyncIterator[tuple[httpx.AsyncClient, asyncpg.Connection]]:
    """Run a service's doors on an emptied database until the block ends; gives the way in, and the one behind it."""
    owner = await owner_connection(made)
    await empty(owner)
    stopping = asyncio.Event()
    loops = [asyncio.ensure_future(loop(stopping)) for loop in (*service.backbone.doors(), *background)]
    transport = httpx.ASGITransport(service.app, raise_app_exceptions=False)
    try:
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{service.name}") as client:
            yield client, owner
    finally:
        stopping.set()
        await asyncio.gather(*loops)
        await owner.close()
        await service.database.close()


async def empty(owner: asyncpg.Connection) -> None:
    """Take out what an earlier test left; tables that are empty are left alone, which is most of the time it took."""
    await _retry(lambda: owner.execute(_EMPTY))  # A loop of the running service may have locked the other way round.
