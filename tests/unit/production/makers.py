"""Makers of production's values, each with sensible defaults and ids of its own."""

import itertools
from datetime import date
from typing import Any

from services.production.domain.floor import Floor
from services.production.domain.lot import Lot, lot_id
from services.production.domain.posted import Posted
from services.production.domain.work_order import WorkOrder, open_work_order
from shared.events.envelope import new_event_id
from shared.events.factory import (
    FactoryEventCorrected,
    FactoryEventVoided,
    FactoryFact,
    FactoryLotDispatched,
    FactoryLotFinished,
    FactoryLotInspected,
    FactoryLotScrapped,
    FactoryLotStarted,
    LotFact,
)
from shared.events.orders import OrderSourced, OrderSourcingReduced
from shared.http.tokens import Principal, Role
from shared.types import ScrapStage

FACTORY, DEPOT, PART, LOT = "F-01", "D-01", "ROTOR-HUB", "L-1"
ORDER = "7201YA6327A001-2026"
WORK_ORDER = f"{ORDER}-W1"
DUE = date(2027, 3, 1)

_numbers = itertools.count(1)


def _lot(values: dict[str, Any]) -> dict[str, Any]:
    return {"lot": LOT, "part": PART, "work_order": WORK_ORDER} | values


def a_start(quantity: int = 10, **values: Any) -> FactoryLotStarted:
    return FactoryLotStarted(**_lot(values), quantity=quantity)


def an_inspection(passed: int = 10, failed: int = 0, **values: Any) -> FactoryLotInspected:
    return FactoryLotInspected(**_lot(values), passed=passed, failed=failed)


def a_finish(quantity: int = 10, **values: Any) -> FactoryLotFinished:
    return FactoryLotFinished(**_lot(values), quantity=quantity)


def a_scrap(quantity: int = 1, *, stage: ScrapStage = ScrapStage.IN_PROCESS, **values: Any) -> FactoryLotScrapped:
    return FactoryLotScrapped(**_lot(values), quantity=quantity, stage=stage)


def a_dispatch(quantity: int = 10, *, shipment: str = "S-1", **values: Any) -> FactoryLotDispatched:
    return FactoryLotDispatched(**_lot({"depot": DEPOT} | values), quantity=quantity, shipment=shipment)


def a_void(event: str, reason: str = "keyed in twice") -> FactoryEventVoided:
    return FactoryEventVoided(event=event, reason=reason)


def a_correction(event: str, corrected: FactoryFact) -> FactoryEventCorrected:
    return FactoryEventCorrected(event=event, reason="misread", data=corrected.model_dump(mode="json"))


def a_posted(fact: FactoryFact, sender_id: str | None = None, *, site: str = FACTORY, **values: Any) -> Posted:
    return Posted(
        **{
            "event_id": new_event_id(),
            "source": site,
            "site": site,
            "sender_id": sender_id or f"unnamed-{next(_numbers)}",
            "fact": fact,
            "body": fact.model_dump_json().encode(),
            "body_hash": b"hash",
            "posted_by": "test",
            **values,
        }
    )


def a_sourcing(quantity: int = 10, **values: Any) -> OrderSourced:
    terms: dict[str, Any] = {
        "order": ORDER,
        "site": DEPOT,
        "part": PART,
        "work_order": WORK_ORDER,
        "source": FACTORY,
        "priority": 3,
        "due": DUE,
    }
    return OrderSourced(**terms | values, quantity=quantity)


def a_reduction(quantity: int, asked: int | None = None) -> OrderSourcingReduced:
    return OrderSourcingReduced(
        order=ORDER,
        site=DEPOT,
        part=PART,
        work_order=WORK_ORDER,
        source=FACTORY,
        quantity=quantity,
        asked=quantity if asked is None else asked,
    )


def a_work_order(quantity: int = 10, **values: Any) -> WorkOrder:
    return open_work_order(a_sourcing(quantity, **values))[0]


def a_floor(*lots: str, work_orders: tuple[WorkOrder, ...] = (), site: str = FACTORY) -> Floor:
    names = [lot_id(site, lot) for lot in lots or (LOT,)]
    return Floor({name: Lot(name) for name in names}, {each.work_order_id: each for each in work_orders})


def folded(*facts: LotFact, site: str = FACTORY) -> Lot:
    lot = Lot(lot_id(site, facts[0].lot))
    for fact in facts:
        lot = lot.add(fact)
    return lot


def an_event(fact: FactoryFact, sender_id: str | None = None, **attributes: object) -> dict[str, Any]:
    """Make a CloudEvent as a factory posts it."""
    return {
        "specversion": "1.0",
        "id": sender_id or f"unnamed-{next(_numbers)}",
        "source": FACTORY,
        "type": fact.TYPE,
        "data": fact.model_dump(mode="json", exclude_defaults=True),
        **attributes,
    }


def a_principal(role: Role = Role.FACTORY, *sites: str, nation: str = "IND") -> Principal:
    return Principal(
        subject=f"{role}-1",
        role=role,
        sites=frozenset(sites or {FACTORY}),
        nation=nation,
        scopes=frozenset(),
        expires_at=4e9,
    )
