"""What would become of promises if a lot were rejected, wherever it stands."""

from shared.events.production import LotFinished, WorkOrderOpened
from shared.events.stock import DemandReserved
from tests.integration.orders.house import PART, House, inventory_said, production_said
from tests.integration.orders.test_whatif import ask, in_days, scenario, short


async def finished(house: House, order_id: str, lot: str, quantity: int) -> None:
    """Let the factory finish a lot for an order's first work order."""
    work_order = f"{order_id}-W1"
    made = LotFinished(lot=lot, part=PART, factory="F-01", work_order=work_order, quantity=quantity)
    await house.ear.hear(made)


async def test_a_whole_lot_is_rejected_on_its_way_and_where_it_is_held(house: House) -> None:
    await house.approve("F-01", lead_time_days=30)
    waits, holds = await short(house), await house.place()
    await house.ear.hear(inventory_said(holds, DemandReserved, reserved=5))
    await house.ear.hear(production_said(waits, WorkOrderOpened, due=in_days(3)))
    await finished(house, waits, "F-01:L-1", 3)
    lot = {"kind": "reject-lot", "lot": "F-01:L-1"}

    all_coming = await scenario(house, lot)
    all_held = await scenario(house, {**lot, "stands": {"coming": 0, "held": [{"order_id": holds, "quantity": 5}]}})
    unknown = await ask(house, {**lot, "lot": "F-01:L-9"})
    nobody = await ask(house, {**lot, "stands": {"held": [{"order_id": f"{waits[:10]}Z999-2026", "quantity": 1}]}})

    assert {move["order_id"]: move["after"] for move in all_coming["moved"]} == {waits: in_days(30)}
    assert {move["order_id"]: move["before"] for move in all_held["moved"]} == {holds: in_days(0)}
    assert [each.json()["errors"][0]["field"] for each in (unknown, nobody)] == [
        "suppositions[0].lot",
        "suppositions[0].stands.held[0].order_id",
    ]
