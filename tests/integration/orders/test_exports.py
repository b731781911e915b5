"""Exports of joint-venture parts: whose the factory is, both partners' approval, and what left without it."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from shared import clock
from shared.events.catalogue import SiteDefined
from shared.events.envelope import Event
from shared.events.production import LotDispatched, LotEventVoided
from shared.events.stock import DemandReserved
from shared.types import SiteKind
from tests.integration.orders.house import PART, House, inventory_said, slug

PATH = f"/v1/export-approvals/F-01/{PART}/POL"
TERMS = {"approved_on": "2026-01-01", "approved_by": "Exports Board"}
SOURCE = {"approved": True, "approved_on": "2026-01-01", "lead_time_days": 30}


async def ask(
    house: House, method: str, path: str, nation: str, *, role: str = "planner", **more: Any
) -> httpx.Response:
    return await house.door.request(method, path, headers=house.bearer(role, nation=nation), **more)


async def share(house: House) -> None:
    """Say that F-01 is of two nations, and let a third have a depot."""
    await house.ear.hear(
        SiteDefined(site_id="D-90", name="D-90", kind=SiteKind.DEPOT, organisation="Any", country="POL")
    )
    answer = await ask(house, "PUT", "/v1/joint-ventures/F-01", "IND", json={"partners": ["RUS", "IND"]})
    assert (answer.status_code, answer.json()["partners"]) == (200, ["IND", "RUS"]), answer.text


async def approve(house: House, nation: str, **changes: Any) -> httpx.Response:
    return await ask(house, "PUT", PATH, nation, json={**TERMS, **changes})


async def standing(house: House) -> tuple[str, Any]:
    found = (await ask(house, "GET", f"/v1/sources/{PART}/F-01", "POL")).json()
    return found["standing"], found["export"]


async def short_abroad(house: House) -> tuple[str, dict[str, str]]:
    """Place an order of another nation's depot, of which nothing is there; gives it, and who may see it."""
    await share(house)
    await ask(house, "PUT", f"/v1/sources/{PART}/F-01", "POL", json=SOURCE)
    headers = house.bearer("depot", "D-90", nation="POL", scope="approve-urgency")
    body = house.body(ordered_by="D-90", urgency="C")
    order_id = (await house.door.post("/v1/orders", json=body, headers=headers)).json()["order_id"]
    await house.ear.hear(inventory_said(order_id, DemandReserved))
    return order_id, headers


async def test_a_third_country_gets_joint_venture_parts_once_both_partners_have_approved(house: House) -> None:
    order_id, headers = await short_abroad(house)

    async def stands() -> tuple[str, Any]:
        found = await house.door.get(f"/v1/orders/{order_id}", headers=headers)
        return found.json()["state"], (await standing(house))[1]

    neither = await stands()
    await approve(house, "IND")
    await house.planner.plan_next()
    one = await stands()
    await approve(house, "RUS")
    await house.planner.plan_next()
    both = await stands()

    assert neither == ("open", {"partners": ["IND", "RUS"], "missing": ["IND", "RUS"]})
    assert one == ("open", {"partners": ["IND", "RUS"], "missing": ["RUS"]})
    assert both == ("sourced", {"partners": ["IND", "RUS"], "missing": []})


async def test_who_turns_out_to_be_a_partner_gets_what_was_open_without_an_approval(house: House) -> None:
    order_id, headers = await short_abroad(house)
    waited = (await house.door.get(f"/v1/orders/{order_id}", headers=headers)).json()["state"]

    stated = await ask(house, "PUT", "/v1/joint-ventures/F-01", "IND", json={"partners": ["IND", "POL"]})
    await house.planner.plan_next()

    assert stated.status_code == 200, stated.text
    assert waited == "open"
    assert (await house.door.get(f"/v1/orders/{order_id}", headers=headers)).json()["state"] == "sourced"


async def test_partners_need_nobodys_approval(house: House) -> None:
    await share(house)
    for nation in ("IND", "RUS"):
        await ask(house, "PUT", f"/v1/sources/{PART}/F-01", nation, json=SOURCE)

    shown = [(await ask(house, "GET", f"/v1/sources/{PART}/F-01", nation)).json() for nation in ("IND", "RUS")]

    assert [(each["standing"], each["export"]) for each in shown] == [("approved", None)] * 2


async def test_an_approval_ends_on_its_day_and_no_override_takes_its_place(house: House) -> None:
    await share(house)
    await ask(house, "PUT", f"/v1/sources/{PART}/F-01", "POL", json=SOURCE)
    await approve(house, "IND")
    await approve(house, "RUS")
    yesterday = str(clock.now().date() - timedelta(days=1))

    ended = await ask(house, "POST", f"{PATH}/end", "RUS", json={"until": yesterday})
    headers = house.bearer("depot", "D-90", nation="POL")
    body = house.body(ordered_by="D-90", urgency="C")
    order_id = (await house.door.post("/v1/orders", json=body, headers=headers)).json()["order_id"]
    naming = {"source": "F-01", "reason": "Grounded."}
    named = await ask(house, "POST", f"/v1/orders/{order_id}/name-source", "POL", json=naming)

    assert (ended.status_code, ended.json()["approved_until"]) == (200, yesterday)
    assert await standing(house) == ("export-not-approved", {"partners": ["IND", "RUS"], "missing": ["RUS"]})
    assert (named.status_code, slug(named)) == (409, "export-not-approved")
    assert (named.json()["source"], named.json()["missing"]) == ("F-01", "the approval of RUS")


