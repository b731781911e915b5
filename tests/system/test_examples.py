"""The examples run as a reader would run them, against the whole system."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from jvtrack.client import JVTrack, NewOrder, Order, Report, StockQuery, document_number
from shared import clock
from shared.events.envelope import new_event_id
from shared.events.factory import FactoryLotDispatched
from tests.fixtures.system import System

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
EXAMPLE_LINES_MAX = 30
PART = "MI17-SWASHPLATE"


@pytest.fixture
async def stocked(system: System) -> System:
    """Import the illustrative catalogue, stock and activities."""
    async with a_client(system, "operator") as jvtrack:
        await jvtrack.inventory.import_catalogue(DATA / "sites.csv")
        await jvtrack.inventory.import_catalogue(DATA / "parts.json")
        await jvtrack.inventory.import_stock(DATA / "stock.csv")
        await jvtrack.orders.import_activities(DATA / "activities.csv")
    return system


async def test_what_the_factory_example_sends_the_depot_example_receives_orders_and_issues(stocked: System) -> None:
    made = run(stocked, "factory.py", stocked.token("factory", "F-01"))
    shipment = made.rsplit(" in ", 1)[-1].strip()
    async with a_client(stocked, "operator") as jvtrack:
        await on_the_road(jvtrack, shipment)

        served = run(stocked, "depot.py", stocked.token("depot", "D-01"))

        stock = await jvtrack.inventory.stock(StockQuery(site="D-01", part=PART), group="part-site")
        order = await jvtrack.orders.get(re.findall(r"^(\S+): 2 reserved, promised for", served, re.MULTILINE)[0])
    assert "accepted" in made
    assert f"{shipment}: received 5" in served
    assert order.issued == 2
    assert stock.rows[0].in_transit == 0


async def test_the_depot_example_leaves_alone_what_goes_elsewhere_and_issues_nothing_where_all_is_taken(
    stocked: System,
) -> None:
    async with a_client(stocked, "operator") as jvtrack:
        shipment = await sent_to(jvtrack, "D-01", "D-02")
        greedy = await all_taken(jvtrack)

        served = run(stocked, "depot.py", stocked.token("depot", "D-01", "D-02"))

        (carried,) = [each async for each in jvtrack.inventory.shipments(sender="F-01") if each.shipment == shipment]
        await jvtrack.orders.cancel(greedy.order_id)
    assert f"{shipment}: received 3" in served
    assert {line.depot: line.open for line in carried.lines} == {"D-01": 0, "D-02": 3}
    assert ": 0 reserved, promised for" in served


@pytest.mark.parametrize("name", ["factory.py", "depot.py"])
def test_an_example_fits_on_a_page(name: str) -> None:
    assert len((ROOT / "examples" / name).read_text().splitlines()) <= EXAMPLE_LINES_MAX


@pytest.mark.parametrize("name", ["factory.py", "depot.py"])
def test_an_example_without_a_token_says_so_in_a_sentence(name: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "JVTRACK_TOKEN"}

    done = subprocess.run(
        [sys.executable, str(ROOT / "examples" / name)],
        env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.startswith("JVTRACK_TOKEN is not set: ")
    assert len(done.stderr.splitlines()) == 1


def a_client(system: System, role: str, *sites: str) -> JVTrack:
    """Connect to the system under test."""
    return JVTrack(
        token=system.token(role, *sites),
        orders=system.url("orders"),
        production=system.url("production"),
        inventory=system.url("inventory"),
        reads_own_writes=True,
    )


async def sent_to(jvtrack: JVTrack, *depots: str) -> str:
    """Have a factory send three pieces to each depot, in one consignment."""
    number = new_event_id().hex[-12:].upper()
    for depot in depots:
        about = {"lot": f"L-{number}", "part": PART, "quantity": 3, "shipment": f"S-{number}", "depot": depot}
        await jvtrack.production.post(Report("/F-01/example", FactoryLotDispatched.model_validate(about)))
        await on_the_road(jvtrack, f"F-01:S-{number}", depot=depot)
    return f"F-01:S-{number}"


async def all_taken(jvtrack: JVTrack) -> Order:
    """Order more than the depot has and will get, so that nothing is left for whoever comes later."""
    today = clock.now().date()
    number = document_number("7201YA", today, "ZZZZ")
    wanted = NewOrder(document_number=number, ordered_by="D-01", part=PART, quantity=100_000, required_by=today)
    return await jvtrack.orders.place(wanted, wait_seconds=10)


async def on_the_road(jvtrack: JVTrack, shipment: str, *, depot: str = "D-01") -> None:
    """Wait until inventory has heard of a consignment."""
    for _ in range(200):
        if shipment in [each.shipment async for each in jvtrack.inventory.shipments(sender="F-01", depot=depot)]:
            return
        await asyncio.sleep(0.1)
    pytest.fail(f"inventory never heard of {shipment}")


def run(system: System, name: str, token: str) -> str:
    """Run an example as a program of its own; gives what it printed."""
    urls = {f"JVTRACK_{service.upper()}_URL": system.url(service) for service in ("orders", "production", "inventory")}
    environment = {**os.environ, **urls, "JVTRACK_TOKEN": token, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(ROOT / "examples" / name)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
