"""Purchases that production's door does not take: from whom it does not, and what cannot have been sent."""

import json
from typing import Any

import pytest

from shared.db import Database
from shared.events.purchases import (
    PurchaseEventVoided,
    PurchasePlaced,
)
from tests.fixtures.system import System
from tests.integration.production.house import a_client, rows, told
from tests.integration.production.test_purchases import ABROAD, AT_HOME, a_sending, bought, problem, tell
from tests.unit.production.makers import a_start


@pytest.mark.parametrize(
    ("supplier", "role", "sites", "nation", "refused"),
    [
        pytest.param("F-01", "procurement", (), "IND", (403, "site-forbidden"), id="a factory's, by procurement"),
        pytest.param("F-01", "factory", ("F-01",), "IND", (403, "site-not-supplier"), id="a factory's, by itself"),
        pytest.param("D-01", "operator", (), "IND", (403, "site-not-factory"), id="a depot's"),
        pytest.param("S-77", "procurement", (), "IND", (409, "catalogue-behind"), id="an unknown supplier's"),
        pytest.param(ABROAD, "factory", ("F-01",), "IND", (403, "site-forbidden"), id="by a factory"),
        pytest.param(ABROAD, "depot", ("D-01",), "IND", (403, "role-forbidden"), id="by a depot"),
        pytest.param(ABROAD, "auditor", (), "IND", (403, "role-forbidden"), id="by an auditor"),
        pytest.param(AT_HOME, "procurement", (), "RUS", (409, "work-order-unknown"), id="another nation's purchase"),
    ],
)
async def test_who_may_not_tell_of_a_purchase_is_told_so(
    production: System,
    served: Database,
    supplier: str,
    role: str,
    sites: tuple[str, ...],
    nation: str,
    refused: tuple[int, str],
) -> None:
    work_order = await bought(served, supplier)

    answer = await tell(
        production,
        PurchasePlaced(work_order=work_order),
        work_order,
        supplier=supplier,
        role=role,
        sites=sites,
        nation=nation,
    )

    assert problem(answer) == refused
    assert await told(served, f"work-order:{work_order}") == [(1, "work-order-opened")]


async def test_another_nation_takes_no_purchase_back(production: System, served: Database) -> None:
    work_order = await bought(served, AT_HOME)
    await tell(production, a_sending(work_order), f"{work_order}-1", supplier=AT_HOME)

    answer = await tell(
        production,
        PurchaseEventVoided(event=f"{work_order}-1", reason="?"),
        f"{work_order}-2",
        supplier=AT_HOME,
        nation="RUS",
    )
    async with a_client(production, "planner", nation="RUS") as client:
        seen = await client.get(f"/v1/work-orders/{work_order}")

    assert problem(answer) == (409, "work-order-unknown")
    assert seen.status_code == 404


async def test_a_buyer_posts_no_other_events_for_a_supplier_of_another_nation(
    production: System, served: Database
) -> None:
    work_order = await bought(served)

    answer = await tell(production, a_start(4, work_order=work_order), f"{work_order}-1")

    assert problem(answer) == (403, "site-forbidden")


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"quantity": 41}, (422, "quantity-absurd")),
        ({"quantity": 0}, (422, "request-invalid")),
        ({"part": "TAIL-BLADE"}, (422, "part-not-purchased")),
        ({"part": "NO-SUCH"}, (409, "catalogue-behind")),
        ({"depot": "D-77"}, (409, "catalogue-behind")),
        ({"work_order": "7201YA6327A001-2026-W77"}, (409, "work-order-unknown")),
        ({"work_order": None}, (422, "request-invalid")),
        ({"colour": "red"}, (422, "request-invalid")),
    ],
    ids=str,
)
async def test_what_cannot_have_been_sent_is_refused_and_leaves_nothing(
    production: System, served: Database, change: dict[str, Any], refused: tuple[int, str]
) -> None:
    work_order = await bought(served, quantity=4)
    sending = a_sending(work_order)
    data = {**sending.model_dump(mode="json", exclude_defaults=True), **change}
    event = {"specversion": "1.0", "id": work_order, "source": ABROAD, "type": sending.TYPE, "data": data}

    async with a_client(production, "procurement") as client:
        answer = await client.post(
            "/v1/events", content=json.dumps(event), headers={"Content-Type": "application/cloudevents+json"}
        )

    assert problem(answer) == refused
    assert await rows(served, "SELECT 1 FROM accepted_event WHERE id = :id", id=work_order) == []
    assert await told(served, f"lot:{ABROAD}:{sending.lot}") == []
