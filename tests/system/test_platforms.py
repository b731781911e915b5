"""A commander's morning, through the command: who stands still for which part, and what would release it."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from shared import clock
from shared.types import Platform, Urgency
from tests.fixtures.catalogue import DATA, Trade
from tests.fixtures.commands import attempt, command, following

pytestmark = pytest.mark.asyncio(loop_scope="session")

TAIL, OTHER, FOLLOWED = "ZP-5104", "ZP-5109", "ZP-5102"
GEARBOX, BLADE = "MI17-MAIN-GEARBOX", "MI17-MAIN-ROTOR-BLADE"


async def ordered(trade: Trade, part: str, tail: str, depot: str) -> str:
    about = {"platform": Platform.MI_17V_5, "tail_number": tail, "urgency": Urgency.C}
    return (await trade.placed(part, 1, depot=depot, **about)).order_id


async def test_a_commander_sees_who_stands_still_and_what_would_release_it(trade: Trade, tmp_path: Path) -> None:
    said = await command(trade, "platforms", "import", str(DATA / "platforms.csv"), role="operator")
    checked = await command(trade, "platforms", "import", "--dry-run", str(DATA / "platforms.csv"), role="operator")
    exported = await command(trade, "platforms", "export", role="operator")  # also what other tests have registered
    gearbox = await ordered(trade, GEARBOX, TAIL, "D-01")
    blade = await ordered(trade, BLADE, OTHER, "D-04")
    down = await command(
        trade, "platforms", "down", "MI-17V-5", TAIL, "--cause", "Chips in oil.", role="depot", site="D-01"
    )
    await command(trade, "platforms", "down", "MI-17V-5", OTHER, "--cause", "Cracked blade.", role="depot", site="D-04")
    await trade.quiet()

    table = await command(trade, "platforms", role="operator")
    listed: list[dict[str, Any]] = json.loads(await command(trade, "platforms", "--json", role="operator"))
    own = json.loads(await command(trade, "platforms", "--json", role="depot", site="D-04"))
    actions = json.loads(await command(trade, "platforms", "actions", "--json", role="operator"))
    ranked = await command(trade, "platforms", "actions", role="operator")
    hours = json.loads(
        await command(trade, "platforms", "availability", "--platform", "MI-17V-5", "--json", role="operator")
    )
    shares = await command(trade, "platforms", "availability", "--tails", "--site", "D-01", role="operator")
    up = await command(trade, "platforms", "up", "MI-17V-5", TAIL, role="depot", site="D-01")

    assert "36 lines imported" in said
    assert "36 lines checked" in checked
    assert set((DATA / "platforms.csv").read_text().splitlines()) <= set(exported.splitlines())
    assert f"MI-17V-5 {TAIL} is down since {clock.now().astimezone():%Y-%m-%d}" in down
    assert gearbox in table
    lines = {each["tail_number"]: [line["order_id"] for line in each["blocking"]] for each in listed}
    assert (lines[TAIL], lines[OTHER]) == ([gearbox], [blade])
    assert [each["tail_number"] for each in own] == [OTHER]
    assert actions["grounded"] == len(listed)
    assert "days saved within 90 days" in ranked
    shown = {each["tail_number"]: each["availability"] for each in hours["tails"]}
    assert {each["site"] for each in hours["fleets"]} == {"D-01", "D-02", "D-04", "D-05"}
    assert len(shown) >= 12
    assert 0.99 < shown[TAIL] <= 1
    assert shown["ZP-5101"] == 1.0
    assert TAIL in shares
    assert "is up since" in up


async def test_who_follows_platforms_hears_of_one_that_goes_down_and_of_what_it_is_promised(trade: Trade) -> None:
    await command(trade, "platforms", "import", str(DATA / "platforms.csv"), role="operator")
    async with following(trade, "platforms", "follow", "--tail", FOLLOWED, "--site", "D-01") as follower:
        assert follower.stdout is not None
        heard = asyncio.create_task(follower.stdout.readline())
        async with asyncio.timeout(60):
            while not heard.done():  # It follows from when it is connected.
                for word, more in (("down", ("--cause", "A crack.")), ("up", ())):
                    await command(trade, "platforms", word, "MI-17V-5", FOLLOWED, *more, role="depot", site="D-01")
                await asyncio.wait([heard], timeout=1)
            order = await ordered(trade, GEARBOX, FOLLOWED, "D-01")
            lines = [(await heard).decode()]
            while order not in lines[-1]:
                lines.append((await follower.stdout.readline()).decode())

    assert f"  MI-17V-5 {FOLLOWED}  D-01" in lines[0]
    assert f"promised  MI-17V-5 {FOLLOWED}  D-01  {order}  {GEARBOX}  for " in lines[-1]
    assert follower.returncode == 0


async def test_what_the_service_refuses_is_one_sentence(trade: Trade) -> None:
    unknown = await attempt(trade, "platforms", "up", "MI-17V-5", "ZP-0000", role="depot", site="D-01")
    wrong = await attempt(trade, "platforms", "up", "MI-17V-5", "ZP-0000", "--since", "yesterday", role="operator")

    assert (unknown.returncode, wrong.returncode) == (2, 2)
    assert "404 tail-unknown" in unknown.stderr
    assert "yesterday is no moment" in wrong.stderr


async def test_the_fleet_is_listed_shown_and_written_to_a_file_that_is_imported_again(
    trade: Trade, tmp_path: Path
) -> None:
    await command(trade, "platforms", "import", str(DATA / "platforms.csv"), role="operator")
    site = ("--site", "D-01")

    fleet = json.loads(await command(trade, "platforms", "list", *site, "--json", role="operator"))
    shown = await command(trade, "platforms", "show", "MI-17V-5", TAIL, role="operator")
    await command(trade, "platforms", "export", str(tmp_path / "fleet.json"), *site, role="operator")
    again = await command(trade, "platforms", "import", str(tmp_path / "fleet.json"), role="operator")

    assert TAIL in {each["tail_number"] for each in fleet}
    assert all(word in shown for word in (TAIL, "D-01", "history"))
    assert f"{len(fleet)} lines imported" in again


async def test_a_helicopter_is_released_by_the_part_of_one_that_stands_still_anyway(trade: Trade) -> None:
    await command(trade, "platforms", "import", str(DATA / "platforms.csv"), role="operator")
    receiver, donor = "ZP-5103", "ZP-5101"
    depot: dict[str, str] = {"role": "depot", "site": "D-01"}
    order = await ordered(trade, GEARBOX, receiver, "D-01")
    for tail in (receiver, donor):
        await command(trade, "platforms", "down", "MI-17V-5", tail, "--cause", "Chips in oil.", **depot)
    await trade.quiet()
    act = ("orders", "expedite", order, "--cannibalise", donor, "--reason", "It waits until May anyway.")

    price = await command(trade, *act, "--dry-run", **depot)
    await command(trade, *act, "--yes", **depot)
    listed = json.loads(await command(trade, "platforms", "--json", **depot))
    history = await command(trade, "orders", "show", order, **depot)
    for tail in (receiver, donor):
        await command(trade, "platforms", "up", "MI-17V-5", tail, **depot)

    lines = {each["tail_number"]: [line["order_id"] for line in each["blocking"]] for each in listed}
    assert receiver in price
    assert (order in lines[donor], order in lines[receiver]) == (True, False)
    assert "cannibalised" in history
