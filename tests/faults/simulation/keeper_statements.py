"""What each statement of an operator on blocked keys does, told by its own text, over tables in memory."""

from shared.messaging import outbox_keeper
from tests.faults.simulation.statements import Answer, Meaning
from tests.faults.simulation.store import Transaction


async def blocked(tx: Transaction, topic: int, key: str, limit: int) -> Answer:
    found: Answer = []
    for row in sorted(tx.rows("outbox_blocked"), key=lambda row: (row["topic"], row["key"])):
        if (row["topic"], row["key"]) > (topic, key):
            fact = tx.get("event_log", row["seq"])
            assert fact is not None, "what is blocked was told"
            waiting = sum((each["topic"], each["key"]) == (row["topic"], row["key"]) for each in tx.rows("outbox_held"))
            told = {name: fact[name] for name in ("event_id", "key_seq", "type", "payload")}
            found.append({**row, **told, "waiting": waiting})
    return found[:limit]


async def lock(tx: Transaction, topic: int, key: str) -> Answer:
    if tx.get("outbox_blocked", (topic, key)) is None:
        return []
    row = await tx.lock("outbox_blocked", (topic, key))
    fact = None if row is None else tx.get("event_log", row["seq"])
    return [] if row is None or fact is None else [{"seq": row["seq"], "event_id": fact["event_id"]}]


async def unblock(tx: Transaction, topic: int, key: str, left_out: int) -> Answer:
    mine = [row["seq"] for row in tx.rows("outbox_held") if (row["topic"], row["key"]) == (topic, key)]
    freed = [row["seq"] for row in await tx.delete("outbox_held", sorted(mine))]
    back = 0
    for seq in freed:
        if seq != left_out and await tx.lock("outbox_pending", seq) is None:
            await tx.put("outbox_pending", seq, {"seq": seq})
            back += 1
    return [{"count": back}]


async def forget(tx: Transaction, topic: int, key: str) -> Answer:
    return [dict(row) for row in await tx.delete("outbox_blocked", [(topic, key)])]


async def discard(tx: Transaction, seq: int, reason: str, actor: str) -> Answer:
    if await tx.lock("outbox_discarded", seq) is None:
        row = {"seq": seq, "reason": reason, "discarded_by": actor, "discarded_at": tx.store.now()}
        await tx.put("outbox_discarded", seq, row)
    return []


KEEPER: dict[str, Meaning] = {
    outbox_keeper._BLOCKED._sql: blocked,
    outbox_keeper._LOCK._sql: lock,
    outbox_keeper._UNBLOCK._sql: unblock,
    outbox_keeper._FORGET._sql: forget,
    outbox_keeper._DISCARD._sql: discard,
}
