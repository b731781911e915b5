"""What-if: the snapshot that is asked about, and what of a question does not fit it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.domain.days import DAYS_AHEAD_MAX
from services.orders.domain.order import Order
from services.orders.domain.road import on_road
from services.orders.domain.supposition import subject
from services.orders.domain.whatif import OpenLine, Snapshot
from services.orders.queries import releases
from services.orders.schemas.suppositions import (
    CapacitySupposed,
    DemandSupposed,
    LotRejectionSupposed,
    Made,
    OpeningSupposed,
    RejectionSupposed,
    StopSupposed,
    Supposed,
    asked,
)
from services.orders.schemas.whatif import WhatIf
from services.orders.settings import OrdersSettings
from services.orders.store import lookups, lot_facts, market
from services.orders.store import orders as store
from services.orders.store.lookups import Sight
from shared.errors import Kind, Refusal
from shared.sql import Statement
from shared.types import Nation, OrderId, SiteKind

_OPEN = Statement(
    """
    SELECT o.* FROM orders o JOIN site_copy depot ON depot.site_id = o.ordered_by AND depot.country = :nation
    WHERE o.state NOT IN ('issued', 'cancelled', 'stocked') ORDER BY o.order_id LIMIT :limit
    """
)


class SuppositionInvalid(Refusal):
    """Something is supposed of what is not there, of a day that is past, or twice."""

    kind = Kind.INVALID

    def detail(self) -> str:
        """Leave the fields to `errors`."""
        return ""


class TooMuchOpen(Refusal):
    """More is open than one what-if looks at; ask the operator to raise the bound."""

    kind = Kind.TOO_LARGE


@dataclass(frozen=True, slots=True)
class Scene:
    """What is asked about, and for which platform each line is."""

    snapshot: Snapshot
    platforms: Mapping[OrderId, str | None]


async def load(session: AsyncSession, nation: Nation, sight: Sight, *, today: date, bounds: OrdersSettings) -> Scene:
    """Read what is open for a nation and the grounded platforms that may be seen, in a handful of queries."""
    lines_max, tails_max = bounds.what_if_lines_max, bounds.release_tails_max
    rows = await _OPEN.rows(session, {"nation": nation, "limit": lines_max + 1})
    if len(rows) > lines_max:
        raise TooMuchOpen(lines_max=lines_max)
    grounded = await releases.snapshot(session, sight, today=today, tails_max=tails_max + 1)
    if len(grounded) > tails_max:
        raise TooMuchOpen(grounded_max=tails_max)
    orders = await store.load(session, rows)
    markets = await market.markets(session, orders, today)
    works = [work.name(order.order_id) for order in orders.values() for work in order.work_orders]
    sent = await lot_facts.sent(session, works)
    placed_at = {row.order_id: row.placed_at for row in rows}
    lines = [
        OpenLine(order, markets[order_id], placed_at[order_id], on_road(order, sent))
        for order_id, order in orders.items()
    ]
    snapshot = Snapshot(today, lines, grounded, bounds.what_if_horizon_days)
    return Scene(snapshot, {row.order_id: row.platform for row in rows})


async def resolve(session: AsyncSession, question: WhatIf, snapshot: Snapshot) -> Made:
    """Look up what was made of the lots that a question names.

    What it supposes of a part, site, work order or lot that is not there, of the past, or twice, is refused.
    """
    every = [
        (scenario, number, each) for scenario, listed in question.named.items() for number, each in enumerate(listed)
    ]
    made = await lot_facts.made(session, {each.lot for _, _, each in every if isinstance(each, LotRejectionSupposed)})
    known = _Known(
        sites={name: site.kind for name, site in (await lookups.sites(session, _sites(every))).items()},
        parts=frozenset(await lookups.parts(session, _parts(every))),
        orders={line.order.order_id: line.order for line in snapshot.lines},
        made=made,
        today=snapshot.today,
    )
    errors = [
        {"field": question.place(scenario, number, field), "message": message}
        for scenario, number, each in every
        for field, message in known.wrong(each)
    ]
    errors += [
        {"field": question.place(scenario, number, "kind"), "message": "this is supposed already; say it once"}
        for scenario, listed in question.named.items()
        for number in _repeated(listed, made)
    ]
    if errors:
        raise SuppositionInvalid(errors=errors)
    return made


@dataclass(frozen=True, slots=True)
class _Known:
    """What can be supposed of."""

    sites: Mapping[str, SiteKind]
    parts: frozenset[str]
    orders: Mapping[OrderId, Order]
    made: Made
    today: date

    def wrong(self, supposed: Supposed) -> Iterator[tuple[str, str]]:
        match supposed:
            case StopSupposed() | CapacitySupposed():
                yield from self._wrong_site(supposed.site, is_new=False)
            case OpeningSupposed():
                yield from self._wrong_site(supposed.site, is_new=True)
                yield from self._wrong_part(supposed.part)
                if supposed.opens_on < self.today:
                    yield "opens_on", f"lies before today, {self.today}"
                if (supposed.opens_on - self.today).days > DAYS_AHEAD_MAX:
                    yield "opens_on", f"lies more than {DAYS_AHEAD_MAX} days ahead"
            case DemandSupposed(part=str() as part):
                yield from self._wrong_part(part)
            case RejectionSupposed():
                yield from self._wrong_work(supposed)
            case LotRejectionSupposed():
                yield from self._wrong_lot(supposed)

    def _wrong_site(self, site: str, *, is_new: bool) -> Iterator[tuple[str, str]]:
        kind = self.sites.get(site)
        if kind is None and not is_new:
            yield "site", "there is no such site"
        if kind is SiteKind.DEPOT:
            yield "site", "a depot is no source; name a factory or a supplier"

    def _wrong_part(self, part: str) -> Iterator[tuple[str, str]]:
        if part not in self.parts:
            yield "part", "there is no such part"

    def _wrong_work(self, supposed: RejectionSupposed) -> Iterator[tuple[str, str]]:
        order_id, _, number = supposed.work_order.rpartition("-W")
        order = self.orders.get(order_id)
        left = order.left.get(int(number), 0) if order else 0
        if not left:
            yield "work_order", "no open order of your nation waits for such a work order"
        elif supposed.quantity > left:
            yield "quantity", f"the work order will bring only {left}"

    def _wrong_lot(self, supposed: LotRejectionSupposed) -> Iterator[tuple[str, str]]:
        held = [] if supposed.stands is None else supposed.stands.held
        for number, each in enumerate(held):
            if each.order_id not in self.orders:
                yield f"stands.held[{number}].order_id", "your nation has no such open order"
        made = {work_order.rpartition("-W")[0] for work_order in self.made.get(supposed.lot, {})}
        if not held and made.isdisjoint(self.orders):
            yield "lot", "no open order of your nation waits for anything of such a lot, or none is told to hold it"


def _sites(every: Sequence[tuple[str, int, Supposed]]) -> set[str]:
    return {each.site for _, _, each in every if isinstance(each, StopSupposed | CapacitySupposed | OpeningSupposed)}


def _parts(every: Sequence[tuple[str, int, Supposed]]) -> set[str]:
    return {each.part for _, _, each in every if isinstance(each, OpeningSupposed | DemandSupposed) and each.part}


def _repeated(listed: list[Supposed], made: Made) -> list[int]:
    subjects = [subject(each) for each in asked(listed, made)]
    return [number for number, each in enumerate(subjects) if each in subjects[:number]]
