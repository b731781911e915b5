"""What each statement of the backbone does, told by its own text, over tables in memory.

A statement that is not told here cannot be run: whoever adds one to the backbone tells here what it does, and the
contract tests compare the two.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import asyncpg

from shared.messaging import consumer_store, operation_log, outbox, positions
from tests.faults.simulation.store import Transaction
from tests.fixtures import toy

Answer: TypeAlias = list[dict[str, Any]]
Meaning: TypeAlias = Callable[..., Awaitable[Answer]]


async def acquire(tx: Transaction, grp: str, topic: str, part: int, topic_id: str) -> Answer:
    key = (grp, topic, part)
    row = await tx.lock("consumer_offset", key)
    if row is None:
        row = {"grp": grp, "topic": topic, "part": part, "next_off": 0, "epoch": 0, "topic_id": topic_id}
        row["last_event_id"] = None
    mine = {**row, "epoch": row["epoch"] + 1}
    await tx.put("consumer_offset", key, mine)
    return [mine]


async def fence(tx: Transaction, *columns: Any) -> Answer:
    topics, parts, epochs, expected, next_off, last_event_ids, grp = columns
    steps = sorted(zip(topics, parts, epochs, expected, next_off, last_event_ids, strict=True), key=lambda s: s[:2])
    for topic, part, *_ in steps:
        if tx.get("consumer_offset", (grp, topic, part)) is not None:
            await tx.lock("consumer_offset", (grp, topic, part))
    moved = []
    for topic, part, epoch, expects, goes_to, last in steps:
        row = tx.get("consumer_offset", (grp, topic, part))
        if row is not None and row["epoch"] == epoch and row["next_off"] == expects:
            step = {**row, "next_off": goes_to, "last_event_id": last or row["last_event_id"]}
            await tx.put("consumer_offset", (grp, topic, part), step)
            moved.append(step)
    return moved


async def rewind(tx: Transaction, *values: Any) -> Answer:
    next_off, topic_id, grp, topic, part, epoch = values
    row = await tx.lock("consumer_offset", (grp, topic, part))
    if row is None or row["epoch"] != epoch:
        return []
    back = {**row, "next_off": next_off, "topic_id": topic_id, "last_event_id": None}
    await tx.put("consumer_offset", (grp, topic, part), back)
    return [{"one": 1}]


async def lock_offset(tx: Transaction, grp: str, topic: str, part: int) -> Answer:
    if tx.get("consumer_offset", (grp, topic, part)) is None:
        return []
    await tx.lock("consumer_offset", (grp, topic, part))
    return [{"one": 1}]


async def load_positions(tx: Transaction, topics: list[int], keys: list[str], grp: str) -> Answer:
    found = []
    for topic, key in zip(topics, keys, strict=True):
        position = tx.get("stream_position", (grp, topic, key)) or {"key_seq": None, "event_id": None}
        parked = tx.get("parked_key", (grp, topic, key)) or {"cause": None}
        found.append({"topic": topic, "key": key, **_only(position, "key_seq", "event_id"), "cause": parked["cause"]})
    return [row for row in found if row["key_seq"] is not None or row["cause"] is not None]


async def save_positions(tx: Transaction, *columns: Any) -> Answer:
    return await _save_positions(tx, *columns, only_forward=True)


async def save_positions_unguarded(tx: Transaction, *columns: Any) -> Answer:
    """Write whatever comes: what a broken consumer does."""
    return await _save_positions(tx, *columns, only_forward=False)


async def _save_positions(tx: Transaction, grp: str, *columns: Any, only_forward: bool) -> Answer:
    saved = []
    for topic, key, key_seq, event_id in sorted(zip(*columns, strict=True), key=lambda each: each[:2]):
        row = await tx.lock("stream_position", (grp, topic, key))
        if row is None or row["key_seq"] < key_seq or not only_forward:
            new = {"grp": grp, "topic": topic, "key": key, "key_seq": key_seq, "event_id": event_id}
            await tx.put("stream_position", (grp, topic, key), new)
            saved.append(new)
    return saved


async def tell(tx: Transaction, *columns: Any) -> Answer:
    told = []
    for event_id, topic, key, key_seq, kind, payload, headers in zip(*columns, strict=True):
        seq = tx.store.draw("event_log")
        if await tx.lock("event_log_key", (topic, key, key_seq)) is not None:
            raise asyncpg.UniqueViolationError(f"{key} has a fact {key_seq} already")
        await tx.put("event_log_key", (topic, key, key_seq), {"seq": seq})
        row = {"seq": seq, "event_id": event_id, "topic": topic, "key": key, "key_seq": key_seq, "type": kind}
        row |= {"payload": payload, "headers": headers, "recorded_at": tx.store.now()}
        await tx.put("event_log", seq, row)
        await tx.put("outbox_pending", seq, {"seq": seq})
        told.append({"seq": seq})
    return told


async def note_operation(tx: Transaction, actor: str, action: str, subject: str, reason: str | None) -> Answer:
    number = tx.store.draw("operation_log")
    row = {"id": number, "actor": actor, "action": action, "subject": subject, "reason": reason}
    await tx.put("operation_log", number, row)
    return [row]


async def add_counter(tx: Transaction, name: str) -> Answer:
    if tx.get("counter", name) is None and await tx.lock("counter", name) is None:
        await tx.put("counter", name, {"key": name, "version": 0, "total": 0})
    return []


async def lock_counter(tx: Transaction, name: str) -> Answer:
    row = await tx.lock("counter", name)
    return [] if row is None else [{"version": row["version"]}]


async def raise_counter(tx: Transaction, version: int, by: int, name: str) -> Answer:
    row = await tx.lock("counter", name)
    if row is None:
        return []
    await tx.put("counter", name, {"key": name, "version": version, "total": row["total"] + by})
    return [{"version": version}]


async def hear(tx: Transaction, *columns: Any) -> Answer:
    heard = []
    for key, key_seq, event_id, quantity in zip(*columns, strict=True):
        place = tx.store.draw("heard")
        row = {"key": key, "key_seq": key_seq, "event_id": event_id, "quantity": quantity, "place": place}
        await tx.put("heard", place, row)
        heard.append(row)
    return heard


async def lock_kept(tx: Transaction, name: str) -> Answer:
    row = await tx.lock("kept", name)
    return [] if row is None else [{"state": row["state"]}]


async def keep(tx: Transaction, state: bytes, name: str) -> Answer:
    if await tx.lock("kept", name) is None:
        return []
    await tx.put("kept", name, {"name": name, "state": state})
    return [{"one": 1}]


def _only(row: Any, *names: str) -> dict[str, Any]:
    return {name: row[name] for name in names}


def parsed(headers: str) -> Any:
    """Read JSON as the driver of a service's own connections does."""
    return json.loads(headers)


BATCHES: dict[str, Meaning] = {
    consumer_store._ACQUIRE._sql: acquire,
    consumer_store._FENCE._sql: fence,
    consumer_store._REWIND._sql: rewind,
    consumer_store._LOCK._sql: lock_offset,
    positions._LOAD._sql: load_positions,
    positions._SAVE._sql: save_positions,
    outbox._TELL._sql: tell,
    operation_log._NOTE._sql: note_operation,
    toy.ADD_COUNTER._sql: add_counter,
    toy.LOCK_COUNTER._sql: lock_counter,
    toy.RAISE_COUNTER._sql: raise_counter,
    toy.HEAR._sql: hear,
    toy.LOCK_KEPT._sql: lock_kept,
    toy.KEEP._sql: keep,
}
