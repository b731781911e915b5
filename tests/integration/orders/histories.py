"""Random histories of orders over some months, and their figures counted naively, from the words alone."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from shared.events.stock import DemandClosed, DemandEvent, DemandIssued, DemandReserved
from tests.integration.orders.house import inventory_said

QUANTITY = 5
DAYS = 150


@dataclass(frozen=True, slots=True)
class Word:
    """What inventory said of an order at a moment."""

    at: datetime
    reserved: int
    issued: int
    cancelled: int = 0

    @property
    def is_short(self) -> bool:
        return self.reserved + self.issued + self.cancelled < QUANTITY

    @property
    def is_received(self) -> bool:
        return self.issued > 0 and self.issued + self.cancelled == QUANTITY

    def fact(self, order_id: str) -> DemandEvent:
        kind = DemandClosed if self.cancelled else DemandIssued if self.issued else DemandReserved
        totals = {"reserved": self.reserved, "issued": self.issued, "cancelled": self.cancelled}
        return inventory_said(order_id, kind, quantity=QUANTITY, **totals, closed=int(self.cancelled > 0))


@dataclass(frozen=True, slots=True)
class History:
    """An order, when it was placed, what was said of it, and what was first promised."""

    order_id: str
    placed_at: datetime
    words: tuple[Word, ...]
    first_promised_for: date | None = None

    @property
    def stretches(self) -> list[tuple[datetime, datetime | None]]:
        """The stretches in which it was short."""
        found: list[tuple[datetime, datetime | None]] = []
        since = None
        for word in self.words:
            if word.is_short and since is None:
                since = word.at
            if not word.is_short and since is not None:
                found.append((since, word.at))
                since = None
        return [*found, (since, None)] if since else found

    def since(self, holds: Callable[[Word], bool]) -> datetime | None:
        """Since when this holds without a break; none if it does not hold."""
        since = None
        for word in reversed(self.words):
            if not holds(word):
                break
            since = word.at
        return since

    @property
    def met_at(self) -> datetime | None:
        """Since when nothing of it is short."""
        return self.since(lambda word: not word.is_short)

    @property
    def received_at(self) -> datetime | None:
        """Since when all of it that is wanted is issued."""
        return self.since(lambda word: word.is_received)

    @property
    def is_cancelled(self) -> bool:
        return bool(self.words) and self.words[-1].cancelled == QUANTITY


def a_history(chance: random.Random, order_id: str, now: datetime) -> History:
    """Make up what happened to an order: held, lost, issued, undone, cancelled, in any order that can be."""
    at = now - timedelta(days=chance.uniform(1, DAYS))
    placed_at, words, reserved, issued = at, list[Word](), 0, 0
    for _ in range(chance.randint(0, 7)):
        at += timedelta(days=chance.choice((0.001, 0.5, 3, 11, 40)) * chance.random())
        if at >= now:
            break
        match chance.choice(("hold", "hold", "lose", "issue", "issue", "undo", "cancel")):
            case "hold":
                reserved = chance.randint(reserved, QUANTITY - issued)
            case "lose":
                reserved = chance.randint(0, reserved)
            case "issue":
                reserved, issued = 0, issued + reserved
            case "undo":
                issued, reserved = 0, min(QUANTITY, reserved + issued)
            case "cancel":
                words.append(Word(at, 0, issued, QUANTITY - issued))
                break
        words.append(Word(at, reserved, issued))
    return History(order_id, placed_at, tuple(words))


def counted(histories: list[History], first: date, last: date, now: datetime) -> dict[str, Any]:
    """Count the figures of a period anew."""

    def within(moment: datetime | None) -> bool:
        return moment is not None and first <= moment.astimezone(UTC).date() <= last

    asked = [each for each in histories if within(each.placed_at)]
    short = [each for each in asked if each.stretches]
    filled = [each for each in asked if not each.stretches and each.received_at]
    withdrawn = [each for each in asked if not each.stretches and each.is_cancelled]
    received = [each for each in histories if within(each.received_at)]
    slips = {each.order_id: slip for each in histories if (slip := _slip(each, first, last, now.date())) is not None}
    late = sorted(slip for slip in slips.values() if slip > 0)
    return {
        "fill": {
            "asked": len(asked),
            "filled": len(filled),
            "short": len(short),
            "pending": len(asked) - len(filled) - len(short) - len(withdrawn),
            "withdrawn": len(withdrawn),
            "rate": _rate(len(filled), len(short)),
        },
        "backorders": _backorders(histories, first, last, now),
        "receipt": {"orders": len(received), **_percentiles("days", sorted(map(_receipt_days, received)))},
        "promises": {
            "due": len(slips),
            "on_time": len(slips) - len(late),
            "late": len(late),
            "waiting": sum(slips.get(each.order_id, 0) > 0 and each.met_at is None for each in histories),
            "rate": _rate(len(slips) - len(late), len(late)),
            **_percentiles("slip_days", late),
        },
    }


def _receipt_days(history: History) -> int:
    received = history.received_at
    assert received is not None
    return (received.date() - history.placed_at.date()).days


def _slip(history: History, first: date, last: date, today: date) -> int | None:
    promised, met = history.first_promised_for, history.met_at
    if promised is None or not first <= promised <= last or not history.stretches:
        return None
    slip = ((met.date() if met else today) - promised).days
    if met is None and promised >= today:
        return None
    return None if history.is_cancelled and slip <= 0 else slip


def _backorders(histories: list[History], first: date, last: date, now: datetime) -> dict[str, Any]:
    begin = datetime(first.year, first.month, first.day, tzinfo=UTC)
    end = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1)
    orders, standing, days = set(), set(), 0.0
    for each in histories:
        for began, ended in each.stretches:
            if began < end and (ended or now) >= begin:
                orders.add(each.order_id)
                days += max(0.0, (min(ended or now, end) - max(began, begin)) / timedelta(days=1))
                if ended is None or ended >= end:
                    standing.add(each.order_id)
    return {"orders": len(orders), "standing": len(standing), "days": round(days, 2)}


def _rate(good: int, bad: int) -> float | None:
    return round(good / (good + bad), 4) if good + bad else None


def _percentiles(name: str, days: list[int]) -> dict[str, int | None]:
    shares = {"median": 0.5, "p95": 0.95}
    return {
        f"{name}_{label}": days[math.ceil(share * len(days)) - 1] if days else None for label, share in shares.items()
    }
