"""What is posted beside goods and orders: who stands still, what suppliers send, what inspections find, what is kept.

A worker for each depot does all of it, so that nobody else changes the same tail, purchase, inspection or minimum
meanwhile, and a request that is sent again finds what it has done itself.
"""

import json
import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jvtrack.client import (
    ConditionLifespan,
    ConditionRuleTerms,
    JVTrack,
    PlatformTerms,
    SourceTerms,
    WeightTerms,
)
from jvtrack.client.answers.catalogue import PartRecord
from jvtrack.client.answers.replenishment import ReplenishmentPolicy
from shared import clock
from shared.events.catalogue import Fit, MakerReference
from shared.types import Platform, SiteId
from tests.faults.chaos.caller import Answer, Caller
from tests.faults.chaos.goods import (
    BOUGHT,
    DEPOTS,
    FACTORIES,
    FIRST_MAKER,
    GATED,
    GROUNDING,
    MADE,
    MADE_AS,
    SECOND_MAKER,
    SUPPLIER,
    TAILS,
    Consignment,
    an_event,
    tail_of,
)
from tests.fixtures.system import System

_PLATFORM = Platform.MI_17V_5
_INSPECTIONS = "/v1/first-articles"
_LINES_MAX = 50
Note = Callable[..., None]
"""Writes a final answer into the journal."""


async def define(operator: JVTrack, planner: JVTrack) -> None:
    """Say which part is bought, made for orders, issued once inspected, and grounds a tail; take the tails in.

    What slips is sourced anew, shelves are reviewed, and stock ages.
    """
    made_as = [MakerReference.model_validate(MADE_AS)]
    fits = [Fit(platform=_PLATFORM, grounds=True)]
    gated = PartRecord(name="Gated", unit_of_issue="EA", references=made_as, first_article_required=True)
    await operator.inventory.put_part(GATED, gated)
    await operator.inventory.put_part(GROUNDING, PartRecord(name="Grounding", unit_of_issue="EA", platforms=fits))
    today = clock.now().date()
    terms = SourceTerms(approved=True, approved_on=today, accepted_on=today, lead_time_days=30)
    for part in BOUGHT:
        await planner.orders.put_source(part, SUPPLIER, terms)
    await planner.orders.put_source(MADE, SECOND_MAKER, terms.model_copy(update={"lead_time_days": 7}))
    slower = terms.model_copy(update={"lead_time_days": 5, "capacity_per_week": 50})
    await planner.orders.put_source(MADE, FIRST_MAKER, slower)
    weights = WeightTerms(day="1", cost="0", import_content="0", resourcing="automatic")
    await planner.orders.put_weights(today, weights)
    policy = ReplenishmentPolicy(service_level="0.95", cover_days=30, history_weeks=13)
    await planner.orders.replenishment.put_policy(today, policy)
    ages = ConditionLifespan(qualified="P6M", short="P3M")
    await planner.inventory.put_condition_rule(today, ConditionRuleTerms(lifespans=[ages], reason="As agreed."))
    for depot in DEPOTS:
        for number in range(TAILS):
            await operator.orders.platforms.put(_PLATFORM, tail_of(depot, number), PlatformTerms(site=depot))


