"""Sharing a need out over several sources, where one alone would be later than the depot needs it.

While a platform stands still for it, it is needed at once (`suitability.needed_by`).

One source is asked as long as it is in time, or as no capacity holds it up. Otherwise the earliest day is sought on
which several together would have brought all of it, not earlier than it is needed; each, the best first, is asked for
what it can bring by then. It is done where that is in time, or a week sooner: every share is one more work order. Who
is asked first by the weights takes part, or nothing is shared out.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.orders.domain.ranking import Ask, Market, Offer, expected_on, rank, waiting_days
from services.orders.domain.source import Source
from shared.types import QUANTITY_MAX

GAIN_DAYS_MIN = 7
"""How much sooner shares must be to be worth their work orders, where they are not in time either."""
_WEEK_DAYS = 7
_WHOLE = 100


@dataclass(frozen=True, slots=True)
class Share:
    """What one source is asked, and when it would have brought it."""

    offer: Offer
    quantity: int


@dataclass(frozen=True, slots=True)
class Shares:
    """How a need is shared out, and every source as it was weighed for the whole of it."""

    offers: Sequence[Offer]
    chosen: Sequence[Share] = ()


def share_out(market: Market, ask: Ask, needed_by: date) -> Shares:
    """Choose who is asked for how much: one source, or several where that is sooner."""
    offers = rank(market, ask)
    willing = [offer for offer in offers if offer.rank is not None]
    if not willing:
        return Shares(offers)
    alone = Share(willing[0], ask.quantity)
    is_late = alone.offer.expected_on > needed_by and waiting_days(alone.offer.source, ask.quantity) > 0
    together = _together(willing, ask, needed_by) if is_late and not alone.offer.source.named else []
    return Shares(offers, together or [alone])


def _together(willing: Sequence[Offer], ask: Ask, needed_by: date) -> list[Share]:
    """Let others help the one that is asked first, by the earliest day that is soon enough; nothing if that is late."""
    needed = max(0, (needed_by - ask.day).days)
    first, last = max(needed, willing[0].source.lead_time_days), (willing[0].expected_on - ask.day).days
    days = first + bisect_left(range(first, last), True, key=lambda days: _enough(willing, ask.quantity, days))
    if days >= last or (days > needed and last - days < GAIN_DAYS_MIN):
        return []
    shares, left = [], ask.quantity
    for offer in willing:
        quantity = min(left, able(offer.source, days))
        if quantity > 0 and quantity >= (offer.source.minimum_lot or 0):
            day = expected_on(offer.source, quantity, ask.day)
            shares.append(Share(replace(offer, expected_on=day), quantity))
            left -= quantity
    return shares if left == 0 and shares[0].offer.rank == 1 else []


def able(source: Source, days: int) -> int:
    """Reckon how much more a source could bring within so many days; without a stated capacity, any quantity."""
    spare = days - source.lead_time_days
    if spare < 0:
        return 0
    if source.pace is None:
        return QUANTITY_MAX
    return max(0, source.pace * (_WEEK_DAYS + spare) // (_WEEK_DAYS * _WHOLE) - source.load)


def _enough(willing: Sequence[Offer], quantity: int, days: int) -> bool:
    return sum(able(offer.source, days) for offer in willing) >= quantity
