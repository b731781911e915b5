"""Every call about replenishment and files of orders goes to its door, as its door wants it."""

import json
from datetime import date
from pathlib import Path
from uuid import UUID

from jvtrack.client.answers.replenishment import ReplenishmentPolicy, ReplenishmentRule
from jvtrack.client.files import export_rows
from tests.unit.client.makers import ScriptedService, a_client, a_problem, an_answer

PROPOSAL = "D-01:BLADE:3"
SHOWN = {"site": "D-01", "part": "BLADE", "proposal": PROPOSAL, "state": "proposed", "quantity": 9}
CHANGED = {"changed_at": "2026-11-01T09:30:00Z", "changed_by": "planner@IND"}
POLICY = {"service_level": "0.95", "cover_days": 30, "review_days": 1, "history_weeks": 52}
DAY = date(2027, 1, 1)


async def test_a_proposal_is_read_released_and_dismissed_under_its_name() -> None:
    service = ScriptedService(an_answer([SHOWN]), *(an_answer(SHOWN) for _ in range(3)))

    async with a_client(service) as jvtrack:
        replenishment = jvtrack.orders.replenishment
        listed = await replenishment.list(site="D-01", state="proposed").all()
        await replenishment.get(PROPOSAL)
        await replenishment.release(PROPOSAL, document_number="7201YA6330A001", suffix="B", required_by=DAY)
        await replenishment.dismiss(PROPOSAL, "Not any more.", until=DAY)

    assert [(request.method, request.url.path) for request in service.asked] == [
        ("GET", "/v1/replenishment"),
        ("GET", f"/v1/replenishment/{PROPOSAL}"),
        ("POST", f"/v1/replenishment/{PROPOSAL}/release"),
        ("POST", f"/v1/replenishment/{PROPOSAL}/dismiss"),
    ]
    assert listed[0].proposal == PROPOSAL
    assert dict(service.asked[0].url.params) == {"site": "D-01", "state": "proposed"}
    assert json.loads(service.asked[2].content) == {
        "document_number": "7201YA6330A001",
        "suffix": "B",
        "required_by": "2027-01-01",
    }
    assert json.loads(service.asked[3].content) == {"reason": "Not any more.", "until": "2027-01-01"}


async def test_policies_and_rules_are_put_and_listed_and_stock_is_reviewed() -> None:
    policy = {**POLICY, "nation": "IND", "valid_from": "2027-01-01", **CHANGED}
    rule = {"site": "D-01", "activity": "7201YA", "serial": "R", **CHANGED}
    done = {"reviewed": 4, "proposed": 1, "withdrawn": 0, "released": 0, "without_source": 1}
    service = ScriptedService(*map(an_answer, (policy, [policy], rule, [rule], done)))

    async with a_client(service) as jvtrack:
        replenishment = jvtrack.orders.replenishment
        await replenishment.put_policy(DAY, ReplenishmentPolicy(service_level="0.95", cover_days=30))
        policies = await replenishment.policies().all()
        await replenishment.put_rule("D-01", ReplenishmentRule(activity="7201YA", serial="R"))
        rules = await replenishment.rules().all()
        review = await replenishment.review()

    assert [(request.method, request.url.path) for request in service.asked] == [
        ("PUT", "/v1/replenishment/policies/2027-01-01"),
        ("GET", "/v1/replenishment/policies"),
        ("PUT", "/v1/replenishment/rules/D-01"),
        ("GET", "/v1/replenishment/rules"),
        ("POST", "/v1/replenishment/review"),
    ]
    assert json.loads(service.asked[0].content) == POLICY
    assert (policies[0].cover_days, rules[0].serial, review.without_source) == (30, "R", 1)


async def test_a_file_of_orders_is_posted_under_an_id_by_which_it_is_followed(tmp_path: Path) -> None:
    file, name = tmp_path / "orders.csv", UUID(int=7)
    export_rows(file, ["document_number", "conditions"], [{"document_number": "N", "conditions": ["A", "C"]}])
    progress = {"import_id": str(name), "state": "validated", "lines": 9, "published": 4, "overtaken": 0}
    service = ScriptedService(
        an_answer({"import_id": str(name), "lines": 1, "dry_run": False}),
        an_answer(progress),
        a_problem("import-unknown", 404),
    )

    async with a_client(service) as jvtrack:
        await jvtrack.orders.import_orders(file, import_id=name)
        under_way = await jvtrack.orders.import_progress(name)
        unknown = await jvtrack.orders.import_progress(name)

    posted = service.asked[0]
    assert (posted.url.path, dict(posted.url.params)) == (
        "/v1/orders/import",
        {"dry_run": "false", "import_id": str(name)},
    )
    assert posted.content == b"document_number,conditions\nN,A;C\n"
    assert under_way is not None
    assert (under_way.published, unknown) == (4, None)
