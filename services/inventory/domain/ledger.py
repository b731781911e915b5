"""The ledger's words: accounts, transfers between them, and what caused them.

Rows are added, never changed; a correction is a new transfer naming the original; all accounts of a part sum to zero.
"""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from shared.types import Condition, EventId, LotId, OrderId, PartId, Shelf, ShipmentId, SiteId

ISSUABLE = frozenset({Condition.A, Condition.B, Condition.C})
"""Serviceable: issued without an override; B only to orders that accept it."""
BY_OVERRIDE = Condition.N
"""Suspended but for emergency use: issued to an order for which that was allowed by name."""
GIVEN = ISSUABLE | {BY_OVERRIDE}
"""Conditions in which stock may be reserved and issued, to who accepts them."""


class StockKey(NamedTuple):
    """The mutex of stock: what lies under it changes only while it is held."""

    site: SiteId
    part: PartId


class LotKey(NamedTuple):
    """One lot at one site."""

    site: SiteId
    part: PartId
    lot: LotId

    @property
    def stock(self) -> StockKey:
        """Name the mutex that it lies under."""
        return StockKey(self.site, self.part)


class Holding(NamedTuple):
    """One lot in one condition at one site: a row of balances, one for each real shelf."""

    site: SiteId
    part: PartId
    lot: LotId
    condition: Condition

    def on(self, shelf: Shelf) -> "Account":
        """Name one shelf of it."""
        return Account(self.site, self.part, self.lot, self.condition, shelf)

    @property
    def stock(self) -> StockKey:
        """Name the mutex that it lies under."""
        return StockKey(self.site, self.part)

    @property
    def lot_key(self) -> LotKey:
        """Name the lot, whatever its condition."""
        return LotKey(self.site, self.part, self.lot)


class Account(NamedTuple):
    """Where a quantity stands, or the end or explanation that it went to."""

    site: SiteId
    part: PartId
    lot: LotId
    condition: Condition
    shelf: Shelf

    def on(self, shelf: Shelf) -> "Account":
        """Name another shelf of the same goods."""
        return Account(self.site, self.part, self.lot, self.condition, shelf)

    @property
    def stock(self) -> StockKey:
        """Name the mutex that it lies under."""
        return StockKey(self.site, self.part)

    @property
    def holding(self) -> Holding:
        """Name the goods, whatever their shelf."""
        return Holding(self.site, self.part, self.lot, self.condition)

    @property
    def lot_key(self) -> LotKey:
        """Name the lot, whatever its condition and shelf."""
        return LotKey(self.site, self.part, self.lot)


class Reason(StrEnum):
    """What kind of movement a transfer is."""

    FINISHED = "finished"
    DISPATCHED = "dispatched"
    LOT_SCRAPPED = "lot-scrapped"
    SCRAPPED = "scrapped"
    OPENED = "opened"
    RECEIVED = "received"
    ISSUED = "issued"
    RETURNED = "returned"
    COUNTED = "counted"
    CONDITION_CHANGED = "condition-changed"
    AGED = "aged"
    SENT = "sent"
    RESERVED = "reserved"
    RELEASED = "released"
    PRE_EMPTED = "pre-empted"
    COVERED = "covered"
    HEALED = "healed"
    MATCHED = "matched"
    LOST = "lost"
    RESOLVED = "resolved"
    VOIDED = "voided"
    REVERSED = "reversed"


class Cause(NamedTuple):
    """The fact or request behind transfers: its id, when its sender says it happened, and who that is."""

    id: EventId
    occurred_at: datetime
    actor: str


class Transfer(NamedTuple):
    """A quantity of one part that moved from one account to another."""

    cause: Cause
    source: Account
    target: Account
    quantity: int
    reason: Reason
    order: OrderId | None = None
    shipment: ShipmentId | None = None
    reverses: EventId | None = None


def no_lot(site: SiteId) -> LotId:
    """Name the lot under which a site keeps stock without one."""
    return f"{site}:NO-LOT"


def unproven(site: SiteId) -> LotId:
    """Name the lot under which a site keeps what came without one, of a part that asks for what no lot can show."""
    return f"{site}:NO-LOT-UNPROVEN"


def undone(cause: Cause, original: Transfer, reason: Reason) -> Transfer:
    """Make the transfer that takes another one back."""
    return Transfer(
        cause,
        source=original.target,
        target=original.source,
        quantity=original.quantity,
        reason=reason,
        order=original.order,
        shipment=original.shipment,
        reverses=original.cause.id,
    )
