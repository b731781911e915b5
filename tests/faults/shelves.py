"""What a storekeeper and a factory can see of the books."""

from collections import Counter

from services.inventory.domain.book import Book
from services.inventory.domain.ledger import Account
from shared.types import Shelf
from tests.unit.inventory.makers import DEPOT, FACTORY, sums


def of_the_factory(book: Book) -> dict[tuple[str, bool], int]:
    """Sum what was made of each lot, and what should be left; what was resolved before it was explained counts too."""
    found: Counter[tuple[str, bool]] = Counter()
    for account, quantity in sums(book).items():
        if account.site == FACTORY:
            found[account.lot, account.shelf is Shelf.MADE] += quantity
    return {key: quantity for key, quantity in found.items() if quantity}


def on_the_depots_shelf(account: Account) -> bool:
    """Tell whether goods stand where a depot's storekeeper sees them."""
    return account.site == DEPOT and account.shelf in {Shelf.ON_HAND, Shelf.RESERVED}
