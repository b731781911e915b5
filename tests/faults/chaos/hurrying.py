"""What depots do to have parts sooner: hurry a source, split, let another depot ship, need it more, fill shelves.

A worker for each depot does it to the orders of its own, and ships what other depots have asked of it.
"""

import json
import random
from collections.abc import Iterator, Mapping
from typing import Any

from shared import clock
from shared.types import SiteId
from tests.faults.chaos.beside import Note
from tests.faults.chaos.caller import Answer, Caller
from tests.faults.chaos.goods import DEPOTS, MADE, SECOND_MAKER, Consignment, document_number
from tests.fixtures.system import System

_LINES_MAX = 50
_SHELVES = "/v1/replenishment"


class Hurrying:
    """One depot's worker."""

    def __init__(self, system: System, caller: Caller, *, depot: SiteId, dice: random.Random, hours: float) -> None:
        self._caller = caller
        self._depot = depot
        self._dice = dice
        self._clerk = system.token("depot", depot, hours=hours)
        self._planner = system.token("planner", hours=hours)

    async def act(self, numbers: Iterator[int], note: Note) -> Consignment | None:
        """Do one thing; gives what was sent by it."""
        number, roll = next(numbers), self._dice.random()
        name = f"{self._depot}-hurrying-{number}"
        if roll < 0.4:
            return await self._ship(name, note)
        if roll < 0.5:
            await self._replenish(number, note)
        else:
            await self._expedite(name, note)
        return None

    async def _expedite(self, name: str, note: Note) -> None:
        mine = [each for each in await self._orders("sourced") if each["ordered_by"] == each["site"] == self._depot]
        if not mine:
            return
        order_id = self._dice.choice(mine)["order_id"]
        order = await self._caller.read("orders", f"/v1/orders/{order_id}", self._clerk)
        act = None if order is None else self._act(order)
        if act is None:
            return
        body = json.dumps({**act, "reason": name}).encode()
        path = f"/v1/orders/{order_id}/expedite"
        answer = await self._caller.ask("orders", path, self._clerk, name=name, body=body)
        if answer is not None:
            told = answer.members["order"] if answer.is_accepted else answer.members
            note("expedite", name, Answer(answer.status, told, answer.tries), "order_id")

    def _act(self, order: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Choose what tells something: a source is hurried once, and an urgency that is raised was lower."""
        roll, today = self._dice.random(), str(clock.now().date())
        if roll < 0.3:
            works = [each for each in order["work_orders"] if each["quantity"] and not each["wanted_by"]]
            return {"kind": "hurry", "work_order": works[0]["work_order"], "wanted_by": today} if works else None
        if roll < 0.5:
            return {"kind": "split", "source": SECOND_MAKER, "quantity": 1}
        if roll < 0.8:
            depot = self._dice.choice([each for each in DEPOTS if each != self._depot])
            return {"kind": "lateral", "depot": depot, "quantity": 1}
        if roll < 0.9:
            return {"kind": "bring-forward", "required_by": today} if order["required_by"] > today else None
        return {"kind": "raise", "urgency": "A"} if order["urgency"] != "A" else None

    async def _replenish(self, number: int, note: Note) -> None:
        """Have the shelves reviewed, and order one of what is proposed: released again, it is the same order."""
        if self._dice.random() < 0.1:
            await self._caller.ask("orders", f"{_SHELVES}/review", self._planner, name=f"review-{number}", body=b"")
        path = f"{_SHELVES}?site={self._depot}&state=proposed&limit={_LINES_MAX}"
        found = await self._caller.read("orders", path, self._clerk)
        if not found:
            return
        document = document_number(number, self._depot)
        path, body = f"{_SHELVES}/{self._dice.choice(found)['proposal']}/release", {"document_number": document}
        answer = await self._caller.ask("orders", path, self._clerk, name=document, body=json.dumps(body).encode())
        if answer is not None and answer.is_accepted:
            note("order", f"{document}-{clock.now().year}", answer, "order_id")

    async def _ship(self, name: str, note: Note) -> Consignment | None:
        """Send what another depot has asked for, and this one holds for it."""
        asked = [each for each in await self._orders("reserved") if each["supplies"] and each["site"] == self._depot]
        if not asked:
            return None
        lateral = self._dice.choice(asked)
        to, part, quantity = lateral["ordered_by"], lateral["part"], lateral["quantity"]
        about = {"from_site": self._depot, "to_site": to, "part": part, "quantity": quantity}
        body = json.dumps({**about, "order": lateral["order_id"]}).encode()
        answer = await self._caller.ask("inventory", "/v1/transfers", self._clerk, name=name, body=body)
        if answer is None:
            return None
        note("slip", name, answer, "movement")
        if not answer.is_accepted:
            return None
        line = next(each for each in answer.members["transfers"] if each.get("shipment"))
        return Consignment(line["shipment"], line["lot"], to, part, line["quantity"])

    async def _orders(self, state: str) -> list[dict[str, Any]]:
        path = f"/v1/orders?part={MADE}&site={self._depot}&state={state}&limit={_LINES_MAX}"
        return await self._caller.read("orders", path, self._clerk) or []
