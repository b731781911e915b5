"""Who sees which orders, who may ask for what, and how a list is asked for."""

import json
from datetime import timedelta
from typing import Any

import pytest

from shared.events.stock import DemandClosed, DemandIssued, DemandReserved
from tests.fixtures.days import today
from tests.integration.orders.fleet import register
from tests.integration.orders.house import PART, House, inventory_said, slug


@pytest.mark.parametrize(
    ("role", "site", "nation", "status"),
    [
        ("depot", "D-01", "IND", 200),
        ("depot", "D-02", "IND", 404),
        ("planner", None, "IND", 200),
        ("procurement", None, "IND", 200),
        ("operator", None, "IND", 200),
        ("auditor", None, "IND", 200),
        ("operator", None, "RUS", 404),
        ("planner", None, "RUS", 404),
        ("factory", "F-01", "IND", 403),
    ],
)
async def test_an_order_is_shown_to_its_depot_and_its_nation(
    house: House, role: str, site: str | None, nation: str, status: int
) -> None:
    order_id = await house.place()
    headers = house.bearer(role, *([site] if site else []), nation=nation)

    one = await house.door.get(f"/v1/orders/{order_id}", headers=headers)
    many = await house.door.get("/v1/orders", headers=headers)

    assert one.status_code == status
    assert many.status_code == (403 if role == "factory" else 200)
    if role != "factory":
        assert len(many.json()) == (status == 200)


async def test_the_depot_that_fills_an_order_sees_it_and_does_not_change_it(house: House) -> None:
    order_id = await house.place(site="D-02")

    seen = await house.send("GET", f"/v1/orders/{order_id}", site="D-02")
    cancelled = await house.send("POST", f"/v1/orders/{order_id}/cancel", site="D-02")

    assert seen.json()["site"] == "D-02"
    assert (cancelled.status_code, slug(cancelled)) == (403, "site-forbidden")


async def test_what_one_depot_asks_of_another_is_all_or_nothing_and_the_answer_says_so(house: House) -> None:
    body = house.body(site="D-02", partial=True)

    placed = await house.send("POST", "/v1/orders", json=body)
    again = await house.send("POST", "/v1/orders", json={**body, "partial": False})

    assert (placed.status_code, placed.json()["partial"]) == (201, False)
    assert again.status_code == 200, "partial or not, it is the same order"
    (told,) = await house.owner.fetch(
        "SELECT payload FROM event_log WHERE key = $1", f"order:{placed.json()['order_id']}"
    )
    assert json.loads(told["payload"])["partial"] is False


async def test_the_depot_that_is_to_fill_an_order_may_decline_it(house: House) -> None:
    order_id = await house.place(site="D-02")
    reason = {"reason": "Held for our own flight line."}

    declined = await house.send("POST", f"/v1/orders/{order_id}/decline", site="D-02", json=reason)
    again = await house.send("POST", f"/v1/orders/{order_id}/decline", site="D-02", json=reason)

    last = (await house.order(order_id))["history"][-1]
    assert (declined.status_code, declined.json()["cancel_requested"]) == (202, True)
    assert declined.headers["JVTrack-Version"] == again.headers["JVTrack-Version"] == f"orders.v1/order:{order_id}@2"
    assert await house.told(f"order:{order_id}") == ["order-placed", "order-cancel-requested"]
    assert (last["data"]["declined_by"], last["data"]["reason"]) == ("D-02", "Held for our own flight line.")
    await house.ear.hear(inventory_said(order_id, DemandClosed, cancelled=5, closed=True))
    assert (await house.order(order_id))["state"] == "cancelled"


@pytest.mark.parametrize(
    ("role", "site", "nation", "problem"),
    [
        ("depot", "D-01", "IND", "403 site-forbidden"),
        ("depot", "D-02", "IND", ""),
        ("planner", None, "IND", ""),
        ("operator", None, "IND", ""),
        ("planner", None, "RUS", "404 order-unknown"),
        ("auditor", None, "IND", "403 role-forbidden"),
    ],
)
async def test_an_order_is_declined_by_the_depot_that_fills_it_or_by_who_plans_for_its_nation(
    house: House, role: str, site: str | None, nation: str, problem: str
) -> None:
    order_id = await house.place(site="D-02")
    headers = house.bearer(role, *([site] if site else []), nation=nation)

    answer = await house.door.post(f"/v1/orders/{order_id}/decline", headers=headers, json={"reason": "No."})

    assert (answer.status_code == 202) if not problem else f"{answer.status_code} {slug(answer)}" == problem


async def test_a_depot_declines_no_order_of_its_own(house: House) -> None:
    order_id = await house.place()

    answer = await house.send("POST", f"/v1/orders/{order_id}/decline", json={"reason": "No."})

    assert (answer.status_code, slug(answer)) == (409, "order-not-declinable")


