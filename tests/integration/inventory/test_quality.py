"""Quality at inventory's door: it sees what stands and what is held back, and says in which condition goods are."""

import pytest

from tests.integration.inventory.ageing import conditions
from tests.integration.inventory.gates import made_and_received
from tests.integration.inventory.house import House
from tests.unit.http.makers import slug
from tests.unit.inventory.makers import DEPOT, LOT, OTHER_DEPOT, PART, an_order, an_order_id

CHANGE = {"part": PART, "lot": LOT, "from": "A", "to": "Q", "quantity": 3, "reason": "Cracks in the same batch."}


async def test_quality_sees_the_nations_stock_and_what_holds_it_back(gated: House) -> None:
    await made_and_received(gated)

    (row,) = (await gated.get("/v1/stock", role="quality", at="", part=PART))["rows"]
    partners = await gated.door.get("/v1/stock", headers=gated.bearer("quality", nation="RUS"))

    assert (row["site"], row["on_hand"], row["available"], row["held_back"]) == (DEPOT, 5, 0, "first-article")
    assert partners.json()["rows"] == []


@pytest.mark.parametrize(("gate", "sites"), [("first-article", [DEPOT]), ("certificate", [])])
async def test_what_a_gate_holds_back_is_listed_alone(gated: House, gate: str, sites: list[str]) -> None:
    await made_and_received(gated)
    await gated.stock(2, lot="F-01:L-0")

    rows = (await gated.get("/v1/stock", role="quality", at="", held_back=gate))["rows"]
    of_others = (await gated.get("/v1/stock", at=OTHER_DEPOT, held_back=gate))["rows"]

    assert [row["site"] for row in rows] == sites
    assert of_others == []


@pytest.mark.parametrize("site", [DEPOT, OTHER_DEPOT])
async def test_quality_suspends_goods_at_a_depot_of_its_nation_on_its_behalf(house: House, site: str) -> None:
    await house.stock(5, at=site)

    changed = await house.post("/v1/condition-changes", {**CHANGE, "site": site}, role="quality", at="")

    assert changed.status_code == 201, changed.text
    assert await conditions(house, site) == {"A": 2, "Q": 3}
    (slip,) = await house.owner.fetch("SELECT actor, on_behalf_of FROM slip WHERE kind = 'condition-change'")
    assert (slip["actor"].startswith("quality@"), slip["on_behalf_of"]) == (True, site)
    await house.balances()


async def test_what_quality_takes_from_an_order_names_no_order_to_it(house: House) -> None:
    await house.stock(5)
    await house.ear.hear(an_order(5))

    changed = await house.post("/v1/condition-changes", {**CHANGE, "site": DEPOT}, role="quality", at="")

    assert changed.status_code == 201, changed.text
    assert (await house.demand(an_order_id()))["reserved"] == 2
    assert an_order_id() not in changed.text
    assert an_order_id() not in str(changed.headers)


@pytest.mark.parametrize(
    ("role", "at", "nation", "site"),
    [("quality", "", "IND", "D-09"), ("quality", "", "RUS", DEPOT), ("depot", DEPOT, "IND", OTHER_DEPOT)],
)
async def test_nobody_judges_the_goods_of_another_nation_or_another_depot(
    house: House, role: str, at: str, nation: str, site: str
) -> None:
    headers = {**house.bearer(role, *([at] if at else []), nation=nation), "Idempotency-Key": "judged"}

    refused = await house.door.post("/v1/condition-changes", json={**CHANGE, "site": site}, headers=headers)

    assert (refused.status_code, slug(refused)) == (403, "site-forbidden")


@pytest.mark.parametrize("path", ["/v1/receipts", "/v1/issues", "/v1/scraps", "/v1/counts", "/v1/expiries"])
async def test_quality_moves_no_goods(house: House, path: str) -> None:
    refused = await house.post(path, {"site": DEPOT}, role="quality", at="")

    assert (refused.status_code, slug(refused)) == (403, "role-forbidden")


@pytest.mark.parametrize("path", ["/v1/movements", "/v1/shipments", "/v1/stock/stream", "/v1/protected-minimums"])
async def test_quality_reads_nothing_that_names_orders_or_plans(house: House, path: str) -> None:
    refused = await house.door.get(path, headers=house.bearer("quality"))

    assert (refused.status_code, slug(refused)) == (403, "role-forbidden")


async def test_quality_learns_nothing_of_an_order_by_waiting_for_it(house: House) -> None:
    await house.ear.hear(an_order(5))
    heard = f"orders.v1/order:{an_order_id()}@1"

    waits = {
        role: await house.door.get("/v1/stock", headers={**house.bearer(role), "JVTrack-After": heard})
        for role in ("operator", "quality")
    }

    assert waits["operator"].status_code == 200
    assert slug(waits["quality"]) == "version-not-yet-applied"
