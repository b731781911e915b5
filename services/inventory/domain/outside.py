"""Outside: goods that were issued and have not come back, which is the most that can come back."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from services.inventory.domain.ledger import Account, Holding, LotKey, Transfer
from shared.types import Condition, OrderId, Shelf


class Issued(NamedTuple):
    """Goods of one lot in the condition in which they were issued, and the order to which they went."""

    account: Account
    order: OrderId | None


@dataclass(slots=True)
class Outside:
    """What is outside of the lots that a batch looks at, by condition and order."""

    _lots: set[LotKey] = field(default_factory=set)
    _sums: Counter[Issued] = field(default_factory=Counter)

    def load_lots(self, lots: Iterable[LotKey]) -> None:
        """Know that all that was issued of these lots is loaded, before anything is booked."""
        self._lots.update(lots)

    def load(self, issued: Issued, quantity: int) -> None:
        """Take in what was issued and did not come back."""
        self._sums[issued] = quantity

    def book(self, transfer: Transfer) -> None:
        """Follow a transfer that hands goods out or takes them back."""
        if transfer.target.shelf is Shelf.ISSUED:
            self._sums[Issued(transfer.target, transfer.order)] += transfer.quantity
        if transfer.source.shelf is Shelf.ISSUED:
            self._sums[Issued(transfer.source, transfer.order)] -= transfer.quantity

    def of(self, account: Account) -> int:
        """Say how much of one lot in one condition is outside, whoever has it."""
        assert account.lot_key in self._lots, f"what is outside of {account} was not declared"
        return sum(quantity for issued, quantity in self._sums.items() if issued.account == account)

    def may_return(self, goods: Holding, order: OrderId | None) -> list[tuple[Account, int]]:
        """Say from where goods can come back, those issued in the same condition first.

        What came back without the name of its order counts for the lot alone, so that both have to be looked at.
        """
        accounts = [goods._replace(condition=each).on(Shelf.ISSUED) for each in Condition]
        lot = {account: self.of(account) for account in accounts}
        mine = lot if order is None else {account: self._sums[Issued(account, order)] for account in accounts}
        left = min(sum(lot.values()), sum(mine.values()))
        found = []
        for account in sorted(accounts, key=lambda each: (each.condition is not goods.condition, each)):
            quantity = min(lot[account], mine[account], left)
            if quantity > 0:
                found.append((account, quantity))
                left -= quantity
        return found
