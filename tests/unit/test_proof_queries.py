"""A proof of a long history takes time in proportion to it: no table is read through for every row of another."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator

import pytest

from jvtrack.verify.invariants.invariant import Invariant
from jvtrack.verify.proof import INVARIANTS
from jvtrack.verify.workbook import Workbook

_FEW = "SCAN g"
"""Who hears what: a handful of rows, however long the history."""


@pytest.fixture(scope="module")
def workbook() -> Iterator[Workbook]:
    with Workbook.open() as opened:
        asyncio.run(opened.index())
        yield opened


@pytest.mark.parametrize("invariant", INVARIANTS, ids=lambda each: each.name)
def test_no_table_is_read_through_for_every_row_of_another(invariant: Invariant, workbook: Workbook) -> None:
    queries = [invariant.checked, invariant.in_flight, invariant.waiting, *invariant.offences, *invariant.notes]
    assert [query for query in queries if _is_nested(workbook, query)] == []


def _is_nested(workbook: Workbook, query: str) -> bool:
    loops: defaultdict[object, list[str]] = defaultdict(list)
    for _, parent, _, step in workbook.rows(f"EXPLAIN QUERY PLAN {query}"):
        if str(step).startswith(("SCAN", "SEARCH")):
            loops[parent].append(str(step))
    return any(step.startswith("SCAN") and step != _FEW for steps in loops.values() for step in steps[1:])
