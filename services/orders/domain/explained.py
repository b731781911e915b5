"""A sourcing decision in words and figures, so that it can be explained, and decided again from what it was made of."""

from collections.abc import Sequence
from decimal import Decimal

from services.orders.domain.ranking import Offer, Weights, waiting_days
from services.orders.domain.splitting import Shares
from shared.events.weighing import CANDIDATES_TOLD_MAX, Candidate, Weighing


def reason(shares: Shares, *, stands_still: bool = False) -> str:
    """Say why these are asked, while a platform stands still for it or not."""
    offers = shares.offers
    chosen, suitable = offers[0], sum(offer.rank is not None for offer in offers)
    if len(shares.chosen) > 1:
        together = ", ".join(each.offer.source.site for each in shares.chosen)
        alone = f"shared out over {together}: {chosen.source.site} alone would bring it on {chosen.expected_on}"
        return f"{alone}, and a platform stands still for it" if stands_still else alone
    if chosen.source.named:
        return f"{chosen.source.site} was named for this order"
    if suitable == 1:
        return f"{chosen.source.site} is the only source that may be asked"
    second = offers[1]
    if chosen.points != second.points:
        return f"{chosen.source.site} has the fewest points of {suitable}, {chosen.points} to {second.points}"
    return f"{chosen.source.site} is first of {suitable} by day, price, imported share and name"


def due_reason(offer: Offer, quantity: int) -> str:
    """Say how its day follows from its lead time and its capacity."""
    lead_time, waiting = f"lead time of {offer.source.site}", waiting_days(offer.source, quantity)
    known = offer.source.lead_time
    if known is not None and known.is_learned:
        lead_time += f", {known.days} days as learned ({known.stated_days} stated)"
    return f"{lead_time}, and {waiting} days for its capacity" if waiting else lead_time


def weighing(weights: Weights) -> Weighing:
    """Write down how sources were weighed."""
    return Weighing(
        day=f"{weights.day:f}",
        cost=f"{weights.cost:f}",
        import_content=f"{weights.import_content:f}",
        valid_from=weights.valid_from,
    )


def candidates(offers: Sequence[Offer]) -> tuple[Candidate, ...]:
    """Write down the sources as they were weighed, as many as are told."""
    return tuple(
        Candidate(
            site=offer.source.site,
            rank=offer.rank,
            excluded=offer.excluded,
            expected_on=offer.expected_on,
            load=offer.source.load,
            capacity_per_week=offer.source.capacity_per_week,
            minimum_lot=offer.source.minimum_lot,
            named=offer.source.named,
            lead_time_days=offer.source.lead_time_days,
            stated_days=_stated(offer),
            unit_cost=_exact(offer.source.unit_cost),
            currency=offer.source.currency,
            compared_cost=_exact(offer.price),
            import_content=_exact(offer.source.import_content),
            points=_exact(offer.points),
        )
        for offer in offers[:CANDIDATES_TOLD_MAX]
    )


def _stated(offer: Offer) -> int | None:
    known = offer.source.lead_time
    return None if known is None else known.stated_days


def _exact(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"
