"""What the tests of replenishment do: a depot that was asked for parts, and has too few."""

from datetime import timedelta
from typing import Any

from shared.events.stock import Awaited, StockLevelStated
from tests.fixtures.days import today
from tests.integration.orders.house import PART, House

PATH = "/v1/replenishment"
POLICY = {"service_level": "0.95", "cover_days": 28}
RULE = {"activity": "7201YA", "serial": "R"}


async def ask(house: House, method: str, path: str, *, status: int = 200, **request: Any) -> Any:
    """Ask as a planner of the nation."""
    answer = await house.send(method, f"{PATH}{path}", role="planner", site=None, scope="", **request)
    assert answer.status_code == status, answer.text
    return answer.json()


async def policy(house: House, **changes: Any) -> None:
    await ask(house, "PUT", f"/policies/{today()}", json={**POLICY, **changes})


async def demanded(house: House, weeks: int = 52, *, quantity: int = 1, part: str = PART) -> None:
    """Let a depot have asked for a part in each of so many weeks."""
    rows = []
    for week in range(weeks):
        day = today() - timedelta(days=7 * week + 1)
        number = f"7201YA{day.year % 10}{day:%j}W{week:03d}"
        row = {"document_number": number, "ordered_by": "D-01", "part": part, "quantity": quantity, "urgency": "C"}
        rows.append({**row, "required_by": str(day + timedelta(days=30)), "placed_on": str(day)})
    answer = await house.send("POST", "/v1/orders/import", json=rows)
    assert answer.status_code == 200, answer.text
    # They were issued long ago.
    await house.owner.execute("UPDATE orders SET issued = quantity, open = 0, heard = 1, state = 'issued'")


async def stated(house: House, free: int, **awaited: int) -> None:
    """Let inventory state what lies on the shelf, and what is still to arrive for it."""
    listed = [Awaited(order=order.replace("_", "-"), short=short) for order, short in awaited.items()]
    await house.ear.hear(StockLevelStated(site="D-01", part=PART, free=free, awaited=listed))


async def reviewed(house: House) -> dict[str, Any]:
    done: dict[str, Any] = await ask(house, "POST", "/review")
    return done


async def the_proposal(house: House) -> dict[str, Any]:
    (found,) = await ask(house, "GET", "")
    shown: dict[str, Any] = found
    return shown


async def short(house: House) -> dict[str, Any]:
    """Let a depot have less than its reorder point, as a review finds."""
    await house.approve(unit_cost="10.00", currency="INR")
    await demanded(house)
    await policy(house)
    await stated(house, 2)
    assert (await reviewed(house))["proposed"] == 1
    return await the_proposal(house)
