"""Purchases as a client tells of them: in the supplier's name, under ids that make a retry harmless."""

import json
from datetime import date
from uuid import UUID

from jvtrack.client import Purchase
from shared.events.purchases import PurchaseDispatched
from tests.unit.client.makers import ScriptedService, a_client, an_answer

ORDER, PART, MOVEMENT = "7201YA6327A001-2026", "MI17-SWASHPLATE", UUID("01980f5e-7f7e-7c11-8a50-3f1c2f6d9b11")


WORK = f"{ORDER}-W1"
ASKED: dict[str, object] = {
    "work_order": WORK,
    "order": ORDER,
    "part": PART,
    "factory": "S-10",
    "depot": "D-01",
    "status": "opened",
    "quantity": 4,
    "finished": 0,
    "dispatched": 0,
    "accepted": False,
    "due": "2027-02-15",
}
TOLD = {"status": "accepted", "event_id": str(MOVEMENT), "version": "production.v1/x@1"}
GOODS: dict[str, object] = {"lot": "VR-26", "part": PART, "work_order": WORK, "shipment": "AWB-1", "depot": "D-01"}
SENT = PurchaseDispatched.model_validate({**GOODS, "quantity": 4})


async def test_a_purchase_is_told_in_its_suppliers_name() -> None:
    service = ScriptedService(an_answer(ASKED), *[an_answer(TOLD, 201)] * 7)

    async with a_client(service) as jvtrack:
        purchase = await Purchase.of(jvtrack.production, WORK)
        await purchase.placed(purchase="PO-1")
        await purchase.promised(date(2027, 2, 20))
        await purchase.slipped(date(2027, 3, 5), "export licence")
        await purchase.dispatched(SENT)
        await purchase.correct("PO-1-4", SENT.model_copy(update={"quantity": 3}), "misread")
        await purchase.void("PO-1-4", "never left")
        await purchase.cancelled("line closed")

    events = [json.loads(request.content) for request in service.asked[1:]]
    kinds = ["placed", "promised", "slipped", "dispatched", "event-corrected", "event-voided", "cancelled"]
    assert {event["source"] for event in events} == {"S-10"}
    assert [event["type"] for event in events] == [f"jvtrack.supplier.purchase-{kind}.v1" for kind in kinds]
    assert events[0]["data"] == {"work_order": WORK, "purchase": "PO-1"}
    assert events[4]["data"]["data"] == {**GOODS, "quantity": 3}


async def test_an_event_of_a_purchase_has_the_id_that_was_given() -> None:
    service = ScriptedService(an_answer(ASKED), *[an_answer(TOLD, 201)] * 2)

    async with a_client(service) as jvtrack:
        purchase = await Purchase.of(jvtrack.production, WORK)
        await purchase.dispatched(SENT, id="PO-1-4")
        await purchase.dispatched(SENT, id="PO-1-4")

    first, again = (request.content for request in service.asked[1:])
    assert first == again
    assert json.loads(first)["id"] == "PO-1-4"
