"""Why a source was asked and another one was not: from the decisions as they were recorded, and the market as it is."""

from collections.abc import Iterator, Sequence
from datetime import date

from services.orders.domain.explaining import Reason, ReasonKind
from services.orders.domain.order import Order
from services.orders.domain.ranking import Market, Unsuitable, rank
from services.orders.domain.source import Standing
from services.orders.domain.sourcing import Sourcing, WorkState, number_of
from services.orders.domain.suitability import ask_for
from shared.events.orders import OrderSourced, OrderSourceOverridden, OrderSourcingReduced
from shared.events.weighing import Candidate, Weighing

_WHY_NOT: dict[str, str] = {
    Standing.NOT_APPROVED: "is not approved",
    Standing.APPROVAL_ENDED: "has an approval that has ended",
    Standing.NOT_ACCEPTED: "has no technical acceptance",
    Standing.ACCEPTANCE_ENDED: "has a technical acceptance that has ended",
    Standing.EXPORT_NOT_APPROVED: "lacks the approval of its partners for this export",
    Standing.FIRST_ARTICLE: "has no first article that stands",
    Unsuitable.HAS_REFUSED: "has refused this order, or part of it",
    Unsuitable.HAS_SLIPPED: "has slipped on this order",
    Unsuitable.MINIMUM_LOT: "makes no lot so small",
    Unsuitable.REFERENCE: "is not known to make a reference that the order accepts",
}


def why_this_source(
    order: Order,
    decisions: Sequence[OrderSourced],
    overrides: Sequence[OrderSourceOverridden],
    reductions: Sequence[OrderSourcingReduced] = (),
) -> list[Reason]:
    """Say who makes it and why that one was asked, what was overridden for it, and what was taken back for a slip."""
    reasons = [*map(_overridden, overrides), *(_asked(order, fact) for fact in _standing(order, decisions))]
    reasons += [_taken_back(fact, fact.reason) for fact in reductions if fact.reason is not None]
    if not reasons and order.demand.reserved + order.demand.issued:
        text = f"it comes from what {order.site} has: no source was asked"
        return [Reason(kind=ReasonKind.FROM_STOCK, site=order.site, text=text)]
    return reasons


def why_no_earlier_source(order: Order, decisions: Sequence[OrderSourced], market: Market, today: date) -> list[Reason]:
    """Say who would have been earlier when each decision was made, and who cannot be asked today for what is open."""
    return [
        *_at_the_time(_standing(order, decisions)),
        *_learned(order, market),
        *_busy(order, market),
        *_refusals(order),
        *_now(order, market, today),
    ]


def _standing(order: Order, decisions: Sequence[OrderSourced]) -> list[OrderSourced]:
    """Leave out the decisions of which nothing will come any more."""
    return [fact for fact in decisions if _work(order, fact).quantity]


def _work(order: Order, fact: OrderSourced) -> Sourcing:
    return order.work_orders[number_of(fact.work_order) - 1]


def _asked(order: Order, fact: OrderSourced) -> Reason:
    work = _work(order, fact)
    text = f"{fact.source} was asked for {fact.quantity}, to be there on {fact.due}"
    if fact.reason is not None:
        text += f": {fact.reason}"
    if fact.weighing is not None and len(fact.candidates) > 1:
        text += f" ({_weighed(fact.weighing)})"
    if (work.quantity, work.due) != (fact.quantity, fact.due):
        text += f"; now {work.quantity}, to be there on {work.due}: {work.due_reason}"
    return Reason(kind=ReasonKind.SOURCED, quantity=work.quantity, day=work.due, site=fact.source, text=text)


def _weighed(weighing: Weighing) -> str:
    points = f"{weighing.day} points a day, {weighing.cost} a percent of price"
    since = f", as stated from {weighing.valid_from}" if weighing.valid_from else ""
    return f"{points}, {weighing.import_content} a percent imported{since}"


def _overridden(fact: OrderSourceOverridden) -> Reason:
    text = f"{fact.named_by} named {fact.source} in spite of {fact.overridden}: {fact.reason}"
    return Reason(kind=ReasonKind.OVERRIDDEN, site=fact.source, text=text)


