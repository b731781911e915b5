"""The doors of replenishment: what they refuse, and to whom they open."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.fixtures.days import today
from tests.integration.orders.house import PART, House, slug
from tests.integration.orders.shelves import PATH, POLICY, RULE, ask, policy, short, the_proposal


@pytest.mark.parametrize(
    ("path", "body", "status", "problem"),
    [
        (f"/D-01:{PART}:9/release", {}, 404, "proposal-unknown"),
        ("/D-01:NOTHING:1/release", {}, 404, "proposal-unknown"),
        ("/D-77:NOTHING:1/dismiss", {"reason": "Why."}, 404, "proposal-unknown"),
        ("/D-01:1/release", {}, 422, "request-invalid"),
        (f"/D-01:{PART}:1/release", {"document_number": "7201YA6999A001"}, 422, "request-invalid"),
        (f"/D-01:{PART}:1/release", {"required_by": "2020-01-01", "document_number": "N"}, 422, "request-invalid"),
        (f"/D-01:{PART}:1/dismiss", {}, 422, "request-invalid"),
        (f"/D-01:{PART}:1/dismiss", {"reason": "Why.", "until": str(today())}, 422, "dismissal-out-of-reach"),
    ],
    ids=str,
)
async def test_a_decision_that_cannot_be_is_refused_and_changes_nothing(
    house: House, path: str, body: dict[str, Any], status: int, problem: str
) -> None:
    await short(house)

    answer = await house.send("POST", f"{PATH}{path}", role="planner", site=None, scope="", json=body)

    assert (answer.status_code, slug(answer)) == (status, problem)
    assert (await the_proposal(house))["state"] == "proposed"


async def test_a_number_of_another_order_or_another_depot_or_a_past_day_is_refused(house: House) -> None:
    proposal = await short(house)
    used = house.body()
    await house.send("POST", "/v1/orders", json=used)
    await house.send(
        "PUT",
        "/v1/activities/9999XX",
        role="planner",
        site=None,
        json={"site": "D-02", "force_activity_designator": "I"},
    )
    foreign = f"9999XX{used['document_number'][6:]}"
    path = f"/{proposal['proposal']}/release"

    reused = await ask(house, "POST", path, json={"document_number": used["document_number"]}, status=409)
    other = await ask(house, "POST", path, json={"document_number": foreign}, status=403)
    past = {"document_number": house.body()["document_number"], "required_by": str(today() - timedelta(days=1))}
    late = await ask(house, "POST", path, json=past, status=422)

    slugs = [each["type"].rpartition(":")[2] for each in (reused, other, late)]
    assert slugs == ["document-number-reused", "activity-of-another", "required-by-past"]
    assert (await the_proposal(house))["state"] == "proposed"


@pytest.mark.parametrize(
    ("terms", "status"),
    [
        ({}, 422),
        ({"service_level": "1.0"}, 422),
        ({"service_level": "0.4"}, 422),
        ({"service_level": 0.95}, 422),
        ({"cover_days": 0}, 422),
        ({"cover_days": True}, 422),
        ({"review_days": 0}, 422),
        ({"review_days": True}, 422),
        ({"history_weeks": 12}, 422),
        ({"history_weeks": "52"}, 422),
    ],
    ids=str,
)
async def test_a_policy_that_cannot_be_is_refused(house: House, terms: dict[str, Any], status: int) -> None:
    body = {**POLICY, **terms} if terms else {}

    await ask(house, "PUT", f"/policies/{today()}", json=body, status=status)

    assert (await ask(house, "POST", "/review", status=409))["type"].endswith("policy-missing")


async def test_policies_are_dated_and_listed_and_hold_from_today_or_later(house: House) -> None:
    past = await ask(house, "PUT", f"/policies/{today() - timedelta(days=1)}", json=POLICY, status=422)
    await policy(house)
    later = date(today().year + 1, 1, 1)
    await ask(house, "PUT", f"/policies/{later}", json={**POLICY, "service_level": "0.99"})

    listed = await ask(house, "GET", "/policies")

    assert past["type"].endswith("policy-in-past")
    assert [(each["valid_from"], each["service_level"]) for each in listed] == [
        (str(today()), "0.95"),
        (str(later), "0.99"),
    ]


@pytest.mark.parametrize(
    ("role", "site", "nation", "seen", "review", "release"),
    [
        ("planner", None, "IND", 1, 200, 422),
        ("procurement", None, "IND", 1, 200, 422),
        ("operator", None, "IND", 1, 200, 422),
        ("depot", "D-01", "IND", 1, 403, 422),
        ("depot", "D-02", "IND", 0, 403, 404),
        ("auditor", None, "IND", 1, 403, 403),
        ("planner", None, "RUS", 0, 409, 404),
        ("factory", "F-01", "IND", None, 403, 403),
    ],
)
async def test_a_depot_decides_for_itself_and_who_plans_for_the_nation(
    house: House, role: str, site: str | None, nation: str, seen: int | None, review: int, release: int
) -> None:
    proposal = await short(house)
    headers = house.bearer(role, *([site] if site else []), nation=nation)

    listed = await house.door.get(PATH, headers=headers)
    looked = await house.door.post(f"{PATH}/review", headers=headers)
    asked = await house.door.post(f"{PATH}/{proposal['proposal']}/release", headers=headers)

    assert (listed.status_code, None if seen is None else len(listed.json())) == (
        200 if seen is not None else 403,
        seen,
    )
    assert (looked.status_code, asked.status_code) == (review, release)


async def test_rules_are_kept_by_who_plans_for_the_depot(house: House) -> None:
    await ask(house, "PUT", "/rules/D-01", json={**RULE, "release_cost_max": "5.00", "currency": "INR"})

    listed = await ask(house, "GET", "/rules")
    half = await ask(house, "PUT", "/rules/D-01", json={**RULE, "release_cost_max": "5.00"}, status=422)
    factory = await ask(house, "PUT", "/rules/F-01", json=RULE, status=422)
    foreign = await ask(house, "PUT", "/rules/D-09", json=RULE, status=403)

    assert [(each["site"], each["activity"], each["release_cost_max"]) for each in listed] == [
        ("D-01", "7201YA", "5.00")
    ]
    assert "currency" in half["errors"][0]["message"]
    assert [each["type"].rpartition(":")[2] for each in (factory, foreign)] == ["site-not-depot", "site-forbidden"]
