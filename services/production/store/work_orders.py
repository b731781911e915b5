"""Work orders: locked in the order of their ids, after the lots, written once a group or batch.

A row at version 0 is a work order that a lot has named and orders has not sent yet: it only serialises the two, and
never outlives its transaction.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from services.production.domain.making import UNSAID, Said
from services.production.domain.work_order import Promise, WorkOrder
from services.production.store import totals
from shared.events.references import read_reference, reference_key
from shared.sql import AnyRow, Statement, Writes
from shared.types import OrderId, WorkOrderId

_INSERT_MISSING = Statement(
    """
    INSERT INTO work_order (work_order_id)
    SELECT work_order_id FROM unnest(CAST(:ids AS text[])) AS missing (work_order_id) ORDER BY work_order_id
    ON CONFLICT DO NOTHING
    """
)
_COLUMNS = f"""work_order_id, version, order_id, part, factory, depot, priority, due_asked, required_by, ordered, asked,
      given, accepted, refused, promises, wanted_by, said, accepted_references, {totals.COLUMNS}"""
_LOCK = Statement(
    f"""
    SELECT {_COLUMNS} FROM work_order
    WHERE work_order_id = ANY(CAST(:ids AS text[])) ORDER BY work_order_id FOR UPDATE
    """  # noqa: S608  # our own column names
)
_OF_ORDERS = Statement("SELECT work_order_id FROM work_order WHERE order_id = ANY(CAST(:orders AS text[]))")
_SAVE = Statement(
    f"""
    UPDATE work_order SET
      version = new.version, order_id = new.order_id, part = new.part, factory = new.factory, depot = new.depot,
      priority = new.priority, due_asked = new.due_asked, required_by = new.required_by, due = new.due,
      status = new.status, quantity = new.quantity,
      ordered = new.ordered, asked = new.asked, given = new.given, accepted = new.accepted, refused = new.refused,
      promises = new.promises, wanted_by = new.wanted_by, said = new.said,
      accepted_references = string_to_array(new.accepted_references, ' '), updated_at = clock_timestamp(),
      {totals.ASSIGNMENTS}
    FROM unnest(CAST(:ids AS text[]), CAST(:versions AS bigint[]), CAST(:orders AS text[]), CAST(:parts AS text[]),
                CAST(:factories AS text[]), CAST(:depots AS text[]), CAST(:priorities AS smallint[]),
                CAST(:dues_asked AS date[]), CAST(:required_by AS date[]), CAST(:dues AS date[]),
                CAST(:statuses AS text[]),
                CAST(:quantities AS bigint[]), CAST(:ordered AS bigint[]), CAST(:asked AS bigint[]),
                CAST(:given AS bigint[]), CAST(:accepted AS int[]), CAST(:refused AS int[]),
                CAST(:promises AS jsonb[]), CAST(:wanted_by AS date[]), CAST(:said AS jsonb[]),
                CAST(:accepted_references AS text[]), {totals.ARRAYS})
         AS new (id, version, order_id, part, factory, depot, priority, due_asked, required_by, due, status, quantity,
                 ordered, asked, given, accepted, refused, promises, wanted_by, said, accepted_references,
                 {totals.COLUMNS})
    WHERE work_order.work_order_id = new.id
    """  # noqa: S608
)
_DROP_UNOPENED = Statement("DELETE FROM work_order WHERE work_order_id = ANY(CAST(:ids AS text[])) AND version = 0")


_SAID = TypeAdapter(Said)


async def lock(session: AsyncSession, ids: Iterable[WorkOrderId]) -> dict[WorkOrderId, WorkOrder]:
    """Lock work orders, known or not, and give those that are open."""
    wanted = {"ids": list(ids)}
    if not wanted["ids"]:
        return {}
    await _INSERT_MISSING.run(session, wanted)
    rows = await _LOCK.rows(session, wanted)
    return {row.work_order_id: read(row) for row in rows if row.version}


async def of_orders(session: AsyncSession, orders: Iterable[OrderId]) -> list[WorkOrderId]:
    """Name the work orders that were opened for these orders."""
    wanted = list(orders)
    return await _OF_ORDERS.column(session, {"orders": wanted}) if wanted else []


def save(writes: Writes, work_orders: Sequence[WorkOrder]) -> None:
    """Write locked work orders."""
    if not work_orders:
        return
    writes.add(
        _SAVE,
        {
            "ids": [each.work_order_id for each in work_orders],
            "versions": [each.version for each in work_orders],
            "orders": [each.order for each in work_orders],
            "parts": [each.part for each in work_orders],
            "factories": [each.factory for each in work_orders],
            "depots": [each.depot for each in work_orders],
            "priorities": [each.priority for each in work_orders],
            "dues_asked": [each.due_asked for each in work_orders],
            "required_by": [each.required_by for each in work_orders],
            "dues": [each.due for each in work_orders],
            "statuses": [each.status.value for each in work_orders],
            "quantities": [each.quantity for each in work_orders],
            "ordered": [each.ordered for each in work_orders],
            "asked": [each.asked for each in work_orders],
            "given": [each.given for each in work_orders],
            "accepted": [each.accepted for each in work_orders],
            "refused": [each.refused for each in work_orders],
            "promises": [_promises(each) for each in work_orders],
            "said": [_SAID.dump_json(each.said, exclude_defaults=True).decode() for each in work_orders],
            "wanted_by": [each.wanted_by for each in work_orders],
            "accepted_references": [" ".join(map(reference_key, each.references)) for each in work_orders],
            **totals.write([each.totals for each in work_orders]),
        },
    )


async def drop_unopened(session: AsyncSession, ids: Iterable[WorkOrderId]) -> None:
    """Take back the rows that only served as locks."""
    wanted = list(ids)
    if wanted:
        await _DROP_UNOPENED.run(session, {"ids": wanted})


def read(row: AnyRow) -> WorkOrder:
    """Read an open work order from its row."""
    return WorkOrder(
        work_order_id=row.work_order_id,
        version=row.version,
        order=row.order_id,
        part=row.part,
        factory=row.factory,
        depot=row.depot,
        priority=row.priority,
        ordered=row.ordered,
        due_asked=row.due_asked,
        required_by=row.required_by,
        asked=row.asked,
        given=row.given,
        accepted=row.accepted,
        refused=row.refused,
        promises=tuple(Promise(UUID(event), date.fromisoformat(due)) for event, due in row.promises),
        said=_SAID.validate_python(row.said) if row.said else UNSAID,
        totals=totals.read(row),
        wanted_by=row.wanted_by,
        references=tuple(map(read_reference, row.accepted_references)),
    )


def _promises(work_order: WorkOrder) -> str:
    return json.dumps([(str(promise.event), promise.due.isoformat()) for promise in work_order.promises])
