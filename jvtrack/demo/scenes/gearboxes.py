"""The original maker's gearboxes slip by 90 days; a third country and a joint venture release who stands still."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta

from jvtrack.client import FirstArticle, GroundedPlatform, Order, ProblemError, Purchase, RaiseUrgency, StockQuery
from jvtrack.demo.buyer import Sent
from jvtrack.demo.company import Company
from jvtrack.demo.depot import Tail
from jvtrack.demo.findings import Finding, seen
from jvtrack.demo.market import Market
from jvtrack.demo.scenes.opening import require_first_articles
from jvtrack.demo.scenes.supposing import suppose
from shared import clock
from shared.events.orders import OrderSourced
from shared.events.production import Reference
from shared.types import LotId, PartId, Platform, SiteId, TailNumber, Urgency, WorkOrderId

DEPOT, ACTIVITY = "D-02", "7312YA"
MAIN, INTERMEDIATE = "MI17-MAIN-GEARBOX", "MI17-INTERMEDIATE-GEARBOX"
MAKER, THIRD_COUNTRY, JOINT_VENTURE = "S-01", "S-10", "F-01"
NAMES = {
    MAKER: f"the original maker Kama Helicopter Plant (RUS, {MAKER})",
    THIRD_COUNTRY: f"Poland's Vistula Rotorcraft Services (POL, {THIRD_COUNTRY})",
    JOINT_VENTURE: f"the joint venture Vayu-Kama Rotorcraft (IND, {JOINT_VENTURE})",
}
FIRST, SECOND, THIRD = (Tail(Platform.MI_17V_5, number) for number in ("ZP-5105", "ZP-5106", "ZP-5107"))
BOUGHT = Reference(maker="0VR3H", number="WRS-14M-0401R", revision="2")
MADE = Reference(maker="3VK1Y", number="VKR-1615-1515", revision="A")
ON_CALL_DAYS, SLIP_DAYS, BEGUN_DAYS = 30, 90, 60


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A helicopter that stands still, its order, and what was bought for it."""

    tail: Tail
    order: Order
    purchase: Purchase


async def play(company: Company) -> Sequence[Finding]:
    """Ground helicopters, let their gearboxes slip, and release each of them from another source."""
    await require_first_articles(company, INTERMEDIATE)
    async with _original_maker_alone(company, MAIN) as bought, _original_maker_alone(company, INTERMEDIATE) as made:
        due = _day(company, ON_CALL_DAYS)
        first, second = await asyncio.gather(
            _stand_still(company, FIRST, MAIN, source=MAKER, due=due),
            _stand_still(company, SECOND, INTERMEDIATE, source=MAKER, due=due),
        )
        slipped = await _slip(company, (first, second))
        advised = await _advise(company, (first, second))
        expedited = await _expedite(company, first.order)
        third, chosen = await _turn_to_a_third_country(company, bought)
        inspection, work = await _turn_to_the_joint_venture(company, made, second)
        return [
            *slipped,
            advised,
            expedited,
            chosen,
            *await _suppose(company, (first, second, third)),
            *await _buy_in_a_third_country(company, first, third),
            *await _make_in_the_joint_venture(company, second, inspection, work),
        ]


@asynccontextmanager
async def _original_maker_alone(company: Company, part: PartId) -> AsyncIterator[Market]:
    """Let the original maker alone supply a part, from what it has on call; the joint venture's terms come back."""
    market = Market(company.planner, part)
    before = await market.sources()
    await market.withhold(before[JOINT_VENTURE])
    await market.agree(before[THIRD_COUNTRY], accepted_on=None)
    await market.agree(before[MAKER], accepted_on=before[MAKER].approved_on, lead_time_days=ON_CALL_DAYS)
    try:
        yield market
    finally:
        await market.agree(before[JOINT_VENTURE])


async def _stand_still(
    company: Company, tail: Tail, part: PartId, *, source: SiteId, due: date | None = None
) -> _Waiting:
    """Ground a helicopter, order what it waits for as a clerk may, and buy it for a day that its source names."""
    clerk = company.clerk(DEPOT)
    await clerk.ground(tail, f"Chips in the oil: {part}.")
    order = await clerk.order(part, 1, activity=ACTIVITY, tail=tail)
    company.followed[tail.tail_number] = order
    return _Waiting(tail, order, await company.buyer.buy(order, source, due=due))


