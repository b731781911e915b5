"""What factories say of how they make, at the door: twice, voided, too much; and what went into lots is followed."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import httpx
import pytest

from shared.db import Database
from shared.events.factory import FactoryEventVoided, FactoryLotDispatched, FactoryLotFinished, FactoryLotStarted
from shared.events.making import InProgress
from shared.events.workshop import (
    FactoryKitMissing,
    FactoryMaterialConsumed,
    FactoryWorkInProgressDecided,
    FactoryWorkOrderCountered,
)
from tests.fixtures.system import System
from tests.integration.production.house import a_client, a_lot, an_order, asked_back, opened, post, told
from tests.unit.production.makers import DEPOT, FACTORY, PART


@pytest.fixture
async def client(production: System) -> AsyncIterator[httpx.AsyncClient]:
    """Speak for the factory."""
    async with a_client(production, "factory", FACTORY) as opened:
        yield opened


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"].rpartition(":")[2])


async def shown(client: httpx.AsyncClient, path: str, **query: str) -> Any:
    answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_an_offer_told_twice_holds_once_and_is_gone_when_voided(
    served: Database, client: httpx.AsyncClient
) -> None:
    work_order = (await opened(served, an_order())).work_order_id
    offer = FactoryWorkOrderCountered(work_order=work_order, quantity=6, due=date(2027, 6, 1), reason="spars for six")
    kit = FactoryKitMissing(work_order=work_order, kit="KIT-7", supplier="VR-Tekhnika")

    answers = [await post(client, offer, f"offer-{work_order}") for _ in range(2)]
    await post(client, kit, f"kit-{work_order}")
    offered = await shown(client, f"/v1/work-orders/{work_order}")
    void = FactoryEventVoided(event=f"offer-{work_order}", reason="keyed in twice")
    await post(client, void, f"void-{work_order}")
    voided = await shown(client, f"/v1/work-orders/{work_order}")

    assert [answer.status_code for answer in answers] == [201, 200]
    assert (offered["status"], offered["quantity"], offered["due"]) == ("countered", 6, "2027-06-01")
    assert (offered["making"]["offered"], offered["making"]["kits_missing"][0]["kit"]) == (6, "KIT-7")
    assert (voided["status"], voided["quantity"], voided["making"]["offered"]) == ("opened", 10, None)
    assert voided["making"]["kits_missing"][0]["supplier"] == "VR-Tekhnika"
    kinds = [kind for _, kind in await told(served, f"work-order:{work_order}")]
    assert kinds == ["work-order-opened", "work-order-countered", "kit-missing", "delay-reported"]


async def test_an_offer_of_no_less_is_refused_and_leaves_nothing(served: Database, client: httpx.AsyncClient) -> None:
    work_order = (await opened(served, an_order())).work_order_id
    offer = FactoryWorkOrderCountered(work_order=work_order, quantity=10, reason="none")

    refused = await post(client, offer, f"offer-{work_order}")

    assert (refused.status_code, slug(refused)) == (422, "offer-not-less")
    assert (await shown(client, f"/v1/work-orders/{work_order}"))["making"] is None


async def test_a_factory_lists_of_which_work_orders_it_owes_the_fate_of_what_was_asked_back(
    served: Database, client: httpx.AsyncClient
) -> None:
    begun, other = [await opened(served, an_order()) for _ in range(2)]
    work_order, lot = begun.work_order_id, a_lot()
    start = FactoryLotStarted(lot=lot, part=PART, work_order=work_order, quantity=4)
    await post(client, start, f"begun-{lot}")
    for each in (begun, other):
        await asked_back(served, each, 10)

    owed = await listed(client, "true")
    shown_now = await shown(client, f"/v1/work-orders/{work_order}")
    fate = FactoryWorkInProgressDecided(work_order=work_order, outcome=InProgress.SCRAPPED, quantity=4)
    await post(client, fate, f"fate-{lot}")

    assert (shown_now["asked_back"], shown_now["given_back"], shown_now["undecided"]) == (10, 6, 4)
    assert (work_order in owed, other.work_order_id in owed) == (True, False)
    assert work_order not in await listed(client, "true")
    assert {work_order, other.work_order_id} <= await listed(client, "false")


async def test_of_cancelled_work_partly_finished_the_fate_is_told_once(
    served: Database, client: httpx.AsyncClient
) -> None:
    begun, lot = await opened(served, an_order()), a_lot()
    work_order = begun.work_order_id
    start = FactoryLotStarted(lot=lot, part=PART, work_order=work_order, quantity=3)
    finish = FactoryLotFinished(lot=lot, part=PART, work_order=work_order, quantity=2)
    await post(client, start, f"begun-{lot}")
    await post(client, finish, f"done-{lot}")
    await asked_back(served, begun, 10)
    owed = await listed(client, "true")

    fate = FactoryWorkInProgressDecided(work_order=work_order, outcome=InProgress.SCRAPPED, quantity=1)
    told_once = await post(client, fate, f"fate-{lot}")
    told_twice = await post(client, fate, f"again-{lot}")

    assert work_order in owed
    assert (told_once.status_code, told_twice.status_code) == (201, 409)
    assert work_order not in await listed(client, "true")


async def test_a_list_agrees_with_each_work_order_on_what_is_undecided(
    served: Database, client: httpx.AsyncClient
) -> None:
    begun, lot = await opened(served, an_order()), a_lot()
    work_order = begun.work_order_id
    made: dict[str, Any] = {"lot": lot, "part": PART, "work_order": work_order}
    await post(client, FactoryLotStarted(**made, quantity=4), f"begun-{lot}")
    await asked_back(served, begun, 10)
    stocked = FactoryWorkInProgressDecided(work_order=work_order, outcome=InProgress.FOR_STOCK, quantity=1)
    owed = []

    for n, fact in enumerate((stocked, FactoryLotFinished(**made, quantity=2), stocked, stocked)):
        await post(client, fact, f"{lot}-{n}")
        undecided = (await shown(client, f"/v1/work-orders/{work_order}"))["undecided"]
        owed.append((undecided, work_order in await listed(client, "true")))

    assert owed == [(3, True), (2, True), (1, True), (0, False)]


async def listed(client: httpx.AsyncClient, undecided: str) -> set[str]:
    """Name the work orders of which something is owed, or not, page by page."""
    found: set[str] = set()
    url: str | None = f"/v1/work-orders?undecided={undecided}"
    while url:
        page = await client.get(url)
        assert page.status_code == 200, page.text
        found |= {each["work_order"] for each in page.json()}
        url = page.links.get("next", {}).get("url")
    return found


async def test_a_lot_is_followed_into_what_it_went_into_at_second_hand_and_voided_material_is_not(
    production: System, client: httpx.AsyncClient
) -> None:
    first, second, heat = a_lot(), a_lot(), f"H-{a_lot()}"
    spar = FactoryMaterialConsumed(
        lot=second, part=PART, material="SPAR", input_lot=f"{FACTORY}:{first}", origin="IND", amount="1"
    )
    paint = spar.model_copy(update={"material": "PAINT", "input_lot": f"PAINT-{heat}"})
    for name, fact in {
        "first": FactoryLotFinished(lot=first, part=PART, quantity=5, heat=heat),
        "spar": spar,
        "paint": paint,
        "sent": FactoryLotDispatched(lot=second, part=PART, shipment="S-1", depot=DEPOT, quantity=2),
    }.items():
        assert (await post(client, fact, f"{name}-{heat}")).status_code == 201
    await post(client, FactoryEventVoided(event=f"paint-{heat}", reason="another lot's"), f"void-{heat}")

    found = await shown(client, "/v1/lots/downstream", of=heat)
    lot = await shown(client, f"/v1/lots/{FACTORY}:{second}")
    nothing = await shown(client, "/v1/lots/downstream", of=f"PAINT-{heat}")
    async with a_client(production, "factory", "F-02") as other:
        unseen = await shown(other, "/v1/lots/downstream", of=heat)

    assert [(each["lot"], each["steps"]) for each in found] == [(f"{FACTORY}:{first}", 1), (f"{FACTORY}:{second}", 2)]
    assert [(each["depot"], each["quantity"]) for each in found[1]["sent"]] == [(DEPOT, 2)]
    assert found[1]["by_way_of"] == [f"{FACTORY}:{first}"]
    assert [(each["material"], each["origin"]) for each in lot["inputs"]] == [("SPAR", "IND")]
    assert (nothing, unseen) == ([], [])
