"""What orders keeps of a lot is compared with the fact in every column, and amounts by what they are worth."""

from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest

from jvtrack.verify.lots import kept_of_lot, said_of_lot
from services.orders.tables.making import lot_facts
from shared.events.making import MaterialKind
from shared.events.production import LotDispatched, LotEvent
from shared.events.progress import MaterialConsumed

MATERIAL = MaterialConsumed(
    lot="F-01:L-1",
    part="GEARBOX",
    factory="F-01",
    work_order="7201YA6327A001-2026-W1",
    material="SPAR",
    kind=MaterialKind.COMPONENT,
    input_lot="SPARS-1",
    origin="RUS",
    amount="3",
    unit="EA",
    unit_cost="40.00",
    currency="INR",
)
SENT = LotDispatched(lot="F-01:L-1", part="GEARBOX", factory="F-01", shipment="F-01:S-1", depot="D-01", quantity=2)
NAMED = ["event_id", "kind", "lot", "quantity"]
"""The columns that are compared one by one."""


def a_row(event: LotEvent, **altered: object) -> Any:
    """Make the row that orders keeps of a fact; values come in the order of the columns, as from the database."""
    said = {column.name: getattr(event, column.name, None) for column in lot_facts.columns if column.name not in NAMED}
    said |= {name: Decimal(str(said[name])) for name in ("amount", "unit_cost") if said[name] is not None}
    return Row({**dict.fromkeys(NAMED), **said, "recorded_on": date(2026, 11, 27), **altered})


class Row(dict[str, object]):
    """A row that gives its values, as one of the database does."""

    def __iter__(self) -> Any:
        return iter(self.values())


@pytest.mark.parametrize("event", [MATERIAL, SENT], ids=lambda event: type(event).__name__)
def test_a_row_that_is_kept_says_what_its_fact_said(event: LotEvent) -> None:
    assert kept_of_lot(a_row(event))[-1] == said_of_lot(event, "2026-11-27")


ALTERED = MappingProxyType(
    {
        "factory": "F-02",
        "part": "ROTOR",
        "work_order": None,
        "recorded_on": date(2026, 11, 26),
        "depot": "D-02",
        "material": "BEARING",
        "input_lot": "SPARS-2",
        "origin": "IND",
        "amount": Decimal("3.1"),
        "unit": "KG",
        "unit_cost": Decimal("40.01"),
        "currency": "USD",
    }
)


def test_every_column_that_is_not_compared_by_itself_is_altered_here() -> None:
    assert sorted([*NAMED, *ALTERED]) == sorted(column.name for column in lot_facts.columns)


@pytest.mark.parametrize("column", list(ALTERED))
def test_a_row_that_was_altered_in_any_column_says_something_else(column: str) -> None:
    kept = kept_of_lot(a_row(MATERIAL, **{column: ALTERED[column]}))

    assert kept[-1] != said_of_lot(MATERIAL, "2026-11-27")


def test_amounts_that_are_worth_the_same_are_the_same() -> None:
    kept = kept_of_lot(a_row(MATERIAL, amount=Decimal("3.000"), unit_cost=Decimal(40)))

    assert kept[-1] == said_of_lot(MATERIAL, "2026-11-27")
