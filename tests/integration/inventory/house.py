"""An inventory service on a real database, without Kafka: its door, and an ear that hears facts as a consumer does."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
from prometheus_client import CollectorRegistry

from deploy.postgres.provision import ServiceDatabase
from services.inventory import main
from services.inventory.commands.importing import Importer
from services.inventory.commands.tidying import Tidier
from services.inventory.handlers import subscription
from services.inventory.settings import InventorySettings
from shared.db import Database, is_weather
from shared.events.envelope import Event, Header, Stream, new_event_id, write_headers
from shared.messaging import consumer_store
from shared.messaging.applying import Record
from shared.messaging.batches import Applier, Batch
from shared.messaging.consumer_store import Place
from shared.messaging.settings import BackboneSettings
from shared.observe.metrics import BackboneMetrics
from shared.settings import CommonSettings, DoorSettings
from shared.types import EventId
from tests.fixtures.databases import owner_connection
from tests.unit.http.makers import Issuer

GROUP = "test.inventory.deciders"


@dataclass(slots=True)
class Said:
    """A fact with its identity and its number within its key."""

    event: Event
    key_seq: int
    id: EventId = field(default_factory=new_event_id)

    def record(self, offset: int) -> Record:
        """Write it as a record of Kafka."""
        now = datetime.now(UTC)  # noqa: TID251  # a test may look at the clock
        header = Header(self.id, "/jvtrack/test", self.event.TYPE, self.event.key, self.key_seq, now, now, None)
        payload = self.event.model_dump_json(exclude_defaults=True).encode()
        return Record(offset, self.event.key.encode(), payload, write_headers(header), int(now.timestamp() * 1000))


class Ear:
    """Hears facts: sorts, applies and remembers them as a consumer of one partition does."""

    def __init__(self, database: Database, settings: InventorySettings, *, part: int = 0) -> None:
        self._database = database
        self._part = part
        self._applier = Applier(
            database,
            subscription(settings),
            GROUP,
            settings=BackboneSettings(),
            metrics=BackboneMetrics(CollectorRegistry()),
        )
        self._offsets = count()
        self._turn = asyncio.Lock()
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

    async def hear_said(self, said: Sequence[Said]) -> None:
        """Hear facts, perhaps not for the first time."""
        for stream in (Stream.ORDERS, Stream.PRODUCTION):
            mine = [each for each in said if each.event.STREAM is stream]
            if mine:
                await self._apply(stream, mine)

    async def _apply(self, stream: Stream, said: Sequence[Said]) -> None:
        place = Place(GROUP, f"test.{stream.topic}", self._part)
        async with self._turn:
            async with self._database.transaction() as session:
                owned = await consumer_store.acquire(session, place, "topic")
            records = [each.record(next(self._offsets)) for each in said]
            await self._retry(lambda: self._applier.apply([Batch(stream, place, owned, records)]))

    async def _retry(self, apply: Callable[[], Awaitable[object]]) -> None:
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
class House:
    """A running inventory: its door for each role, its ear, and its database for a look behind."""

    door: httpx.AsyncClient
    issuer: Issuer
    ear: Ear
    database: Database
    owner: asyncpg.Connection
    tidier: Tidier
    importer: Importer
    settings: InventorySettings

    def bearer(self, role: str = "depot", *sites: str, nation: str = "IND") -> dict[str, str]:
        """Give the header of a role at sites."""
        return self.issuer.bearer(role=role, sites=list(sites), nation=nation, sub=f"{role}@{'+'.join(sites) or 'all'}")

    async def post(
        self, path: str, body: dict[str, Any] | None, *, role: str = "depot", at: str = "D-01", key: str | None = None
    ) -> httpx.Response:
        """Post a request as a role at a site."""
        headers = {**self.bearer(role, *([at] if at else [])), "Idempotency-Key": key or str(uuid4())}
        return await self.door.post(path, json=body, headers=headers)

    async def get(self, path: str, *, role: str = "depot", at: str = "D-01", **query: Any) -> Any:
        """Read what a role at a site is shown."""
        answer = await self.door.get(path, params=query, headers=self.bearer(role, *([at] if at else [])))
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def stock(self, quantity: int, lot: str = "F-01:L-1", at: str = "D-01", **more: object) -> None:
        """Put opening stock on a shelf."""
        line = {"site": at, "part": "GEARBOX", "lot": lot, "quantity": quantity, **more}
        headers = self.bearer("operator")
        answer = await self.door.post("/v1/stock/import", json={"stock": [line]}, headers=headers)
        assert answer.status_code == 200, answer.text

    async def stands(self, site: str = "D-01", lot: str = "F-01:L-1", condition: str = "A") -> dict[str, int]:
        """Say what stands on the real shelves of a lot."""
        row = await self.owner.fetchrow(
            "SELECT produced, on_hand, reserved, in_transit FROM balance WHERE (site, lot, condition) = ($1, $2, $3)",
            site,
            lot,
            condition,
        )
        return {name: number for name, number in (row or {}).items() if number}

    async def demand(self, order: str) -> dict[str, Any]:
        """Read the demand of an order."""
        row = await self.owner.fetchrow("SELECT * FROM demand WHERE order_id = $1", order)
        assert row is not None
        return dict(row)

    async def told(self, key: str) -> list[str]:
        """List the kinds of the facts told under a key, and check that they are numbered without a gap."""
        rows = await self.owner.fetch("SELECT type, key_seq FROM event_log WHERE key = $1 ORDER BY seq", key)
        assert [row["key_seq"] for row in rows] == list(range(1, len(rows) + 1))
        return [row["type"].split(".")[2] for row in rows]

    async def balances(self) -> None:
        """Check that the books balance, that balances are their transfers, and reservations what is reserved."""
        assert await self.owner.fetch(_UNBALANCED) == []
        assert await self.owner.fetch(_RESERVED) == []
        assert await self.owner.fetch(_ON_THE_ROAD) == []
        assert await self.owner.fetch(_SUSPENSE) == []


@asynccontextmanager
async def open_house(made: ServiceDatabase, folder: Path, **bounds: Any) -> AsyncIterator[House]:
    """Run an inventory on a database until the block ends."""
    settings = InventorySettings(**bounds)
    issuer = Issuer(folder)
    door = DoorSettings(
        database=made.app.render_as_string(hide_password=False),
        relay_database=made.relay.render_as_string(hide_password=False),
        port=8400,
    )
    service = main.build(CommonSettings(kafka="127.0.0.1:1"), door, issuer.authenticator(), settings)
    stopping = asyncio.Event()
    loops = [asyncio.create_task(loop(stopping)) for loop in service.backbone.doors()]
    owner = await owner_connection(made)
    await _empty(owner)
    importer = Importer(service.database, settings)
    transport = httpx.ASGITransport(service.app, raise_app_exceptions=False)
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://inventory") as client:
            house = House(
                door=client,
                issuer=issuer,
                ear=Ear(service.database, settings),
                database=service.database,
                owner=owner,
                tidier=Tidier(service.database, importer, settings),
                importer=importer,
                settings=settings,
            )
            await _furnish(house)
            yield house
    finally:
        stopping.set()
        await asyncio.gather(*loops)
        await owner.close()
        await service.database.close()


async def _empty(owner: asyncpg.Connection) -> None:
    """Take out what an earlier test left."""
    tables = await owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    names = ", ".join(row["tablename"] for row in tables if row["tablename"] != "alembic_version")
    await owner.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")


async def _furnish(house: House) -> None:
    """Put a few parts and sites in the catalogue."""
    sites = [("F-01", "factory"), ("D-01", "depot"), ("D-02", "depot"), ("D-09", "depot")]
    for site, kind in sites:
        nation = "RUS" if site == "D-09" else "IND"
        record = {"name": site, "kind": kind, "organisation": "Any", "country": nation}
        headers = house.bearer("operator", nation=nation)
        answer = await house.door.put(f"/v1/sites/{site}", json=record, headers=headers)
        assert answer.status_code == 200, answer.text
    for part in ("GEARBOX", "BLADE"):
        fits = [{"platform": "T-90", "grounds": True}]
        defined = {"name": part, "unit_of_issue": "EA", "platforms": fits}
        answer = await house.door.put(f"/v1/parts/{part}", json=defined, headers=house.bearer("operator"))
        assert answer.status_code == 200, answer.text


def a_receipt(quantity: object, *, shipment: str | None = "F-01:S-1", **line: object) -> dict[str, object]:
    """Make the body of a receipt of the usual lot."""
    usual = {"part": "GEARBOX", "lot": "F-01:L-1", "quantity": quantity}
    return {"site": "D-01", "shipment": shipment, "lines": [{**usual, **line}]}


_HALVES = """
  SELECT source_site AS site, part, lot, source_condition AS condition, source_shelf AS shelf, -quantity AS change
    FROM transfer
  UNION ALL SELECT target_site, part, lot, target_condition, target_shelf, quantity FROM transfer
