"""What is shown to whom: stock, the ledger, shipments, and how lists go on."""

from typing import Any

import pytest

from shared import clock
from tests.integration.inventory.house import House, a_receipt
from tests.integration.inventory.test_taking import GOODS
from tests.unit.http.makers import slug
from tests.unit.inventory.makers import DEPOT, FACTORY, OTHER_DEPOT, PART, a_dispatch, a_finish, an_order, an_order_id


async def test_stock_says_what_an_order_could_get(house: House) -> None:
    await house.stock(10, expires_on="2020-01-01")
    await house.stock(6, "F-01:L-2")
    await house.stock(3, "F-01:L-3", condition="F")
    await house.ear.hear(an_order(4))

    answer = await house.get("/v1/stock", part=PART)
    (grouped,) = (await house.get("/v1/stock", part=PART, group="part-site"))["rows"]

    shown = {row["lot"]: (row["on_hand"], row["reserved"], row["available"]) for row in answer["rows"]}
    assert shown == {"F-01:L-1": (10, 0, 0), "F-01:L-2": (2, 4, 2), "F-01:L-3": (3, 0, 0)}
    assert (grouped["on_hand"], grouped["reserved"], grouped["available"]) == (15, 4, 2)
    unknown = dict.fromkeys(("heard_to", "lag_events", "lag_seconds"))
    assert [{**each, **unknown} == each for each in answer["freshness"]] == [True, True], "there is no Kafka here"
    assert answer["freshness"][0]["applied_to"][:10] == str(clock.now().date())


async def test_stock_is_filtered_by_platform_lot_condition_and_site(house: House) -> None:
    await house.stock(1)
    await house.stock(2, "F-01:L-2", condition="C")
    await house.stock(3, "F-01:L-3", at=OTHER_DEPOT)

    async def lots(**query: str) -> list[str]:
        answer = await house.get("/v1/stock", role="planner", at="", **query)
        return [row["lot"] for row in answer["rows"]]

    assert await lots(platform="T-90") == ["F-01:L-1", "F-01:L-2", "F-01:L-3"]
    assert await lots(platform="SU-30MKI") == []
    assert await lots(condition="C") == ["F-01:L-2"]
    assert await lots(site=OTHER_DEPOT) == ["F-01:L-3"]
    assert await lots(lot="F-01:L-1") == ["F-01:L-1"]


async def test_a_depot_sees_of_other_depots_only_whether_there_is_some(house: House) -> None:
    await house.stock(1)
    await house.stock(2, at=OTHER_DEPOT)
    await house.ear.hear(a_finish(5))

    rows = (await house.get("/v1/stock", empty=True))["rows"]

    assert [(row["site"], row.get("on_hand"), row.get("availability")) for row in rows] == [
        (DEPOT, 1, None),
        (OTHER_DEPOT, None, "some"),
    ]
    assert rows[1].keys() == {"site", "part", "availability"}


async def test_of_other_depots_nothing_tells_more_than_that_there_is_some(house: House) -> None:
    await house.stock(2, at=OTHER_DEPOT)
    await house.stock(2, "F-01:L-2", at=OTHER_DEPOT, condition="F")
    await house.ear.hear(an_order(2, site=OTHER_DEPOT))

    async def seen(**query: Any) -> list[str]:
        return [row["site"] for row in (await house.get("/v1/stock", **query))["rows"]]

    reserved = await seen(empty=True)
    await house.stock(1, "F-01:L-3", at=OTHER_DEPOT)

    assert reserved == [], "what is reserved, unserviceable or gone is none, and none has no row"
    assert await seen() == [OTHER_DEPOT]
    assert await seen(lot="F-01:L-3") == await seen(lot="F-01:L-9") == []
    assert await seen(condition="A") == await seen(condition="F") == []


async def test_available_is_what_an_order_gets_that_says_nothing_of_conditions(house: House) -> None:
    await house.stock(3)
    await house.stock(4, "F-01:L-2", condition="B")
    await house.ear.hear(an_order(9, conditions=[]))

    (grouped,) = (await house.get("/v1/stock", group="part-site"))["rows"]

    assert (grouped["reserved"], grouped["available"], grouped["available_qualified"]) == (3, 0, 4)


