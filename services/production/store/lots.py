"""Lots: locked in the order of their ids, written once a group."""

import json
from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.production.domain.lot import Lot
from services.production.store import totals
from shared.sql import AnyRow, Statement, Writes
from shared.types import LotId

_NAMED = ("parts", "work_orders", "expiries", "references", "certificates")
"""What facts of a lot name, each with how many of them stand."""
_INSERT_MISSING = Statement(
    """
    INSERT INTO lot (lot_id, factory)
    SELECT lot_id, split_part(lot_id, ':', 1) FROM unnest(CAST(:lot_ids AS text[])) AS missing (lot_id) ORDER BY lot_id
    ON CONFLICT DO NOTHING
    """
)
_LOCK = Statement(
    f"""
    SELECT lot_id, version, named, inputs, {totals.COLUMNS} FROM lot
    WHERE lot_id = ANY(CAST(:lot_ids AS text[])) ORDER BY lot_id FOR UPDATE
    """  # noqa: S608  # our own column names
)
_SAVE = Statement(
    f"""
    UPDATE lot SET version = new.version, part = new.part, work_order = new.work_order, status = new.status,
      named = new.named, inputs = new.inputs, updated_at = clock_timestamp(), {totals.ASSIGNMENTS}
    FROM unnest(CAST(:lot_ids AS text[]), CAST(:versions AS bigint[]), CAST(:parts AS text[]),
                CAST(:work_orders AS text[]), CAST(:statuses AS text[]), CAST(:named AS jsonb[]),
                CAST(:inputs AS jsonb[]), {totals.ARRAYS})
         AS new (lot_id, version, part, work_order, status, named, inputs, {totals.COLUMNS})
    WHERE lot.lot_id = new.lot_id
    """  # noqa: S608
)
_DROP_UNTOUCHED = Statement("DELETE FROM lot WHERE lot_id = ANY(CAST(:lot_ids AS text[])) AND version = 0")


async def lock(session: AsyncSession, lot_ids: Iterable[LotId]) -> dict[LotId, Lot]:
    """Lock lots, and lay a row for each that nobody has spoken of yet."""
    wanted = {"lot_ids": list(lot_ids)}
    if not wanted["lot_ids"]:
        return {}
    await _INSERT_MISSING.run(session, wanted)
    rows = await _LOCK.rows(session, wanted)
    return {row.lot_id: read(row) for row in rows}


def save(writes: Writes, lots: Sequence[Lot]) -> None:
    """Write locked lots."""
    if not lots:
        return
    writes.add(
        _SAVE,
        {
            "lot_ids": [lot.lot_id for lot in lots],
            "versions": [lot.version for lot in lots],
            "parts": [lot.part for lot in lots],
            "work_orders": [lot.work_order for lot in lots],
            "statuses": [lot.status.value for lot in lots],
            "named": [_named(lot) for lot in lots],
            "inputs": [json.dumps(lot.inputs, separators=(",", ":")) for lot in lots],
            **totals.write([lot.totals for lot in lots]),
        },
    )


async def drop_untouched(session: AsyncSession, lots: Iterable[Lot]) -> None:
    """Take back the rows of lots whose events were all refused."""
    untouched = [lot.lot_id for lot in lots if lot.version == 0]
    if untouched:
        await _DROP_UNTOUCHED.run(session, {"lot_ids": untouched})


def read(row: AnyRow) -> Lot:
    """Read a lot from its row."""
    named: dict[str, dict[str, int]] = row.named
    return Lot(
        lot_id=row.lot_id,
        version=row.version,
        totals=totals.read(row),
        inputs=row.inputs,
        **{name: named.get(name, {}) for name in _NAMED},
    )


def _named(lot: Lot) -> str:
    named = {name: counted for name in _NAMED if (counted := getattr(lot, name))}
    return json.dumps(named, separators=(",", ":"))