"""
_UNBALANCED = f"""
SELECT site, part, lot, condition, shelf, sum(change), sum(stands) FROM (
  SELECT site, part, lot, condition, shelf, change, 0 AS stands FROM ({_HALVES}) AS half
   WHERE shelf IN ('produced', 'on_hand', 'reserved', 'in_transit')
  UNION ALL SELECT site, part, lot, condition, 'produced', 0, produced FROM balance
  UNION ALL SELECT site, part, lot, condition, 'on_hand', 0, on_hand FROM balance
  UNION ALL SELECT site, part, lot, condition, 'reserved', 0, reserved FROM balance
  UNION ALL SELECT site, part, lot, condition, 'in_transit', 0, in_transit FROM balance) AS both_sides
GROUP BY site, part, lot, condition, shelf HAVING sum(change) <> sum(stands)
"""  # noqa: S608  # our own words
_RESERVED = """
SELECT site, part, lot, condition FROM (
  SELECT site, part, lot, condition, quantity FROM reservation
  UNION ALL SELECT site, part, lot, condition, -reserved FROM balance) AS both_sides
GROUP BY site, part, lot, condition HAVING sum(quantity) <> 0
UNION ALL SELECT d.site, d.part, d.order_id, '' FROM demand d
WHERE reserved <> COALESCE((SELECT sum(quantity) FROM reservation r WHERE r.order_id = d.order_id), 0)
"""
_ON_THE_ROAD = """
SELECT site, part, lot, condition FROM (
  SELECT depot AS site, part, lot, condition, dispatched - received - lost AS quantity FROM shipment_line
  UNION ALL SELECT site, part, lot, condition, -in_transit FROM balance) AS both_sides
GROUP BY site, part, lot, condition HAVING sum(quantity) <> 0
"""
_SUSPENSE = f"""
SELECT site, part, lot FROM (
  SELECT site, part, lot, change FROM ({_HALVES}) AS half WHERE shelf = 'suspense'
  UNION ALL SELECT site, part, lot, CASE kind WHEN 'lost-in-transit' THEN -remaining ELSE remaining END
    FROM discrepancy) AS both_sides
GROUP BY site, part, lot HAVING sum(change) <> 0
"""  # noqa: S608