@pytest.mark.parametrize(
    ("role", "site", "nation", "status"),
    [
        ("depot", "D-02", "IND", 404),
        ("operator", None, "IND", 202),
        ("operator", None, "RUS", 404),
        ("planner", None, "IND", 403),
        ("auditor", None, "IND", 403),
        ("factory", "F-01", "IND", 403),
    ],
)
async def test_an_order_is_cancelled_by_its_depot_or_an_operator_of_its_nation(
    house: House, role: str, site: str | None, nation: str, status: int
) -> None:
    order_id = await house.place()
    headers = house.bearer(role, *([site] if site else []), nation=nation)

    answer = await house.door.post(f"/v1/orders/{order_id}/cancel", headers=headers)

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("role", "site", "nation", "status"),
    [("operator", None, "IND", 201), ("operator", None, "RUS", 403), ("depot", "D-02", "IND", 403)],
)
async def test_an_order_is_placed_for_a_depot_by_itself_or_an_operator_of_its_nation(
    house: House, role: str, site: str | None, nation: str, status: int
) -> None:
    headers = house.bearer(role, *([site] if site else []), nation=nation)

    answer = await house.door.post("/v1/orders", headers=headers, json=house.body(urgency="C"))

    assert answer.status_code == status


async def test_orders_are_listed_page_by_page_and_filtered(house: House) -> None:
    placed = [await house.place(part=part, quantity=1) for part in (PART, PART, "GEARBOX", PART)]
    await house.ear.hear(inventory_said(placed[0], DemandReserved, quantity=1, reserved=1))
    await house.ear.hear(inventory_said(placed[1], DemandIssued, quantity=1, issued=1))
    await house.owner.execute(
        "UPDATE orders SET required_by = $1 WHERE order_id = ANY($2)", today() - timedelta(1), placed[1:3]
    )

    async def listed(**query: Any) -> list[str]:
        answer = await house.send("GET", "/v1/orders", params=query)
        assert answer.status_code == 200, answer.text
        return [order["order_id"] for order in answer.json()]

    page = await house.send("GET", "/v1/orders", params={"limit": 3})
    following = page.headers["Link"].partition(">")[0].removeprefix("<")
    rest = await house.send("GET", following)

    assert [order["order_id"] for order in page.json() + rest.json()] == sorted(placed)
    assert "Link" not in rest.headers
    assert await listed(part="GEARBOX") == [placed[2]]
    assert await listed(state="reserved") == [placed[0]]
    assert await listed(state="issued", site="D-01") == [placed[1]]
    assert await listed(site="D-02") == []
    assert await listed(late=True) == [placed[2]]
    assert await listed(late=False) == [placed[0], placed[1], placed[3]]
    assert await listed(platform="MI-17V-5") == sorted(placed)
    assert await listed(platform="T-90") == []


async def test_an_order_that_names_a_platform_is_listed_under_that_alone(house: House) -> None:
    await register(house, "VU-4011", platform="T-90")
    order_id = await house.place(part="BEARING", platform="T-90", tail_number="VU-4011")

    shown = await house.send("GET", "/v1/orders", params={"platform": "T-90"})

    assert [order["order_id"] for order in shown.json()] == [order_id]
    assert (await house.send("GET", "/v1/orders", params={"platform": "MI-17V-5"})).json() == []


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"cursor": "nonsense"}, {"late": "maybe"}, {"state": "lost"}, {"colour": "red"}], ids=str
)
async def test_a_list_that_cannot_be_is_refused(house: House, query: dict[str, Any]) -> None:
    answer = await house.send("GET", "/v1/orders", params=query)

    assert answer.status_code == 422


async def test_an_order_that_is_not_there_is_not_found(house: House) -> None:
    shown = await house.send("GET", "/v1/orders/7201YA6001Z999-2026")
    cancelled = await house.send("POST", "/v1/orders/7201YA6001Z999-2026/cancel")

    assert [(answer.status_code, slug(answer)) for answer in (shown, cancelled)] == [(404, "order-unknown")] * 2


async def test_an_order_s_history_and_lists_are_read_page_by_page_without_an_empty_last_one(house: House) -> None:
    order_id = await house.place(quantity=9)
    for quantity in (8, 7, 6):
        await house.send("PATCH", f"/v1/orders/{order_id}", json={"quantity": quantity, "reason": "Found."})
    seen, url = [], f"/v1/orders/{order_id}?limit=2"
    while url:
        answer = await house.send("GET", url)
        seen.append([change["version"] for change in answer.json()["history"]])
        url = answer.links["next"]["url"] if "next" in answer.links else ""

    exact = await house.send("GET", f"/v1/orders/{order_id}?limit=4")
    listed = await house.send("GET", "/v1/orders?limit=1")

    assert seen == [[3, 4], [1, 2]]
    assert "next" not in exact.links | listed.links
