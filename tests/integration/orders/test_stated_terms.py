"""What sources cost and import, by the days from which it is stated: listed, imported, and exported as it was."""

from typing import Any

import pytest

from shared import clock
from tests.integration.orders.house import PART, House, slug

TERMS = "/v1/stated-terms"
PRICE: dict[str, Any] = {"unit_cost": "1381500.00", "currency": "INR", "import_content": "0.36"}
CSV = {"Content-Type": "text/csv"}
HEADER = "part,site,stated_from,unit_cost,currency,import_content\n"
OLD = f"{PART},F-01,2025-01-01,900.00,INR,0.8\n"
NEW = f"{PART},F-01,2026-03-01,800.00,INR,0.4\n"
NAMES = ("part", "site", "stated_from", "unit_cost", "currency", "import_content")


async def imported(house: House, content: str, **query: Any) -> Any:
    return await house.send(
        "POST", f"{TERMS}/import", role="planner", site=None, content=content.encode(), headers=CSV, params=query
    )


async def stated(house: House) -> list[dict[str, Any]]:
    listed = await house.send("GET", TERMS, role="planner", site=None)
    return [{name: each[name] for name in NAMES} for each in listed.json()]


async def test_what_was_stated_of_a_source_is_listed_by_its_days_and_only_what_changes_is_a_statement(
    house: House,
) -> None:
    path, today = f"{TERMS}?part={PART}&site=F-01", str(clock.now().date())
    for change in (
        {"stated_from": "2026-02-01"},
        {},
        {"lead_time_days": 9},
        {"import_content": "0.3"},
        {"currency": "RUB"},
    ):
        last = await house.approve("F-01", **{**PRICE, **change})

    listed = await house.send("GET", path, role="auditor", site=None)
    first = await house.send("GET", f"{path}&limit=1", role="planner", site=None)
    rest = await house.send("GET", first.headers["Link"].partition(">")[0][1:], role="planner", site=None)
    wrong = [
        await house.send("GET", f"{path}&cursor={cursor}", role="planner", site=None)
        for cursor in ("WyJsYXRlciJd", "WyJhIiwiYiIsImxhdGVyIl0")
    ]
    nothing = await house.send("GET", path.replace("F-01", "F-02"), role="planner", site=None)

    said = [(each["stated_from"], each["currency"], each["import_content"]) for each in listed.json()]
    assert said == [("2026-02-01", "INR", "0.3600"), (today, "RUB", "0.3600")], "of one day, the last word counts"
    assert first.json() + rest.json() == listed.json()
    assert (last["stated_from"], last["currency"]) == (today, "RUB")
    assert [(each.status_code, slug(each)) for each in wrong] == [(422, "cursor-malformed")] * 2
    assert nothing.json() == []


async def test_prices_of_many_days_are_imported_and_the_newest_is_what_the_source_costs(house: House) -> None:
    await house.approve("F-01", **PRICE, stated_from="2026-02-01")

    dry = await imported(house, HEADER + NEW + OLD, dry_run=True)
    untouched = await stated(house)
    done = await imported(house, HEADER + NEW + OLD)
    again = await imported(house, HEADER + NEW + OLD)
    now = (await house.send("GET", f"/v1/sources/{PART}/F-01", role="planner", site=None)).json()

    assert (dry.json()["dry_run"], len(untouched), done.json()["lines"], again.json()["lines"]) == (True, 1, 2, 2)
    assert [(each["stated_from"], each["unit_cost"]) for each in await stated(house)] == [
        ("2025-01-01", "900.00"),
        ("2026-02-01", "1381500.00"),
        ("2026-03-01", "800.00"),
    ]
    assert (now["unit_cost"], now["import_content"], now["stated_from"]) == ("800.00", "0.4000", "2026-03-01")


async def test_an_older_price_that_is_corrected_leaves_what_holds_now(house: House) -> None:
    before = await house.approve("F-01", **PRICE, stated_from="2026-02-01")

    await imported(house, HEADER + OLD)
    now = (await house.send("GET", f"/v1/sources/{PART}/F-01", role="planner", site=None)).json()

    assert now == before


async def test_what_was_listed_can_be_imported_elsewhere_and_is_the_same(house: House) -> None:
    await house.approve("F-01", **PRICE, stated_from="2026-02-01")
    await imported(house, HEADER + NEW + OLD)
    kept = await stated(house)
    await house.owner.execute("DELETE FROM stated_terms")

    rows = "".join(",".join(each[name] for name in NAMES) + "\n" for each in kept)
    await imported(house, HEADER + rows)

    assert await stated(house) == kept


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (HEADER + NEW + NEW, ["line 3: part, site, stated_from"]),
        (HEADER + NEW.replace("F-01", "F-02"), ["line 2: part, site"]),
        (HEADER + NEW.replace("2026-03-01", "2999-01-01"), ["line 2: stated_from"]),
        (HEADER + NEW.replace("INR", ""), ["line 2: currency"]),
        (
            HEADER + NEW.replace("0.4", "1.4") + OLD.replace("F-01", "F-02"),
            ["line 2: import_content", "line 3: part, site"],
        ),
    ],
    ids=str,
)
async def test_prices_of_which_one_is_wrong_are_refused_whole(house: House, content: str, said: list[str]) -> None:
    await house.approve("F-01", **PRICE)
    before = await stated(house)

    answers = [await imported(house, content), await imported(house, content, dry_run=True)]

    assert [(answer.status_code, slug(answer)) for answer in answers] == [(422, "import-invalid")] * 2
    assert [error["field"] for error in answers[0].json()["errors"]] == said
    assert await stated(house) == before


async def test_prices_are_stated_by_who_plans_and_read_by_its_nation_alone(house: House) -> None:
    await house.approve("F-01", **PRICE)

    depot = await house.send(
        "POST", f"{TERMS}/import", role="depot", site="D-01", content=(HEADER + NEW).encode(), headers=CSV
    )
    partner = await house.door.get(TERMS, headers=house.bearer("planner", nation="RUS"))

    assert (depot.status_code, slug(depot), partner.json()) == (403, "role-forbidden", [])
