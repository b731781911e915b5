"""A production database to post at and to look into, for tests."""

import json
import random
import uuid
from typing import Any

import httpx
from sqlalchemy import text

from services.production import handlers
from services.production.commands.posting import FactoryDoor, Post
from services.production.domain.posted import Accepted
from services.production.domain.work_order import WorkOrder
from services.production.schemas.events import read_event
from shared import clock
from shared.db import Database
from shared.errors import Refusal
from shared.events.envelope import CloudEvent, new_event_id
from shared.events.factory import FactoryFact
from shared.events.orders import OrderSourcingReduced
from shared.http.tokens import Principal
from tests.fixtures.system import System
from tests.unit.production.makers import a_principal, a_sourcing, an_event

Outcome = Accepted | Refusal
EVENT = "application/cloudevents+json"
EVENTS = "/v1/events"
PATIENCE_SECONDS = 0.3


def a_lot() -> str:
    return f"L-{uuid.uuid4().hex[:12].upper()}"


def an_order() -> str:
    return f"7201YA6327{random.randint(0, 9999):04}-{random.randint(1000, 9999)}"


def a_post(fact: FactoryFact, sender_id: str, principal: Principal | None = None, **attributes: object) -> Post:
    sender = principal or a_principal()
    return Post(read_event(json.dumps(an_event(fact, sender_id, **attributes)).encode(), sender), sender)


async def posted(database: Database, door: FactoryDoor, *posts: Post) -> list[Outcome]:
    async with database.transaction() as session:
        return await door.accept(session, posts)


async def opened(database: Database, order: str, quantity: int = 10, **terms: Any) -> WorkOrder:
    """Open a work order as the decider does."""
    sourced = a_sourcing(quantity, order=order, work_order=f"{order}-W1", **terms)
    async with database.transaction() as session:
        work = await handlers.open_work_order_work(session, [], frozenset({sourced.work_order}))
        now = clock.now()
        received = CloudEvent(new_event_id(), "/jvtrack/orders", sourced.key, 1, now, now, sourced)
        await handlers.order_sourced(work, received)
        await work.settle()
    return work.work_orders[sourced.work_order]


async def asked_back(database: Database, work_order: WorkOrder, quantity: int) -> None:
    """Ask some of a work order back as the decider does."""
    asked = OrderSourcingReduced(
        order=work_order.order,
        site=work_order.depot,
        part=work_order.part,
        work_order=work_order.work_order_id,
        source=work_order.factory,
        quantity=quantity,
        asked=quantity,
    )
    async with database.transaction() as session:
        work = await handlers.open_work_order_work(session, [], frozenset({asked.work_order}))
        now = clock.now()
        received = CloudEvent(new_event_id(), "/jvtrack/orders", asked.key, 2, now, now, asked)
        await handlers.order_sourcing_reduced(work, received)
        await work.settle()


async def rows(database: Database, query: str, **values: object) -> list[Any]:
    async with database.transaction() as session:
        return list((await session.execute(text(query), values)).all())


async def told(database: Database, key: str) -> list[tuple[int, str]]:
    found = await rows(database, "SELECT key_seq, type FROM event_log WHERE key = :key ORDER BY seq", key=key)
    return [(row.key_seq, row.type.split(".")[2]) for row in found]


def a_client(production: System, role: str, *sites: str, nation: str = "IND") -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {production.token(role, *sites, nation=nation)}"}
    return httpx.AsyncClient(base_url=production.url("production"), headers=headers, timeout=60)


async def post(client: httpx.AsyncClient, fact: FactoryFact, sender_id: str, **attributes: object) -> httpx.Response:
    return await client.post(
        EVENTS, content=json.dumps(an_event(fact, sender_id, **attributes)), headers={"Content-Type": EVENT}
    )
