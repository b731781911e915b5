"""Indigenous content: what part of a lot's price stays in the nation.

    indigenous content = (price - import content) / price

The price of a lot is what its good pieces cost its buyer: the price that was agreed when it was bought, or the one at
which its source was asked, or the one that was stated of the source on the day it was finished. Its import content is
the cost of the material from abroad that went into it; of a lot that was made abroad, all of its price. Material of the
nation's own that is a lot which is followed here is imported as far as that lot is, and so on inwards; other material
of its own counts as such. Where that cannot be said of a component, it cannot be said of the lot. Where no material was
told of, the share that the nation had stated for the source by then stands in. The formula is that of the Defence
Acquisition Procedure 2020 of India (chapter I, indigenous content: what is imported directly or through those who
supply the maker), on cost of material alone: services, licence fees and duties are not told here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from typing import TypeVar

from services.orders.domain.sourcing import Price
from shared.types import LotId, Nation, PartId, SiteId

T = TypeVar("T")
_SHARE = Decimal("0.0001")
_CENT = Decimal("0.01")
_NONE = Decimal(0)
_ALL = Decimal(1)
_NOTHING: Mapping[LotId, Decimal | None] = {}


class Basis(StrEnum):
    """What a lot's import content was taken from."""

    MATERIAL = "material"
    """The material that its factory told of."""
    DECLARED = "declared"
    """The imported share that the nation has stated for its source."""
    ABROAD = "abroad"
    """It was made abroad: all of it is imported."""
    UNKNOWN = "unknown"
    """It cannot be said."""


class Lacking(StrEnum):
    """Why a lot's content cannot be said in money."""

    PRICE = "no-price"
    MATERIAL = "no-material"
    COST = "material-without-cost"
    RATE = "no-rate"
    COMPONENT = "component-unknown"


@dataclass(frozen=True, slots=True)
class Exchange:
    """How a nation compares money from a day on; without a currency only one and the same is compared."""

    currency: str | None = None
    rates: Mapping[str, Decimal] | None = None

    def worth(self, price: Price, currency: str) -> Decimal | None:
        """Tell what an amount is worth in a currency; none where no rate is stated."""
        if price.currency == currency:
            return price.amount
        known = {**(self.rates or {}), **({self.currency: Decimal(1)} if self.currency else {})}
        if price.currency not in known or currency not in known:
            return None
        return price.amount * known[price.currency] / known[currency]


@dataclass(frozen=True, slots=True)
class Reckoning:
    """For which nation a content is worked out, in which currency, by which rates."""

    nation: Nation
    currency: str | None
    """Nothing is compared where none is known."""
    exchange: Exchange = Exchange()

    def worth(self, price: Price) -> Decimal | None:
        """Tell what an amount is worth here; none where no rate is stated."""
        return None if self.currency is None else self.exchange.worth(price, self.currency)


