"""Every question why an order stands as it does, or who waits, goes to its door, and its answer is read."""

from datetime import date

from tests.unit.client.makers import ScriptedService, a_client, an_answer

ORDER = "7201YA6327A001-2026"
REASON = {"kind": "reserved", "quantity": 2, "day": "2026-12-01", "site": None, "order": None, "text": "2 are held"}
EXPLAINED = {
    "order_id": ORDER,
    "version": 4,
    "state": "sourced",
    "ordered_by": "D-01",
    "site": "D-01",
    "part": "MI17-TAIL-ROTOR-BLADE",
    "today": "2026-11-26",
    "why_this_much": [REASON],
    "why_this_source": [],
    "why_not_earlier": [REASON],
}


async def test_an_order_is_explained_under_its_name() -> None:
    service = ScriptedService(an_answer(EXPLAINED))

    async with a_client(service) as jvtrack:
        told = await jvtrack.orders.explain(ORDER)

    assert [(each.method, each.url.path) for each in service.asked] == [("GET", f"/v1/orders/{ORDER}/explanation")]
    assert (told.why_this_much[0].quantity, told.why_not_earlier[0].day) == (2, date(2026, 12, 1))


async def test_how_an_order_stands_in_its_queue_is_asked_of_inventory() -> None:
    about = {name: EXPLAINED[name] for name in ("order_id", "version", "site", "part")}
    turn = {"priority": 4, "required_by": "2026-12-20", "placed_at": "2026-11-23T09:30:00Z", "waits_for": 3}
    said = {**about, **turn, "as_of": "2026-11-26T09:30:00Z", "reasons": [{**REASON, "shipment": "F-01:S-1"}]}
    service = ScriptedService(an_answer(said))

    async with a_client(service) as jvtrack:
        told = await jvtrack.inventory.explain(ORDER)

    assert [(each.method, each.url.path) for each in service.asked] == [("GET", f"/v1/demands/{ORDER}/explanation")]
    assert (told.waits_for, told.reasons[0].shipment) == (3, "F-01:S-1")


async def test_a_report_on_waiting_is_read_to_its_last_page() -> None:
    line = {
        "order_id": ORDER,
        "ordered_by": "D-01",
        "site": "D-01",
        "part": "GEARBOX",
        "priority": 4,
        "band": 2,
        "quantity": 5,
        "placed_at": "2026-11-06T09:30:00Z",
        "days": 20,
        "beyond_days": 9,
        "state": "open",
        "required_by": "2026-12-01",
        "promised_for": None,
    }
    page = {"as_of": "2026-11-26T09:30:00Z", "limits": [], "waiting": [], "beyond": [line]}
    link = {"Link": '</v1/orders/waiting?site=D-01&cursor=abc>; rel="next"'}
    service = ScriptedService(an_answer(page, headers=link), an_answer(page))

    async with a_client(service) as jvtrack:
        report = await jvtrack.orders.waiting(site="D-01")

    assert [str(each.url.query, "ascii") for each in service.asked] == ["site=D-01", "site=D-01&cursor=abc"]
    assert [each.order_id for each in report.beyond] == [ORDER, ORDER]


async def test_who_uses_urgent_needs_is_asked_by_month_and_depot() -> None:
    use = {"month": "2026-11", "approved_by": "chief", "ordered_by": "D-01", "urgency": "A", "orders": 2, "quantity": 5}
    service = ScriptedService(an_answer([use]))

    async with a_client(service) as jvtrack:
        (told,) = await jvtrack.orders.urgency(month="2026-11", site="D-01").all()

    assert str(service.asked[0].url.query, "ascii") == "month=2026-11&site=D-01"
    assert (told.approved_by, told.orders) == ("chief", 2)
