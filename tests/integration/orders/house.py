"""An orders service on a real database, without Kafka: its door, and an ear that hears facts as consumers do."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from prometheus_client import CollectorRegistry

from deploy.postgres.provision import ServiceDatabase
from services.orders import handlers, main
from services.orders.commands.outcomes import Outcomes
from services.orders.commands.planning import Planner
from services.orders.settings import OrdersSettings
from shared import clock
from shared.db import Database
from shared.events.catalogue import Fit, PartDefined, SiteDefined
from shared.events.envelope import Event, Header, Stream, new_event_id, write_headers
from shared.events.production import WorkOrderEvent
from shared.events.stock import DemandEvent
from shared.messaging import consumer_store
from shared.messaging.applying import Record
from shared.messaging.batches import Applier, Batch
from shared.messaging.consumer_store import Place
from shared.messaging.settings import BackboneSettings
from shared.observe.metrics import BackboneMetrics
from shared.settings import CommonSettings, DoorSettings
from shared.types import EventId, Platform, SiteKind
from tests.fixtures.databases import owner_connection
from tests.unit.http.makers import Issuer

PART = "ROTOR-BLADE"
_PARTS = {
    PART: [Platform.MI_17V_5],
    "GEARBOX": [Platform.MI_17V_5],
    "BEARING": [Platform.MI_17V_5, Platform.T_90],
    "WASHER": [],
}
_SITES = (
    ("D-01", SiteKind.DEPOT, "IND"),
    ("D-02", SiteKind.DEPOT, "IND"),
    ("D-09", SiteKind.DEPOT, "RUS"),
    ("F-01", SiteKind.FACTORY, "IND"),
    ("F-02", SiteKind.FACTORY, "IND"),
    ("S-01", SiteKind.SUPPLIER, "RUS"),
)


@dataclass(slots=True)
class Said:
    """A fact with its identity and its number within its key."""

    event: Event
    key_seq: int
    id: EventId = field(default_factory=new_event_id)

    def record(self, offset: int) -> Record:
        """Write it as a record of Kafka."""
        now = clock.now()
        header = Header(self.id, "/jvtrack/test", self.event.TYPE, self.event.key, self.key_seq, now, now, None)
        payload = self.event.model_dump_json(exclude_defaults=True).encode()
        return Record(offset, self.event.key.encode(), payload, write_headers(header), int(now.timestamp() * 1000))


class Ear:
    """Hears facts: sorts, applies and remembers them as the consumer of one partition does."""

    def __init__(self, database: Database, outcomes: Outcomes) -> None:
        self._database = database
        self._appliers = {
            subscription.group: Applier(
                database,
                subscription,
                subscription.group,
                settings=BackboneSettings(),
                metrics=BackboneMetrics(CollectorRegistry()),
            )
            for subscription in (handlers.decides(outcomes), handlers.copies())
        }
        self._offsets = count()
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

    async def hear_said(self, said: Sequence[Said], *, partition: int = 0) -> None:
        """Hear facts, perhaps not for the first time."""
        for stream in (Stream.CATALOGUE, Stream.STOCK, Stream.PRODUCTION):
            mine = [each for each in said if each.event.STREAM is stream]
            if mine:
                await self._apply(stream, mine, partition)

    async def _apply(self, stream: Stream, said: Sequence[Said], partition: int) -> None:
        group = "projections" if stream is Stream.CATALOGUE else "deciders"
        place = Place(group, f"test.{stream.topic}", partition)
        async with self._database.transaction() as session:
            owned = await consumer_store.acquire(session, place, "topic")
        records = [each.record(next(self._offsets)) for each in said]
        await self._appliers[group].apply([Batch(stream, place, owned, records)])


@dataclass(slots=True)
class House:
    """A running orders service: its door for each role, its ear, and its database for a look behind."""

    door: httpx.AsyncClient
    issuer: Issuer
    ear: Ear
    database: Database
    owner: asyncpg.Connection
    planner: Planner
    outcomes: Outcomes
    _serials: "count[int]" = field(default_factory=lambda: count(1))

    def bearer(self, role: str = "depot", *sites: str, nation: str = "IND") -> dict[str, str]:
        """Give the header of a role at sites."""
        return self.issuer.bearer(role=role, sites=list(sites), nation=nation, sub=f"{role}@{'+'.join(sites) or 'all'}")

    def body(self, **changes: Any) -> dict[str, Any]:
        """Make an order with a document number of its own."""
        today = clock.now().date()
        number = f"7201YA{today.year % 10}{today:%j}{next(self._serials):04d}"
        body = {
            "document_number": number,
            "ordered_by": "D-01",
            "part": PART,
            "quantity": 5,
            "urgency": "B",
            "required_by": str(today + timedelta(days=30)),
        }
        return {**body, **changes}

    async def send(
        self, method: str, path: str, *, role: str = "depot", site: str | None = "D-01", **request: Any
    ) -> httpx.Response:
        """Send a request as a role at a site."""
        headers = {**self.bearer(role, *([site] if site else [])), **request.pop("headers", {})}
        return await self.door.request(method, path, headers=headers, **request)

    async def place(self, **changes: Any) -> str:
        """Place an order; gives its id."""
        answer = await self.send("POST", "/v1/orders", json=self.body(**changes))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["order_id"])

    async def order(self, order_id: str) -> dict[str, Any]:
        """Show an order to an operator."""
        answer = await self.send("GET", f"/v1/orders/{order_id}", role="operator", site=None)
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown

    async def approve(self, site: str = "F-01", *, part: str = PART, **changes: Any) -> None:
        """Approve a source."""
        terms = {"approved": True, "approved_on": "2026-01-01", "lead_time_days": 30, **changes}
        answer = await self.send("PUT", f"/v1/sources/{part}/{site}", role="planner", site=None, json=terms)
        assert answer.status_code == 200, answer.text

    async def until(self, order_id: str, state: str) -> dict[str, Any]:
        """Wait until an order stands so, because something in the background has happened."""
        async with asyncio.timeout(10):
            while (order := await self.order(order_id))["state"] != state:  # nothing to wait for
                await asyncio.sleep(0.02)
        return order

    async def told(self, order_id: str) -> list[str]:
        """List the kinds of the facts told of an order, and check that they are numbered without a gap."""
        rows = await self.owner.fetch(
            "SELECT type, key_seq FROM event_log WHERE key = $1 ORDER BY seq", f"order:{order_id}"
        )
        assert [row["key_seq"] for row in rows] == list(range(1, len(rows) + 1))
        return [row["type"].split(".")[2] for row in rows]


def slug(answer: httpx.Response) -> str:
    """Read which problem was answered."""
    return str(answer.json()["type"].rpartition(":")[2])


def inventory_said(order_id: str, kind: type[DemandEvent], *, quantity: int = 5, **totals: Any) -> DemandEvent:
    """Make a fact of inventory's: what is not given is zero."""
    values: dict[str, Any] = dict.fromkeys(
        ("reserved", "issued", "cancelled", "released", "arrived", "lost", "closed"), 0
    )
    values |= totals
    short = quantity - values["reserved"] - values["issued"] - values["cancelled"]
    return kind.model_validate(
        {"order": order_id, "site": "D-01", "part": PART, "quantity": quantity, "short": short, **values}
    )


