"""A planner's what-if, through the command: what would be lost, and what would help."""

import json
from pathlib import Path
from typing import Any

import pytest

from shared import clock
from shared.types import Urgency
from tests.fixtures.catalogue import Trade
from tests.fixtures.commands import attempt

pytestmark = pytest.mark.asyncio(loop_scope="session")

PART = "MI17-MAIN-GEARBOX"


async def test_a_planner_asks_what_would_be_lost_and_what_would_help(trade: Trade, tmp_path: Path) -> None:
    placed = await trade.placed(PART, 500, depot="D-01", urgency=Urgency.C)
    await trade.quiet()
    planner = trade.acting("planner")
    order = await planner.orders.get(placed.order_id)
    (work, *_) = order.work_orders
    stop = {"kind": "stop", "site": work.source, "days": 200}
    terms = {"opens_on": str(clock.now().date()), "lead_time_days": 1}
    opens = {"kind": "open", "part": PART, "site": "JV-NEW", **terms}
    file = tmp_path / "scenarios.json"
    file.write_text(json.dumps({"helped": [stop, opens]}))

    shown = await attempt(trade, "what-if", "--stop", f"{work.source}=200", "--scenarios", str(file), "--part", PART)
    told = await attempt(
        trade,
        *("what-if", "--stop", f"{work.source}=200", "--capacity", f"{work.source}=50", "--demand", f"{PART}=2"),
        *("--reject", f"{work.work_order}=1", "--open", f"{PART}/JV-NEW={json.dumps(terms)}", "--json"),
    )
    refused = await attempt(trade, "what-if", "--stop", "NOBODY=90")

    assert (shown.returncode, told.returncode, refused.returncode) == (0, 0, 2), (shown, told, refused)
    (line,) = [line for line in shown.stdout.splitlines() if placed.order_id in line]
    assert f"{work.source} stops for 200 days" in line
    assert "JV-NEW" in line
    assert _moved(told.stdout, placed.order_id)["sources_after"][0] == "JV-NEW"
    assert "scenarios.supposed[0].site: there is no such site" in refused.stderr
    assert await planner.orders.get(placed.order_id) == order


def _moved(told: str, order_id: str) -> dict[str, Any]:
    moved = json.loads(told)["scenarios"]["supposed"]["moved"]
    found: dict[str, Any] = next(each for each in moved if each["order_id"] == order_id)
    return found