def _taken_back(fact: OrderSourcingReduced, reason: str) -> Reason:
    by = f" by {fact.asked_by}" if fact.asked_by else ""
    note = f" ({fact.note})" if fact.note else ""
    text = f"{fact.quantity} were asked back{by}: {reason}{note}"
    return Reason(kind=ReasonKind.TAKEN_BACK, quantity=fact.quantity, day=fact.instead, site=fact.source, text=text)


def _at_the_time(decisions: Sequence[OrderSourced]) -> Iterator[Reason]:
    """Name the candidates that were expected before the source that was asked, and why they were not."""
    for fact in decisions:
        for each in fact.candidates:
            if each.site != fact.source and each.expected_on is not None and each.expected_on < fact.due:
                yield _earlier(each, each.expected_on, fact)


def _earlier(candidate: Candidate, day: date, fact: OrderSourced) -> Reason:
    would = f"{candidate.site} would have been there on {day}, and "
    if candidate.excluded is not None:
        text = would + _why_not(candidate.excluded)
        return Reason(kind=ReasonKind.EXCLUDED, day=day, site=candidate.site, text=text)
    asked = next((each.points for each in fact.candidates if each.site == fact.source), None)
    text = f"has {candidate.points} points where {fact.source} has {asked}"
    return Reason(kind=ReasonKind.OUTWEIGHED, day=day, site=candidate.site, text=would + text)


def _learned(order: Order, market: Market) -> Iterator[Reason]:
    """Say what deliveries of the sources at work for the order have changed of what these state."""
    asked = {work.source for work in order.work_orders if work.quantity}
    for source in market.sources:
        known = source.lead_time
        if source.site in asked and order.sourced and known is not None and known.is_learned:
            text = f"{source.site} states {known.stated_days} days; by {known.deliveries} deliveries"
            text += f" and {known.unfinished} late ones" if known.unfinished else ""
            text += f", half come within {known.days} and nine of ten within {known.late_days}"
            yield Reason(kind=ReasonKind.LEARNED, site=source.site, text=text)


def _busy(order: Order, market: Market) -> Iterator[Reason]:
    """Name the sources at work for the order that had more to do than a week's work when they were asked."""
    if not order.sourced:
        return
    paces = {source.site: source.capacity_per_week for source in market.sources}
    for work in order.work_orders:
        if work.quantity and work.waiting_days:
            text = f"{work.source} makes {paces.get(work.source) or 'so much'} of {order.part} a week, and had more to "
            text += f"make: {work.quantity} wait {work.waiting_days} days for it"
            yield Reason(kind=ReasonKind.NO_CAPACITY, quantity=work.quantity, site=work.source, text=text)


def _refusals(order: Order) -> Iterator[Reason]:
    for work in order.work_orders:
        if work.state is not WorkState.REFUSED:
            continue
        if work.lateral is not None:
            text = f"{work.source} does not ship the {work.sourced} any more that it held as {work.lateral}"
            yield Reason(
                kind=ReasonKind.LATERAL, quantity=work.sourced, site=work.source, order=work.lateral, text=text
            )
        else:
            text = f"{work.source} has refused {work.sourced}"
            yield Reason(kind=ReasonKind.REFUSED, quantity=work.sourced, site=work.source, text=text)


def _now(order: Order, market: Market, today: date) -> Iterator[Reason]:
    """Say of what is open why no source is asked for it today."""
    if not order.demand.heard or not order.open:
        return
    if not market.sources:
        text = f"no factory or supplier of {order.part} is known"
        yield Reason(kind=ReasonKind.NO_SOURCE, quantity=order.open, text=text)
    for offer in rank(market, ask_for(order, market.sources, order.open, today)):
        if offer.excluded is not None and offer.excluded != Unsuitable.HAS_REFUSED:
            site, day = offer.source.site, offer.expected_on
            text = f"{site} could be there on {day}, and {_why_not(offer.excluded)}"
            yield Reason(kind=ReasonKind.EXCLUDED, quantity=order.open, day=day, site=site, text=text)


def _why_not(excluded: str) -> str:
    return _WHY_NOT.get(excluded, excluded)
