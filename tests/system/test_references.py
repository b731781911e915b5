"""A depot that takes the original alone, until it allows a substitute: placed, explained and amended at the prompt."""

import json
from datetime import timedelta
from typing import Any

import pytest

from jvtrack.client import SourceTerms
from jvtrack.client.answers.catalogue import PartRecord
from jvtrack.client.answers.slips import Receipt, ReceiptLine
from shared import clock
from shared.events.catalogue import MakerReference
from shared.events.factory import FactoryLotDispatched, FactoryLotFinished
from tests.fixtures.catalogue import Trade
from tests.fixtures.commands import attempt
from tests.fixtures.interleaving import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

ORIGINAL: dict[str, Any] = {"maker": "S1KH4", "number": "BP-7/A", "revision": "03"}
LICENSED: dict[str, Any] = {"maker": "3VK1Y", "number": "VKR-7", "revision": "B"}
CLERK = {"role": "depot", "site": "D-01"}
ORIGINAL_KEY, LICENSED_KEY = "S1KH4/BP-7%2FA/03", "3VK1Y/VKR-7/B"


async def a_known_part(trade: Trade) -> str:
    """Define a part of two makers' references, and let the licensed factory be a source of it."""
    part, today = trade.part(), clock.now().date()
    references = [MakerReference(**each, approved_on=today, approved_by="Board") for each in (ORIGINAL, LICENSED)]
    kept = await trade.connection.inventory.put_part(
        part, PartRecord(name="Gearbox", unit_of_issue="EA", references=references)
    )
    version = f"catalogue.v1/part:{part}@{kept.version}"
    assert (
        await trade.doors.ask("orders", "GET", "/v1/orders", token=trade.system.token("operator"), after=version)
    ).is_success
    terms = SourceTerms(approved=True, approved_on=today, lead_time_days=21)
    await trade.connection.orders.put_source(part, "F-01", terms)
    return part


async def licensed_on_the_shelf(trade: Trade, part: str, quantity: int) -> None:
    """Make, send and receive a lot of the licensed reference."""
    about: dict[str, Any] = {"lot": f"L-{part}", "part": part, "quantity": quantity}
    finished = FactoryLotFinished.model_validate({**about, "reference": LICENSED})
    sent = FactoryLotDispatched.model_validate({**about, "shipment": f"S-{part}", "depot": "D-01"})
    accepted = await trade.reported("F-01", finished, sent)
    line = ReceiptLine(part=part, lot=f"F-01:L-{part}", quantity=quantity)
    assert accepted
    await trade.quiet()
    await trade.acting("depot", "D-01").inventory.receive(Receipt(site="D-01", shipment=f"F-01:S-{part}", lines=[line]))


async def test_a_depot_takes_the_original_alone_until_it_allows_a_substitute(trade: Trade) -> None:
    part = await a_known_part(trade)
    await licensed_on_the_shelf(trade, part, 3)
    number, day = trade.document_number(), str(clock.now().date() + timedelta(days=30))
    asked = [number, "--depot", "D-01", "--part", part, "--quantity", "2", "--required-by", day]

    placed = await attempt(trade, "orders", "place", *asked, "--accept-reference", ORIGINAL_KEY, "--json", **CLERK)
    order = json.loads(placed.stdout)
    await trade.quiet()
    explained = await attempt(trade, "orders", "explain", order["order_id"], **CLERK)
    seen = json.loads((await attempt(trade, "orders", "show", order["order_id"], "--json", **CLERK)).stdout)["version"]
    amended = await attempt(
        trade,
        *("orders", "amend", order["order_id"], "--accept-reference", ORIGINAL_KEY, "--with-substitutes"),
        *("--reason", "The original is late.", "--if-version", str(seen)),
        **CLERK,
    )
    await eventually(lambda: holds(trade, order["order_id"], 2))
    changing = ("orders", "amend", order["order_id"])
    stale = await attempt(trade, *changing, "--quantity", "1", "--reason", "Found.", "--if-version", str(seen), **CLERK)
    unknown = await attempt(trade, *changing, "--accept-reference", "3VK1Y/X", "--reason", "Any.", **CLERK)

    assert (placed.returncode, amended.returncode, stale.returncode, unknown.returncode) == (0, 0, 2, 2), amended.stderr
    assert order["reserved"] == 0
    assert f"3 are free in condition A: of {LICENSED_KEY}, and it accepts only {ORIGINAL_KEY}" in explained.stdout
    assert "F-01 could be there" in explained.stdout
    assert "is not known to make a reference that the order accepts" in explained.stdout
    assert f"takes only lots of {LICENSED_KEY}, {ORIGINAL_KEY}" in amended.stdout
    assert "409 version-stale" in stale.stderr
    assert "422 reference-unknown" in unknown.stderr
    assert ORIGINAL_KEY in unknown.stderr


async def test_a_depot_that_accepts_the_original_alone_again_gives_back_what_it_holds_of_others(trade: Trade) -> None:
    part = await a_known_part(trade)
    await licensed_on_the_shelf(trade, part, 2)
    first, second = await trade.placed(part, 2), await trade.placed(part, 2)

    narrowing = ("orders", "amend", first.order_id, "--accept-reference", ORIGINAL_KEY, "--reason", "Under warranty.")
    narrowed = await attempt(trade, *narrowing, **CLERK)
    await eventually(lambda: holds(trade, second.order_id, 2))

    await trade.quiet()
    why = await trade.connection.orders.explain(first.order_id)
    proof = await trade.proof()
    assert narrowed.returncode == 0, narrowed.stderr
    assert "2 were taken from what was held: it is of a reference that the order does not accept" in [
        each.text for each in why.why_this_much
    ]
    assert [offence for result in proof.results for offence in result.offences] == []


async def holds(trade: Trade, order_id: str, quantity: int) -> bool:
    """Tell whether an order holds so much."""
    return (await trade.connection.orders.get(order_id)).reserved == quantity
