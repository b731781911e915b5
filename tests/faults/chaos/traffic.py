"""The load on all doors, at a steady pace: factories report lots, depots order, receive, issue, cancel, count, scrap.

Beside that, tails go down and up, suppliers send, inspections are taken and minimums are kept; factories answer for
what they are asked to make, and depots hurry it, ask each other for stock and fill their shelves.

Pace and requests do not depend on how fast the machine is: whoever is late catches up.
"""

import asyncio
import itertools
import json
import random
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from datetime import timedelta
from typing import Any

from shared import clock
from shared.types import PartId, SiteId
from tests.faults.chaos.beside import Beside
from tests.faults.chaos.caller import Answer, Caller
from tests.faults.chaos.goods import (
    DEPOTS,
    FACTORIES,
    FIRST_MAKER,
    HOT,
    SECOND_MAKER,
    Consignment,
    Placed,
    a_lot,
    a_receipt,
    an_order,
)
from tests.faults.chaos.hurrying import Hurrying
from tests.faults.chaos.workshop import Workshop
from tests.fixtures.system import System

LOTS_PER_BODY = 10
TOKEN_HOURS = 96
_WAITING_MAX = 2_000
_UNANSWERED_MAX = 10_000
_SHARES: Mapping[str, float] = {
    "lines": 0.7,
    "events": 0.1,
    "depot": 0.15,
    "beside": 0.03,
    "shop": 0.01,
    "hurrying": 0.01,
}
_WORKERS = {"lines": 2, "events": 1, "depot": 3, "beside": 1, "shop": 1, "hurrying": 1}
_AGAIN_SHARE = 0.1
"""Of the bodies that were accepted, so many are sent once more as they are."""
MAKERS = (FIRST_MAKER, SECOND_MAKER)
_PLACES: Mapping[str, tuple[SiteId, ...]] = {
    "lines": FACTORIES,
    "events": FACTORIES,
    "depot": DEPOTS,
    "beside": DEPOTS,
    "shop": MAKERS,
    "hurrying": DEPOTS,
}
Work = Callable[[], Coroutine[Any, Any, int]]
Worker = Beside | Hurrying | Workshop


