"""The operators' doors to a service's backbone: parked and blocked keys, and facts to tell again."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from shared.http.auth import Principal, Role, allow
from shared.http.paging import Paging, link_next
from shared.messaging.operations import Operations
from shared.messaging.parking_store import Operation
from shared.types import NoNull, Text

_PLACE_MAX = 2**63 - 1
Operator = Annotated[Principal, Depends(allow(Role.OPERATOR))]
Reader = Annotated[Principal, Depends(allow(Role.OPERATOR, Role.AUDITOR))]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True, from_attributes=True)


class ParkedKeyRead(_Body):
    """A key whose facts wait for an operator."""

    group: str
    """The consumer group that parked it."""
    topic: str
    """The stream, without its namespace."""
    key: str
    """The key."""
    partition: int
    """Its partition."""
    cause: str
    """contract, refused, unlisted, fork or hole."""
    error: str
    """What was wrong with the first event."""
    parked_at: datetime
    """Since when, UTC."""
    event_id: str | None
    """The first event that waits."""
    key_seq: int | None
    """Its number within the key."""
    payload: str | None
    """Its data, as it came."""
    waiting: int
    """How many events wait, this one included."""


class BlockedKeyRead(_Body):
    """A key of the outbox whose next fact Kafka refuses for good."""

    topic: str
    """The stream, without its namespace."""
    key: str
    """The key."""
    seq: int
    """Its place in event_log."""
    event_id: str
    """The fact that Kafka refuses."""
    key_seq: int
    """Its number within the key."""
    type: str
    """Its type."""
    error: str
    """What Kafka said."""
    blocked_at: datetime
    """Since when, UTC."""
    waiting: int
    """How many facts wait, this one included."""


class ParkedKeyName(_Body):
    """Which parked key."""

    group: Annotated[str, NoNull] = Field(examples=["jvtrack.inventory.deciders"], max_length=200)
    """The consumer group that parked it."""
    topic: Annotated[str, NoNull] = Field(examples=["production.v1"], max_length=100)
    """The stream, without its namespace."""
    key: Annotated[str, NoNull] = Field(examples=["lot:F-01:L-2026-0042"], max_length=400)
    """The key."""


class ParkedKeyDiscard(ParkedKeyName):
    """Which parked key, and why its first event is thrown away."""

    reason: Text
    """Why; kept for ever."""


class BlockedKeyName(_Body):
    """Which blocked key."""

    topic: Annotated[str, NoNull] = Field(examples=["production.v1"], max_length=100)
    """The stream, without its namespace."""
    key: Annotated[str, NoNull] = Field(examples=["lot:F-01:L-2026-0042"], max_length=400)
    """The key."""


class BlockedKeyDiscard(BlockedKeyName):
    """Which blocked key, and why its first fact goes out as a tombstone."""

    reason: Text
    """Why; kept for ever."""


class Republish(_Body):
    """Which facts to tell Kafka once more; consumers drop what they have."""

    topic: Annotated[str, NoNull] = Field(examples=["production.v1"], max_length=100)
    """The stream, without its namespace."""
    first: int = Field(ge=1, le=_PLACE_MAX)
    """First place in event_log."""
    last: int = Field(ge=1, le=_PLACE_MAX)
    """Last place in event_log."""
    key: Annotated[str, NoNull] | None = Field(default=None, max_length=400)
    """Only this key's facts, if given."""
    reason: Text
    """Why; kept for ever."""


class Done(_Body):
    """What an action set in motion."""

    events: int
    """Events applied, or returned to the outbox."""


def router(operations: Operations) -> APIRouter:
    """Give the routes under `/v1/operations`."""
    routes = APIRouter(prefix="/v1/operations", tags=["operations"])
    _parked(routes, operations)
    _blocked(routes, operations)
    return routes


def _parked(routes: APIRouter, operations: Operations) -> None:
    @routes.get("/parked")
    async def parked(_: Reader, page: Paging, request: Request, response: Response) -> list[ParkedKeyRead]:
        """List the parked keys, with the event that stopped each."""
        after = page.after_of(str, str, str) or ("", "", "")
        rows = await operations.parked((str(after[0]), str(after[1]), str(after[2])), page.limit)
        if len(rows) == page.limit:
            link_next(request, response, (rows[-1].group, rows[-1].topic, rows[-1].key))
        return [ParkedKeyRead.model_validate(row) for row in rows]

    @routes.post("/parked/release")
    async def release(body: ParkedKeyName, operator: Operator) -> Done:
        """Apply what waits for a parked key, in order, once its cause is put right."""
        return Done(events=await operations.release(body.group, body.topic, body.key, Operation(operator.subject)))

    @routes.post("/parked/discard")
    async def discard(body: ParkedKeyDiscard, operator: Operator) -> Done:
        """Throw the first parked event away for good, and apply what waits behind it."""
        operation = Operation(operator.subject, body.reason)
        return Done(events=await operations.discard(body.group, body.topic, body.key, operation))


def _blocked(routes: APIRouter, operations: Operations) -> None:
    @routes.get("/blocked")
    async def blocked(_: Reader, page: Paging, request: Request, response: Response) -> list[BlockedKeyRead]:
        """List the keys whose next fact Kafka refuses for good."""
        after = page.after_of(str, str) or ("", "")
        rows = await operations.blocked((str(after[0]), str(after[1])), page.limit)
        if len(rows) == page.limit:
            link_next(request, response, (rows[-1].topic, rows[-1].key))
        return [BlockedKeyRead.model_validate(row) for row in rows]

    @routes.post("/blocked/release")
    async def unblock(body: BlockedKeyName, operator: Operator) -> Done:
        """Return a blocked key's facts to the outbox, once Kafka will have them."""
        return Done(events=await operations.unblock(body.topic, body.key, Operation(operator.subject)))

    @routes.post("/blocked/discard")
    async def discard_blocked(body: BlockedKeyDiscard, operator: Operator) -> Done:
        """Send a tombstone in place of the fact that Kafka refuses, and the rest after it."""
        operation = Operation(operator.subject, body.reason)
        return Done(events=await operations.unblock(body.topic, body.key, operation, discard=True))

    @routes.post("/republish")
    async def republish(body: Republish, operator: Operator) -> Done:
        """Queue facts for Kafka once more, when Kafka has lost them."""
        operation = Operation(operator.subject, body.reason)
        queued = await operations.republish(
            body.topic, first=body.first, last=body.last, key=body.key, operation=operation
        )
        return Done(events=queued)
