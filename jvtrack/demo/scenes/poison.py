"""A fact whose data break its contract gets into production's outbox: its key waits, everything else flows on."""

import json
from collections.abc import Sequence

from deploy.postgres.provision import connect
from jvtrack.client import ParkedKey
from jvtrack.client.operations import Operations
from jvtrack.demo.company import Company
from jvtrack.demo.findings import Finding, seen
from shared.events.envelope import Stream, new_event_id
from shared.events.factory import FactoryLotFinished
from shared.events.production import LotFinished

FACTORY, DEPOT, PART = "F-03", "D-03", "T90-TRACK-LINK"
CAUSE = "contract"
# What a fault of production's own would leave behind: an event accepted, counted and told, of which only the data are
# wrong. No door lets it in, so the database's owner has to.
_POISON = """
    WITH counted AS (UPDATE lot SET version = version + 1 WHERE lot_id = $2 RETURNING version),
    accepted AS (
      INSERT INTO accepted_event (source, id, body_hash, event_id, type, body, posted_by)
      VALUES ($3, $1::uuid::text, sha256($7), $1::uuid, $4, $7, 'demo')),
    told AS (
      INSERT INTO event_log (event_id, topic, key, key_seq, type, payload)
      SELECT $1::uuid, $5, 'lot:' || $2, version, $6, $7 FROM counted RETURNING seq)
    INSERT INTO outbox_pending (seq) SELECT seq FROM told
"""


async def play(company: Company) -> Sequence[Finding]:
    """Poison a lot's history, see it wait where it is heard and other lots pass, and discard the poison."""
    factory, depot = company.factories[FACTORY], company.depots[DEPOT]
    # Inventory keeps stock by it, orders what went into lots: each has its own to discard.
    hearers = (company.operator.inventory.operations, company.operator.orders.operations)
    lot = await factory.make(PART, 1)
    await _poison(company, f"{FACTORY}:{lot}")
    behind = await factory.dispatch(PART, lot, 1, depot=DEPOT)
    parked = [await _parked(each, f"lot:{FACTORY}:{lot}") for each in hearers]
    other = await factory.dispatch(PART, await factory.make(PART, 1), 1, depot=DEPOT)
    await depot.expect(PART, other)
    is_behind = not await depot.expects(PART, behind)
    for operations, key in zip(hearers, parked, strict=True):
        await operations.discard(key, "Put there by the demo.")
    await depot.expect(PART, behind)
    left = [row.key for operations in hearers for row in await operations.parked().all()]
    causes = {each.cause for each in parked}
    return [
        Finding("a fact with broken data, parked wherever it is heard", ", ".join(causes), holds=causes == {CAUSE}),
        Finding(
            "other lots meanwhile, and its own later facts",
            f"flow, and {'wait' if is_behind else 'do NOT wait'}",
            holds=is_behind,
        ),
        Finding("the poison discarded by an operator, keys still parked", str(len(left)), holds=not left),
    ]


async def _poison(company: Company, lot: str) -> None:
    fact = LotFinished(lot=lot, part=PART, factory=FACTORY, quantity=1).model_dump(mode="json", exclude_defaults=True)
    payload = json.dumps({**fact, "quantity": "a handful"}).encode()
    database = await connect(company.stage.environment.database("production").owner)
    try:
        source, posted, told = company.factories[FACTORY].source, FactoryLotFinished.TYPE, LotFinished.TYPE
        await database.execute(_POISON, new_event_id(), lot, source, posted, int(Stream.PRODUCTION), told, payload)
    finally:
        await database.close()


async def _parked(operations: Operations, key: str) -> ParkedKey:
    """Wait until a key is parked, and a later fact of it has come to wait, too."""

    async def look() -> ParkedKey | None:
        rows = [row async for row in operations.parked()]
        return next((row for row in rows if row.key == key and row.waiting > 1), None)

    return await seen(f"{key} parked where it is heard", look)
