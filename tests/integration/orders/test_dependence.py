"""Dependence at the doors: what lots are made of, from facts told twice, late and voided, down to the facts."""

from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from deploy.postgres.provision import ServiceDatabase
from shared.events.envelope import Event
from shared.events.production import LotDispatched, LotEventVoided, LotFinished, LotScrapped
from shared.events.progress import MaterialConsumed
from shared.types import ScrapStage
from tests.fixtures.days import today
from tests.integration.orders.house import PART, House, open_house, slug

_numbers = count(1)


def a_lot(factory: str = "F-01") -> dict[str, Any]:
    return {"lot": f"{factory}:L-{next(_numbers)}", "part": PART, "factory": factory}


def material(lot: dict[str, Any], origin: str = "RUS", cost: str | None = "30.00", **values: Any) -> MaterialConsumed:
    told = {"material": "SPAR", "kind": "component", "input_lot": "H-1", "origin": origin, "amount": "10", "unit": "EA"}
    return MaterialConsumed(**lot, **{**told, "unit_cost": cost, "currency": cost and "INR", **values})


def sent(lot: dict[str, Any], quantity: int, depot: str = "D-01") -> LotDispatched:
    return LotDispatched(**lot, shipment=f"{lot['factory']}:S-1", depot=depot, quantity=quantity)


