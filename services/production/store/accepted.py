"""Accepted events: a source's id is taken once, with what was posted, for as long as the event log lives.

What became of an event (its key, version and what was told) stands in the event log under the same event id.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from services.production.domain.history import Entry, Identity
from services.production.domain.posted import Posted
from services.production.domain.purchase import steps
from services.production.schemas.events import read_fact
from shared.events.factory import LotFact
from shared.sql import Row, Statement, Writes
from shared.types import EventId, WorkOrderId

_CLAIM = Statement(
    """
    INSERT INTO accepted_event (source, id, body_hash, event_id, type, body, posted_by, on_behalf_of, sequence)
    SELECT source, id, body_hash, event_id, type, body, posted_by, on_behalf_of, sequence
    FROM unnest(CAST(:sources AS text[]), CAST(:ids AS text[]), CAST(:hashes AS bytea[]), CAST(:event_ids AS uuid[]),
                CAST(:types AS text[]), CAST(:bodies AS bytea[]), CAST(:posted_by AS text[]),
                CAST(:on_behalf_of AS text[]), CAST(:sequences AS bigint[]))
         AS claim (source, id, body_hash, event_id, type, body, posted_by, on_behalf_of, sequence)
    ORDER BY source, id
    ON CONFLICT (source, id) DO NOTHING
    RETURNING source, id
    """
)
_TAKEN = Statement(
    """
    SELECT a.source, a.id, a.body_hash, a.event_id, e.key, e.key_seq
    FROM unnest(CAST(:sources AS text[]), CAST(:ids AS text[])) AS claim (source, id)
    JOIN accepted_event a USING (source, id)
    JOIN event_log e USING (event_id)
    """
)
_TAKE_BACK = Statement(
    """
    DELETE FROM accepted_event a
    USING unnest(CAST(:sources AS text[]), CAST(:ids AS text[])) AS refused (source, id)
    WHERE a.source = refused.source AND a.id = refused.id
    """
)
_NAMED = Statement(
    """
    SELECT a.source, a.id, a.event_id, a.type, a.body, a.voided_by, e.key, e.key_seq, e.type AS told_type, e.payload,
           ARRAY(SELECT b.event_id FROM event_log b WHERE b.topic = e.topic AND b.key = e.key
                 AND b.key_seq BETWEEN e.key_seq - 2 AND e.key_seq - 1 ORDER BY b.key_seq) AS before
    FROM unnest(CAST(:sources AS text[]), CAST(:ids AS text[])) AS named (source, id)
    JOIN accepted_event a USING (source, id)
    JOIN event_log e USING (event_id)
    """
)
_VOID = Statement(
    """
    UPDATE accepted_event a SET voided_by = v.voided_by
    FROM unnest(CAST(:voided AS uuid[]), CAST(:voided_by AS uuid[])) AS v (event_id, voided_by)
    WHERE a.event_id = v.event_id
    """
)
_AWAIT = Statement(
    """
    INSERT INTO awaiting_work_order (work_order, event_id)
    SELECT * FROM unnest(CAST(:work_orders AS text[]), CAST(:event_ids AS uuid[]))
    """
)
_AWAITING = Statement(
    """
    SELECT a.event_id, a.type, a.body, a.voided_by, e.key, e.key_seq, e.type AS told_type, e.payload
    FROM awaiting_work_order w
    JOIN accepted_event a USING (event_id)
    JOIN event_log e USING (event_id)
    WHERE w.work_order = ANY(CAST(:work_orders AS text[])) AND a.voided_by IS NULL
    """
)


@dataclass(frozen=True, slots=True)
class Taken:
    """An id that an earlier event has, and what became of that event."""

    body_hash: bytes
    event_id: EventId
    key: str
    key_seq: int


async def claim(session: AsyncSession, events: Sequence[Posted]) -> dict[Identity, Taken]:
    """Take these ids, each at most once; give those that were taken before."""
    rows = await _CLAIM.rows(
        session,
        {
            "sources": [event.source for event in events],
            "ids": [event.sender_id for event in events],
            "hashes": [event.body_hash for event in events],
            "event_ids": [event.event_id for event in events],
            "types": [event.fact.TYPE for event in events],
            "bodies": [event.body for event in events],
            "posted_by": [event.posted_by for event in events],
            "on_behalf_of": [event.on_behalf_of for event in events],
            "sequences": [event.sequence for event in events],
        },
    )
    fresh = {(row.source, row.id) for row in rows}
    if len(fresh) == len(events):
        return {}
    before = [event.identity for event in events if event.identity not in fresh]
    found = await _TAKEN.rows(session, _columns(before))
    return {(row.source, row.id): Taken(row.body_hash, row.event_id, row.key, row.key_seq) for row in found}


async def take_back(session: AsyncSession, refused: Sequence[Identity]) -> None:
    """Free the ids of events that were refused after all."""
    if refused:
        await _TAKE_BACK.run(session, _columns(refused))


async def named(session: AsyncSession, identities: Iterable[Identity]) -> dict[Identity, Entry]:
    """Find the events that others name, by their sender's identity.

    All of an entry but `voided_by` is final; that is so only under the lock of the entry's lot or work order.
    """
    wanted = list(identities)
    if not wanted:
        return {}
    rows = await _NAMED.rows(session, _columns(wanted))
    return {(row.source, row.id): _with_steps(_entry(row), row) for row in rows}


def void(writes: Writes, voided: Mapping[EventId, EventId]) -> None:
    """Mark events as voided, each by another."""
    if voided:
        writes.add(_VOID, {"voided": list(voided), "voided_by": list(voided.values())})


def keep_waiting(writes: Writes, entries: Sequence[Entry]) -> None:
    """Remember facts that named a work order before it was opened."""
    if entries:
        columns = {
            "work_orders": [entry.work_order for entry in entries],
            "event_ids": [entry.event_id for entry in entries],
        }
        writes.add(_AWAIT, columns)


async def awaiting(session: AsyncSession, work_orders: Iterable[WorkOrderId]) -> list[Entry]:
    """List the standing facts that named these work orders before they were opened."""
    wanted = list(work_orders)
    if not wanted:
        return []
    rows = await _AWAITING.rows(session, {"work_orders": wanted})
    return [_entry(row) for row in rows]


def _entry(row: Row) -> Entry:
    return Entry(
        event_id=row.event_id,
        key=row.key,
        key_seq=row.key_seq,
        fact=read_fact(row.type, row.told_type, row.body),
        work_order=json.loads(row.payload).get("work_order"),
        voided_by=row.voided_by,
    )


def _with_steps(entry: Entry, row: Row) -> Entry:
    """Name the facts that were told before it by the same event, where it told of several."""
    is_many = isinstance(entry.fact, LotFact) and len(steps(entry.fact)) > 1
    return replace(entry, before=tuple(row.before)) if is_many else entry


def _columns(identities: Iterable[Identity]) -> dict[str, list[str]]:
    identities = list(identities)
    return {"sources": [source for source, _ in identities], "ids": [sender_id for _, sender_id in identities]}
