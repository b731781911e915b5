"""What a fact says of a lot and orders keeps of it, written alike from the fact and from the row: both are compared."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import asyncpg

from jvtrack.verify.workbook import Value
from shared.events.production import LotEvent

_SAID = ("part", "factory", "work_order", "depot", "material", "input_lot", "origin", "unit", "currency")
_AMOUNTS = ("amount", "unit_cost")


def said_of_lot(event: LotEvent, day: str) -> str:
    """Write down what a fact says of a lot, and on which day it was recorded."""
    said = {name: getattr(event, name, None) for name in (*_SAID, *_AMOUNTS)}
    return _written({**said, "recorded_on": day})


def kept_of_lot(row: asyncpg.Record) -> Sequence[Value]:
    """Write down what orders keeps of a lot; what names it, its kind and quantity stay apart."""
    event_id, kind, lot, quantity, *_ = row
    return event_id, kind, lot, quantity, _written(dict(row))


def _written(said: Mapping[str, object]) -> str:
    amounts = {name: said[name] for name in _AMOUNTS if said[name] is not None}
    exact = {name: f"{Decimal(str(amount)).normalize():f}" for name, amount in amounts.items()}
    words = {**{name: said[name] for name in (*_SAID, "recorded_on")}, **exact}
    return ", ".join(f"{name} {value}" for name, value in words.items() if value is not None)