class Beside:
    """One depot's worker."""

    def __init__(self, system: System, caller: Caller, *, depot: SiteId, dice: random.Random, hours: float) -> None:
        self._caller = caller
        self._depot = depot
        self._dice = dice
        self._clerk = system.token("depot", depot, hours=hours)
        self._quality = system.token("quality", hours=hours)
        self._buyer = system.token("procurement", hours=hours)

    async def act(self, numbers: Iterator[int], note: Note) -> Consignment | None:
        """Post one thing; gives what a supplier has sent by it."""
        roll, name = self._dice.random(), f"{self._depot}-beside-{next(numbers)}"
        if roll < 0.3:
            await self._ground_or_release(name, note)
        elif roll < 0.5:
            await self._protect(name, note)
        elif roll < 0.65:
            await self._inspect(name, note)
        else:
            return await self._buy(name, note)
        return None

    async def _ground_or_release(self, name: str, note: Note) -> None:
        """Say that a tail is down, or up again, whichever it is not as far as it is known."""
        place = f"/v1/platforms/{_PLATFORM}/{tail_of(self._depot, self._dice.randrange(TAILS))}"
        state = await self._caller.read("orders", place, self._clerk)
        said: dict[str, Any] = {"since": clock.now().isoformat()}
        if state is not None and state["state"] == "up":
            await self._ask("orders", f"{place}/down", name, {**said, "cause": name, "awaiting_parts": True}, note=note)
        elif state is not None:
            await self._ask("orders", f"{place}/up", name, said, note=note)

    async def _protect(self, name: str, note: Note) -> None:
        """Keep another quantity; where it is what was kept, the answer names who said so before."""
        part, quantity = self._dice.choice((*BOUGHT, GROUNDING)), self._dice.randint(0, 5)
        path = "/v1/protected-minimums"
        found = await self._caller.read("inventory", f"{path}?site={self._depot}&part={part}", self._clerk)
        if found is None:
            return
        # A try that was held up on the way is then refused.
        terms = {"quantity": quantity, "reason": name, "version": found[0]["version"] if found else 0}
        answer = await self._send("inventory", f"{path}/{self._depot}/{part}", name, terms, method="PUT")
        if answer is not None and answer.members.get("reason") == name:
            note("minimum", f"{name}@{answer.members['version']}", answer, "version")

    async def _inspect(self, name: str, note: Note) -> None:
        """Take the next step of the depot's own inspection; there is one fewer than there are depots."""
        number = DEPOTS.index(self._depot)
        if number >= len(FACTORIES):
            return
        about = {"factory": FACTORIES[number], "part": GATED}
        told: dict[str, object] = {"day": str(clock.now().date()), "report": name}
        found = await self._caller.read(
            "production", f"{_INSPECTIONS}?factory={FACTORIES[number]}&part={GATED}", self._quality
        )
        if found is None:
            return
        if found:  # A try that was held up on the way is then refused.
            told["version"] = found[0]["version"]
        state, place = (found[0]["state"], f"{_INSPECTIONS}/{found[0]['first_article']}") if found else ("none", "")
        step: tuple[str, Mapping[str, object]]
        if state in {"none", "failed", "lapsed"}:
            step = (_INSPECTIONS, {**about, "reference": MADE_AS, **told})
        elif state == "passed":
            step = (f"{place}/reopen", {**told, "causes": ["tooling"], "reason": "New tools."})
        elif self._dice.random() < 0.8:
            step = (f"{place}/pass", told)
        else:
            step = (f"{place}/fail", {**told, "reason": "Bore out of limits."})
        answer = await self._send("production", step[0], name, step[1], token=self._quality)
        if answer is not None:
            note("inspection", name, answer, "version")

    async def _buy(self, name: str, note: Note) -> Consignment | None:
        """Tell the next thing of a purchase for this depot: placed, slipped, sent or cancelled."""
        path = f"/v1/work-orders?factory={SUPPLIER}&part={self._dice.choice(BOUGHT)}&limit={_LINES_MAX}"
        status = self._dice.choice(("opened", "accepted"))
        found = await self._caller.read("production", f"{path}&status={status}", self._buyer)
        mine = [each for each in found or [] if each["depot"] == self._depot and each["quantity"] > each["dispatched"]]
        if not mine:
            return None
        bought = self._dice.choice(mine)
        kind, data = self._told(bought, name)
        about = {"work_order": bought["work_order"], **data}
        event = an_event(f"/{SUPPLIER}/buyer", f"{name}-{kind}", f"jvtrack.supplier.purchase-{kind}.v1", about)
        answer = await self._caller.ask_event(self._buyer, event)
        if answer is None:
            return None
        note("event", event.name, answer, "event_id")
        if kind != "dispatched" or not answer.is_accepted:
            return None
        sent = f"{SUPPLIER}:{data['lot']}"
        return Consignment(sent, sent, self._depot, bought["part"], data["quantity"])

    def _told(self, bought: Mapping[str, Any], name: str) -> tuple[str, dict[str, Any]]:
        if bought["status"] == "opened":
            return "placed", {"purchase": name}
        roll = self._dice.random()
        if roll < 0.2:
            return "slipped", {"due": bought["due"], "cause": "Castings were rejected."}
        if roll < 0.25:
            return "cancelled", {"reason": "Line closed."}
        quantity = bought["quantity"] - bought["dispatched"]
        return "dispatched", {
            "part": bought["part"],
            "lot": name,
            "shipment": name,
            "depot": self._depot,
            "quantity": quantity,
        }

    async def _ask(self, service: str, path: str, name: str, body: Mapping[str, Any], *, note: Note) -> None:
        answer = await self._send(service, path, name, body)
        if answer is not None:
            note("platform", name, answer, "version")

    async def _send(
        self,
        service: str,
        path: str,
        name: str,
        body: Mapping[str, Any],
        *,
        token: str | None = None,
        method: str = "POST",
    ) -> Answer | None:
        said = json.dumps(body).encode()
        return await self._caller.ask(service, path, token or self._clerk, name=name, body=said, method=method)