def production_said(order_id: str, kind: type[WorkOrderEvent], *, n: int = 1, **values: Any) -> WorkOrderEvent:
    """Make a fact of production's about an order's n-th work order."""
    return kind.model_validate(
        {
            "work_order": f"{order_id}-W{n}",
            "order": order_id,
            "part": PART,
            "factory": "F-01",
            "depot": "D-01",
            "quantity": 5,
            "due": date(2027, 3, n),
            **values,
        }
    )


async def empty(made: ServiceDatabase) -> None:
    """Forget everything that a database holds."""
    owner = await owner_connection(made)
    try:
        tables = await owner.fetchval(
            "SELECT string_agg(tablename, ', ') FROM pg_tables"
            " WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        )
        await owner.execute(f"TRUNCATE {tables}")
    finally:
        await owner.close()


@asynccontextmanager
async def open_house(made: ServiceDatabase, folder: Path, **bounds: Any) -> AsyncIterator[House]:
    """Run an orders service on a database until the block ends."""
    issuer = Issuer(folder)
    door = DoorSettings(
        database=made.app.render_as_string(hide_password=False),
        relay_database=made.relay.render_as_string(hide_password=False),
        port=8600,
    )
    settings = OrdersSettings(**bounds)
    service = main.build(CommonSettings(kafka="127.0.0.1:1"), door, issuer.authenticator(), settings)
    outcomes = Outcomes(service.database, poll_seconds=60)
    stopping = asyncio.Event()
    loops = [asyncio.ensure_future(loop(stopping)) for loop in (*service.backbone.doors(), *service.background)]
    owner = await owner_connection(made)
    transport = httpx.ASGITransport(service.app, raise_app_exceptions=False)
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://orders") as client:
            house = House(
                door=client,
                issuer=issuer,
                ear=Ear(service.database, outcomes),
                database=service.database,
                owner=owner,
                planner=Planner(service.database, outcomes, settings),
                outcomes=outcomes,
            )
            await _furnish(house)
            yield house
    finally:
        stopping.set()
        await asyncio.gather(*loops)
        await owner.close()
        await service.database.close()


async def _furnish(house: House) -> None:
    """Let the service hear of a few parts and sites."""
    sites = [
        SiteDefined(site_id=site, name=site, kind=kind, organisation="Any", country=country)
        for site, kind, country in _SITES
    ]
    parts = [
        PartDefined(
            part_id=part, name=part, unit_of_issue="EA", platforms=[Fit(platform=each, grounds=True) for each in fits]
        )
        for part, fits in _PARTS.items()
    ]
    await house.ear.hear(*sites, *parts)
