"""Consignments: what was sent, received and given up, line by line, as absolute totals."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from services.inventory.domain.ledger import Account, Holding, LotKey
from shared.errors import Kind, Refusal
from shared.events.stock import ShipmentChanged, ShipmentLine
from shared.types import Condition, EventId, LotId, OrderId, PartId, Shelf, ShipmentId, SiteId


class ShipmentUnknown(Refusal):
    """No shipment of this number has been heard of."""

    kind = Kind.NOT_FOUND


class ShipmentClosed(Refusal):
    """The shipment is closed: nothing more is expected of it."""


class ShipmentOfAnotherSender(Refusal):
    """The shipment was begun by another site."""


class LineKey(NamedTuple):
    """One lot in one condition of a consignment."""

    shipment: ShipmentId
    depot: SiteId
    part: PartId
    lot: LotId
    condition: Condition

    @property
    def holding(self) -> Holding:
        """Name the goods at the depot."""
        return Holding(self.depot, self.part, self.lot, self.condition)

    @property
    def lot_key(self) -> LotKey:
        """Name the lot at the depot."""
        return LotKey(self.depot, self.part, self.lot)

    @property
    def road(self) -> Account:
        """Name the account on which it travels."""
        return self.holding.on(Shelf.IN_TRANSIT)


@dataclass(slots=True)
class Line:
    """What became of one lot of a consignment."""

    key: LineKey
    dispatched: int = 0
    received: int = 0
    lost: int = 0
    order: OrderId | None = None
    filling_site: SiteId | None = None
    expires_on: date | None = None
    """Last day of the lot as its sender had marked it, where the maker has told none; or has extended it."""
    extends: bool = False
    """Whether its sender had extended the lot's life after inspection."""

    @property
    def open(self) -> int:
        """Say how much is still on the road."""
        return self.dispatched - self.received - self.lost


@dataclass(slots=True)
class Shipment:
    """A consignment, and those of its lines that are looked at."""

    id: ShipmentId
    sender: SiteId
    dispatched_on: date
    closed: bool = False
    version: int = 0
    lines: dict[LineKey, Line] = field(default_factory=dict)

    def tell(self, lines: Sequence[Line]) -> ShipmentChanged:
        """Tell what changed of the consignment."""
        self.version += 1
        return ShipmentChanged(
            shipment=self.id,
            sender=self.sender,
            dispatched_on=self.dispatched_on,
            closed=self.closed,
            lines=list(map(_told, lines)),
        )


class ShipmentFact(NamedTuple):
    """A fact that tells a consignment, with its number and what last changed it."""

    key_seq: int
    event: ShipmentChanged
    cause: EventId | None


@dataclass(slots=True)
class Shipments:
    """The consignments that a batch touches, with the lines of the lots that it touches."""

    acting: EventId | None = None
    """What is being decided, so that each fact knows what caused it."""
    _rows: dict[ShipmentId, Shipment] = field(default_factory=dict)
    _by_lot: dict[LotKey, list[Line]] = field(default_factory=dict)
    _changed: set[LineKey] = field(default_factory=set)
    _touched: dict[ShipmentId, EventId | None] = field(default_factory=dict)

    def load(self, shipment: Shipment) -> None:
        """Take in a consignment that the store has, with its lines."""
        if shipment.id not in self._rows:
            self._rows[shipment.id] = shipment
            for line in shipment.lines.values():
                self._by_lot.setdefault(line.key.lot_key, []).append(line)

    def find(self, shipment: ShipmentId) -> Shipment | None:
        """Look a consignment up."""
        return self._rows.get(shipment)

    def senders(self) -> set[SiteId]:
        """Name who has sent the consignments that are looked at."""
        return {shipment.sender for shipment in self._rows.values()}

    def get(self, shipment: ShipmentId) -> Shipment:
        """Look a consignment up that must be there."""
        found = self._rows.get(shipment)
        if found is None:
            raise ShipmentUnknown(shipment=shipment)
        return found

    def begin(self, shipment: ShipmentId, sender: SiteId, day: date) -> Shipment:
        """Look a consignment up, or begin it."""
        found = self._rows.get(shipment)
        if found is None:
            found = self._rows[shipment] = Shipment(shipment, sender, day)
        return found

    def line(self, key: LineKey) -> Line:
        """Look a line up in a consignment that is there, or add it."""
        lines = self._rows[key.shipment].lines
        line = lines.get(key)
        if line is None:
            line = lines[key] = Line(key)
            self._by_lot.setdefault(key.lot_key, []).append(line)
        return line

    def carrying(
        self, lot: LotKey, *, first: ShipmentId | None = None, condition: Condition | None = None
    ) -> list[Line]:
        """List the lines that carry a lot to a site: the named consignment first, then the condition asked for."""
        lines = self._by_lot.get(lot, ())
        return sorted(lines, key=lambda line: (line.key.shipment != first, line.key.condition != condition, line.key))

    def bound_for(self, depot: SiteId, part: PartId, shipment: ShipmentId) -> Iterator[Line]:
        """Walk through a consignment's lines of one part to one depot, in lot order."""
        found = self._rows.get(shipment)
        lines = found.lines if found else {}
        for key in sorted(lines):
            if (key.depot, key.part) == (depot, part):
                yield lines[key]

    def touch(self, line: Line) -> None:
        """Mark a line as changed; what travels again reopens its consignment."""
        self._changed.add(line.key)
        self._touched[line.key.shipment] = self.acting
        if line.open > 0:
            self._rows[line.key.shipment].closed = False

    def close(self, shipment: Shipment) -> None:
        """Expect nothing more of a consignment."""
        shipment.closed = True
        self._touched[shipment.id] = self.acting

    def tell(self, *, lines_max: int) -> list[ShipmentFact]:
        """Tell once what changed of each consignment, in several facts if it is too much for one."""
        changed: dict[ShipmentId, list[Line]] = {each: [] for each in sorted(self._touched)}
        for line in self.changed_lines():
            changed[line.key.shipment].append(line)
        facts: list[ShipmentFact] = []
        for each, lines in changed.items():
            shipment = self._rows[each]
            for start in range(0, max(len(lines), 1), lines_max):
                event = shipment.tell(lines[start : start + lines_max])
                facts.append(ShipmentFact(shipment.version, event, self._touched[each]))
        return facts

    def changed(self) -> list[Shipment]:
        """List the consignments that changed, in id order."""
        return [self._rows[each] for each in sorted(self._touched)]

    def changed_lines(self) -> list[Line]:
        """List the lines that changed, in key order."""
        return [self._rows[key.shipment].lines[key] for key in sorted(self._changed)]


def _told(line: Line) -> ShipmentLine:
    return ShipmentLine(
        depot=line.key.depot,
        part=line.key.part,
        lot=line.key.lot,
        condition=line.key.condition,
        dispatched=line.dispatched,
        received=line.received,
        lost=line.lost,
        order=line.order,
    )