async def test_as_long_as_nobody_has_stated_the_partners_nothing_goes_to_another_nation(house: House) -> None:
    await ask(house, "PUT", f"/v1/sources/{PART}/F-01", "POL", json=SOURCE)

    assert await standing(house) == ("export-not-approved", {"partners": [], "missing": []})
    assert slug(await approve(house, "IND")) == "partners-unstated"


@pytest.mark.parametrize(
    ("nation", "path", "body", "problem"),
    [
        ("POL", PATH, TERMS, (403, "approval-of-another")),
        ("IND", f"/v1/export-approvals/F-01/{PART}/RUS", TERMS, (422, "not-export")),
        ("IND", "/v1/export-approvals/F-01/NO-SUCH-PART/POL", TERMS, (409, "catalogue-behind")),
        ("IND", f"/v1/export-approvals/F-77/{PART}/POL", TERMS, (409, "catalogue-behind")),
        ("IND", PATH, {**TERMS, "approved_on": "2999-01-01"}, (422, "approval-in-future")),
        ("IND", PATH, {**TERMS, "approved_until": "2025-12-31"}, (422, "request-invalid")),
        ("IND", "/v1/joint-ventures/F-01", {"partners": ["RUS", "POL"]}, (422, "partner-missing")),
        ("RUS", "/v1/joint-ventures/F-01", {"partners": ["RUS", "IND"]}, (403, "site-forbidden")),
        ("RUS", "/v1/joint-ventures/S-01", {"partners": ["RUS", "IND"]}, (422, "not-factory")),
        ("IND", "/v1/joint-ventures/F-01", {"partners": ["IND", "IND"]}, (422, "request-invalid")),
        ("IND", "/v1/joint-ventures/F-77", {"partners": ["IND", "RUS"]}, (409, "catalogue-behind")),
    ],
)
async def test_what_makes_no_sense_is_refused_and_changes_nothing(
    house: House, nation: str, path: str, body: dict[str, Any], problem: tuple[int, str]
) -> None:
    await share(house)

    answer = await ask(house, "PUT", path, nation, json=body)

    assert (answer.status_code, slug(answer)) == problem
    assert (await ask(house, "GET", "/v1/export-approvals", "IND")).json() == []
    assert [each["partners"] for each in (await ask(house, "GET", "/v1/joint-ventures", "IND")).json()] == [
        ["IND", "RUS"]
    ]


async def test_an_approval_that_was_not_given_cannot_end_nor_one_before_it_began(house: House) -> None:
    await share(house)
    unknown = await ask(house, "POST", f"{PATH}/end", "IND", json={"until": "2026-06-01"})
    await approve(house, "IND")

    early = await ask(house, "POST", f"{PATH}/end", "IND", json={"until": "2025-06-01"})

    assert (unknown.status_code, slug(unknown)) == (404, "export-approval-unknown")
    assert (early.status_code, slug(early)) == (422, "end-before-approval")


@pytest.mark.parametrize(("nation", "seen"), [("IND", 2), ("RUS", 2), ("POL", 2), ("GEO", 0)])
async def test_partners_and_who_gets_it_see_an_approval(house: House, nation: str, seen: int) -> None:
    await share(house)
    await approve(house, "IND")
    await approve(house, "RUS")

    first = await ask(house, "GET", "/v1/export-approvals", nation, params={"limit": 1, "part": PART})
    listed = first.json()
    if "next" in first.links:
        listed += (await ask(house, "GET", first.links["next"]["url"], nation)).json()

    assert len(listed) == seen


def dispatched(**changes: Any) -> LotDispatched:
    values = {
        "lot": "F-01:L-1",
        "part": PART,
        "factory": "F-01",
        "shipment": "F-01:S-1",
        "depot": "D-90",
        "quantity": 2,
    }
    return LotDispatched.model_validate({**values, **changes})


async def unapproved(house: House, nation: str = "IND") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await ask(house, "GET", "/v1/unapproved-exports", nation)).json()
    return found


async def test_what_left_without_approval_is_never_refused_and_stands_in_a_list(house: House) -> None:
    await share(house)
    await approve(house, "IND")

    await house.ear.hear(
        dispatched(), dispatched(lot="F-01:L-2", depot="D-01"), dispatched(lot="F-01:L-3", depot="D-09")
    )

    (kept,) = await unapproved(house)
    about = ("lot", "factory", "depot", "country", "quantity", "partners", "missing", "voided")
    assert {name: kept[name] for name in about} == {
        "lot": "F-01:L-1",
        "factory": "F-01",
        "depot": "D-90",
        "country": "POL",
        "quantity": 2,
        "partners": ["IND", "RUS"],
        "missing": ["RUS"],
        "voided": False,
    }
    assert await unapproved(house, "RUS") == [kept]
    assert await unapproved(house, "POL") == []


async def test_what_both_had_approved_or_did_not_happen_is_no_offence(house: House) -> None:
    await share(house)
    ids = await house.ear.hear(dispatched())
    voided = {"lot": "F-01:L-1", "part": PART, "factory": "F-01", "voided_type": LotDispatched.TYPE}
    void: Event = LotEventVoided.model_validate({**voided, "voided": ids[0].id})
    await house.ear.hear(void)
    await approve(house, "IND")
    await approve(house, "RUS")

    await house.ear.hear(dispatched(lot="F-01:L-2"))

    assert [(each["lot"], each["voided"]) for each in await unapproved(house)] == [("F-01:L-1", True)]
