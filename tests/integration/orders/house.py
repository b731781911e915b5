"""Orders on a real database, without Kafka: what its tests do at the door, and hear of others."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from deploy.postgres.provision import ServiceDatabase
from services.orders import handlers, main
from services.orders.commands.importing import Importer
from services.orders.commands.outcomes import Outcomes
from services.orders.commands.planning import Planner
from services.orders.settings import OrdersSettings
from shared import clock
from shared.db import Database
from shared.events.catalogue import Fit, PartDefined, SiteDefined
from shared.events.production import WorkOrderEvent
from shared.events.stock import DemandEvent
from shared.http.tokens import Scope
from shared.types import Platform, SiteKind
from tests.integration.premises import NO_KAFKA, Ear, Premises, door_of, empty, opened
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
class House(Premises):
    """A running orders service."""

    planner: Planner
    importer: Importer
    outcomes: Outcomes
    _serials: "count[int]" = field(default_factory=lambda: count(1))

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
        self,
        method: str,
        path: str,
        *,
        role: str = "depot",
        site: str | None = "D-01",
        scope: str = Scope.APPROVE_URGENCY,
        **request: Any,
    ) -> httpx.Response:
        """Send a request as a role at a site, who may approve urgent needs."""
        headers = {**self.bearer(role, *([site] if site else []), scope=scope), **request.pop("headers", {})}
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

    async def approve(self, site: str = "F-01", *, part: str = PART, **changes: Any) -> dict[str, Any]:
        """Approve a source; gives it as it stands."""
        terms = {"approved": True, "approved_on": "2026-01-01", "lead_time_days": 30, **changes}
        answer = await self.send("PUT", f"/v1/sources/{part}/{site}", role="planner", site=None, json=terms)
        assert answer.status_code == 200, answer.text
        put: dict[str, Any] = answer.json()
        return put

    async def until(self, order_id: str, state: str) -> dict[str, Any]:
        """Wait until an order stands so, because something in the background has happened."""
        async with asyncio.timeout(10):
            while (order := await self.order(order_id))["state"] != state:  # nothing to wait for
                await asyncio.sleep(0.02)
        return order

    async def planned(self) -> None:
        """Wait until nothing is left to be planned again."""
        async with asyncio.timeout(10):
            while await self.owner.fetchval("SELECT count(*) FROM planning"):  # nobody is told
                await asyncio.sleep(0.02)

    async def told_of(self, order_id: str) -> list[str]:
        """List the kinds of the facts told of an order."""
        return await self.told(f"order:{order_id}")


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


@asynccontextmanager
async def open_house(made: ServiceDatabase, folder: Path, **bounds: Any) -> AsyncIterator[House]:
    """Run an orders service on a database until the block ends."""
    settings, issuer = OrdersSettings(**{"after_seconds_max": 1.0, **bounds}), Issuer(folder)
    service = main.build(NO_KAFKA, door_of(made), issuer.authenticator(), settings)
    outcomes = Outcomes(service.database, poll_seconds=60)
    async with opened(service, made, background=service.background) as (door, owner):
        house = House(
            door=door,
            issuer=issuer,
            ear=an_ear(service.database, outcomes),
            database=service.database,
            owner=owner,
            planner=Planner(service.database, outcomes, settings),
            importer=Importer(service.database, settings),
            outcomes=outcomes,
        )
        await _furnish(house)
        yield house


async def begun_anew(kept: House) -> House:
    """Give a service that runs on to another test, as if nothing had ever happened in it."""
    await empty(kept.owner)
    house = replace(kept, ear=an_ear(kept.database, kept.outcomes))
    await _furnish(house)
    return house


def an_ear(database: Database, outcomes: Outcomes) -> Ear:
    """Hear as the consumers of orders do."""
    groups = (handlers.copies(), handlers.decides(outcomes), handlers.follows())
    return Ear(database, *groups, within=f"{NO_KAFKA.namespace}.orders.")


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