async def test_quantities_come_with_their_unit(house: House) -> None:
    await house.ear.hear(a_finish(5), a_dispatch(5))
    over = await house.post("/v1/receipts", a_receipt(6))

    shown = [
        (await house.get("/v1/stock"))["rows"][0],
        (await house.get("/v1/movements"))[0],
        (await house.get("/v1/shipments"))[0]["lines"][0],
        (await house.get("/v1/discrepancies"))[0],
        over.json()["transfers"][0],
    ]

    assert [(each["unit_of_issue"], each["quantity_scale"]) for each in shown] == [("EA", 0)] * 5


@pytest.mark.parametrize("path", ["stock", "movements", "shipments", "discrepancies", "parts", "sites"])
async def test_a_last_page_that_is_full_links_to_no_other(house: House, path: str) -> None:
    await house.ear.hear(*(a_dispatch(1, f"F-01:L-{n}", shipment=f"F-01:S-{n}") for n in range(1, 4)))
    await house.post("/v1/receipts", a_receipt(2))
    await house.post("/v1/receipts", a_receipt(2, lot="F-01:L-2", shipment="F-01:S-2"))

    async def page(limit: int) -> Any:
        answer = await house.door.get(f"/v1/{path}?limit={limit}", headers=house.bearer("operator"))
        rows = answer.json()["rows"] if path == "stock" else answer.json()
        return len(rows), "next" in answer.links

    whole, _ = await page(1000)

    assert whole > 1
    assert await page(whole) == (whole, False)
    assert await page(whole - 1) == (whole - 1, True)


async def test_every_write_answers_the_version_to_wait_for(house: House) -> None:
    line = {"site": DEPOT, "part": PART, "lot": "F-01:L-1", "quantity": 6}
    opened = await house.door.post("/v1/stock/import", json={"stock": [line]}, headers=house.bearer("operator"))
    again = await house.door.post("/v1/stock/import", json={"stock": [line]}, headers=house.bearer("operator"))
    part = {"part_id": "PUMP", "name": "Pump", "unit_of_issue": "EA"}
    parts = await house.door.post("/v1/catalogue/import", json={"parts": [part]}, headers=house.bearer("planner"))
    same = await house.post("/v1/counts", {**GOODS, "counted": 6, "version": 1})
    checked = await house.door.post(
        "/v1/stock/import?dry_run=true", json={"stock": [{**line, "lot": "F-01:L-2"}]}, headers=house.bearer("operator")
    )

    told = [each.headers.get("JVTrack-Version") for each in (opened, again, same)]
    assert told == [f"stock.v1/{DEPOT}/{PART}@1"] * 3
    assert parts.headers["JVTrack-Version"] == "catalogue.v1/part:PUMP@1"
    assert "JVTrack-Version" not in checked.headers


async def test_the_stream_waits_for_what_its_reader_has_written(house: House) -> None:
    headers = {**house.bearer("depot", DEPOT), "JVTrack-After": "orders.v1/order:x@9"}

    waited = await house.door.get("/v1/stock/stream", headers=headers)

    assert slug(waited) == "version-not-yet-applied"


async def test_what_is_of_another_nation_is_not_shown_nor_moved(house: House) -> None:
    await house.stock(5)
    await house.ear.hear(a_finish(5, "F-01:L-2"), a_dispatch(5, "F-01:L-2"))
    received = await house.post("/v1/receipts", a_receipt(7, lot="F-01:L-2"))
    movement, (over,) = received.json()["movement"], received.json()["discrepancies"]
    stranger = house.bearer("depot", "D-09", nation="RUS")

    async def post(path: str, body: object) -> str:
        headers = {**stranger, "Idempotency-Key": path}
        return slug(await house.door.post(path, json=body, headers=headers))

    for path in ("/v1/stock", "/v1/movements", "/v1/shipments", "/v1/discrepancies"):
        answer = (await house.door.get(path, headers=stranger)).json()
        assert (answer["rows"] if path == "/v1/stock" else answer) == []
    await house.ear.hear(an_order(5))
    assert await post("/v1/issues", {"order": an_order_id(), "quantity": 1}) == "order-unknown"
    assert await post(f"/v1/movements/{movement}/reverse", {"reason": "Any."}) == "movement-unknown"
    assert await post("/v1/shipments/F-01:S-1/close", {"reason": "Any."}) == "shipment-unknown"
    assert await post(f"/v1/discrepancies/{over['discrepancy']}/resolve", {"reason": "Any."}) == "discrepancy-unknown"
    assert await post("/v1/scraps", {**GOODS, "quantity": 1, "reason": "Any."}) == "site-forbidden"


