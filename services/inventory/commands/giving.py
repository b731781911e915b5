"""Giving out: what is free goes to who waits, and what lower bands hold to who waits in a higher one."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.allocation import Queue, offers
from services.inventory.domain.book import Book
from services.inventory.domain.demand import Demand
from services.inventory.domain.ledger import StockKey
from services.inventory.domain.preemption import Contest
from services.inventory.settings import InventorySettings
from services.inventory.store import demands, minimums, rivals, stock
from services.inventory.store.rivals import Need
from shared.observe.logs import get_log

log = get_log()


async def give_out(session: AsyncSession, book: Book, settings: InventorySettings) -> None:
    """Reserve for those who wait, in allocation order, reading only those who can be served.

    What a rival that takes all or nothing held beyond what was taken for is free again, and given out in the end.
    """
    keys = sorted(book.freed | book.demands.stirred)
    if not keys:
        return
    await stock.load_free(session, book, keys)
    await _serve(session, book, keys, settings)
    contests = await rivals.contested(session, book, keys)
    if contests:
        await _settle(session, book, contests, settings)
        await _serve(session, book, [contest.stock for contest in contests], settings)


async def _serve(session: AsyncSession, book: Book, keys: Collection[StockKey], settings: InventorySettings) -> None:
    """Give out what is free."""
    queues = [queue for queue in (Queue(key, offers(book, key)) for key in keys) if queue.quantity]
    served = 0
    while queues and served < settings.served_max:
        pages = await demands.waiting(session, queues, settings.waiting_page)
        await _load_minimums(session, book, _waiting(book, pages))
        for queue in queues:
            page = pages[queue.stock]
            queue.serve(book, page, is_last=len(page) < settings.waiting_page)
            served += len(page)
        queues = [queue for queue in queues if not queue.is_done]
    if queues:
        log.info("stock_left_to_give_out", keys=len(queues), served=served)


async def _settle(session: AsyncSession, book: Book, contests: Sequence[Contest], settings: InventorySettings) -> None:
    """Let higher bands take from lower ones, page by page."""
    served = 0
    while contests and served < settings.served_max:
        pages = await rivals.waiting(session, contests, settings.waiting_page)
        await _load_minimums(session, book, _waiting(book, pages))
        needs = []
        for contest in contests:
            page = pages[contest.stock]
            needs.append(Need(contest.stock, contest.open(book, page, is_last=len(page) < settings.waiting_page)))
            served += len(page)
        await rivals.load_holders(session, book, needs)
        # Who loses waits, and may take from a band below.
        holding = chain.from_iterable(book.demands.holding(contest.stock) for contest in contests)
        await _load_minimums(session, book, holding)
        for contest in contests:
            contest.settle(book)
        contests = [contest for contest in contests if not contest.is_done]
    if contests:
        log.info("contests_left", keys=len(contests), served=served)


def _waiting(book: Book, pages: Mapping[StockKey, Sequence[Demand]]) -> Iterator[Demand]:
    return chain.from_iterable((*page, *book.demands.waiting(stock)) for stock, page in pages.items())


async def _load_minimums(session: AsyncSession, book: Book, asking: Iterable[Demand]) -> None:
    """Look up what stays at its site, where these are orders of another depot."""
    await minimums.load(session, book, book.minimums.unknown(asking))
