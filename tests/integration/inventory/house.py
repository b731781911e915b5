"""Inventory on a real database, without Kafka: what its tests do at the door, and see behind it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from deploy.postgres.provision import ServiceDatabase
from services.inventory import main
from services.inventory.commands.importing import Importer
from services.inventory.commands.tidying import Tidier
from services.inventory.handlers import subscription
from services.inventory.settings import InventorySettings
from shared.db import Database
from tests.integration.premises import NO_KAFKA, Ear, Premises, door_of, empty, opened
from tests.unit.http.makers import Issuer


def an_ear(database: Database, settings: InventorySettings, *, part: int = 0) -> Ear:
    """Hear one partition as inventory does."""
    return Ear(database, subscription(settings), part=part)


@dataclass(slots=True)
class House(Premises):
    """A running inventory."""

    tidier: Tidier
    importer: Importer
    settings: InventorySettings

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

    async def traces(self, key: str) -> list[str]:
        """Say under which traces the facts of a key were told: the first digit of each."""
        rows = await self.owner.fetch(
            "SELECT substr(headers ->> 'traceparent', 4, 1) AS trace FROM event_log WHERE key = $1 ORDER BY seq", key
        )
        return [row["trace"] for row in rows]

    async def demand(self, order: str) -> dict[str, Any]:
        """Read the demand of an order."""
        row = await self.owner.fetchrow("SELECT * FROM demand WHERE order_id = $1", order)
        assert row is not None
        return dict(row)

    async def balances(self) -> None:
        """Check that the books balance, that balances are their transfers, and reservations what is reserved."""
        assert await self.owner.fetch(_UNBALANCED) == []
        assert await self.owner.fetch(_RESERVED) == []
        assert await self.owner.fetch(_ON_THE_ROAD) == []
        assert await self.owner.fetch(_SUSPENSE) == []


@asynccontextmanager
async def open_house(made: ServiceDatabase, folder: Path, **bounds: Any) -> AsyncIterator[House]:
    """Run an inventory on a database until the block ends."""
    settings = InventorySettings(**{"after_seconds_max": 1.0, **bounds})
    issuer = Issuer(folder)
    service = main.build(NO_KAFKA, door_of(made), issuer.authenticator(), settings)
    importer = Importer(service.database, settings)
    async with opened(service, made) as (door, owner):
        house = House(
            door=door,
            issuer=issuer,
            ear=an_ear(service.database, settings),
            database=service.database,
            owner=owner,
            tidier=Tidier(service.database, importer, settings),
            importer=importer,
            settings=settings,
        )
        await _furnish(house)
        yield house


async def begun_anew(kept: House) -> House:
    """Give a service that runs on to another test, as if nothing had ever happened in it."""
    await empty(kept.owner)
    house = replace(
        kept,
        ear=an_ear(kept.database, kept.settings),
        tidier=Tidier(kept.database, kept.importer, kept.settings),
    )
    await _furnish(house)
    return house


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
