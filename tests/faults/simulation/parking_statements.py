"""What each statement on parked keys does, told by its own text, over tables in memory."""

from datetime import timedelta
from typing import Any

import asyncpg

from shared.messaging import parking_store
from tests.faults.simulation.statements import Answer, Meaning, parsed
from tests.faults.simulation.store import Row, Transaction

Name = tuple[str, int, str]


async def park_keys(tx: Transaction, grp: str, topic: int, part: int, *columns: Any) -> Answer:
    for key, cause, error in zip(*columns, strict=True):
        before = await tx.lock("parked_key", (grp, topic, key))
        new = {"grp": grp, "topic": topic, "key": key, "part": part, "parked_at": tx.store.now()}
        await tx.put("parked_key", (grp, topic, key), {**(before or new), "cause": cause, "error": error})
    return []


async def park_events(tx: Transaction, grp: str, topic: int, *columns: Any) -> Answer:
    for key, key_seq, event_id, offset, payload, headers, recorded_at in zip(*columns, strict=True):
        place = (grp, topic, key, key_seq, event_id)
        if await tx.lock("parked_event", place) is not None:
            continue
        if await tx.lock("parked_key", place[:3], is_shared=True) is None:
            raise asyncpg.ForeignKeyViolationError(f"{key} is not parked")
        row = {"grp": grp, "topic": topic, "key": key, "key_seq": key_seq, "event_id": event_id, "record_off": offset}
        row |= {"payload": payload, "headers": headers, "recorded_at": recorded_at}
        await tx.put("parked_event", place, row)
    return []


async def parked_lately(tx: Transaction, grp: str, seconds: float) -> Answer:
    since = tx.store.now() - timedelta(seconds=seconds)
    rows = [row for row in tx.rows("parked_key") if row["grp"] == grp and row["cause"] != "hole"]
    return [{"count": sum(row["parked_at"] > since for row in rows)}]


async def parked_key(tx: Transaction, *name: Any) -> Answer:
    row = tx.get("parked_key", name)
    return [] if row is None else [{"part": row["part"], "cause": row["cause"]}]


async def parked_events(tx: Transaction, grp: str, topic: int, key: str, limit: int) -> Answer:
    rows = sorted(_waiting(tx, (grp, topic, key)), key=lambda row: (row["key_seq"], row["record_off"]))
    return [{**row, "headers": parsed(row["headers"])} for row in rows[:limit]]


async def remove_events(tx: Transaction, grp: str, topic: int, key: str, event_ids: list[Any]) -> Answer:
    rows = [row for row in _waiting(tx, (grp, topic, key)) if row["event_id"] in event_ids]
    return [dict(row) for row in await tx.delete("parked_event", map(_place, rows))]


async def remove_key(tx: Transaction, *name: Any) -> Answer:
    """Delete a key behind which nothing was seen to wait; whatever waits by now goes with it, as its table says."""
    if tx.get("parked_key", name) is None or _waiting(tx, name):
        return []
    gone = await tx.delete("parked_key", [name])
    if gone:
        await tx.delete("parked_event", [_place(row) for row in _waiting(tx, name)])
    return [{"one": 1} for _ in gone]


async def discard(tx: Transaction, *values: Any) -> Answer:
    reason, discarded_by, key_seqs, event_ids, grp, topic, key = values
    parked = tx.get("parked_key", (grp, topic, key))
    for key_seq, event_id in zip(key_seqs, event_ids, strict=True) if parked else ():
        place = (grp, topic, key, key_seq, event_id)
        if await tx.lock("parked_discarded", place) is None and parked:
            row = {"grp": grp, "topic": topic, "key": key, "key_seq": key_seq, "event_id": event_id}
            row |= {"cause": parked["cause"], "reason": reason, "discarded_by": discarded_by}
            await tx.put("parked_discarded", place, row)
    return []


async def still(tx: Transaction, cause: str, error: str, *name: Any) -> Answer:
    row = await tx.lock("parked_key", name) if tx.get("parked_key", name) else None
    if row is not None:
        await tx.put("parked_key", name, {**row, "cause": cause, "error": error})
    return []


async def healable(tx: Transaction, grp: str) -> Answer:
    found = []
    for row in sorted(tx.rows("parked_key"), key=lambda row: row["parked_at"]):
        name = (row["grp"], row["topic"], row["key"])
        position = tx.get("stream_position", name) or {"key_seq": 0}
        first = min((each["key_seq"] for each in _waiting(tx, name)), default=None)
        if row["grp"] == grp and row["cause"] == "hole" and first is not None and first <= position["key_seq"] + 1:
            found.append({"topic": row["topic"], "key": row["key"], "part": row["part"]})
    return found[:100]


def _waiting(tx: Transaction, name: Any) -> list[Row]:
    return [row for row in tx.rows("parked_event") if (row["grp"], row["topic"], row["key"]) == tuple(name)]


def _place(row: Row) -> tuple[Any, ...]:
    return (row["grp"], row["topic"], row["key"], row["key_seq"], row["event_id"])


PARKING: dict[str, Meaning] = {
    parking_store._PARK_KEYS._sql: park_keys,
    parking_store._PARK_EVENTS._sql: park_events,
    parking_store._RECENT._sql: parked_lately,
    parking_store._KEY._sql: parked_key,
    parking_store._EVENTS._sql: parked_events,
    parking_store._REMOVE_EVENTS._sql: remove_events,
    parking_store._REMOVE_KEY._sql: remove_key,
    parking_store._DISCARD._sql: discard,
    parking_store._STILL._sql: still,
    parking_store._HEALABLE._sql: healable,
}