class Traffic:
    """Everybody who sends requests."""

    def __init__(
        self, system: System, caller: Caller, *, parts: tuple[PartId, ...], dice: random.Random, starts: int
    ) -> None:
        self.skew = timedelta()
        """How wrong the clients' clocks are."""
        self._caller = caller
        self._journal = caller.journal
        self._parts = parts
        self._dice = dice
        # Numbers go on above all that an interrupted run may have sent.
        self._numbers = itertools.count(1 + self._journal.lines + _UNANSWERED_MAX * starts)
        self._sent: deque[Consignment] = deque(maxlen=_WAITING_MAX)
        self._placed: dict[SiteId, deque[Placed]] = {depot: deque(maxlen=_WAITING_MAX) for depot in DEPOTS}
        self._ending = asyncio.Event()
        self._factory = system.token("factory", *FACTORIES, hours=TOKEN_HOURS)
        self._depots = {depot: system.token("depot", depot, hours=TOKEN_HOURS) for depot in DEPOTS}
        told: dict[str, Any] = {"dice": dice, "hours": TOKEN_HOURS}
        self._workers: Mapping[tuple[str, SiteId], Worker] = {
            **{("beside", depot): Beside(system, caller, depot=depot, **told) for depot in DEPOTS},
            **{("hurrying", depot): Hurrying(system, caller, depot=depot, **told) for depot in DEPOTS},
            **{("shop", maker): Workshop(system, caller, factory=maker, **told) for maker in MAKERS},
        }

    async def run(self, events_per_second: float) -> None:
        """Send requests until told to end; returns once each has its answer."""
        workers: list[Coroutine[Any, Any, None]] = []
        for sort, places in _PLACES.items():
            count = _WORKERS[sort] * len(places)
            pace = _SHARES[sort] * events_per_second / count
            workers += [self._keep_pace(self._work(sort, places[each % len(places)]), pace) for each in range(count)]
        async with asyncio.TaskGroup() as group:
            for worker in workers:
                group.create_task(worker)

    def end(self) -> None:
        """Begin nothing more."""
        self._ending.set()

    async def _keep_pace(self, work: Work, per_second: float) -> None:
        due = clock.monotonic() + self._dice.random() / per_second
        while not self._ending.is_set():
            wait = due - clock.monotonic()
            if wait > 0:
                await asyncio.sleep(min(wait, 1.0))
                continue
            due += await work() / per_second

    def _work(self, sort: str, place: SiteId) -> Work:
        if sort == "lines":
            return self._post_lines
        if sort == "events":
            return self._post_events
        return lambda: self._keep_a_depot(place) if sort == "depot" else self._post_beside(sort, place)

    async def _post_beside(self, sort: str, place: SiteId) -> int:
        sent = await self._workers[sort, place].act(self._numbers, self._note)
        if sent is not None:
            self._sent.append(sent)
        return 1

    async def _post_lines(self) -> int:
        lots = [self._lot("line-1") for _ in range(LOTS_PER_BODY)]
        lines = [line for lot in lots for line in lot.lines]
        await self._caller.ask_lines(self._factory, lines)
        for line in lines:
            if line.answer is not None:
                self._note("event", line.name, line.answer, "event_id")
        self._sent.extend(lot.consignment for lot in lots)
        if self._dice.random() < _AGAIN_SHARE:
            for line in lines:
                line.answer = None
            await self._caller.ask_lines(self._factory, lines)
            for line in lines:
                if line.answer is not None:
                    self._note("event", line.name, line.answer, "event_id")
        return len(lines)

    async def _post_events(self) -> int:
        lot = self._lot("line-2")
        for line in lot.lines:
            answer = await self._caller.ask_event(self._factory, line)
            if answer is not None:
                self._note("event", line.name, answer, "event_id")
        self._sent.append(lot.consignment)
        return len(lot.lines)

    def _lot(self, line: str) -> Any:
        at = clock.now() + self.skew
        return a_lot(self._dice, next(self._numbers), line=line, parts=self._parts, at=at)

    async def _keep_a_depot(self, depot: SiteId) -> int:
        roll = self._dice.random()
        placed = self._placed[depot]
        if roll < 0.35 and self._sent:
            await self._receive()
        elif roll < 0.65 or not placed:
            await self._order(depot)
        elif roll < 0.88:
            order = self._dice.choice(placed)
            quantity = self._dice.randint(1, order.quantity)
            await self._slip("issues", depot, {"order": order.order, "quantity": quantity})
        elif roll < 0.94:
            await self._cancel(depot, placed.popleft())
        else:
            await self._look_after_a_shelf(depot)
        return 1

    async def _receive(self) -> None:
        goods = self._sent.popleft()
        short = self._dice.random() < 0.1 and goods.quantity > 1
        await self._slip("receipts", goods.depot, a_receipt(goods, goods.quantity - short))

    async def _order(self, depot: SiteId) -> None:
        order = an_order(self._dice, next(self._numbers), depot)
        name = f"{order['document_number']}-{clock.now().year}"
        answer = await self._json("orders", "/v1/orders", depot, name, order)
        if answer is not None:
            self._note("order", name, answer, "order_id")
            if answer.is_accepted:
                self._placed[depot].append(Placed(name, depot, order["part"], order["quantity"]))

    async def _cancel(self, depot: SiteId, order: Placed) -> None:
        answer = await self._json("orders", f"/v1/orders/{order.order}/cancel", depot, order.order, {})
        if answer is not None:
            self._note("cancel", order.order, answer, "order_id")

    async def _look_after_a_shelf(self, depot: SiteId) -> None:
        part = self._dice.choice(HOT)
        if self._dice.random() < 0.5:
            await self._slip("scraps", depot, {"site": depot, "part": part, "quantity": 1, "reason": "Cracked."})
            return
        found = await self._caller.read("inventory", f"/v1/stock?site={depot}&part={part}", self._depots[depot])
        rows = [row for row in (found or {}).get("rows", []) if row.get("condition") == "A"]
        if rows:
            row = self._dice.choice(rows)
            stands = (row.get("on_hand") or 0) + (row.get("reserved") or 0)
            counted = max(0, stands + self._dice.randint(-1, 1))
            count = {"site": depot, "part": part, "lot": row["lot"], "counted": counted, "version": row["version"]}
            await self._slip("counts", depot, count)

    async def _slip(self, door: str, depot: SiteId, body: Mapping[str, Any]) -> None:
        name = f"{depot}-{door}-{next(self._numbers)}"
        answer = await self._json("inventory", f"/v1/{door}", depot, name, body)
        if answer is not None:
            self._note("slip", name, answer, "movement")

    async def _json(self, service: str, path: str, depot: SiteId, name: str, body: Mapping[str, Any]) -> Answer | None:
        return await self._caller.ask(service, path, self._depots[depot], name=name, body=json.dumps(body).encode())

    def _note(self, door: str, name: str, answer: Answer, told: str) -> None:
        said = str(answer.members.get(told, "")) if answer.is_accepted else str(answer.members.get("type", ""))
        self._journal.note(door, name, answer.status, told=said, tries=answer.tries)
