"""The demo's story of late gearboxes comes out as it must, and can be played again on the same system."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from deploy.local.settings import SERVICES
from jvtrack.demo.company import Company
from jvtrack.demo.findings import Finding
from jvtrack.demo.papers import Papers
from jvtrack.demo.scenes import drawing, gearboxes, opening, pre_empting
from jvtrack.demo.stage import Stage
from shared import clock
from tests.fixtures.doors import client_of
from tests.fixtures.own_stack import jvtrack
from tests.fixtures.servers import TestServers
from tests.fixtures.system import System, start_system


@pytest.fixture
def played_on(servers: TestServers, namespace: str, tmp_path: Path) -> Iterator[System]:
    """Run a system of its own: the play imports stock that other tests do not expect."""
    with start_system(servers, tmp_path, f"{namespace}_story") as running:
        yield running


async def played(system: System, edition: str) -> Sequence[Finding]:
    """Play what a commander is told the product for; gives what it has shown."""
    stage = Stage(system.settings, {service: system.url(service) for service in SERVICES})
    async with client_of(system, system.token("operator")) as operator:
        company = Company.gather(stage, Papers(clock.now().date(), edition), operator)
        shown = [await opening.play(company)]
        shown += await asyncio.gather(gearboxes.play(company), pre_empting.play(company))
        shown += [await drawing.play(company)]
    return [finding for findings in shown for finding in findings]


async def test_late_gearboxes_and_a_tank_come_out_as_they_must_however_often_they_are_played(
    played_on: System,
) -> None:
    first, second = await played(played_on, "00"), await played(played_on, "01")

    assert [finding for finding in (*first, *second) if not finding.holds] == []
    assert [finding.what for finding in first[-3:]] == [
        "promises over time, 5 lines",
        "platforms down over time, 2 lines",
        "platforms down in what-ifs, 4 lines",
    ]
    assert len(first) == len(second)
    # Whatever monitor has counted of all this is what it would count from the first fact on.
    compared = await asyncio.to_thread(jvtrack, played_on.settings, "rebuild", "monitor", "--compare-only")
    assert compared.returncode == 0, compared.stdout + compared.stderr
