"""What each statement of the relay does, told by its own text, over tables in memory."""

from typing import Any

from shared.messaging import log_memory, relay_store
from tests.faults.simulation.statements import Answer, Meaning
from tests.faults.simulation.store import Transaction

LEAD = "SELECT pg_try_advisory_lock(hashtext('jvtrack.outbox'))"


async def nothing(_: Transaction, *__: object) -> Answer:
    return [{"nothing": None}]


async def pending(tx: Transaction, limit: int, bytes_max: int) -> Answer:
    found: Answer = []
    before = 0
    for seq in sorted(row["seq"] for row in tx.rows("outbox_pending"))[:limit]:
        fact = tx.get("event_log", seq)
        if fact is None:
            continue
        if before >= bytes_max:
            break
        before += len(fact["payload"])
        discarded = tx.get("outbox_discarded", seq) or {"reason": None, "discarded_at": None}
        state = {
            "blocked": tx.get("outbox_blocked", (fact["topic"], fact["key"])) is not None,
            "discarded": discarded["reason"],
            "discarded_at": discarded["discarded_at"],
        }
        found.append({**fact, **state})
    return found


async def acknowledge(tx: Transaction, seqs: list[int], *columns: Any) -> Answer:
    await tx.delete("outbox_pending", seqs)
    for topic, part, topic_id, offset, event_id in zip(*columns, strict=True):
        row = {"topic": topic, "part": part, "topic_id": topic_id, "acked_offset": offset, "acked_id": event_id}
        await tx.put("relay_progress", (topic, part), row)
    return []


async def block(tx: Transaction, topic: int, key: str, seq: int, error: str) -> Answer:
    if await tx.lock("outbox_blocked", (topic, key)) is None:
        await tx.put(
            "outbox_blocked",
            (topic, key),
            {"topic": topic, "key": key, "seq": seq, "error": error, "blocked_at": tx.store.now()},
        )
    return []


async def hold(tx: Transaction, seqs: list[int]) -> Answer:
    for blocked in sorted(tx.rows("outbox_blocked"), key=lambda row: (row["topic"], row["key"])):
        await tx.lock("outbox_blocked", (blocked["topic"], blocked["key"]))
    facts = [fact for fact in (tx.get("event_log", seq) for seq in seqs) if fact is not None]
    held = [fact for fact in facts if tx.get("outbox_blocked", (fact["topic"], fact["key"])) is not None]
    gone = {row["seq"] for row in await tx.delete("outbox_pending", [fact["seq"] for fact in held])}
    for fact in held:
        if fact["seq"] in gone:
            row = {"seq": fact["seq"], "topic": fact["topic"], "key": fact["key"]}
            await tx.put("outbox_held", fact["seq"], row)
    return []


async def progress(tx: Transaction) -> Answer:
    return [dict(row) for row in sorted(tx.rows("relay_progress"), key=lambda row: (row["topic"], row["part"]))]


async def highest(tx: Transaction) -> Answer:
    return [{"seq": max((row["seq"] for row in tx.rows("event_log")), default=0)}]


async def unknown(tx: Transaction, ids: list[Any]) -> Answer:
    known = {row["event_id"] for row in tx.rows("event_log")}
    return [{"id": each} for each in ids if each not in known]


async def lowest_waiting(tx: Transaction) -> Answer:
    waiting = [row["seq"] for table in ("outbox_pending", "outbox_held") for row in tx.rows(table)]
    return [{"seq": min(waiting, default=None)}]


async def checkpoint(tx: Transaction, good_seq: int) -> Answer:
    for row in tx.rows("relay_progress"):
        key = (row["topic"], row["part"], row["acked_offset"])
        before = await tx.lock("relay_checkpoint", key)
        if before is None or before["good_seq"] < good_seq:
            kept = {name: row[name] for name in ("topic", "part", "acked_offset", "acked_id")}
            await tx.put("relay_checkpoint", key, {**kept, "good_seq": good_seq})
    return []


async def prune_checkpoints(tx: Transaction, keep: int) -> Answer:
    places: dict[tuple[int, int], list[int]] = {}
    for row in tx.rows("relay_checkpoint"):
        places.setdefault((row["topic"], row["part"]), []).append(row["acked_offset"])
    old = [(*place, offset) for place, offsets in places.items() for offset in sorted(offsets, reverse=True)[keep:]]
    await tx.delete("relay_checkpoint", old)
    return []


async def checkpoints_below(tx: Transaction, topic: int, part: int, end: int) -> Answer:
    rows = [row for row in tx.rows("relay_checkpoint") if (row["topic"], row["part"]) == (topic, part)]
    below = sorted((row for row in rows if row["acked_offset"] < end), key=lambda row: row["acked_offset"])
    return [dict(row) for row in reversed(below)]


async def requeue(tx: Transaction, topic: int, after: int, until: int) -> Answer:
    queued = []
    for seq in sorted(row["seq"] for row in tx.rows("event_log") if row["topic"] == topic):
        if not after < seq <= until or tx.get("outbox_held", seq) is not None:
            continue
        if await tx.lock("outbox_pending", seq) is None:
            await tx.put("outbox_pending", seq, {"seq": seq})
            queued.append({"seq": seq})
    return queued


async def requeue_newest(tx: Transaction, topic: int) -> Answer:
    newest: dict[str, int] = {}
    for row in tx.rows("event_log"):
        if row["topic"] == topic and tx.get("outbox_blocked", (topic, row["key"])) is None:
            newest[row["key"]] = max(row["seq"], newest.get(row["key"], 0))
    for seq in sorted(newest.values()):
        if await tx.lock("outbox_pending", seq) is None:
            await tx.put("outbox_pending", seq, {"seq": seq})
    return [{"seq": seq} for seq in newest.values()]


async def note_loss(tx: Transaction, topic: int, part: int, first: int, end: int) -> Answer:
    row = {"topic": topic, "part": part, "from_off": first, "to_off": end}
    await tx.put("relay_loss", tx.store.draw("relay_loss"), row)
    return [row]


async def forget(tx: Transaction, topic: int, part: int, good: int) -> Answer:
    mine = [row for row in tx.rows("relay_checkpoint") if (row["topic"], row["part"]) == (topic, part)]
    beyond = [(topic, part, row["acked_offset"]) for row in mine if row["acked_offset"] > good]
    await tx.delete("relay_checkpoint", beyond)
    return [dict(row) for row in await tx.delete("relay_progress", [(topic, part)])]


RELAY: dict[str, Meaning] = {
    "SELECT 1": nothing,
    f"NOTIFY {relay_store.CHANNEL}": nothing,
    relay_store._BOUND_TRANSACTIONS: nothing,
    relay_store._PENDING: pending,
    relay_store._ACKNOWLEDGE: acknowledge,
    relay_store._BLOCK: block,
    relay_store._HOLD: hold,
    log_memory._PROGRESS: progress,
    log_memory._HIGHEST: highest,
    log_memory._UNKNOWN: unknown,
    log_memory._LOWEST_WAITING: lowest_waiting,
    log_memory._CHECKPOINT: checkpoint,
    log_memory._PRUNE_CHECKPOINTS: prune_checkpoints,
    log_memory._CHECKPOINTS_BELOW: checkpoints_below,
    log_memory._REQUEUE: requeue,
    log_memory._REQUEUE_NEWEST: requeue_newest,
    log_memory._NOTE: note_loss,
    log_memory._FORGET: forget,
}
