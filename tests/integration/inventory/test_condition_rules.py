"""Nations state with how much life left their stock is qualified or short-lived."""

import pytest

from tests.integration.inventory.ageing import at, conditions, day, define, rule
from tests.integration.inventory.house import House
from tests.unit.http.makers import slug


async def test_short_lived_items_age_by_what_their_nation_has_stated(house: House) -> None:
    await define(house, shelf_life_type="I", shelf_life_months=4)
    await house.stock(4, expires_on=str(day(100)))
    unstated = await house.tidier.age(at(70))
    stated = await rule(house, {"total_months_max": 5, "qualified": "P45D", "short": "P20D"})

    await house.tidier.age(at(60))
    qualified = await conditions(house)
    await house.tidier.age(at(90))

    assert (unstated, stated.status_code, qualified) == (0, 200, {"B": 4})
    assert await conditions(house) == {"C": 4}
    (listed,) = await house.get("/v1/condition-rules")
    assert (listed["nation"], listed["lifespans"][0]["qualified"]) == ("IND", "P45D")


async def test_another_nations_rule_does_not_age_our_stock(house: House) -> None:
    await house.stock(4, expires_on=str(day(400)))
    headers = house.bearer("quality", nation="RUS")
    body = {"lifespans": [{"qualified": "P13M", "short": "P12M"}], "reason": "Cautious."}
    stated = await house.door.put(f"/v1/condition-rules/{day(0)}", json=body, headers=headers)

    assert stated.status_code == 200
    assert await house.tidier.age(at(100)) == 0


@pytest.mark.parametrize(
    ("lifespans", "role", "problem"),
    [
        ([{"qualified": "P3M", "short": "P3M"}], "quality", "request-invalid"),
        ([{"qualified": "P1M", "short": "P30D"}], "quality", "request-invalid"),
        ([{"qualified": "six months", "short": "P3M"}], "quality", "request-invalid"),
        ([{"qualified": "P6M", "short": "P3M", "total_months_max": True}], "quality", "request-invalid"),
        ([], "quality", "request-invalid"),
        ([{"qualified": "P6M", "short": "P3M"}] * 2, "quality", "request-invalid"),
        ([{"qualified": "P6M", "short": "P3M"}], "depot", "role-forbidden"),
        ([{"qualified": "P6M", "short": "P3M"}], "auditor", "role-forbidden"),
    ],
    ids=str,
)
async def test_a_rule_that_makes_no_sense_or_is_not_yours_to_state_is_refused(
    house: House, lifespans: list[dict[str, object]], role: str, problem: str
) -> None:
    refused = await rule(house, *lifespans, role=role)

    assert slug(refused) == problem
    assert await house.get("/v1/condition-rules") == []


async def test_a_rule_of_the_past_is_refused(house: House) -> None:
    refused = await rule(house, {"qualified": "P6M", "short": "P3M"}, valid_from=day(-1))

    assert (refused.status_code, slug(refused)) == (422, "condition-rule-in-past")
