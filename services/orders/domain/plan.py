"""The sourcing plan: decided anew after every fact that orders applies, from totals alone.

More is needed than will come: the difference is sourced, from one source or shared out over several. Less: the surplus
is asked back, latest promise first. A work order that once gave less than asked is not asked again, or orders and
production would answer each other for ever; nothing is sourced beyond what the depot still wants, even before
inventory has answered its request. What has slipped is sourced anew where that is clearly sooner (`resourcing`).
"""

from dataclasses import replace
from datetime import date

from services.orders.domain import explained, lending, promise
from services.orders.domain.order import Decision, Order, tell
from services.orders.domain.promise import Promise
from services.orders.domain.ranking import Ask, Market, may_make, waiting_days
from services.orders.domain.resourcing import may_slip, resource
from services.orders.domain.sourcing import Sourcing, slipping
from services.orders.domain.splitting import Share, Shares, share_out
from services.orders.domain.suitability import ask_for, needed_by
from shared.events.orders import OrderEvent, OrderPromised, OrderSourced, OrderSourcingReduced
from shared.events.references import read_reference

WORK_ORDERS_MAX = 9999


def plan(order: Order, market: Market, today: date) -> Decision:
    """Source what is missing, ask back what is too much, and make the promise that follows."""
    if not order.demand.may_be_planned:
        return Decision(order)
    if order.supplies is not None:
        return _promise(lending.keep_or_withdraw(order), today)
    decided = _source(order, market, today) if needs_source(order) else _ask_back(order)
    if not decided.facts:
        decided = resource(order, market, today)
    return _promise(decided, today)


def looks_at_market(order: Order, today: date) -> bool:
    """Tell whether planning looks at the market: something is to be sourced, or comes later than it was asked for."""
    return needs_source(order) or (order.demand.may_be_planned and may_slip(order, today))


def needs_source(order: Order) -> bool:
    """Tell whether something of it is to be sourced."""
    return order.demand.may_be_planned and missing(order) > 0


def missing(order: Order) -> int:
    """Tell how much is to be sourced: what is needed and still wanted, less what will come.

    While more has come than production has told of, nothing is: its word is on the way, and each fact before it would
    source the same once more. Nothing is made for a lateral order: what the other depot lacks, the order that it
    supplies sources anew.
    """
    if order.expected < 0 or order.supplies is not None:
        return 0
    wanted = order.ceiling - order.demand.reserved - order.demand.issued
    return min(order.need, max(0, wanted)) - order.outstanding


def _source(order: Order, market: Market, today: date) -> Decision:
    ask = ask_for(order, market.sources, missing(order), today)
    shares = _shares(order, market, ask, today)
    if len(order.work_orders) + len(shares.chosen) > WORK_ORDERS_MAX:
        return Decision(order)
    sourced, facts = order, list[OrderEvent]()
    for each in shares.chosen:
        work = _work(sourced, each, today)
        sourced = sourced.with_work(work)
        facts.append(_sourced(order, work, shares, market))
    return tell(sourced, *facts)


def _shares(order: Order, market: Market, ask: Ask, today: date) -> Shares:
    """Choose who is asked: not again whom the order was taken back from, unless there is nobody else."""
    left, day = slipping(order.work_orders), needed_by(order, market, today)
    others = share_out(market, replace(ask, slipped=left), day)
    return others if others.chosen or not left else share_out(market, ask, day)


def _work(order: Order, share: Share, today: date) -> Sourcing:
    source, left = share.offer.source, sorted(slipping(order.work_orders) - {share.offer.source.site})
    reason = explained.due_reason(share.offer, share.quantity)
    return Sourcing(
        n=len(order.work_orders) + 1,
        source=source.site,
        sourced=share.quantity,
        quantity=share.quantity,
        due=share.offer.expected_on,
        due_reason=f"{reason}, asked instead of {' and '.join(left)}, which had slipped" if left else reason,
        asked_on=today,
        due_asked=share.offer.expected_on,
        waiting_days=waiting_days(source, share.quantity),
        price=source.price,
    )


def _sourced(order: Order, work: Sourcing, shares: Shares, market: Market) -> OrderSourced:
    return OrderSourced(
        **order.about,
        work_order=work.name(order.order_id),
        source=work.source,
        quantity=work.quantity,
        priority=order.priority,
        due=work.due,
        asked_on=work.asked_on,
        waiting_days=work.waiting_days,
        required_by=order.required_by,
        need=sum(each.quantity for each in shares.chosen),
        stands_still=market.stands_still,
        references=tuple(map(read_reference, order.accepted)),
        reason=explained.reason(shares, stands_still=market.stands_still),
        weighing=explained.weighing(market.weights),
        candidates=explained.candidates(shares.offers),
    )


def _ask_back(order: Order) -> Decision:
    surplus = order.outstanding - order.need - sum(work.pending for work in order.work_orders)
    facts: list[OrderEvent] = []
    asked = order
    for work in sorted(order.work_orders, key=lambda work: (work.due, work.n), reverse=True):
        back = min(surplus, work.quantity - work.pending)
        if back <= 0 or work.kept:
            continue
        surplus -= back
        asked = asked.with_work(replace(work, asked=work.asked + back))
        facts.append(_reduced(order, replace(work, asked=work.asked + back), back))
    return tell(asked, *facts)


def withdraw(order: Order, market: Market) -> Decision:
    """Ask back what sources are to make that is of no reference accepted; what they keep will be for stock."""
    others = {source.site for source in market.sources if not source.named and not may_make(source, order.accepted)}
    left, facts, asked = order.left, list[OrderEvent](), order
    for work in order.work_orders:
        back = left[work.n] - work.pending
        if back > 0 and not work.kept and work.source in others:
            asked = asked.with_work(replace(work, asked=work.asked + back))
            facts.append(_reduced(order, replace(work, asked=work.asked + back), back))
    return tell(asked, *facts)


def _reduced(order: Order, work: Sourcing, back: int) -> OrderSourcingReduced:
    return OrderSourcingReduced(
        **order.about,
        work_order=work.name(order.order_id),
        source=work.source,
        quantity=back,
        asked=work.asked,
        due=None,
        instead=None,
        weighing=None,
        candidates=(),
    )


def _promise(decided: Decision, today: date) -> Decision:
    """Promise what the facts allow, and tell it; a promise that stays as it was is not made again."""
    made = _derived(decided.order, today)
    if made is None or made == decided.order.promise:
        return decided
    told = make_promise(decided.order, made)
    return Decision(told.order, (*decided.facts, *told.facts))


def make_promise(order: Order, made: Promise) -> Decision:
    """Make a promise; the first day that is ever promised is kept."""
    promised = replace(
        order,
        promise=made,
        promises=order.promises + 1,
        first_promised_for=order.first_promised_for or made.promised_for,
    )
    fact = OrderPromised(
        **order.about,
        platform=order.platform,
        tail_number=order.tail_number,
        number=promised.promises,
        promised_for=made.promised_for,
        reason=made.reason,
        before=order.promise.promised_for if order.promise else None,
        first=promised.first_promised_for,
    )
    return tell(promised, fact)


def _derived(order: Order, today: date) -> Promise | None:
    if order.is_settled:
        return order.promise
    if order.open:
        return promise.nothing(order.promise)
    if order.sourced:
        return promise.from_work(order.work_orders, supplied=order.supplied, needed=order.sourced)
    return promise.from_stock(order.promise, today)
