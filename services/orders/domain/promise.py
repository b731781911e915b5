"""Promises: when the whole of an order will be there, derived from facts and from nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from services.orders.domain.sourcing import Sourcing

IN_STOCK = "in stock"
NO_SOURCE = "neither stock nor source"


@dataclass(frozen=True, slots=True)
class Promise:
    """A day and why it is that day; no day means that nothing can be promised."""

    promised_for: date | None
    reason: str


def of_earlier_books(promised_for: date) -> Promise:
    """Keep what was promised before the order came here, until something is known of it."""
    return Promise(promised_for, "as promised in earlier books")


def from_stock(current: Promise | None, today: date) -> Promise:
    """Promise what is reserved in full: it is there since the day it was first so."""
    if current is not None and current.reason == IN_STOCK:
        return current
    return Promise(today, IN_STOCK)


def from_work(work_orders: Sequence[Sourcing], *, supplied: int, needed: int) -> Promise:
    """Promise the day on which the work orders, earliest first, have brought what was supplied and is needed.

    Of what came in already nobody says which work order brought it: the earliest are taken to have come first.
    """
    in_order = sorted(work_orders, key=lambda work: (work.due, work.n))
    brought = accumulate(work.quantity for work in in_order)
    last = next(work for work, so_far in zip(in_order, brought, strict=True) if so_far >= supplied + needed)
    return Promise(last.due, last.due_reason)


def nothing(current: Promise | None) -> Promise | None:
    """Withdraw what was promised; what was never promised needs no withdrawal."""
    return None if current is None else Promise(None, NO_SOURCE)
