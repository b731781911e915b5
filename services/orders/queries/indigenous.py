"""Indigenous content as it is shown: of lots one by one, and of lots taken together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.domain.dependence import (
    Basis,
    Content,
    Exchange,
    Figure,
    Reckoning,
    content_of,
    holding,
    innermost_first,
    shown_share,
    taken_together,
)
from services.orders.queries import dependence
from services.orders.queries.dependence import PricedLot, Within
from services.orders.schemas.dependence import By, ContentFigure, ContentFilter, ContentRead, LotContent, LotsFilter
from shared.errors import Kind, Refusal
from shared.types import EventId, LotId, Nation


class LotsTooMany(Refusal):
    """More lots, or components of them, than are looked at together: ask for a shorter period, a part or a factory."""

    kind = Kind.INVALID


@dataclass(frozen=True, slots=True)
class Stated:
    """What a nation has stated by days: how it compares money, and what it asks for."""

    nation: Nation
    exchanges: Sequence[tuple[date, Exchange]]
    minimums: Sequence[tuple[date, Decimal]]

    def currency(self, day: date, lots: Iterable[PricedLot]) -> str | None:
        """Give what to state money in: as the nation compares it, or else as its lots are priced, if all alike."""
        exchange = holding(self.exchanges, day)
        if exchange is not None and exchange.currency is not None:
            return exchange.currency
        priced = {lot.made.price.currency for lot in lots if lot.made.price is not None}
        return min(priced) if len(priced) == 1 else None

    def content(self, lot: PricedLot, currency: str | None, components: Mapping[LotId, Decimal | None]) -> Content:
        """Work out a lot's content by the rates of the day on which it was finished."""
        exchange = holding(self.exchanges, lot.made.finished_on) or Exchange()
        return content_of(lot.made, Reckoning(self.nation, currency, exchange), components)

    def imported_shares(self, lots: Mapping[LotId, PricedLot], day: date) -> dict[LotId, Decimal | None]:
        """Work out how much of each lot is imported that others are made of; none where that cannot be said."""
        shares: dict[LotId, Decimal | None] = {}
        for each in innermost_first({name: lot.made.components for name, lot in lots.items()}):
            shares[each] = self.content(lots[each], self.currency(day, [lots[each]]), shares).imported_share
        return shares


async def stated(session: AsyncSession, nation: Nation) -> Stated:
    """Read what a nation has stated."""
    minimums = [(each.valid_from, each.minimum) for each in await dependence.thresholds(session, nation)]
    return Stated(nation, await dependence.exchanges(session, nation), minimums)


async def content(session: AsyncSession, asked: ContentFilter, within: Within, *, lots_max: int) -> ContentRead:
    """Show the content of the lots that a filter asks for, taken together."""
    found = await dependence.lots(session, asked, within, limit=lots_max + 1)
    if len(found) > lots_max:
        raise LotsTooMany(lots_max=lots_max)
    known, last = await stated(session, within.nation), within.period.last
    currency = known.currency(last, found)
    components = known.imported_shares(await _components(session, found, within.nation, lots_max), last)
    by: dict[str, list[Content]] = {}
    contents = []
    for lot in found:
        contents.append(known.content(lot, currency, components))
        for name in _names(lot, asked.by):
            by.setdefault(name, []).append(contents[-1])
    return ContentRead(
        nation=within.nation,
        first=within.period.first,
        last=last,
        currency=currency,
        total=_figure("all", taken_together(contents), holding(known.minimums, last)),
        figures=[
            _figure(name, taken_together(by[name]), holding(known.minimums, _end(name, asked.by, last)))
            for name in sorted(by)
        ],
    )


async def lot_contents(
    session: AsyncSession, asked: LotsFilter, within: Within, *, after: LotId, limit: int, lots_max: int
) -> list[LotContent]:
    """Show the content of lots one by one, each with the facts that it was worked out from."""
    found = await dependence.lots(session, asked, within, after=after, limit=limit)
    events = await dependence.events(session, [lot.made.lot for lot in found])
    known, last = await stated(session, within.nation), within.period.last
    components = known.imported_shares(await _components(session, found, within.nation, lots_max), last)
    return [
        _lot_content(
            lot,
            known,
            currency=known.currency(last, [lot]),
            components=components,
            events=events.get(lot.made.lot, []),
        )
        for lot in found
    ]


async def _components(
    session: AsyncSession, lots: Sequence[PricedLot], nation: Nation, lots_max: int
) -> dict[LotId, PricedLot]:
    """Read what went into lots, and into that, as far as it is lots that are followed here."""
    at_hand, found = {lot.made.lot: lot for lot in lots}, dict[LotId, PricedLot]()
    wanted = {each for lot in lots for each in lot.made.components}
    while wanted:
        if len(found) + len(wanted) > lots_max:
            raise LotsTooMany(lots_max=lots_max)
        read = [at_hand[each] for each in wanted if each in at_hand]
        read += await dependence.components(session, wanted - at_hand.keys(), nation)
        found |= {lot.made.lot: lot for lot in read}
        wanted = {each for lot in read for each in lot.made.components} - found.keys()
    return found


def _lot_content(
    lot: PricedLot,
    known: Stated,
    *,
    currency: str | None,
    components: Mapping[LotId, Decimal | None],
    events: list[EventId],
) -> LotContent:
    made, content = lot.made, known.content(lot, currency, components)
    minimum = holding(known.minimums, made.finished_on)
    shares = {each: _shown(components[each]) for each in made.components if each in components}
    return LotContent(
        lot=made.lot,
        part=made.part,
        factory=made.factory,
        work_order=lot.work_order,
        finished_on=made.finished_on,
        good=made.good,
        basis=content.basis,
        lacking=content.lacking,
        unit_price=made.price.amount if made.price else None,
        unit_price_currency=made.price.currency if made.price else None,
        price_from=lot.price_from,
        stated_from=lot.stated_from if content.basis is Basis.DECLARED or lot.price_from == "stated" else None,
        currency=currency,
        price=content.price,
        imported=content.imported,
        indigenous=content.share,
        minimum=minimum,
        meets=_meets(content.share, minimum),
        components=shares,
        events=events,
    )


def _shown(share: Decimal | None) -> Decimal | None:
    return None if share is None else shown_share(share)


def _names(lot: PricedLot, by: By) -> Sequence[str]:
    match by:
        case By.PART:
            return [lot.made.part]
        case By.FACTORY:
            return [lot.made.factory]
        case By.MONTH:
            return [f"{lot.made.finished_on:%Y-%m}"]
        case By.PLATFORM:
            return [each.value for each in lot.platforms]


def _end(name: str, by: By, last: date) -> date:
    """Give the day on which a figure is judged: the last of its month, and of the period for all others."""
    if by is not By.MONTH:
        return last
    year, month = map(int, name.split("-"))
    following = date(year + month // 12, month % 12 + 1, 1)
    return min(last, following - timedelta(days=1))


def _figure(name: str, figure: Figure, minimum: Decimal | None) -> ContentFigure:
    return ContentFigure(
        name=name,
        lots=figure.lots,
        unknown=figure.unknown,
        price=figure.price,
        imported=figure.imported,
        indigenous=figure.share,
        minimum=minimum,
        meets=_meets(figure.share, minimum),
    )


def _meets(share: Decimal | None, minimum: Decimal | None) -> bool | None:
    return None if share is None or minimum is None else share >= minimum
