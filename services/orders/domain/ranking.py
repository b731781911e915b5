"""Which source is asked: the one with the fewest points among those that may be chosen.

Points are days, percent of price and percent of import content, each times a weight that a nation states:

    points = day * (days after the earliest)
           + cost * 100 * (price - lowest price) / highest price
           + import_content * 100 * (imported share - lowest imported share)

Equal points are parted by the expected day, the price, the imported share and the name of the site. The weights that
hold where none are stated (1, 0, 0) therefore rank by day, then by price, then by imported share.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from services.orders.domain.lead_time import Prior
from services.orders.domain.source import Source, Standing
from shared.types import ReferenceKey, SiteId

WAITING_DAYS_MAX = 3650
"""How long a queue may make anybody wait by this reckoning; beyond it a day says nothing."""
_CENT = Decimal("0.01")
_WEEK_DAYS = 7
_WHOLE = 100
_ALL_IMPORTED = Decimal(1)


class Unsuitable(StrEnum):
    """Why a source that may be chosen is not asked all the same."""

    HAS_REFUSED = "has-refused"
    HAS_SLIPPED = "has-slipped"
    MINIMUM_LOT = "minimum-lot"
    REFERENCE = "reference-not-accepted"


class Resourcing(StrEnum):
    """Who decides that a source which has slipped is asked to give back what another one would bring sooner."""

    BY_HAND = "by-hand"
    """A person; it is proposed to him."""
    AUTOMATIC = "automatic"
    """The rule, at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How many points a day, a percent of price and a percent of imported content weigh, from a day on.

    And what else a nation states beside them: how much a stated lead time is worth, and when a need is sourced anew.
    """

    day: Decimal = Decimal(1)
    cost: Decimal = Decimal(0)
    import_content: Decimal = Decimal(0)
    currency: str | None = None
    """What prices are compared in; without it, only prices of one currency are compared."""
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    """What one unit of another currency is worth in it."""
    prior: Prior = field(default_factory=Prior)
    """How much a stated lead time is worth beside deliveries."""
    resourcing: Resourcing = Resourcing.BY_HAND
    """Who decides that a need is sourced anew."""
    resourcing_days: int = 14
    """How many days sooner another source must be."""
    valid_from: date | None = None
    """The day from which a nation has stated them; none for those that hold where none are stated."""


UNSTATED = Weights()
"""The weights of a nation that has stated none."""


@dataclass(frozen=True, slots=True)
class Market:
    """What one nation may choose from, and how it weighs it."""

    sources: Sequence[Source] = ()
    weights: Weights = UNSTATED
    stands_still: bool = False
    """Whether a platform stands still for the order that is to be sourced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a source would be asked: how much, on which day, made as what, and who has said no to it before."""

    quantity: int
    day: date
    refused_by: Collection[SiteId] = ()
    accepted: Collection[ReferenceKey] = ()
    """The references that the order accepts; any if it names none."""
    slipped: Collection[SiteId] = ()
    """Whom the order was taken back from because they had slipped: others are asked instead."""
    held_back_from: Collection[SiteId] = ()
    """Who has brought the order what a closed gate holds back."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A source as it was weighed: its rank, 1 for the one to ask, or why it has none."""

    source: Source
    expected_on: date
    price: Decimal | None = None
    """Its price as it was compared; none where it could not be."""
    points: Decimal | None = None
    rank: int | None = None
    excluded: str | None = None


def rank(market: Market, ask: Ask) -> list[Offer]:
    """Weigh every source: first those that may be asked, the best of them first, then those that may not."""
    offers = sorted((_offer(source, ask) for source in market.sources), key=lambda offer: offer.source.site)
    suitable = [offer for offer in offers if offer.excluded is None]
    prices = _prices([offer.source for offer in suitable], market.weights)
    weighed = sorted((_weigh(offer, suitable, prices, market.weights) for offer in suitable), key=_order(prices))
    ranked = [replace(offer, rank=place) for place, offer in enumerate(weighed, start=1)]
    return ranked + [offer for offer in offers if offer.excluded is not None]


