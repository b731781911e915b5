"""The clock's steps: stock moves to the condition that its life left asks for, and that is told like any movement.

Each step of a stock is a transaction of its own, the earliest first, decided as on its own day, and what it frees is
given out before the next: so that a clock that stood still for a month ends where one ends that looked every day. A
life that was told late is decided as on the day of its telling.
"""

from datetime import datetime

from services.inventory.commands.work import open_work
from services.inventory.domain import ageing
from services.inventory.domain.ageing import CLOCK
from services.inventory.domain.ledger import Cause, StockKey
from services.inventory.settings import InventorySettings
from services.inventory.store import ageing as store
from services.inventory.store.touches import Touched
from shared.db import Database
from shared.events.envelope import new_event_id
from shared.observe.logs import get_log

log = get_log()


async def age(database: Database, now: datetime, settings: InventorySettings) -> int:
    """Take every step that is due by now; tells how many transactions that took."""
    taken, after, limit = 0, None, settings.tidy_keys_max
    while True:
        async with database.transaction() as session:
            found = await store.stocks_due(session, now.date(), after, limit)
        for stock in found:
            while await _step(database, stock, now, settings):
                taken += 1
        if len(found) < limit:
            break
        after = found[-1]
    if taken:
        log.info("stock_aged", steps=taken)
    return taken


async def _step(database: Database, stock: StockKey, now: datetime, settings: InventorySettings) -> bool:
    """Take the earliest step of a stock that is due; tells whether there was one."""
    today = now.date()
    async with database.transaction() as session:
        lots = await store.lots_due(session, stock, today, settings.tidy_keys_max)
        if not lots:
            return False
        work = await open_work(session, Touched.of(lots), settings, now=now)
        await store.load_lives(session, work.book, [stock])
        due = ageing.due(work.book, lots)
        cause = work.begin(Cause(new_event_id(), now, CLOCK), None)
        if due:
            known = max(lots[each.goods.lot_key] for each in due)
            work.book.as_of(min(today, max(due[0].step.since, known)))
        for goods, step in due:
            await work.need(goods, work.book.stands(goods))
            ageing.age(work.book, cause, goods, step.becomes)
        await work.settle()
        return bool(due)
