"""Calls about slips and exports go to their doors, as these want them."""

import json
from datetime import date

from jvtrack.client import ExportTerms
from tests.unit.client.makers import ScriptedService, a_client, an_answer, an_order

ORDER, PART = "7201YA6327A001-2026", "MI17-SWASHPLATE"


async def test_an_order_is_sourced_anew_with_the_reason_and_slips_are_listed() -> None:
    slip = {"order_id": ORDER, "ordered_by": "D-01", "part": PART, "priority": 2, "required_by": "2026-12-20"}
    service = ScriptedService(an_answer(an_order(), 202), an_answer([{**slip, "proposals": []}]))

    async with a_client(service) as jvtrack:
        await jvtrack.orders.resource(ORDER, "grounded")
        listed = await jvtrack.orders.slips(source="F-01").all()

    assert [request.url.path for request in service.asked] == [f"/v1/orders/{ORDER}/resource", "/v1/slips"]
    assert json.loads(service.asked[0].content) == {"reason": "grounded"}
    assert service.asked[1].url.params["source"] == "F-01"
    assert [each.order_id for each in listed] == [ORDER]


async def test_an_export_is_approved_and_ended_for_one_nation() -> None:
    approval = {"site": "F-01", "part": PART, "country": "POL", "nation": "IND", "approved_on": "2026-11-20"}
    approval |= {"approved_by": "Board", "changed_by": "planner@IND"}
    venture = {"site": "F-01", "partners": ["IND", "RUS"], "changed_by": "planner@IND"}
    service = ScriptedService(
        *map(an_answer, (venture, approval, {**approval, "approved_until": "2026-12-31"}, [venture], [approval], []))
    )

    async with a_client(service) as jvtrack:
        exports = jvtrack.orders.exports
        await exports.put_venture("F-01", ("IND", "RUS"))
        await exports.approve("F-01", PART, "POL", ExportTerms(approved_on=date(2026, 11, 20), approved_by="Board"))
        ended = await exports.end("F-01", PART, "POL", date(2026, 12, 31))
        listed = [await each.all() for each in (exports.ventures(), exports.approvals(), exports.unapproved())]

    path = f"/v1/export-approvals/F-01/{PART}/POL"
    assert [request.url.path for request in service.asked[:3]] == ["/v1/joint-ventures/F-01", path, f"{path}/end"]
    assert ended.approved_until == date(2026, 12, 31)
    assert list(map(len, listed)) == [1, 1, 0]