async def get(house: House, path: str = "", **query: Any) -> Any:
    answer = await house.send("GET", f"/v1/dependence{path}", role="planner", site=None, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def stated(house: House) -> None:
    """State the nation's sources, its money, and what it asks for."""
    await house.approve("F-01", unit_cost="100.00", currency="INR", import_content="0.50")
    await house.approve("S-01", unit_cost="40.00", currency="RUB", accepted_on="2026-01-01")
    weights = {"day": "1", "cost": "0", "import_content": "0", "currency": "INR", "rates": {"RUB": "2"}}
    minimum = {"minimum": "0.60"}
    puts = ((f"/v1/sourcing-weights/{today()}", weights), (f"/v1/dependence/thresholds/{today()}", minimum))
    for path, body in puts:
        answer = await house.send("PUT", path, role="planner", site=None, json=body)
        assert answer.status_code == 200, answer.text


async def test_the_content_of_lots_follows_from_what_went_into_them_and_leads_back_to_it(house: House) -> None:
    await stated(house)
    told, declared, abroad, unseen = a_lot(), a_lot(), a_lot("S-01"), a_lot("S-01")
    facts: list[Event] = [
        material(told),
        material(told, "IND", None, material="PAINT"),
        LotFinished(**told, quantity=11),
        LotScrapped(**told, quantity=1, stage=ScrapStage.FINISHED),
        LotScrapped(**told, quantity=5, stage=ScrapStage.IN_PROCESS),
        LotFinished(**declared, quantity=10),
        LotFinished(**abroad, quantity=5),
        sent(abroad, 5),
        LotFinished(**unseen, quantity=5),
        sent(unseen, 5, "D-09"),
    ]
    said = await house.ear.hear(*facts)
    await house.ear.hear_said(said)

    lots = {each["lot"]: each for each in await get(house, "/lots", part=PART)}
    content = await get(house, by="platform")
    named = await get(house, "/facts", lot=told["lot"], kind="consumed")

    assert unseen["lot"] not in lots
    figures = {lot: (each["basis"], each["price"], each["imported"], each["indigenous"]) for lot, each in lots.items()}
    assert figures[told["lot"]] == ("material", "1000.00", "300.00", "0.7000")
    assert figures[declared["lot"]] == ("declared", "1000.00", "500.00", "0.5000")
    assert figures[abroad["lot"]] == ("abroad", "400.00", "400.00", "0.0000")
    assert [lots[each["lot"]]["meets"] for each in (told, declared)] == [True, False]
    assert len(lots[told["lot"]]["events"]) == 4
    assert {each["event_id"] for each in named} < set(lots[told["lot"]]["events"])
    assert [each["origin"] for each in named] == ["RUS", "IND"]
    assert content["currency"] == "INR"
    (platform,) = content["figures"]
    assert (platform["name"], platform["lots"], platform["price"], platform["imported"]) == (
        "MI-17V-5",
        3,
        "2400.00",
        "1200.00",
    )
    assert (platform["indigenous"], platform["meets"]) == ("0.5000", False)


async def test_material_that_was_voided_is_not_counted_whenever_it_comes_again(house: House) -> None:
    await stated(house)
    lot = a_lot()
    said = await house.ear.hear(LotFinished(**lot, quantity=10), material(lot, cost="90.00"))
    void = LotEventVoided(**lot, voided=said[1].id, voided_type=MaterialConsumed.TYPE)

    await house.ear.hear(void)
    await house.ear.hear_said(said)
    (shown,) = [each for each in await get(house, "/lots") if each["lot"] == lot["lot"]]

    assert (shown["basis"], shown["indigenous"], len(shown["events"])) == ("declared", "0.5000", 1)


async def test_a_fact_and_its_void_in_one_batch_leave_nothing(house: House) -> None:
    lot = a_lot()
    said = house.ear.number(LotFinished(**lot, quantity=10))
    void = house.ear.number(LotEventVoided(**lot, voided=said[0].id, voided_type=LotFinished.TYPE))

    await house.ear.hear_said([*said, *void])

    assert lot["lot"] not in [each["lot"] for each in await get(house, "/lots")]


async def test_what_is_stated_anew_leaves_what_was_made_before_as_it_was(house: House) -> None:
    terms = {"unit_cost": "100.00", "currency": "INR", "import_content": "0.50"}
    days = {age: today() - timedelta(days=age) for age in (0, 10, 20, 30, 40)}
    await house.approve("F-01", **terms, stated_from=str(days[20]))
    await house.approve("F-01", **terms, lead_time_days=9)
    await house.approve("F-01", unit_cost="200.00", currency="INR", import_content="0.10")
    lots = {age: a_lot() for age in (0, 10, 40)}
    for age, lot in lots.items():
        await house.ear.hear(LotFinished(**lot, quantity=1))
        await house.owner.execute("UPDATE lot_fact SET recorded_on = $1 WHERE lot = $2", days[age], lot["lot"])

    async def shown() -> dict[int, tuple[str, str, str]]:
        found = {each["lot"]: each for each in await get(house, "/lots")}
        by_age = {age: found[lot["lot"]] for age, lot in lots.items()}
        return {age: (each["price"], each["indigenous"], each["stated_from"]) for age, each in by_age.items()}

    before = await shown()
    corrected = await house.approve(
        "F-01", unit_cost="50.00", currency="INR", import_content="0.90", stated_from=str(days[30])
    )

    now, then = ("200.00", "0.9000", str(days[0])), ("100.00", "0.5000", str(days[20]))
    assert before == {0: now, 10: then, 40: then}
    assert await shown() == {0: now, 10: then, 40: ("50.00", "0.1000", str(days[30]))}
    assert (corrected["unit_cost"], corrected["stated_from"]) == ("200.00", str(days[0])), "a later statement holds now"


async def test_a_component_is_imported_as_far_as_what_went_into_it_however_deep(house: House) -> None:
    await stated(house)
    spar, blade, rotor, mistold = a_lot(), a_lot(), a_lot(), a_lot("S-01")
    await house.ear.hear(
        LotFinished(**spar, quantity=2),  # half of it is imported, as is stated
        material(blade, "IND", "40.00", input_lot=spar["lot"]),
        material(blade, "IND", "10.00", input_lot="H-1"),
        LotFinished(**blade, quantity=10),
        material(rotor, "IND", "50.00", input_lot=blade["lot"]),
        material(rotor, "IND", "10.00", input_lot=mistold["lot"]),
        material(rotor, "RUS", "10.00", input_lot=spar["lot"]),
        LotFinished(**rotor, quantity=10),
        LotFinished(**mistold, quantity=1),
        material(spar, "IND", "5.00", input_lot=rotor["lot"]),
    )
    lots = {each["lot"]: each for each in await get(house, "/lots")}
    before = lots[rotor["lot"]]
    await house.owner.execute("DELETE FROM lot_fact WHERE kind = 'consumed' AND lot = $1", spar["lot"])

    lots = {each["lot"]: each for each in await get(house, "/lots")}
    whole = await get(house, part=PART)

    assert lots[blade["lot"]]["imported"] == "200.00"
    assert lots[blade["lot"]]["components"] == {spar["lot"]: "0.5000"}
    assert lots[rotor["lot"]]["imported"] == "300.00", "a fifth of 500, all of 100 that came from abroad, and of 100"
    assert lots[rotor["lot"]]["components"] == {blade["lot"]: "0.2000", mistold["lot"]: "1.0000"}
    assert whole["total"]["lots"] == 3
    assert before["lot"] == rotor["lot"], "a lot that is told to be in itself is answered, too"


async def test_figures_by_month_part_and_factory_add_up_to_the_same_total(house: House) -> None:
    await stated(house)
    for _ in range(2):
        lot = a_lot()
        await house.ear.hear(LotFinished(**lot, quantity=10), material(lot))

    found = [await get(house, by=by) for by in ("month", "part", "factory")]

    assert found[0]["figures"][-1]["name"] == f"{today():%Y-%m}"
    for each in found:
        assert each["total"] == found[0]["total"]
        assert sum(figure["lots"] for figure in each["figures"]) == each["total"]["lots"]


async def test_what_was_taken_over_is_told_against_the_days_before(house: House) -> None:
    part = {"part": "BEARING"}
    home, abroad = a_lot() | part, a_lot("S-01") | part
    yesterday = today() - timedelta(days=1)
    await house.ear.hear(sent(home, 6), sent(abroad, 4))
    await house.owner.execute("UPDATE lot_fact SET recorded_on = $1 WHERE lot = $2", yesterday, abroad["lot"])

    found = await get(house, "/takeovers", **{"from": str(today()), "to": str(today())})

    assert [each for each in found if each["part"] == "BEARING"] == [
        {
            "part": "BEARING",
            "factory": "F-01",
            "dispatched": 6,
            "dispatched_before": 0,
            "imported": 0,
            "imported_before": 4,
            "taken_over": 4,
        }
    ]


async def test_critical_parts_of_one_source_or_one_country_are_counted_and_listed(house: House) -> None:
    await house.approve("S-01", part="GEARBOX", accepted_on="2026-01-01")

    found = await get(house, "/sources", platform="MI-17V-5", limit=1)
    every = await get(house, "/sources")

    assert [each["name"] for each in found["figures"]] == ["all", "MI-17V-5"]
    assert len(found["parts"]) == 1
    gearbox = next(each for each in every["parts"] if each["part"] == "GEARBOX")
    assert gearbox["sources"] == [{"site": "S-01", "country": "RUS"}]
    assert (gearbox["single_source"], gearbox["single_country"]) == (True, "RUS")
    assert "WASHER" not in [each["part"] for each in every["parts"]]


@pytest.mark.parametrize(
    ("path", "query", "problem"),
    [
        ("", {"from": "2026-02-01", "to": "2026-01-01"}, "request-invalid"),
        ("/lots", {"from": "1970-01-01"}, "period-too-long"),
        ("/facts", {"cursor": "WyJ4IiwieSJd"}, "cursor-malformed"),
        ("/lots", {"from": "yesterday"}, "request-invalid"),
        ("", {"by": "colour"}, "request-invalid"),
    ],
)
async def test_a_question_that_cannot_be_names_what_is_wrong(
    house: House, path: str, query: dict[str, str], problem: str
) -> None:
    answer = await house.send("GET", f"/v1/dependence{path}", role="planner", site=None, params=query)

    assert (answer.status_code, slug(answer)) == (422, problem)


async def test_a_threshold_is_stated_from_today_on_and_by_planners(house: House) -> None:
    yesterday = today() - timedelta(days=1)
    past = await house.send(
        "PUT", f"/v1/dependence/thresholds/{yesterday}", role="planner", site=None, json={"minimum": "0.5"}
    )
    wrong = await house.send(
        "PUT", f"/v1/dependence/thresholds/{today()}", role="planner", site=None, json={"minimum": "1.5"}
    )
    depot = await house.send("GET", "/v1/dependence/thresholds", role="depot", site="D-01")
    await stated(house)

    assert (past.status_code, slug(past)) == (422, "threshold-in-past")
    assert (wrong.status_code, slug(wrong)) == (422, "request-invalid")
    assert depot.status_code == 403
    assert [each["minimum"] for each in await get(house, "/thresholds")] == ["0.6000"]


async def test_more_lots_than_are_taken_together_are_refused(made: ServiceDatabase, tmp_path: Path) -> None:
    async with open_house(made, tmp_path, dependence_lots_max=1) as house:
        await house.ear.hear(*(LotFinished(**a_lot(), quantity=1) for _ in range(2)))

        answer = await house.send("GET", "/v1/dependence", role="planner", site=None)

    assert (answer.status_code, slug(answer)) == (422, "lots-too-many")
