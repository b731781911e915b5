"""Orders that nobody can mean: refused with the field that is wrong, and what would be right."""

from shared.events.catalogue import PartDefined
from tests.integration.orders.house import House, slug


async def test_a_tail_number_without_its_platform_is_refused_naming_the_platform(house: House) -> None:
    answer = await house.send("POST", "/v1/orders", json=house.body(tail_number="ZP-1"))

    (error,) = answer.json()["errors"]
    assert (error["field"], "name the platform" in str(error)) == ("platform", True)


async def test_how_much_one_order_may_hold_is_counted_in_units_of_issue(house: House) -> None:
    await house.ear.hear(PartDefined(part_id="GREASE", name="Grease", unit_of_issue="KG", quantity_scale=3))

    most = await house.send("POST", "/v1/orders", json=house.body(part="GREASE", quantity=100_000_000))
    more = await house.send("POST", "/v1/orders", json=house.body(part="GREASE", quantity=100_000_001))

    assert (most.status_code, more.status_code, slug(more)) == (201, 422, "quantity-absurd")
    assert (more.json()["quantity"], more.json()["quantity_max"]) == (100_000_001, 100_000_000)
    assert "order_units_max" in more.json()["title"]
