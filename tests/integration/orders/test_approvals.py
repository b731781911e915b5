"""Approvals and acceptances of sources: their days, and files that give back what they took."""

import json
from typing import Any

import pytest

from tests.integration.orders.house import PART, House, slug

CSV = {"Content-Type": "text/csv"}
TERMS = {
    "approved": True,
    "approved_on": "2026-01-01",
    "approved_until": "2027-01-01",
    "approved_by": "Directorate of Air Stores",
    "accepted_on": "2025-11-02",
    "accepted_until": "2027-11-01",
    "lead_time_days": 30,
    "capacity_per_week": 4,
    "minimum_lot": 2,
    "unit_cost": "1381500.00",
    "currency": "INR",
    "import_content": "0.3600",
}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"approved_until": "2025-12-31"}, "approved_until"),
        ({"accepted_until": "2025-11-01"}, "accepted_until"),
        ({"accepted_on": None}, "accepted_until"),
        ({"approved_until": "soon"}, "approved_until"),
        ({"minimum_lot": 0}, "minimum_lot"),
        ({"approved_by": ""}, "approved_by"),
    ],
    ids=str,
)
async def test_dates_before_each_other_name_the_field(house: House, change: dict[str, Any], field: str) -> None:
    put = await house.send("PUT", f"/v1/sources/{PART}/F-01", role="planner", site=None, json={**TERMS, **change})
    rows = json.dumps([{**TERMS, **change, "part": PART, "site": "F-01"}])
    headers = {"Content-Type": "application/json"}
    file = await house.send("POST", "/v1/sources/import", role="planner", site=None, content=rows, headers=headers)

    assert (put.status_code, [error["field"] for error in put.json()["errors"]]) == (422, [field])
    assert (file.status_code, [error["field"] for error in file.json()["errors"]]) == (422, [f"line 1: {field}"])


@pytest.mark.parametrize("field", ["approved_on", "accepted_on"])
async def test_a_word_of_the_future_is_refused(house: House, field: str) -> None:
    terms = {**TERMS, "approved_until": None, "accepted_until": None, field: "2999-01-01"}

    answer = await house.send("PUT", f"/v1/sources/{PART}/F-01", role="planner", site=None, json=terms)

    assert (answer.status_code, slug(answer)) == (422, "approval-in-future")
    assert answer.json()[field] == "2999-01-01"


@pytest.mark.parametrize("form", ["csv", "json"])
async def test_what_is_shown_of_sources_is_what_an_import_takes(house: House, form: str) -> None:
    """An export is a list that was read, less what an import does not know; taken again it changes nothing."""
    await house.send("PUT", f"/v1/sources/{PART}/S-01", role="planner", site=None, json=TERMS)
    await house.approve("F-01", approved=False, approved_on=None)
    before = await shown(house)
    columns = ["part", "site", "illustrative", *TERMS]
    rows = [{name: each[name] for name in columns} for each in before]
    cells = [",".join("" if row[name] is None else str(row[name]) for name in columns) for row in rows]
    text = "\n".join([",".join(columns), *cells]).replace("True", "true").replace("False", "false")

    await house.owner.execute("TRUNCATE source")
    headers = CSV if form == "csv" else {"Content-Type": "application/json"}
    content = text if form == "csv" else json.dumps(rows)
    done = await house.send("POST", "/v1/sources/import", role="planner", site=None, content=content, headers=headers)

    assert (done.status_code, done.json().get("lines")) == (200, 2), done.text
    assert await shown(house) == before
    assert {name: before[1][name] for name in TERMS} == TERMS


async def shown(house: House) -> list[dict[str, Any]]:
    answer = await house.send("GET", "/v1/sources", role="planner", site=None)
    return [{name: value for name, value in each.items() if name != "changed_at"} for each in answer.json()]