async def _slip(company: Company, waiting: Sequence[_Waiting]) -> list[Finding]:
    """Tell that both gearboxes come 90 days later, and see until when the helicopters stand still then."""
    promised, late = _day(company, ON_CALL_DAYS), _day(company, ON_CALL_DAYS + SLIP_DAYS)
    before = await _released_on(company, waiting, promised)
    first = await _first_promises(company, waiting)
    began = clock.monotonic()
    await asyncio.gather(*(each.purchase.slipped(late, "Castings were rejected.") for each in waiting))
    after = await _released_on(company, waiting, late)
    seconds = clock.monotonic() - began
    return [
        Finding(
            f"{len(before)} {FIRST.platform} of {DEPOT} down for gearboxes of {NAMES[MAKER]}",
            f"{', '.join(before)} since {before[FIRST.tail_number].since:%d %b %H:%M}, release {promised:%d %b %Y}",
            holds=_blocked_by(before, waiting),
        ),
        Finding(
            f"{NAMES[MAKER]} slips by {SLIP_DAYS} days",
            f"release of both {promised:%d %b %Y} -> {late:%d %b %Y}, known after {seconds:.1f} s",
            holds=_blocked_by(after, waiting) and await _first_promises(company, waiting) == first,
        ),
    ]


async def _first_promises(company: Company, waiting: Sequence[_Waiting]) -> list[date | None]:
    return [(await company.planner.orders.get(each.order.order_id)).first_promised_for for each in waiting]


async def _released_on(company: Company, waiting: Sequence[_Waiting], day: date) -> dict[TailNumber, GroundedPlatform]:
    """Wait until every helicopter of the scene is expected back on a day; gives them as they stand."""
    wanted = {each.tail.tail_number for each in waiting}

    async def look() -> dict[TailNumber, GroundedPlatform] | None:
        grounded = await _grounded(company)
        mine = {tail: each for tail, each in grounded.items() if tail in wanted and each.expected_release == day}
        return mine if set(mine) == wanted else None

    return await seen(f"{', '.join(sorted(wanted))} expected back on {day}", look)


async def _grounded(company: Company) -> dict[TailNumber, GroundedPlatform]:
    listed = company.depots[DEPOT].jvtrack.orders.platforms.grounded(platform=FIRST.platform, site=DEPOT)
    return {each.tail_number: each async for each in listed}


def _blocked_by(grounded: dict[TailNumber, GroundedPlatform], waiting: Sequence[_Waiting]) -> bool:
    """Tell whether each helicopter waits for its own order and for nothing else."""
    return all(
        [line.order_id for line in grounded[each.tail.tail_number].blocking] == [each.order.order_id]
        for each in waiting
    )


async def _advise(company: Company, waiting: Sequence[_Waiting]) -> Finding:
    """Ask what would release the helicopters soonest."""
    ranked = await company.depots[DEPOT].jvtrack.orders.platforms.actions()
    best = ranked.options[0] if ranked.options else None
    actions = (
        "; ".join(f"{each.kind} {each.part} for {each.tail_number}" for each in best.actions) if best else "nothing"
    )
    return Finding(
        f"what would release them soonest, best of {ranked.options_total}",
        f"{actions}: {best.days_saved if best else 0} platform-days saved",
        holds=all(any(each.tail.tail_number in option.releases for option in ranked.options) for each in waiting),
    )


async def _expedite(company: Company, order: Order) -> Finding:
    """Have an approver raise what a clerk may not, once what that costs others is known."""
    raised = RaiseUrgency(urgency=Urgency.A, reason="The only helicopter of the rescue flight.")
    refused, approver = "not refused", company.depots[DEPOT].jvtrack.orders
    try:
        await company.clerk(DEPOT).jvtrack.orders.expedite(order.order_id, raised)
    except ProblemError as problem:
        refused = problem.slug
    price = await approver.price(order.order_id, raised)
    now = (await approver.expedite(order.order_id, raised)).order
    return Finding(
        f"the order of {FIRST.tail_number} is expedited, C to A",
        f"clerk: {refused}; {now.approved_by}: priority {order.priority:02} -> {now.priority:02}; "
        f"others' promises that move: {price.promises.later}",
        holds=refused == "urgency-unapproved" and (order.priority, price.priority, now.priority) == (12, 2, 2),
    )


async def _turn_to_a_third_country(company: Company, market: Market) -> tuple[_Waiting, Finding]:
    """Accept a third country's gearbox, which is bought for the next helicopter that stands still."""
    sources = await market.sources()
    await market.agree(sources[MAKER], lead_time_days=ON_CALL_DAYS + SLIP_DAYS)
    source = await market.agree(sources[THIRD_COUNTRY], accepted_on=company.papers.today)
    third = await _stand_still(company, THIRD, MAIN, source=THIRD_COUNTRY)
    decision = await _decision(company, third.order)
    return third, Finding(
        f"{NAMES[THIRD_COUNTRY]}, approved {source.approved_on}, accepted {source.accepted_on}, is asked for the next",
        str(decision.reason),
        holds=[each.site for each in decision.candidates if each.rank] == [THIRD_COUNTRY, MAKER],
    )


