"""A fact that breaks the contract gets into production's outbox: its key is parked, everything else flows on."""

from collections.abc import Sequence

from deploy.postgres.provision import connect
from jvtrack.client import ParkedKey
from jvtrack.client.operations import Operations
from jvtrack.demo.company import Company
from jvtrack.demo.findings import Finding, seen
from shared.events.envelope import Stream, new_event_id

FACTORY, DEPOT, PART = "F-03", "D-03", "T90-TRACK-LINK"
_TYPE = "jvtrack.production.lot-bewitched.v1"
_PAYLOAD = b'{"lot": 13, "spell": "abracadabra"}'
_POISON = """
    WITH told AS (
      INSERT INTO event_log (event_id, topic, key, key_seq, type, payload) VALUES ($1, $2, $3, 1, $4, $5)
      RETURNING seq)
    INSERT INTO outbox_pending (seq) SELECT seq FROM told
"""


async def play(company: Company) -> Sequence[Finding]:
    """Poison the stream, see it parked where it is heard, see other keys flow, and discard it."""
    key = f"lot:{FACTORY}:POISON-{company.papers.edition}"
    await _poison(company, key)
    services = {"inventory": company.operator.inventory.operations, "orders": company.operator.orders.operations}
    parked = {name: await _parked(name, operations, key) for name, operations in services.items()}
    flows = await _flows(company)
    for name, operations in services.items():
        await operations.discard(parked[name], "Put there by the demo.")
    left = [row.key for operations in services.values() for row in await operations.parked().all()]
    causes = ", ".join(f"{name}: {row.cause}" for name, row in parked.items())
    return [
        Finding("a poisoned fact, parked where it is heard", causes),
        Finding("other facts meanwhile", "flow" if flows else "are STUCK", holds=flows),
        Finding("the poison discarded by an operator, keys still parked", str(len(left)), holds=not left),
    ]


async def _poison(company: Company, key: str) -> None:
    owner = company.stage.environment.database("production").owner
    database = await connect(owner)
    try:
        await database.execute(_POISON, new_event_id(), int(Stream.PRODUCTION), key, _TYPE, _PAYLOAD)
    finally:
        await database.close()


async def _parked(service: str, operations: Operations, key: str) -> ParkedKey:
    async def look() -> ParkedKey | None:
        return next((row for row in await operations.parked().all() if row.key == key), None)

    return await seen(f"{key} parked in {service}", look)


async def _flows(company: Company) -> bool:
    """Tell whether a lot of the same factory still reaches a depot's stock."""
    depot, factory = company.depots[DEPOT], company.factories[FACTORY]
    before = (await depot.stock(PART)).in_transit or 0
    lot = await factory.make(PART, 1)
    await factory.dispatch(PART, lot, 1, depot=DEPOT)

    async def look() -> bool:
        return ((await depot.stock(PART)).in_transit or 0) == before + 1

    return await seen("a lot that passes the poison", look)
