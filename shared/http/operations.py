"""The operators' doors to a service's backbone: parked and blocked keys, and facts to tell again."""

import dataclasses
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from shared.http.app import Session
from shared.http.auth import Principal, Role, allow
from shared.http.concern import Concern, NationsOf
from shared.http.paging import Paging, link_next
from shared.messaging.operations import Operations, ParkedRow
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
    error: str | None
    """What was wrong with the first event; none for a fact that concerns partner nations alone."""
    parked_at: datetime
    """Since when, UTC."""
    event_id: str | None
    """The first event that waits."""
    key_seq: int | None
    """Its number within the key."""
    payload: str | None
    """Its data, as it came; none unless it concerns the reader's nation."""
    nations: list[str]
    """The nations whose sites it names, as far as they are known."""
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
    nations: list[str]
    """The nations whose sites it names, as far as they are known."""
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


def router(operations: Operations, nations_of: NationsOf) -> APIRouter:
    """Give the routes under `/v1/operations`."""
    routes = APIRouter(prefix="/v1/operations", tags=["operations"])
    concern = Concern(nations_of)
    _parked(routes, operations, concern)
    _blocked(routes, operations, concern)
    return routes


def _parked(routes: APIRouter, operations: Operations, concern: Concern) -> None:
    @routes.get("/parked")
    async def parked(
        *, reader: Reader, session: Session, page: Paging, request: Request, response: Response
    ) -> list[ParkedKeyRead]:
        """List the parked keys, with the event that stopped each; of partner nations', only that it did."""
        after = page.after_of(str, str, str) or ("", "", "")
        rows = await operations.parked((str(after[0]), str(after[1]), str(after[2])), page.limit)
        if len(rows) == page.limit:
            link_next(request, response, (rows[-1].group, rows[-1].topic, rows[-1].key))
        nations = await concern.nations(session, [(row.key, row.payload) for row in rows])
        return [_shown(row, theirs, reader) for row, theirs in zip(rows, nations, strict=True)]

    @routes.post("/parked/release")
    async def release(body: ParkedKeyName, operator: Operator, session: Session) -> Done:
        """Apply what waits for a parked key, in order, once its cause is put right."""
        payload = await operations.first_parked(body.group, body.topic, body.key)
        await concern.require(session, operator, body.key, payload)
        return Done(events=await operations.release(body.group, body.topic, body.key, Operation(operator.subject)))

    @routes.post("/parked/discard")
    async def discard(body: ParkedKeyDiscard, operator: Operator, session: Session) -> Done:
        """Throw the first parked event away for good, and apply what waits behind it."""
        payload = await operations.first_parked(body.group, body.topic, body.key)
        await concern.require(session, operator, body.key, payload)
        operation = Operation(operator.subject, body.reason)
        return Done(events=await operations.discard(body.group, body.topic, body.key, operation))


def _shown(row: ParkedRow, nations: frozenset[str], reader: Principal) -> ParkedKeyRead:
    is_ours = reader.nation in nations
    return ParkedKeyRead(
        **{
            **dataclasses.asdict(row),
            "error": row.error if is_ours or not nations else None,
            "payload": row.payload.decode(errors="replace") if is_ours and row.payload is not None else None,
            "nations": sorted(nations),
        }
    )


def _blocked(routes: APIRouter, operations: Operations, concern: Concern) -> None:
    @routes.get("/blocked")
    async def blocked(
        *, _: Reader, session: Session, page: Paging, request: Request, response: Response
    ) -> list[BlockedKeyRead]:
        """List the keys whose next fact Kafka refuses for good."""
        after = page.after_of(str, str) or ("", "")
        rows = await operations.blocked((str(after[0]), str(after[1])), page.limit)
        if len(rows) == page.limit:
            link_next(request, response, (rows[-1].topic, rows[-1].key))
        nations = await concern.nations(session, [(row.key, row.payload) for row in rows])
        return [
            BlockedKeyRead.model_validate({**dataclasses.asdict(row), "nations": sorted(theirs)}, extra="ignore")
            for row, theirs in zip(rows, nations, strict=True)
        ]

    @routes.post("/blocked/release")
    async def unblock(body: BlockedKeyName, operator: Operator, session: Session) -> Done:
        """Return a blocked key's facts to the outbox, once Kafka will have them."""
        payload = await operations.first_blocked(body.topic, body.key)
        await concern.require(session, operator, body.key, payload)
        return Done(events=await operations.unblock(body.topic, body.key, Operation(operator.subject)))

    @routes.post("/blocked/discard")
    async def discard_blocked(body: BlockedKeyDiscard, operator: Operator, session: Session) -> Done:
        """Send a tombstone in place of the fact that Kafka refuses, and the rest after it."""
        payload = await operations.first_blocked(body.topic, body.key)
        await concern.require(session, operator, body.key, payload)
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
