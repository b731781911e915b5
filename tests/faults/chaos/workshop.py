"""What factories say of the work orders that they have: taken, refused, countered, late, without a kit, made and sent.

What was begun and is asked back meanwhile is scrapped, or made for stock.

A worker for each factory does all of it, so that nobody else answers for the same work order meanwhile.
"""

import random
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from shared.types import SiteId
from tests.faults.chaos.beside import Note
from tests.faults.chaos.caller import Caller
from tests.faults.chaos.goods import MADE, Consignment, an_event
from tests.fixtures.system import System

_LINES_MAX = 50
Fact = tuple[str, dict[str, Any]]


class Workshop:
    """One factory's worker."""

    def __init__(self, system: System, caller: Caller, *, factory: SiteId, dice: random.Random, hours: float) -> None:
        self._caller = caller
        self._factory = factory
        self._dice = dice
        self._token = system.token("factory", factory, hours=hours)

    async def act(self, numbers: Iterator[int], note: Note) -> Consignment | None:
        """Say the next thing of a work order; gives what was sent by it."""
        wanted = self._dice.choice(("status=opened", "status=accepted", "status=in-work", "undecided=true"))
        path = f"/v1/work-orders?factory={self._factory}&part={MADE}&{wanted}&limit={_LINES_MAX}"
        found = await self._caller.read("production", path, self._token)
        mine = [each for each in found or [] if each["undecided"] or each["quantity"] > each["dispatched"]]
        if not mine:
            return None
        work, name = self._dice.choice(mine), f"{self._factory}-shop-{next(numbers)}"
        facts, sent = self._told(work, name)
        for kind, data in facts:
            if not await self._post(name, kind, data, note):
                return None
        return sent

    def _told(self, work: Mapping[str, Any], name: str) -> tuple[list[Fact], Consignment | None]:
        about, due = {"work_order": work["work_order"]}, date.fromisoformat(work["due"])
        if work["undecided"]:
            outcome = self._dice.choice(("for-stock", "scrapped"))
            return [("work-in-progress-decided", {**about, "outcome": outcome, "quantity": work["undecided"]})], None
        later = {"due": str(due + timedelta(days=self._dice.randint(20, 90)))}
        roll, left = self._dice.random(), work["quantity"] - work["dispatched"]
        if work["status"] == "opened" and roll < 0.5:
            return [("work-order-accepted", about)], None
        if roll < 0.6:
            return [("work-order-refused", {**about, "reason": name})], None
        if roll < 0.65:
            lot = {**about, "lot": name, "part": work["part"], "quantity": left}
            return [("lot-started", lot)], None
        if roll < 0.7 and left > 1:
            return [("work-order-countered", {**about, "quantity": work["quantity"] - 1, "reason": name})], None
        if roll < 0.8:
            return [("delay-reported", {**about, **later, "cause": name})], None
        if roll < 0.85:
            kit = {**about, "kit": name}
            return [("kit-missing", {**kit, **later}), ("kit-arrived", kit)], None
        return self._made(work, name, self._dice.randint(1, left))

    def _made(self, work: Mapping[str, Any], name: str, quantity: int) -> tuple[list[Fact], Consignment | None]:
        """Make some of it of material from abroad, and send that."""
        lot = {"lot": name, "part": work["part"]}
        made = {**lot, "work_order": work["work_order"], "quantity": quantity}
        material = {"material": "RING", "input_lot": name, "origin": "RUS", "amount": "1", "kind": "component"}
        depot, sent = work["depot"], f"{self._factory}:{name}"
        facts: list[Fact] = [
            ("material-consumed", {**lot, **material}),
            ("lot-finished", made),
            ("lot-dispatched", {**made, "shipment": name, "depot": depot}),
        ]
        return facts, Consignment(sent, sent, depot, work["part"], quantity)

    async def _post(self, name: str, kind: str, data: Mapping[str, Any], note: Note) -> bool:
        event = an_event(f"/{self._factory}/shop", f"{name}-{kind}", f"jvtrack.factory.{kind}.v1", data)
        answer = await self._caller.ask_event(self._token, event)
        if answer is None:
            return False
        note("event", event.name, answer, "event_id")
        return answer.is_accepted
