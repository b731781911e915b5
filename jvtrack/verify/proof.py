"""Takes a cut of a running system, and compares what it holds with what must always hold."""

from collections.abc import Sequence
from contextlib import AsyncExitStack

import asyncpg

from jvtrack.verify import backbone, inventory, monitor, orders, production
from jvtrack.verify.invariants.accepted import ACCEPTED, UNACCEPTED
from jvtrack.verify.invariants.agreed import AGREED
from jvtrack.verify.invariants.applied import APPLIED
from jvtrack.verify.invariants.balanced import BALANCED
from jvtrack.verify.invariants.copied import COPIED
from jvtrack.verify.invariants.invariant import compare
from jvtrack.verify.invariants.ordered import ORDERED
from jvtrack.verify.invariants.published import PUBLISHED, UNKNOWN
from jvtrack.verify.invariants.served import SERVED
from jvtrack.verify.invariants.sold import SOLD
from jvtrack.verify.kafka_log import LogCopy
from jvtrack.verify.reading import Read
from jvtrack.verify.report import Report
from jvtrack.verify.sources import Sources
from jvtrack.verify.workbook import Workbook
from shared import clock

INVARIANTS = (ACCEPTED, PUBLISHED, ORDERED, APPLIED, BALANCED, SOLD, COPIED, AGREED, SERVED)
_READS: dict[str, Sequence[Read]] = {
    "orders": orders.READS,
    "production": production.READS,
    "inventory": inventory.READS,
    "monitor": monitor.READS,
}
_KEPT_APART = {"part_copy", "site_copy"}


async def verify(sources: Sources) -> Report:
    """Prove a system at a cut, running or not; raises SetupError or KafkaAway when a source does not answer."""
    taken_at, begun = clock.now(), clock.monotonic()
    with Workbook.open() as workbook:
        facts, records = await _copy(sources, workbook)
        results = [await compare(invariant, workbook) for invariant in INVARIANTS]
    return Report(
        namespace=sources.topics.namespace,
        taken_at=taken_at,
        facts=facts,
        records=records,
        seconds=clock.monotonic() - begun,
        results=results,
    )


async def _copy(sources: Sources, workbook: Workbook) -> tuple[int, int]:
    """Copy everything in the order that makes the cut: each step is at least as new as the one before."""
    async with AsyncExitStack() as stack:
        databases = {each: await stack.enter_async_context(sources.open(each)) for each in sources.databases}
        for service, connection in databases.items():
            await backbone.copy_positions(connection, workbook, service)
        for service, connection in databases.items():
            await _copy_state(connection, workbook, service)
        facts = [await backbone.copy_log(connection, workbook, service) for service, connection in databases.items()]
        kafka = LogCopy(workbook, sources.topics)
        await kafka.run()
        await workbook.index()
        unknown = _ids(workbook, UNKNOWN)
        for connection in databases.values():
            await backbone.copy_late(connection, workbook, unknown)
        if "production" in databases:
            await production.copy_accepted_since(databases["production"], workbook, _ids(workbook, UNACCEPTED))
    return sum(facts), kafka.records


def _ids(workbook: Workbook, query: str) -> list[str]:
    return [str(row[0]) for row in workbook.rows(query)]


async def _copy_state(connection: asyncpg.Connection, workbook: Workbook, service: str) -> None:
    for read in _READS.get(service, ()):
        await read.copy(connection, workbook, service=service if read.table in _KEPT_APART else None)
