"""Purchases at production's door: who may tell of them, twice, at once, voided and corrected."""

import json
from typing import Any

import httpx
import pytest
from pydantic import JsonValue

from shared.db import Database
from shared.events.factory import FactoryFact
from shared.events.purchases import (
    PurchaseCancelled,
    PurchaseDispatched,
    PurchaseEventCorrected,
    PurchaseEventVoided,
    PurchasePlaced,
    PurchasePromised,
    PurchaseSlipped,
)
from tests.fixtures.system import System
from tests.integration.production.house import a_client, a_lot, an_order, opened, post, rows, told
from tests.unit.production.makers import DEPOT, PART

ABROAD, AT_HOME = "S-02", "S-01"
DUE = "2027-06-01"


def a_sending(work_order: str, quantity: int = 4, **values: Any) -> PurchaseDispatched:
    goods = {"lot": a_lot(), "part": PART, "shipment": "AWB-1", "depot": DEPOT, "quantity": quantity}
    return PurchaseDispatched.model_validate({**goods, "work_order": work_order, **values})


async def bought(served: Database, supplier: str = ABROAD, **terms: Any) -> str:
    """Open a work order at a supplier."""
    return (await opened(served, an_order(), source=supplier, **terms)).work_order_id


async def tell(
    production: System,
    fact: FactoryFact,
    sender_id: str,
    *,
    supplier: str = ABROAD,
    role: str = "procurement",
    nation: str = "IND",
    sites: tuple[str, ...] = (),
) -> httpx.Response:
    async with a_client(production, role, *sites, nation=nation) as client:
        return await post(client, fact, sender_id, source=supplier)


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, str(answer.json()["type"].rpartition(":")[2])


@pytest.mark.parametrize("supplier", [ABROAD, AT_HOME])
@pytest.mark.parametrize("role", ["procurement", "planner", "operator"])
async def test_who_buys_for_a_nation_tells_what_becomes_of_its_purchases(
    production: System, served: Database, supplier: str, role: str
) -> None:
    work_order = await bought(served, supplier)
    sending = a_sending(work_order)
    facts = (
        PurchasePlaced(work_order=work_order, purchase="PO-1", unit_price="10.50", currency="EUR"),
        PurchasePromised.model_validate({"work_order": work_order, "due": "2027-05-01"}),
        PurchaseSlipped.model_validate({"work_order": work_order, "due": DUE, "cause": "export licence"}),
        sending,
        PurchaseCancelled(work_order=work_order, reason="line closed"),
    )

    answers = [
        await tell(production, fact, f"{work_order}-{n}", supplier=supplier, role=role) for n, fact in enumerate(facts)
    ]

    assert [answer.status_code for answer in answers] == [201] * 5, [answer.text for answer in answers]
    assert [kind for _, kind in await told(served, f"work-order:{work_order}")] == [
        "work-order-opened",
        "work-order-accepted",
        "work-order-accepted",
        "delay-reported",
        "work-order-refused",
    ]
    assert await told(served, f"lot:{supplier}:{sending.lot}") == [
        (1, "lot-started"),
        (2, "lot-finished"),
        (3, "lot-dispatched"),
    ]
    async with a_client(production, role) as client:
        shown = (await client.get(f"/v1/work-orders/{work_order}")).json()
        lot = (await client.get(f"/v1/lots/{supplier}:{sending.lot}")).json()
    assert (shown["quantity"], shown["dispatched"], shown["due"], shown["refused"]) == (4, 4, DUE, True)
    assert shown["history"][1]["posted"]["unit_price"] == "10.50"
    assert {each["on_behalf_of"] for each in shown["history"][1:]} == {supplier}
    assert all(role in each["posted_by"] for each in shown["history"][1:])
    assert (lot["status"], lot["discrepancies"], lot["history"][-1]["on_behalf_of"]) == ("dispatched", [], supplier)


async def test_a_purchase_told_twice_is_told_once_and_otherwise_is_refused(
    production: System, served: Database
) -> None:
    work_order = await bought(served)
    sending = a_sending(work_order)

    first = await tell(production, sending, f"{work_order}-1")
    again = await tell(production, sending, f"{work_order}-1")
    other = await tell(production, sending.model_copy(update={"quantity": 5}), f"{work_order}-1")

    assert (first.status_code, again.status_code, again.json()["status"]) == (201, 200, "duplicate")
    assert first.headers["jvtrack-version"] == again.headers["jvtrack-version"]
    assert first.headers["jvtrack-version"].endswith("@3")
    assert problem(other) == (409, "event-id-reused")
    assert len(await told(served, f"lot:{ABROAD}:{sending.lot}")) == 3


