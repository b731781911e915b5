"""A simulated year on a running system: played, interrupted, gone on with, and never posted twice."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import pytest

from deploy.local.control import as_variables
from deploy.postgres.provision import connect
from jvtrack.commands.verify import prove
from shared.events.orders import OrderPlaced
from tests.fixtures.doors import client_of
from tests.fixtures.servers import TestServers
from tests.fixtures.system import System, start_system
from tests.system.test_readme import environment

SIZE = ("--seed", "7", "--parts", "6", "--depots", "2", "--factories", "1", "--suppliers", "1", "--tails", "9")
DAYS, SECONDS_MAX = 120, 150

Done: TypeAlias = tuple[int, Mapping[str, Any]]
"""The exit code of a run, and its summary."""

pytestmark = pytest.mark.timeout(3 * SECONDS_MAX)


@pytest.fixture(scope="module")
def played(servers: TestServers, namespace: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Run a system in which nobody does anything but what these tests play, one after the other."""
    with start_system(servers, tmp_path_factory.mktemp("year"), f"{namespace}_year") as running:
        yield running


def simulate(system: System, *words: str) -> Done:
    """Run `jvtrack simulate`; gives its exit code and its summary."""
    command = [sys.executable, "-m", "jvtrack.cli", "simulate", *SIZE, "--days", str(DAYS), "--json", *words]
    variables = {**environment(system), **as_variables(system.settings)}
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=SECONDS_MAX, check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.fixture(scope="module")
def played_on(played: System) -> Sequence[Done]:
    """Play a part of it, then all of it, then all of it once more."""
    return [
        simulate(played, "--seconds-max", "1", "--events-per-second", "30"),
        simulate(played, "--events-per-second", "400"),
        simulate(played, "--events-per-second", "1000"),
    ]


async def placed(system: System) -> int:
    """Count the orders that were ever placed."""
    connection = await connect(system.environment.database("orders").owner)
    try:
        return int(await connection.fetchval("SELECT count(*) FROM event_log WHERE type = $1", OrderPlaced.TYPE))
    finally:
        await connection.close()


async def test_a_year_is_played_gone_on_with_and_repeats_nothing(played: System, played_on: Sequence[Done]) -> None:
    (stopped, some), (ended, whole), (again, repeated) = played_on
    async with client_of(played, played.token("operator")) as operator:
        shipments = [each async for each in operator.inventory.shipments()]
        unexplained = [each async for each in operator.inventory.discrepancies()]

    assert (stopped, ended, again) == (1, 0, 0)
    assert 0 < some["days_played"] < DAYS
    assert whole["days_played"] == DAYS
    assert whole["issued"] > whole["filled_at_once"] > 0
    assert min(whole[name] for name in ("purchases", "delays", "failures", "receipts")) > 0
    assert whole["purchases"] < whole["work_orders"]
    assert whole["orders"] == whole["issued"] + whole["open"]
    assert repeated["repeated"] > whole["orders"] + whole["receipts"]
    assert await placed(played) == whole["orders"] == repeated["orders"]
    assert shipments
    assert [line for each in shipments for line in each.lines if line.received > line.dispatched] == []
    assert unexplained == []
    assert [result for result in (await prove(played.environment)).results if not result.holds] == []


async def test_what_was_played_is_there_for_everybody(played: System, played_on: Sequence[Done]) -> None:
    _, summary = played_on[-1]
    async with client_of(played, played.token("operator")) as operator:
        orders = [each async for each in operator.orders.list()]
        fleet = await operator.orders.platforms.availability()
        grounded = [each async for each in operator.orders.platforms.grounded()]

    assert len(orders) == summary["orders"]
    assert sum(each.issued == each.quantity for each in orders) == summary["issued"]
    assert len(fleet.tails) == 9
    assert len(grounded) == summary["tails_down"]
    assert any(each.up_hours < each.hours for each in fleet.tails)
