"""What the routes share: who decides, who waits, and who may come in."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from services.orders.commands.importing import Importer
from services.orders.commands.outcomes import Outcomes
from services.orders.commands.planning import Planner
from services.orders.commands.posting import Post
from services.orders.commands.request import Outcome, Request
from services.orders.commands.reviewing import Reviewer
from services.orders.settings import OrdersSettings
from shared.db import Database
from shared.events.envelope import Stream
from shared.http.auth import Principal, Role, allow
from shared.http.idempotency import StoredAnswer
from shared.http.tail import StreamTail
from shared.http.versions import Token
from shared.messaging.group import Group
from shared.types import OrderId

Asker = Annotated[Principal, Depends(allow(Role.DEPOT, Role.OPERATOR))]
"""Who may ask for parts: a depot for itself, an operator for any depot of the nation."""
Reader = Annotated[Principal, Depends(allow(Role.DEPOT, Role.PLANNER, Role.PROCUREMENT, Role.OPERATOR, Role.AUDITOR))]
"""Who may see orders: a depot its own, the others those of their nation."""
Decliner = Annotated[Principal, Depends(allow(Role.DEPOT, Role.PLANNER, Role.PROCUREMENT, Role.OPERATOR))]
"""Who may say no to another depot's order: the depot that was to fill it, and who plans for its nation."""
Expediter = Annotated[Principal, Depends(allow(Role.DEPOT, Role.PLANNER, Role.PROCUREMENT, Role.OPERATOR))]
"""Who may expedite an order: the depot that has placed it, and who plans for its nation."""
Keeper = Annotated[Principal, Depends(allow(Role.DEPOT, Role.PLANNER, Role.PROCUREMENT, Role.OPERATOR))]
"""Who says which platforms there are: a depot its own, the others those of their nation."""
Planning = Annotated[Principal, Depends(allow(Role.PLANNER, Role.PROCUREMENT, Role.OPERATOR))]
"""Who says where parts come from, and how urgent an activity's work is."""
Buyer = Annotated[Principal, Depends(allow(Role.PLANNER, Role.PROCUREMENT))]
"""Who may name a source that may not be chosen: a person who answers for it."""
PlanReader = Annotated[Principal, Depends(allow(Role.PLANNER, Role.PROCUREMENT, Role.OPERATOR, Role.AUDITOR))]
"""Who may see where parts come from."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that stands behind the routes."""

    database: Database
    importer: Importer
    placing: Group[Request, Outcome]
    posting: Group[Post, StoredAnswer]
    outcomes: Outcomes
    planner: Planner
    reviewer: Reviewer
    tail: StreamTail
    settings: OrdersSettings


def order_token(order_id: OrderId, version: int) -> Token:
    """Name a version of an order."""
    return Token(Stream.ORDERS.topic, f"order:{order_id}", version)