async def test_a_dispatch_is_corrected_and_the_correction_voided(production: System, served: Database) -> None:
    work_order = await bought(served)
    sending = a_sending(work_order, 4)
    key = f"lot:{ABROAD}:{sending.lot}"
    right = sending.model_copy(update={"quantity": 3}).model_dump(mode="json", exclude_defaults=True)
    await tell(production, sending, f"{work_order}-1")

    corrected = await tell(
        production, PurchaseEventCorrected(event=f"{work_order}-1", reason="misread", data=right), f"{work_order}-2"
    )
    voided = await tell(
        production, PurchaseEventVoided(event=f"{work_order}-2", reason="never left"), f"{work_order}-3"
    )

    assert (corrected.status_code, voided.status_code) == (201, 201), corrected.text + voided.text
    kinds = [kind for _, kind in await told(served, key)]
    made, taken_back = ["lot-started", "lot-finished", "lot-dispatched"], ["lot-event-voided"] * 3
    assert kinds == made + taken_back + made + taken_back
    facts = await rows(served, "SELECT event_id, type, payload FROM event_log WHERE key = :key ORDER BY seq", key=key)
    voids = [json.loads(row.payload)["voided"] for row in facts if row.type.endswith("voided.v1")]
    assert voids == [str(row.event_id) for row in (*facts[2::-1], *facts[8:5:-1])]
    async with a_client(production, "procurement") as client:
        assert (await client.get(f"/v1/work-orders/{work_order}")).json()["dispatched"] == 0
        after = {"JVTrack-After": voided.headers["jvtrack-version"]}
        gone = await client.get(f"/v1/lots/{ABROAD}:{sending.lot}", headers=after)
        listed = await client.get("/v1/lots", params={"factory": ABROAD, "limit": 1000})
    assert (gone.status_code, gone.json()["status"]) == (200, "voided")
    assert f"{ABROAD}:{sending.lot}" in [lot["lot"] for lot in listed.json()]


async def test_who_corrects_a_dispatch_reads_on_at_the_version_that_it_made(
    production: System, served: Database
) -> None:
    work_order = await bought(served)
    sending = a_sending(work_order)
    await tell(production, sending, f"sent-{work_order}")
    data = {**sending.model_dump(mode="json", exclude_defaults=True), "quantity": 3}
    correction = PurchaseEventCorrected(event=f"sent-{work_order}", reason="Misread.", data=data)
    corrected = await tell(production, correction, f"corrected-{work_order}")

    async with a_client(production, "procurement") as client:
        after = {"JVTrack-After": corrected.json()["version"]}
        read = await client.get(f"/v1/work-orders/{work_order}", headers=after)

    assert read.status_code == 200, read.text
    assert read.json()["dispatched"] == 3


async def test_a_placing_that_was_corrected_twice_says_what_was_said_last(production: System, served: Database) -> None:
    work_order = await bought(served)
    await tell(production, PurchasePlaced(work_order=work_order), f"{work_order}-1")
    said = {"work_order": work_order, "unit_price": "9.75", "currency": "EUR"}

    answers = [
        await tell(
            production,
            PurchaseEventCorrected(event=f"{work_order}-{n}", reason="price", data={**said, "due": f"2027-07-0{n}"}),
            f"{work_order}-{n + 1}",
        )
        for n in (1, 2)
    ]

    assert [answer.status_code for answer in answers] == [201, 201], answers[-1].text
    async with a_client(production, "procurement") as client:
        shown = (await client.get(f"/v1/work-orders/{work_order}")).json()
    assert (shown["due"], shown["accepted"]) == ("2027-07-02", True)


async def test_no_correction_promises_for_a_day_beyond_all_planning(production: System, served: Database) -> None:
    work_order = await bought(served)
    await tell(production, PurchasePlaced(work_order=work_order), f"{work_order}-1")
    data: dict[str, JsonValue] = {"work_order": work_order, "due": "9999-12-31"}

    answer = await tell(
        production, PurchaseEventCorrected(event=f"{work_order}-1", reason="day", data=data), f"{work_order}-2"
    )

    assert problem(answer) == (422, "request-invalid")
    assert [each["field"] for each in answer.json()["errors"]] == ["data.data.due"]