async def _turn_to_the_joint_venture(
    company: Company, market: Market, second: _Waiting
) -> tuple[FirstArticle, WorkOrderId]:
    """Approve the joint venture, give it what the original maker was to send, and begin its first article."""
    sources = await market.sources()
    await market.agree(sources[MAKER], lead_time_days=ON_CALL_DAYS + SLIP_DAYS)
    approved = {"approved": True, "approved_on": company.papers.today, "lead_time_days": BEGUN_DAYS}
    await market.agree(sources[JOINT_VENTURE], **approved)
    await second.purchase.cancelled("Made by the joint venture.")
    work = await company.buyer.work_order(second.order, JOINT_VENTURE)
    return await company.inspector.begin(JOINT_VENTURE, INTERMEDIATE, MADE), work


async def _suppose(company: Company, waiting: Sequence[_Waiting]) -> list[Finding]:
    """Ask what would have been lost without the third country and without the joint venture."""
    tails, orders = [each.tail for each in waiting], [each.order.order_id for each in waiting]
    helpers = {THIRD_COUNTRY: THIRD.tail_number, JOINT_VENTURE: SECOND.tail_number}
    return await suppose(company, tails, orders=orders, helpers=helpers)


async def _buy_in_a_third_country(company: Company, first: _Waiting, third: _Waiting) -> list[Finding]:
    """Receive a third country's gearboxes; the first that comes goes to the helicopter that needs it most."""
    first_lot = await _bought(company, third.purchase)
    released = await _up(company, first, f"{first_lot}, bought for {THIRD.tail_number}")
    second_lot = await _bought(company, await company.buyer.buy(third.order, THIRD_COUNTRY, number=2))
    return [released, await _up(company, third, f"{second_lot}, bought again")]


async def _bought(company: Company, purchase: Purchase) -> LotId:
    """Have the third country send what was bought, and the depot receive it."""
    sent = await company.buyer.send(purchase, BOUGHT)
    await _receive(company, MAIN, sent)
    return sent.lot


async def _make_in_the_joint_venture(
    company: Company, second: _Waiting, inspection: FirstArticle, work: WorkOrderId
) -> list[Finding]:
    """Make a gearbox in the joint venture, see it held back until its first article has passed, and issue it."""
    factory = company.factories[JOINT_VENTURE]
    number = await factory.make(INTERMEDIATE, 1, work_order=work, reference=MADE)
    shipment = await factory.dispatch(INTERMEDIATE, number, 1, depot=DEPOT, work_order=work)
    sent = Sent(f"{JOINT_VENTURE}:{number}", shipment)
    await _receive(company, INTERMEDIATE, sent)
    query = StockQuery(site=DEPOT, lot=sent.lot)
    held = (await company.depots[DEPOT].jvtrack.inventory.stock(query)).rows[0]
    passed = await company.inspector.accept(inspection)
    return [
        Finding(
            f"{NAMES[JOINT_VENTURE]} makes what {MAKER} was to send",
            f"{sent.lot}: {held.on_hand} received, {held.available} available, held back: {held.held_back}",
            holds=(held.on_hand, held.available, held.held_back) == (1, 0, "first-article"),
        ),
        await _up(company, second, f"{sent.lot}, its first article {passed.state}"),
    ]


async def _decision(company: Company, order: Order) -> OrderSourced:
    """Read how the first source was chosen that was asked for an order."""
    now = await company.planner.orders.get(order.order_id)
    return next(OrderSourced.model_validate(told.data) for told in now.history if told.type == OrderSourced.TYPE)


async def _receive(company: Company, part: PartId, sent: Sent) -> None:
    depot = company.depots[DEPOT]
    await depot.expect(part, sent.shipment)
    await depot.receive(part, sent.lot, 1, shipment=sent.shipment)


async def _up(company: Company, waiting: _Waiting, what: str) -> Finding:
    """Hand out what has come, and say that the helicopter can do its work again."""
    depot, tail = company.depots[DEPOT], waiting.tail
    now = await depot.reserved(waiting.order, 1)
    await depot.issue(waiting.order.order_id, 1)
    state = await depot.release(tail)
    still = tail.tail_number in await _grounded(company)
    return Finding(
        f"{tail.tail_number}, priority {now.priority:02}, gets {what}",
        f"reserved, issued, {state.state} again",
        holds=state.state == "up" and not still,
    )


def _day(company: Company, days: int) -> date:
    return company.papers.today + timedelta(days=days)
