"""What lies behind an open door: nobody writes for a site that is not theirs, or reads more of it than they may."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from tests.fixtures.days import today
from tests.fixtures.doors import facts, members, slug
from tests.fixtures.nations import Nations

pytestmark = pytest.mark.asyncio(loop_scope="session")


def an_order(depot: str, **rest: Any) -> dict[str, Any]:
    number = f"7201YA{today().year % 10}{today().timetuple().tm_yday:03}FRGN"
    asked = {"document_number": number, "ordered_by": depot, "part": "<part>", "quantity": 1, "urgency": "C"}
    return {**asked, "required_by": today().isoformat(), **rest}


def an_event(site: str, number: str) -> dict[str, Any]:
    data = {"lot": f"L-{number}", "part": "<made>", "quantity": 1}
    return {
        "specversion": "1.0",
        "id": f"foreign-{number}",
        "source": site,
        "type": "jvtrack.factory.lot-started.v1",
        "data": data,
    }


def an_opening(factory: str) -> dict[str, Any]:
    return {"factory": factory, "part": "<made>", "reference": {"maker": "3VK1Y", "number": "X"}}


def goods(site: str, **rest: Any) -> dict[str, Any]:
    return {"site": site, "part": "<part>", **rest}


def receipt(site: str) -> dict[str, Any]:
    return {"site": site, "lines": [{"part": "<part>", "quantity": 1}]}


CHANGE = {"from": "A", "to": "F", "quantity": 1, "reason": "Leaks."}
SENDING = {"from_site": "D-02", "to_site": "D-01", "part": "<part>", "quantity": 1}
TERMS = {"site": "D-01", "force_activity_designator": "I"}
OPENING = {"stock": [{"site": "D-90", "part": "<made>", "quantity": 1}]}
SITE = {"name": "Depot", "kind": "depot", "organisation": "Ours", "country": "IND"}
TAKEN = {**SITE, "kind": "supplier", "country": "RUS"}
RENAMED = {"name": "Theirs", "unit_of_issue": "EA"}
WHY = {"reason": "Not mine to say."}
DOWN = {"since": "2026-11-01T06:00:00Z", "cause": "Chips in oil.", "awaiting_parts": True}
WAITING = {"platform": "MI-17V-5", "tail_number": "<partner-tail>"}
STATUS = {"unknown": 404, "invalid": 422}
"""By the last word of a problem, where it is not 403."""

WRITES: list[tuple[str, str, str, Any, str]] = [
    ("D-01", "POST", "orders /v1/orders", an_order("D-02"), "site-forbidden"),
    ("D-01", "POST", "orders /v1/orders", an_order("D-90"), "site-forbidden"),
    ("operator", "POST", "orders /v1/orders", an_order("D-90"), "site-forbidden"),
    ("D-01", "PATCH", "orders /v1/orders/<their-order>", {"quantity": 1, "reason": "Found."}, "order-unknown"),
    ("D-01", "POST", "orders /v1/orders/<their-order>/cancel", {}, "order-unknown"),
    ("D-01", "POST", "orders /v1/orders/<partner-order>/cancel", {}, "order-unknown"),
    ("D-01", "POST", "orders /v1/orders/<their-order>/decline", WHY, "order-unknown"),
    ("partner's planner", "POST", "orders /v1/orders/<our-order>/decline", WHY, "order-unknown"),
    ("operator", "PATCH", "orders /v1/orders/<partner-order>", {"quantity": 1, "reason": "Found."}, "order-unknown"),
    ("operator", "POST", "orders /v1/orders/<partner-order>/cancel", {}, "order-unknown"),
    ("partner's operator", "POST", "orders /v1/orders/<our-order>/cancel", {}, "order-unknown"),
    ("partner's planner", "PUT", "orders /v1/activities/7201YA", TERMS, "site-forbidden"),
    ("D-01", "POST", "orders /v1/orders", an_order("D-01", **WAITING), "platform-of-another"),
    ("D-01", "PUT", "orders /v1/platforms/MI-17V-5/<their-tail>", {"site": "D-01"}, "site-forbidden"),
    ("D-01", "POST", "orders /v1/platforms/MI-17V-5/<their-tail>/down", DOWN, "tail-unknown"),
    ("D-01", "POST", "orders /v1/platforms/MI-17V-5/<partner-tail>/down", DOWN, "tail-unknown"),
    ("operator", "POST", "orders /v1/platforms/MI-17V-5/<partner-tail>/down", DOWN, "tail-unknown"),
    ("partner's planner", "PUT", "orders /v1/platforms/MI-17V-5/<their-tail>", {"site": "D-90"}, "site-forbidden"),
    ("F-01", "POST", "production /v1/events", an_event("F-02", "1"), "site-forbidden"),
    ("F-01", "POST", "production /v1/events", an_event("F-90", "2"), "site-forbidden"),
    ("planner", "POST", "production /v1/events", an_event("F-01", "3"), "site-forbidden"),
    ("planner", "POST", "production /v1/events", an_event("S-90", "4"), "site-forbidden"),
    ("operator", "POST", "production /v1/events", an_event("F-90", "5"), "site-forbidden"),
    ("quality", "POST", "production /v1/first-articles", an_opening("F-90"), "inspected-by-its-own-nation"),
    ("operator", "POST", "production /v1/first-articles", an_opening("F-90"), "inspected-by-its-own-nation"),
    ("partner's quality", "POST", "production /v1/first-articles", an_opening("F-01"), "inspected-by-its-own-nation"),
    (
        "partner's quality",
        "POST",
        "production /v1/first-articles/F-01/<made>/3VK1Y/X/-/pass",
        {},
        "inspected-by-its-own-nation",
    ),
    ("D-01", "POST", "inventory /v1/receipts", receipt("D-02"), "site-forbidden"),
    ("D-01", "POST", "inventory /v1/receipts", receipt("D-90"), "site-forbidden"),
    ("D-01", "POST", "inventory /v1/issues", {"order": "<their-order>", "quantity": 1}, "order-unknown"),
    ("D-01", "POST", "inventory /v1/issues", {"order": "<partner-order>", "quantity": 1}, "order-unknown"),
    ("D-01", "POST", "inventory /v1/returns", goods("D-02", quantity=1), "site-forbidden"),
    ("D-01", "POST", "inventory /v1/counts", goods("D-02", counted=1, version=1), "site-forbidden"),
    ("D-01", "POST", "inventory /v1/returns", goods("D-01", quantity=1, order="<their-order>"), "order-unknown"),
    ("D-01", "POST", "inventory /v1/returns", goods("D-01", quantity=1, order="<partner-order>"), "order-unknown"),
    ("D-01", "POST", "inventory /v1/expiries", goods("D-02", lot="<lot>", reason="Mine."), "site-forbidden"),
    ("D-01", "POST", "inventory /v1/scraps", goods("D-02", quantity=1, reason="Bent."), "site-forbidden"),
    ("D-01", "POST", "inventory /v1/condition-changes", goods("D-02", **CHANGE), "site-forbidden"),
    ("quality", "POST", "inventory /v1/condition-changes", goods("D-90", **CHANGE), "site-forbidden"),
    ("partner's quality", "POST", "inventory /v1/condition-changes", goods("D-02", **CHANGE), "site-forbidden"),
    ("D-01", "POST", "inventory /v1/transfers", SENDING, "site-forbidden"),
    ("D-01", "POST", "inventory /v1/shipments/<shipment>/close", WHY, "shipment-unknown"),
    ("D-01", "POST", "inventory /v1/shipments/<partner-shipment>/close", WHY, "shipment-unknown"),
    ("operator", "POST", "inventory /v1/shipments/<partner-shipment>/close", WHY, "shipment-unknown"),
    ("partner's operator", "POST", "inventory /v1/shipments/<shipment>/close", WHY, "shipment-unknown"),
    ("D-01", "POST", "inventory /v1/movements/<movement>/reverse", WHY, "movement-unknown"),
    ("partner's operator", "POST", "inventory /v1/movements/<movement>/reverse", WHY, "movement-unknown"),
    ("D-01", "POST", "inventory /v1/discrepancies/<discrepancy>/resolve", WHY, "discrepancy-unknown"),
    ("partner's operator", "POST", "inventory /v1/discrepancies/<discrepancy>/resolve", WHY, "discrepancy-unknown"),
    ("operator", "POST", "inventory /v1/stock/import", OPENING, "import-invalid"),
    ("partner's operator", "PUT", "inventory /v1/sites/D-91", SITE, "foreign-site"),
    (
        "partner's planner",
        "PUT",
        "inventory /v1/sites/D-02",
        {**SITE, "kind": "supplier", "country": "RUS"},
        "foreign-site",
    ),
    ("partner's operator", "PUT", "inventory /v1/sites/D-02", {**SITE, "name": "Ours"}, "foreign-site"),
    ("planner", "PUT", "inventory /v1/sites/S-90", {**SITE, "kind": "supplier"}, "foreign-site"),
    ("planner", "PUT", "inventory /v1/sites/D-02", {**SITE, "country": "POL", "kind": "supplier"}, "country-fixed"),
    (
        "partner's planner",
        "PUT",
        "inventory /v1/parts/<part>",
        {"name": "Theirs", "unit_of_issue": "EA"},
        "foreign-part",
    ),
]


@pytest.mark.parametrize(("who", "method", "place", "body", "problem"), WRITES, ids=lambda each: str(each)[:60])
async def test_nobody_writes_for_a_site_that_is_not_theirs(
    nations: Nations, who: str, method: str, place: str, body: Any, problem: str
) -> None:
    service = place.partition(" ")[0]
    before = await facts(nations.trade.system, service)

    answer = await nations.ask(who, method, place, body)

    assert (slug(answer), answer.status_code) == (problem, STATUS.get(problem.rpartition("-")[2], 403))
    assert await facts(nations.trade.system, service) == before


@pytest.mark.parametrize(("who", "site"), [("planner", "S-07"), ("operator", "F-01")])
async def test_who_posts_for_another_site_of_the_nation_is_recorded_as_posting_on_its_behalf(
    nations: Nations, who: str, site: str
) -> None:
    answer = await nations.ask(who, "POST", "production /v1/events", an_event(site, f"BEHALF-{site}"))
    shown = await nations.ask("operator", "GET", f"production /v1/lots/{site}:L-BEHALF-{site}")

    assert answer.status_code == 201, answer.text
    assert members(shown)["history"][0]["on_behalf_of"] == site


READS: list[tuple[str, str, list[str]]] = [
    ("D-01", "inventory /v1/stock?part=<part>", ["D-01 full", "D-02 some"]),
    ("D-01", "inventory /v1/stock?part=<part>&condition=A", ["D-01 full"]),
    ("D-01", "inventory /v1/stock?part=<made>&empty=true", ["D-02 some"]),
    ("D-90", "inventory /v1/stock?part=<part>", ["D-90 full"]),
    ("planner", "inventory /v1/stock?part=<part>", ["D-01 full", "D-02 full"]),
    ("operator", "inventory /v1/stock?part=<part>", ["D-01 full", "D-02 full"]),
    ("auditor", "inventory /v1/stock?part=<part>", ["D-01 full", "D-02 full"]),
    ("quality", "inventory /v1/stock?part=<part>", ["D-01 full", "D-02 full"]),
    ("partner's quality", "inventory /v1/stock?part=<part>", ["D-90 full"]),
    ("partner's planner", "inventory /v1/stock?part=<part>", ["D-90 full"]),
    ("partner's operator", "inventory /v1/stock?part=<part>&group=part-site", ["D-90 full"]),
    ("D-01", "inventory /v1/demands/<our-order>/explanation", ["<our-order>"]),
    ("planner", "inventory /v1/demands/<their-order>/explanation", ["<their-order>"]),
    ("D-01", "inventory /v1/demands/<their-order>/explanation", ["order-unknown"]),
    ("operator", "inventory /v1/demands/<partner-order>/explanation", ["order-unknown"]),
    ("partner's planner", "inventory /v1/demands/<our-order>/explanation", ["order-unknown"]),
    ("D-01", "inventory /v1/movements?site=D-02", []),
    ("D-01", "inventory /v1/movements?site=D-90", []),
    ("operator", "inventory /v1/movements?site=D-90", []),
    ("partner's auditor", "inventory /v1/movements?movement=<movement>", []),
    ("D-01", "inventory /v1/shipments?depot=D-02", []),
    ("operator", "inventory /v1/shipments?shipment=<partner-shipment>", []),
    ("D-01", "inventory /v1/discrepancies?site=D-02&open=false", []),
    ("partner's operator", "inventory /v1/discrepancies?site=D-02&open=false", []),
    ("D-01", "orders /v1/orders?site=D-02", []),
    ("D-01", "orders /v1/orders?site=D-90", []),
    ("operator", "orders /v1/orders?site=D-90", []),
    ("partner's operator", "orders /v1/orders?site=D-01", []),
    ("D-01", "orders /v1/orders/<their-order>", ["order-unknown"]),
    ("D-01", "orders /v1/orders/<partner-order>", ["order-unknown"]),
    ("planner", "orders /v1/orders/<partner-order>", ["order-unknown"]),
    ("partner's planner", "orders /v1/orders/<our-order>", ["order-unknown"]),
    ("D-01", "orders /v1/orders/<our-order>/explanation", ["<our-order>"]),
    ("D-01", "orders /v1/orders/<their-order>/explanation", ["order-unknown"]),
    ("planner", "orders /v1/orders/<partner-order>/explanation", ["order-unknown"]),
    ("partner's auditor", "orders /v1/orders/<our-order>/explanation", ["order-unknown"]),
    ("D-01", "orders /v1/orders/waiting?site=D-02", []),
    ("operator", "orders /v1/orders/waiting?site=D-90", []),
    ("partner's planner", "orders /v1/orders/waiting?site=D-01", []),
    ("D-01", "orders /v1/orders/urgency?site=D-02", []),
    ("partner's operator", "orders /v1/orders/urgency?site=D-01", []),
    ("D-01", "orders /v1/platforms?site=D-02", []),
    ("operator", "orders /v1/platforms?site=D-90", []),
    ("partner's planner", "orders /v1/platforms?site=D-02", []),
    ("partner's planner", "orders /v1/platforms/grounded?site=D-02", []),
    ("D-01", "orders /v1/platforms/MI-17V-5/<their-tail>", ["tail-unknown"]),
    ("planner", "orders /v1/platforms/MI-17V-5/<partner-tail>", ["tail-unknown"]),
    ("partner's auditor", "orders /v1/platforms/MI-17V-5/<their-tail>", ["tail-unknown"]),
    ("F-01", "production /v1/lots?factory=F-02", []),
    ("F-01", "production /v1/lots/<lot>", ["lot-unknown"]),
    ("F-01", "production /v1/lots/<partner-lot>", ["lot-unknown"]),
    ("operator", "production /v1/lots/<partner-lot>", ["lot-unknown"]),
    ("operator", "production /v1/lots?factory=F-90", []),
    ("F-01", "production /v1/work-orders?factory=F-02", []),
    ("F-01", "production /v1/work-orders/<work-order>", ["work-order-unknown"]),
    ("partner's planner", "production /v1/work-orders/<work-order>", ["work-order-unknown"]),
    ("planner", "production /v1/work-orders/<work-order>", ["<work-order>"]),
    ("auditor", "production /v1/lots/<lot>", ["<lot>"]),
    ("quality", "production /v1/lots/<lot>", ["<lot>"]),
    ("quality", "production /v1/lots/<partner-lot>", ["lot-unknown"]),
    ("partner's quality", "production /v1/lots/<lot>", ["lot-unknown"]),
]


@pytest.mark.parametrize(("who", "place", "seen"), READS, ids=lambda each: str(each)[:60])
async def test_nobody_sees_more_of_a_foreign_site_than_the_rights_allow(
    nations: Nations, who: str, place: str, seen: list[str]
) -> None:
    answer = await nations.ask(who, "GET", place)

    assert shown(answer) == {nations.named(each) for each in seen}


WAITS: list[tuple[str, str, str, bool]] = [
    ("D-01", "inventory /v1/stock?limit=1", "stock.v1/D-01/<part>@1", True),
    ("D-01", "inventory /v1/stock?limit=1", "stock.v1/D-02/<part>@1", False),
    ("D-01", "inventory /v1/stock?limit=1", "orders.v1/order:<our-order>@1", True),
    ("D-01", "inventory /v1/stock?limit=1", "orders.v1/order:<their-order>@1", False),
    ("D-01", "inventory /v1/stock?limit=1", "production.v1/lot:<lot>@1", False),
    ("D-01", "orders /v1/orders?limit=1", "stock.v1/demand:<their-order>@1", False),
    ("D-01", "orders /v1/orders?limit=1", "orders.v1/order:<their-order>@1,orders.v1/order:<our-order>@1", False),
    ("D-01", "inventory /v1/parts?limit=1", "catalogue.v1/part:<part>@1", True),
    ("D-02", "inventory /v1/stock?limit=1", "production.v1/lot:<lot>@2", True),
    ("operator", "inventory /v1/stock?limit=1", "stock.v1/D-02/<part>@1,production.v1/lot:<lot>@1", True),
    ("partner's operator", "inventory /v1/stock?limit=1", "stock.v1/D-02/<part>@1", False),
    ("quality", "inventory /v1/stock?limit=1", "stock.v1/D-02/<part>@1", True),
    ("quality", "inventory /v1/stock?limit=1", "orders.v1/order:<our-order>@1", False),
    ("partner's planner", "orders /v1/orders?limit=1", "orders.v1/order:<our-order>@1", False),
    ("planner", "production /v1/lots?limit=1", "production.v1/work-order:<work-order>@1", True),
    ("planner", "production /v1/lots?limit=1", "orders.v1/order:<our-order>@1", True),
    ("partner's planner", "production /v1/lots?limit=1", "orders.v1/order:<sourced-order>@1", False),
    ("F-01", "production /v1/lots?limit=1", "production.v1/lot:<lot>@1", False),
    ("F-01", "production /v1/lots?limit=1", "orders.v1/order:<our-order>@1", False),
]


async def test_nobody_learns_by_waiting_what_goes_on_at_a_foreign_site(nations: Nations) -> None:
    answers = await asyncio.gather(
        *(nations.ask(who, "GET", place, after=after) for who, place, after, _ in WAITS),
        *(nations.ask(who, "GET", place, after=after.replace("@1", "@999")) for who, place, after, _ in WAITS[:2]),
    )

    told = ["" if answer.is_success else slug(answer) for answer in answers]
    assert told == [*("" if sees else LATE for *_, sees in WAITS), LATE, LATE]


LATE = "version-not-yet-applied"


def shown(answer: Any) -> set[str]:
    """Say in short what an answer shows."""
    told = answer.json()
    if answer.status_code != 200:
        return {slug(answer)}
    if isinstance(told, dict) and "beyond" in told:
        return {each["ordered_by"] for each in told["waiting"] + told["beyond"]}
    if isinstance(told, dict) and "rows" in told:
        return {row_shown(row) for row in told["rows"]}
    if isinstance(told, list):
        return {str(row) for row in told}
    return {str(told.get("lot") or told.get("work_order") or told["order_id"])}


def row_shown(row: Mapping[str, Any]) -> str:
    """Say in short what a row of stock shows."""
    if "availability" in row:
        assert row.keys() == {"site", "part", "availability"}, "of another depot only whether there is some"
        return f"{row['site']} {row['availability']}"
    return f"{row['site']} full"