def waiting_days(source: Source, quantity: int) -> int:
    """Reckon how long the last piece waits for capacity: what is asked beyond one week's work, at its weekly pace."""
    if source.pace is None:
        return 0
    beyond = max(0, _WHOLE * (source.load + quantity) - source.pace)
    return min(WAITING_DAYS_MAX, -(-beyond * _WEEK_DAYS // source.pace)) if source.pace else WAITING_DAYS_MAX


def why_not(source: Source, ask: Ask) -> str | None:
    """Say why a source may not be asked; naming it undoes no refusal, allows no export and opens no gate."""
    if source.site in ask.refused_by:
        return Unsuitable.HAS_REFUSED
    if source.site in ask.slipped:
        return Unsuitable.HAS_SLIPPED
    if not source.may_export:
        return Standing.EXPORT_NOT_APPROVED
    if source.site in ask.held_back_from:
        return Standing.FIRST_ARTICLE
    if source.named:
        return None
    standing = source.standing(ask.day)
    if standing is not Standing.APPROVED:
        return standing
    if not may_make(source, ask.accepted):
        return Unsuitable.REFERENCE
    return Unsuitable.MINIMUM_LOT if (source.minimum_lot or 0) > ask.quantity else None


def may_make(source: Source, accepted: Collection[ReferenceKey]) -> bool:
    """Tell whether a source is known to make one of the references accepted; where none is named any will do."""
    return not accepted or source.makes is None or not source.makes.isdisjoint(accepted)


def expected_on(source: Source, quantity: int, day: date) -> date:
    """Reckon when a source would have brought all that it is asked on a day."""
    return day + timedelta(days=source.lead_time_days + waiting_days(source, quantity))


def _offer(source: Source, ask: Ask) -> Offer:
    return Offer(source, expected_on(source, ask.quantity, ask.day), excluded=why_not(source, ask))


def _prices(sources: Sequence[Source], weights: Weights) -> dict[SiteId, Decimal]:
    """Give the prices that can be compared; one of unknown currency is as good as none."""
    priced = [(source.site, source.unit_cost, source.currency) for source in sources if source.unit_cost is not None]
    if weights.currency is None:
        return {site: cost for site, cost, _ in priced} if len({currency for *_, currency in priced}) == 1 else {}
    rates = {**weights.rates, weights.currency: Decimal(1)}
    return {site: cost * rates[currency] for site, cost, currency in priced if currency in rates}


def _weigh(offer: Offer, suitable: Sequence[Offer], prices: Mapping[SiteId, Decimal], weights: Weights) -> Offer:
    days = (offer.expected_on - min(each.expected_on for each in suitable)).days
    imported = _imported(offer) - min(_imported(each) for each in suitable)
    points = weights.day * days + 100 * (weights.cost * _dearer(offer, prices) + weights.import_content * imported)
    return replace(offer, points=points.quantize(_CENT), price=prices.get(offer.source.site))


def _dearer(offer: Offer, prices: Mapping[SiteId, Decimal]) -> Decimal:
    """Tell by what share of the highest price it is dearer than the cheapest; who names no price is the dearest."""
    highest = max(prices.values(), default=Decimal(0))
    return (_price(offer, prices) - min(prices.values())) / highest if highest else Decimal(0)


def _price(offer: Offer, prices: Mapping[SiteId, Decimal]) -> Decimal:
    return prices.get(offer.source.site, max(prices.values(), default=Decimal(0)))


def _imported(offer: Offer) -> Decimal:
    content = offer.source.import_content
    return _ALL_IMPORTED if content is None else content


def _order(prices: Mapping[SiteId, Decimal]) -> Callable[[Offer], tuple[object, ...]]:
    """Rank by points, equal ones by what they are made of; what somebody has named for the order goes first."""

    def place(offer: Offer) -> tuple[object, ...]:
        source, price = offer.source, _price(offer, prices)
        return not source.named, offer.points, offer.expected_on, price, _imported(offer), source.site

    return place