async def test_a_depot_writes_for_its_own_site_alone(house: House) -> None:
    await house.stock(5)
    await house.ear.hear(an_order(5))

    scrap = await house.post("/v1/scraps", {**GOODS, "quantity": 1, "reason": "Any."}, at=OTHER_DEPOT)
    issue = await house.post("/v1/issues", {"order": an_order_id(), "quantity": 1}, at=OTHER_DEPOT)
    planner = await house.post("/v1/scraps", {**GOODS, "quantity": 1, "reason": "Any."}, role="planner", at="")

    assert slug(scrap) == "site-forbidden"
    assert slug(issue) == "order-unknown"
    assert slug(planner) == "role-forbidden"


async def test_the_ledger_is_read_page_by_page_without_a_gap(house: House) -> None:
    for number in range(1, 8):
        await house.stock(number, f"F-01:L-{number}")
    await house.post("/v1/scraps", {**GOODS, "quantity": 1, "reason": "Dropped."})
    headers = house.bearer("depot", DEPOT)

    path, lines = "/v1/movements?limit=3", []
    while path:
        answer = await house.door.get(path, headers=headers)
        lines.extend(answer.json())
        path = answer.links.get("next", {}).get("url", "")

    assert [line["quantity"] for line in lines] == [1, 2, 3, 4, 5, 6, 7, 1]
    assert (lines[-1]["kind"], lines[-1]["note"], lines[-1]["actor"]) == ("scrap", "Dropped.", "depot@D-01")
    assert lines[-1]["target"] == {"site": DEPOT, "condition": "A", "shelf": "scrapped"}


async def test_the_ledger_is_filtered_by_movement_reason_order_and_shipment(house: House) -> None:
    await house.ear.hear(an_order(2), a_finish(5), a_dispatch(5))
    received = await house.post("/v1/receipts", a_receipt(5))

    async def reasons(**query: str) -> list[str]:
        return [line["reason"] for line in await house.get("/v1/movements", **query)]

    assert await reasons(movement=received.json()["movement"]) == ["received"]
    assert await reasons(order=an_order_id()) == ["reserved"]
    assert await reasons(shipment="F-01:S-1") == ["dispatched", "received"]
    assert await reasons(reason="reserved", site=DEPOT, part=PART) == ["reserved"]


async def test_shipments_are_listed_while_something_is_on_the_road(house: House) -> None:
    await house.ear.hear(a_finish(9), a_dispatch(5), a_dispatch(4, shipment="F-01:S-2"))
    await house.post("/v1/receipts", a_receipt(5))

    open_ones = await house.get("/v1/shipments", depot=DEPOT, open=True)
    closed = await house.get("/v1/shipments", open=False, sender=FACTORY)
    first = await house.door.get("/v1/shipments?limit=1", headers=house.bearer("depot", DEPOT))
    second = await house.door.get(first.links["next"]["url"], headers=house.bearer("depot", DEPOT))

    assert [each["shipment"] for each in open_ones] == ["F-01:S-2"]
    assert [each["shipment"] for each in closed] == ["F-01:S-1"]
    assert [each["shipment"] for each in second.json()] == ["F-01:S-2"]


async def test_a_read_waits_for_the_version_it_asks_for(house: House) -> None:
    await house.stock(1)
    headers = house.bearer("depot", DEPOT)

    known = await house.door.get("/v1/stock", headers={**headers, "JVTrack-After": f"stock.v1/{DEPOT}/{PART}@1"})

    assert known.status_code == 200
    assert known.json()["rows"][0]["version"] == 1
