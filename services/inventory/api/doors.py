"""What the routes share: who asks, what they wait for, where requests go, and how they are answered."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request, Response
from pydantic import BaseModel

from services.inventory.commands.importing import Importer
from services.inventory.commands.moving import AnyCommand
from services.inventory.schemas.movements import MovementRead
from services.inventory.settings import InventorySettings
from shared.db import Database
from shared.http.auth import Principal, Role, Rule, allow
from shared.http.idempotency import Claim, IdempotencyKey, StoredAnswer, claim
from shared.http.tail import StreamTail
from shared.http.versions import VERSION_HEADERS
from shared.messaging.group import Group
from shared.observe.metrics import BackboneMetrics

Reader = Annotated[Principal, Depends(allow(Role.DEPOT, Role.PLANNER, Role.PROCUREMENT, Role.OPERATOR, Role.AUDITOR))]
"""Who may see stock: a depot its own, the others that of their nation."""
StockReader = Annotated[
    Principal,
    Depends(allow(Role.DEPOT, Role.PLANNER, Role.PROCUREMENT, Role.OPERATOR, Role.AUDITOR, Role.QUALITY)),
]
"""Who may see what stands where, and what holds it back, without the orders behind it."""
Anyone = Annotated[Principal, Depends(allow(*Role))]
"""Who may see the catalogue: whoever has a token."""
Cataloguer = Annotated[Principal, Depends(allow(Role.PLANNER, Role.PROCUREMENT, Role.OPERATOR))]
"""Who keeps the catalogue."""
Protector = Annotated[Principal, Depends(allow(Role.DEPOT, Role.PLANNER, Role.PROCUREMENT, Role.OPERATOR))]
"""Who says what a depot keeps for itself: the depot, and who plans for its nation."""
Ruler = Annotated[Principal, Depends(allow(Role.PLANNER, Role.PROCUREMENT, Role.OPERATOR, Role.QUALITY))]
"""Who says how the stock of the nation ages."""
RuleReader = Annotated[
    Principal,
    Depends(allow(Role.DEPOT, Role.PLANNER, Role.PROCUREMENT, Role.OPERATOR, Role.AUDITOR, Role.QUALITY)),
]
"""Who may see it."""
Operator = Annotated[Principal, Depends(allow(Role.OPERATOR))]

POSTED: dict[int | str, dict[str, Any]] = {
    201: {"model": MovementRead, "description": "It is booked and durable.", "headers": VERSION_HEADERS},
    403: {"description": "`site-forbidden`: the site is not yours to write."},
    409: {"description": "Refused by the state of the stock, `idempotency-key-reused`, or `catalogue-behind`."},
    422: {"description": "`request-invalid`: the body does not fit its form; or `idempotency-key-missing`."},
    503: {"description": "`overloaded` or `database-away`: try again after `Retry-After` seconds."},
}
DONE = {**{status: text for status, text in POSTED.items() if status != 201}, 200: POSTED[201]}


@dataclass(frozen=True, slots=True)
class Doors:
    """What the routes stand on."""

    database: Database
    moves: Group[AnyCommand, StoredAnswer]
    importer: Importer
    tail: StreamTail
    metrics: BackboneMetrics
    settings: InventorySettings

    async def move(self, command: AnyCommand) -> Response:
        """Decide a request with whatever else is asked at the moment, and answer it."""
        answer = await self.moves.submit(command)
        return Response(answer.body, answer.status, headers=dict(answer.headers), media_type=answer.media_type)


B = TypeVar("B", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks for a movement of stock, and under which idempotency key."""

    principal: Principal
    path: str
    key: str

    def claim(self, body: BaseModel) -> Claim:
        """Hold the key for this body."""
        return claim(self.principal, self.path, self.key, body.model_dump_json(by_alias=True).encode())


def _asking(rule: Rule) -> Callable[..., Awaitable[Asking]]:
    async def asking(request: Request, principal: Annotated[Principal, Depends(rule)], key: IdempotencyKey) -> Asking:
        return Asking(principal, request.url.path, key)

    return asking


Keeper = Annotated[Asking, Depends(_asking(allow(Role.DEPOT)))]
"""Who moves stock: a depot, its own."""
Inspector = Annotated[Asking, Depends(_asking(allow(Role.DEPOT, Role.QUALITY)))]
"""Who says in which condition goods are: a depot of its own, quality of those of the nation."""
Repairer = Annotated[Asking, Depends(_asking(allow(Role.DEPOT, Role.OPERATOR)))]
"""Who sets the books right: a depot its own, an operator those of the nation."""
