"""The shape of an invariant, and how it is compared with the workbook."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from jvtrack.verify.report import OFFENCES_SHOWN_MAX, Result
from jvtrack.verify.workbook import Workbook
from shared import clock

NOTES_SHOWN_MAX = 20
_NOTHING = "SELECT 0"


@dataclass(frozen=True, slots=True)
class Invariant:
    """One thing that must always hold."""

    name: str
    says: str
    unit: str
    """What `checked` counts."""
    checked: str
    """Query of one number: how many things are looked at."""
    offences: Sequence[str]
    """Queries of one sentence a row: each row contradicts the invariant."""
    in_flight: str = _NOTHING
    """Query of one number: how many things are newer than the cut."""
    waiting: str = _NOTHING
    """Query of one number: how many things wait for an operator."""
    notes: Sequence[str] = ()
    """Queries of one sentence a row: worth knowing, and no offence."""


async def compare(invariant: Invariant, workbook: Workbook) -> Result:
    """Look for whatever contradicts an invariant."""
    return await asyncio.to_thread(_compare, invariant, workbook)


def _compare(invariant: Invariant, workbook: Workbook) -> Result:
    begun = clock.monotonic()
    offences, total = _sentences(workbook, invariant.offences, OFFENCES_SHOWN_MAX)
    notes, _ = _sentences(workbook, invariant.notes, NOTES_SHOWN_MAX)
    return Result(
        name=invariant.name,
        says=invariant.says,
        checked=workbook.number(invariant.checked),
        unit=invariant.unit,
        in_flight=workbook.number(invariant.in_flight),
        waiting=workbook.number(invariant.waiting),
        offences=offences,
        offences_total=total,
        notes=notes,
        seconds=clock.monotonic() - begun,
    )


def _sentences(workbook: Workbook, queries: Sequence[str], shown_max: int) -> tuple[list[str], int]:
    shown: list[str] = []
    total = 0
    for query in queries:
        for row in workbook.rows(query):
            total += 1
            if len(shown) < shown_max:
                shown.append(str(row[0]))
    return shown, total
