"""Makers of values for the tests of orders: each with what matters to the test, the rest sensible."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from services.orders.domain.order import Demand, Order
from services.orders.domain.placement import Placement, place
from services.orders.domain.plan import plan
from services.orders.domain.ranking import UNSTATED, Market, Weights
from services.orders.domain.source import Source, Span
from services.orders.domain.sourcing import Sourcing, WorkState
from shared.events.orders import OrderEvent, OrderPlaced, OrderPromised
from shared.events.production import QuantityCause, WorkOrderEvent
from shared.events.stock import DemandEvent, DemandReserved
from shared.types import Condition, SiteKind, Urgency

TODAY = date(2026, 11, 23)
APPROVED_ON = date(2024, 4, 1)
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
ORDER = "7201YA6327A001-2026"
FACTORY = "F-01"
D = TypeVar("D", bound=DemandEvent)
W = TypeVar("W", bound=WorkOrderEvent)


def a_placement(**changes: Any) -> Placement:
    values: dict[str, Any] = {
        "order_id": ORDER,
        "document_number": "7201YA6327A001",
        "ordered_by": "D-01",
        "site": "D-01",
        "part": "ROTOR-BLADE",
        "quantity": 5,
        "partial": True,
        "urgency": Urgency.B,
        "priority": 4,
        "required_by": date(2026, 12, 20),
        "placed_at": NOW,
        "conditions": (Condition.A, Condition.C),
    }
    return Placement(**(values | changes))


def a_placed_order(**changes: Any) -> tuple[Order, OrderPlaced]:
    return place(a_placement(**changes))


def an_order(quantity: int = 5, *, work_orders: tuple[Sourcing, ...] = (), **demand: Any) -> Order:
    """Make an order of which inventory has said this; with nothing said, it is as just placed."""
    order, _ = a_placed_order(quantity=quantity)
    heard = {"heard": 1, **demand} if demand or work_orders else {}
    return replace(order, demand=Demand(**heard), work_orders=work_orders)


def a_work_order(n: int = 1, quantity: int = 5, **changes: Any) -> Sourcing:
    values: dict[str, Any] = {
        "source": FACTORY,
        "sourced": quantity or 1,
        "due": date(2027, 1, n),
        "due_reason": f"lead time of {FACTORY}",
        "state": WorkState.OPEN,
    }
    return Sourcing(n=n, quantity=quantity, **(values | changes))


def a_source(site: str = FACTORY, lead_time_days: int = 30, **changes: Any) -> Source:
    """Make a joint-venture factory that is approved."""
    values: dict[str, Any] = {"kind": SiteKind.FACTORY, "approved": True, "approval": Span(APPROVED_ON)}
    return Source(site=site, lead_time_days=lead_time_days, **(values | changes))


def a_supplier(site: str = "S-01", lead_time_days: int = 30, **changes: Any) -> Source:
    """Make a maker that is no factory of a joint venture, approved and with its first article accepted."""
    return a_source(site, lead_time_days, **{"kind": SiteKind.SUPPLIER, "acceptance": Span(APPROVED_ON), **changes})


def a_market(*sources: Source, weights: Weights = UNSTATED) -> Market:
    return Market(sources, weights)


def said(kind: type[D] = DemandReserved, *, quantity: int = 5, **totals: Any) -> D:  # type: ignore[assignment]  # a default of D
    """Make a fact of inventory's: what is not given is zero."""
    values: dict[str, Any] = {
        "order": ORDER,
        "site": "D-01",
        "part": "ROTOR-BLADE",
        "quantity": quantity,
        "reserved": 0,
        "issued": 0,
        "cancelled": 0,
        "released": 0,
        "arrived": 0,
        "lost": 0,
        "closed": False,
    }
    values |= totals
    short = quantity - values["reserved"] - values["issued"] - values["cancelled"]
    return kind(**{"short": max(0, short), **values})


def reported(kind: type[W], *, n: int = 1, quantity: int = 5, **changes: Any) -> W:
    """Make a fact of production's about the order's n-th work order."""
    values: dict[str, Any] = {
        "work_order": f"{ORDER}-W{n}",
        "order": ORDER,
        "part": "ROTOR-BLADE",
        "factory": FACTORY,
        "depot": "D-01",
        "quantity": quantity,
        "due": date(2027, 1, n),
    }
    return kind(**(values | changes))


def asked(order: Order, market: Market) -> tuple[OrderEvent, ...]:
    """Plan, and give what is asked of sources; what is promised the depot is told besides."""
    return tuple(fact for fact in plan(order, market, TODAY).facts if not isinstance(fact, OrderPromised))


SCRAPPED = QuantityCause.SCRAPPED
