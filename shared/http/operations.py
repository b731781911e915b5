"""The operators' doors to a service's backbone: parked and blocked keys, and facts to tell again."""

import dataclasses
from typing import Annotated

from fastapi import APIRouter, Depends

from shared.http.app import OwnTransaction
from shared.http.auth import Principal, Role, allow
from shared.http.concern import Concern, NationsOf
from shared.http.operated import Asked, Deed
from shared.http.operation_bodies import (
    BlockedKeyDiscard,
    BlockedKeyName,
    BlockedKeyRead,
    Done,
    ParkedKeyDecision,
    ParkedKeyName,
    ParkedKeyRead,
    Republish,
)
from shared.http.paging import Paging
from shared.http.versions import tells_version
from shared.messaging.operations import Operations
from shared.messaging.outbox_keeper import Stretch
from shared.messaging.parked_keys import Name, ParkedRow

Reader = Annotated[Principal, Depends(allow(Role.OPERATOR, Role.AUDITOR))]


def router(operations: Operations, nations_of: NationsOf) -> APIRouter:
    """Give the routes under `/v1/operations`."""
    routes = APIRouter(prefix="/v1/operations", tags=["operations"])
    concern = Concern(nations_of)
    _parked(routes, operations, concern)
    _blocked(routes, operations, concern)
    _republish(routes, operations)
    return routes


def _parked(routes: APIRouter, operations: Operations, concern: Concern) -> None:
    @routes.get("/parked")
    async def parked(*, reader: Reader, transaction: OwnTransaction, page: Paging) -> list[ParkedKeyRead]:
        """List the parked keys, with the event that stopped each; of partner nations', only that it did."""
        group, topic, key = page.after_texts(3) or ("", "", "")
        found = await operations.parked.page((group, topic, key), page.one_more)
        rows = page.cut(found, lambda row: [row.group, row.topic, row.key])
        async with transaction() as session:
            nations = await concern.nations(session, [(row.key, row.payload) for row in rows])
        return [_shown(row, theirs, reader) for row, theirs in zip(rows, nations, strict=True)]

    @routes.post("/parked/release")
    @tells_version
    async def release(body: ParkedKeyName, deed: Asked) -> Done:
        """Apply what waits for a parked key, in order, once its cause is put right."""
        name = await ours(body, deed)
        return await deed.applied(name, await operations.parked.release(name, deed.entry()))

    @routes.post("/parked/discard")
    @tells_version
    async def discard(body: ParkedKeyDecision, deed: Asked) -> Done:
        """Throw the first parked event away for good, and apply what waits behind it."""
        name = await ours(body, deed)
        return await deed.applied(name, await operations.parked.discard(name, body.event_id, deed.entry(body.reason)))

    @routes.post("/parked/skip")
    @tells_version
    async def skip(body: ParkedKeyDecision, deed: Asked) -> Done:
        """Give up the facts that are missing before the first parked event, and apply it and what follows."""
        name = await ours(body, deed)
        return await deed.applied(name, await operations.parked.skip(name, body.event_id, deed.entry(body.reason)))

    async def ours(body: ParkedKeyName, deed: Deed) -> Name:
        name = Name(body.group, body.topic, body.key)
        await deed.require(concern, body.key, await operations.parked.first(name))
        return name


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
    async def blocked(*, _: Reader, transaction: OwnTransaction, page: Paging) -> list[BlockedKeyRead]:
        """List the keys whose next fact Kafka refuses for good."""
        topic, key = page.after_texts(2) or ("", "")
        found = await operations.outbox.blocked((topic, key), page.one_more)
        rows = page.cut(found, lambda row: [row.topic, row.key])
        async with transaction() as session:
            nations = await concern.nations(session, [(row.key, row.payload) for row in rows])
        return [
            BlockedKeyRead.model_validate({**dataclasses.asdict(row), "nations": sorted(theirs)}, extra="ignore")
            for row, theirs in zip(rows, nations, strict=True)
        ]

    @routes.post("/blocked/release")
    @tells_version
    async def unblock(body: BlockedKeyName, deed: Asked) -> Done:
        """Return a blocked key's facts to the outbox, once Kafka will have them."""
        await ours(body, deed)
        events = await operations.outbox.unblock(body.topic, body.key, deed.entry())
        return await deed.told(body.topic, body.key, events)

    @routes.post("/blocked/discard")
    @tells_version
    async def discard_blocked(body: BlockedKeyDiscard, deed: Asked) -> Done:
        """Give up the fact that Kafka refuses: a tombstone goes out in its place, and the rest after it."""
        await ours(body, deed)
        events = await operations.outbox.discard(body.topic, body.key, body.event_id, deed.entry(body.reason))
        return await deed.told(body.topic, body.key, events)

    async def ours(body: BlockedKeyName, deed: Deed) -> None:
        await deed.require(concern, body.key, await operations.outbox.first(body.topic, body.key))


def _republish(routes: APIRouter, operations: Operations) -> None:
    @routes.post("/republish")
    @tells_version
    async def republish(body: Republish, deed: Asked) -> Done:
        """Queue facts for Kafka once more, when Kafka has lost them; of the catalogue, the newest of each key."""
        stretch = Stretch(body.topic, body.first, body.last, body.key)
        events = await operations.outbox.republish(stretch, deed.entry(body.reason))
        return Done(events=events) if body.key is None else await deed.told(body.topic, body.key, events)
