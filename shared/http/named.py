"""What versions are of, by the words of their keys, so that each service can tell who may see it.

`stock.v1/D-01/ROTOR-HUB@17` is of the stock of a site, `stock.v1/demand:...` and `orders.v1/order:...` are of an order,
`production.v1/lot:F-01:...` of a lot, `production.v1/first-article:F-01/...` of a factory's inspection. The catalogue
is for everybody with a token, and names nothing here.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from shared.events.envelope import Stream
from shared.http.versions import Token
from shared.types import FirstArticleId, LotId, Nation, OrderId, ShipmentId, SiteId, WorkOrderId

_KINDS = {
    Stream.ORDERS.topic: {"order": "orders"},
    Stream.PRODUCTION.topic: {"lot": "lots", "work-order": "work_orders", "first-article": "first_articles"},
    Stream.STOCK.topic: {"demand": "orders", "shipment": "shipments"},
}
_OF_A_NATION = 5
"""Slashes in the name of a nation's own inspection, one more than in any other."""


@dataclass(frozen=True, slots=True)
class Named:
    """What some versions are of."""

    stocks: frozenset[SiteId] = frozenset()
    """Sites whose stock they are of."""
    orders: frozenset[OrderId] = frozenset()
    work_orders: frozenset[WorkOrderId] = frozenset()
    lots: frozenset[LotId] = frozenset()
    first_articles: frozenset[FirstArticleId] = frozenset()
    shipments: frozenset[ShipmentId] = frozenset()
    is_whole: bool = True
    """Whether every key could be read."""

    @property
    def factories(self) -> frozenset[SiteId]:
        """The sites that numbered the lots, or are inspected."""
        return self.inspected | {lot.partition(":")[0] for lot in self.lots}

    @property
    def inspected(self) -> frozenset[SiteId]:
        """The sites that first articles are of which their own nation has judged, for all."""
        return frozenset(each.partition("/")[0] for each in self.first_articles if each.count("/") < _OF_A_NATION)

    @property
    def inspectors(self) -> frozenset[Nation]:
        """The nations whose own first articles, of suppliers abroad, they are of."""
        return frozenset(each.rpartition("/")[2] for each in self.first_articles if each.count("/") == _OF_A_NATION)

    @property
    def senders(self) -> frozenset[SiteId]:
        """The sites that numbered the shipments."""
        return frozenset(shipment.partition(":")[0] for shipment in self.shipments)

    @property
    def places(self) -> frozenset[SiteId]:
        """Every site whose stock or lots they are of."""
        return self.stocks | self.factories

    @property
    def all_orders(self) -> frozenset[OrderId]:
        """The orders, and those that the work orders are for."""
        return self.orders | {work_order.rpartition("-W")[0] for work_order in self.work_orders}


def name(tokens: Iterable[Token]) -> Named:
    """Read what versions are of."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    is_whole = True
    for token in tokens:
        if token.stream == Stream.CATALOGUE.topic:
            continue
        kind, colon, rest = token.key.partition(":")
        site, slash, _ = token.key.partition("/")
        members = _KINDS.get(token.stream, {}).get(kind)
        if colon and members:
            found[members].add(rest)
        elif slash and token.stream == Stream.STOCK.topic:
            found["stocks"].add(site)
        else:
            is_whole = False
    return Named(**{members: frozenset(values) for members, values in found.items()}, is_whole=is_whole)
