"""A commander's morning, through the command: who stands still for which part, and what would release it."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from shared import clock
from shared.types import Platform, Urgency
from tests.fixtures.catalogue import DATA, Trade

pytestmark = pytest.mark.asyncio(loop_scope="session")

TAIL, OTHER = "ZP-5104", "ZP-5109"
GEARBOX, BLADE = "MI17-MAIN-GEARBOX", "MI17-MAIN-ROTOR-BLADE"


async def command(trade: Trade, *words: str, role: str = "operator", site: str | None = None) -> str:
    """Run `jvtrack platforms`; gives what it printed."""
    done = await attempt(trade, *words, role=role, site=site)
    assert done.returncode == 0, done.stderr
    return done.stdout


async def attempt(
    trade: Trade, *words: str, role: str = "operator", site: str | None = None
) -> subprocess.CompletedProcess[str]:
    settings = trade.system.settings
    ports = {f"JVTRACK_{name.upper()}_PORT": str(port) for name, port in settings.service_ports.items()}
    known = {"JVTRACK_NAMESPACE": settings.namespace, "JVTRACK_HOME": str(settings.home), "COLUMNS": "300"}
    token = {"JVTRACK_TOKEN": trade.system.token(role, *([site] if site else []))}
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "jvtrack.cli", "platforms", *words],
        env={**os.environ, **known, **ports, **token},
        capture_output=True,
        text=True,
        check=False,
    )


async def ordered(trade: Trade, part: str, tail: str, depot: str) -> str:
    about = {"platform": Platform.MI_17V_5, "tail_number": tail, "urgency": Urgency.C}
    return (await trade.placed(part, 1, depot=depot, **about)).order_id


async def test_a_commander_sees_who_stands_still_and_what_would_release_it(trade: Trade, tmp_path: Path) -> None:
    said = await command(trade, "import", str(DATA / "platforms.csv"))
    checked = await command(trade, "import", "--dry-run", str(DATA / "platforms.csv"))
    exported = await command(trade, "export")  # also what other tests have registered
    gearbox = await ordered(trade, GEARBOX, TAIL, "D-01")
    blade = await ordered(trade, BLADE, OTHER, "D-04")
    down = await command(trade, "down", "MI-17V-5", TAIL, "--cause", "Chips in oil.", role="depot", site="D-01")
    await command(trade, "down", "MI-17V-5", OTHER, "--cause", "Cracked blade.", role="depot", site="D-04")
    await trade.quiet()

    table = await command(trade)
    listed: list[dict[str, Any]] = json.loads(await command(trade, "--json"))
    own = json.loads(await command(trade, "--json", role="depot", site="D-04"))
    actions = json.loads(await command(trade, "actions", "--json"))
    ranked = await command(trade, "actions")
    hours = json.loads(await command(trade, "availability", "--platform", "MI-17V-5", "--json"))
    shares = await command(trade, "availability", "--tails", "--site", "D-01")
    up = await command(trade, "up", "MI-17V-5", TAIL, role="depot", site="D-01")

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


async def test_what_the_service_refuses_is_one_sentence(trade: Trade) -> None:
    unknown = await attempt(trade, "up", "MI-17V-5", "ZP-0000", role="depot", site="D-01")
    wrong = await attempt(trade, "up", "MI-17V-5", "ZP-0000", "--since", "yesterday")

    assert (unknown.returncode, wrong.returncode) == (2, 2)
    assert "404 tail-unknown" in unknown.stderr
    assert "yesterday is no moment" in wrong.stderr