@dataclass(frozen=True, slots=True)
class Spent:
    """What material of one origin cost, in one currency; none where the cost of some was not told."""

    origin: Nation
    cost: Price | None
    component: LotId | None = None
    """The lot that it is, where that is followed here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeLot:
    """A lot as its facts tell it: how many good pieces, where, of what."""

    lot: LotId
    part: PartId
    factory: SiteId
    country: Nation
    finished_on: date
    good: Decimal
    """Good pieces, in units of issue."""
    spent: Sequence[Spent] = ()
    price: Price | None = None
    declared: Decimal | None = None
    """The imported share that the nation has stated for its source."""

    @property
    def components(self) -> list[LotId]:
        """Name the lots that are followed here and went into it."""
        return [each.component for each in self.spent if each.component is not None]


@dataclass(frozen=True, slots=True)
class Content:
    """What a lot is worth, how much of that is imported, and how that is known."""

    basis: Basis
    price: Decimal | None = None
    imported: Decimal | None = None
    lacking: Lacking | None = None
    declared: Decimal | None = None
    """The imported share that was declared, if it was taken from that."""

    @property
    def share(self) -> Decimal | None:
        """Give the indigenous share; below zero where more was imported than it sells for."""
        return None if self.price is None or self.imported is None else share_of(self.price, self.imported)

    @property
    def imported_share(self) -> Decimal | None:
        """Give how much of it is imported, exactly, for what it goes into; none where that cannot be said."""
        if self.basis is Basis.ABROAD:
            return _ALL
        if self.declared is not None:
            return self.declared
        if self.basis is Basis.MATERIAL and self.imported == _NONE:
            return _NONE
        return self.imported / self.price if self.price and self.imported is not None else None


@dataclass(frozen=True, slots=True)
class Figure:
    """Lots taken together, by their price: those whose content cannot be said in money are only counted."""

    lots: int
    unknown: int
    price: Decimal
    imported: Decimal

    @property
    def share(self) -> Decimal | None:
        """Give the indigenous share of all of it."""
        return share_of(self.price, self.imported)


def share_of(price: Decimal, imported: Decimal) -> Decimal | None:
    """Apply the formula; what costs nothing has no share."""
    return shown_share((price - imported) / price) if price else None


def shown_share(share: Decimal) -> Decimal:
    """Round a share as it is shown."""
    return share.quantize(_SHARE, ROUND_HALF_EVEN)


def content_of(lot: MadeLot, reckoning: Reckoning, components: Mapping[LotId, Decimal | None] = _NOTHING) -> Content:
    """Work out a lot's content; of components that are lots here, by how much of each is imported, if known."""
    unit = None if lot.price is None else reckoning.worth(lot.price)
    price = None if unit is None else _rounded(unit * lot.good)
    unpriced = None if price is not None else Lacking.PRICE if lot.price is None else Lacking.RATE
    if lot.country != reckoning.nation:
        return Content(Basis.ABROAD, price, price, unpriced)
    if lot.spent:
        imported = _imported(lot.spent, reckoning, components)
        if isinstance(imported, Lacking):
            return Content(Basis.MATERIAL, price, None, unpriced if imported is Lacking.RATE and unpriced else imported)
        return Content(Basis.MATERIAL, price, imported, unpriced)
    if lot.declared is not None:
        declared = None if price is None else _rounded(price * lot.declared)
        return Content(Basis.DECLARED, price, declared, unpriced, lot.declared)
    return Content(Basis.UNKNOWN, price, None, Lacking.MATERIAL)


def _imported(
    spent: Iterable[Spent], reckoning: Reckoning, components: Mapping[LotId, Decimal | None]
) -> Decimal | Lacking:
    """Add up what material from abroad cost, or say why that cannot be said."""
    imported = _NONE
    for each in spent:
        share = _ALL if each.origin != reckoning.nation else components.get(each.component or "", _NONE)
        if share is None:
            return Lacking.COMPONENT
        if not share:
            continue
        if each.cost is None:
            return Lacking.COST
        worth = reckoning.worth(each.cost)
        if worth is None:
            return Lacking.RATE
        imported += worth * share
    return _rounded(imported)


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_EVEN)


def innermost_first(inputs: Mapping[LotId, Iterable[LotId]]) -> list[LotId]:
    """Order lots so that what went into one comes before it; what is told to be in itself does not count there."""
    ordered: list[LotId] = []
    begun: set[LotId] = set()
    waiting = [(lot, False) for lot in inputs]
    while waiting:
        lot, is_next = waiting.pop()
        if is_next:
            ordered.append(lot)
        elif lot not in begun:
            begun.add(lot)
            waiting.append((lot, True))
            waiting += [(each, False) for each in inputs[lot] if each in inputs]
    return ordered


def taken_together(contents: Iterable[Content]) -> Figure:
    """Add lots up, those whose share can be said."""
    found = list(contents)
    known = [each for each in found if each.share is not None]
    return Figure(
        lots=len(found),
        unknown=len(found) - len(known),
        price=sum((each.price or _NONE for each in known), _NONE),
        imported=sum((each.imported or _NONE for each in known), _NONE),
    )


def holding(stated: Iterable[tuple[date, T]], day: date) -> T | None:
    """Give what holds on a day, of what was stated from days on; none before the first of them."""
    begun = [(since, what) for since, what in stated if since <= day]
    return max(begun, key=lambda each: each[0])[1] if begun else None
