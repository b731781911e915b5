"""A first article of a joint venture: made is not issuable, passed serves who waits, reopened takes back."""

import json

import pytest

from jvtrack.client import (
    InspectionOpening,
    InspectionPass,
    InspectionReopening,
    JVTrack,
    Order,
    Receipt,
    ReceiptLine,
    SourceTerms,
    StockQuery,
)
from jvtrack.client.answers.catalogue import PartRecord
from shared import clock
from shared.events.catalogue import MakerReference
from shared.events.factory import FactoryLotDispatched, FactoryLotFinished
from shared.events.production import Reference
from shared.events.quality import ReopeningCause
from tests.fixtures.catalogue import Trade
from tests.fixtures.commands import attempt
from tests.fixtures.interleaving import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

REFERENCE = Reference(maker="3VK1Y", number="VKR/7", revision="A")
REOPENED_SECONDS_MAX = 2.0


async def a_gated_part(trade: Trade) -> str:
    """Define a part whose lots need a passed first article, and let a factory make it."""
    part = trade.part()
    record = PartRecord(
        name="Gearbox of our own",
        unit_of_issue="EA",
        references=[MakerReference(**REFERENCE.model_dump())],
        first_article_required=True,
    )
    kept = await trade.connection.inventory.put_part(part, record)
    await approve(trade, part, "F-02")
    token, version = trade.system.token("operator"), f"catalogue.v1/part:{part}@{kept.version}"
    for service, path in (("production", "/v1/lots"), ("orders", "/v1/orders")):
        assert (await trade.doors.ask(service, "GET", path, token=token, after=version)).is_success
    return part


async def approve(trade: Trade, part: str, site: str) -> None:
    """Approve a factory as a source of a part."""
    terms = SourceTerms(approved=True, approved_on=clock.now().date(), lead_time_days=21)
    await trade.connection.orders.put_source(part, site, terms)


async def made_and_received(trade: Trade, part: str, work_order: str, quantity: int) -> None:
    """Make, send and receive what an order waits for."""
    about = {"lot": f"L-{part}", "part": part, "work_order": work_order, "quantity": quantity}
    finished = FactoryLotFinished.model_validate({**about, "reference": REFERENCE.model_dump()})
    sent = FactoryLotDispatched.model_validate({**about, "shipment": f"S-{part}", "depot": "D-01"})
    await trade.reported("F-02", finished, sent)
    line = ReceiptLine(part=part, lot=f"F-02:L-{part}", quantity=quantity)
    depot = trade.acting("depot", "D-01")
    await eventually(lambda: is_on_the_road(depot, part, quantity))
    await depot.inventory.receive(Receipt(site="D-01", shipment=f"F-02:S-{part}", lines=[line]))


async def test_a_first_article_holds_back_serves_and_takes_back(trade: Trade) -> None:
    part = await a_gated_part(trade)
    quality, depot = trade.acting("quality"), trade.acting("depot", "D-01")
    order = await trade.placed(part, 3)
    await eventually(lambda: is_order(trade, order, sourced=3))
    await made_and_received(trade, part, f"{order.order_id}-W1", 3)
    made = (await depot.inventory.stock(StockQuery(site="D-01", part=part))).rows[0]
    await eventually(lambda: is_order(trade, order, sourced=0, open=3))
    waiting = await trade.connection.orders.get(order.order_id)

    opened = await quality.production.open_first_article(
        InspectionOpening(factory="F-02", part=part, reference=REFERENCE)
    )
    await quality.production.pass_first_article(opened.first_article, InspectionPass(report="FAIR-1", version=1))
    await eventually(lambda: is_order(trade, order, reserved=3))
    begun = clock.monotonic()
    reopening = InspectionReopening(causes=[ReopeningCause.TOOLING], reason="New hob.")
    await quality.production.reopen_first_article(opened.first_article, reopening)
    await eventually(lambda: is_order(trade, order, reserved=0, open=3))
    taken = clock.monotonic() - begun
    await approve(trade, part, "F-01")
    await eventually(lambda: is_order(trade, order, sourced=3))

    assert (made.on_hand, made.available, made.held_back) == (3, 0, "first-article")
    assert taken < REOPENED_SECONDS_MAX
    read = await trade.connection.orders.get(order.order_id)
    assert len(waiting.work_orders) == 1, "who has brought what is held back is not asked for the same again"
    assert [work.source for work in read.work_orders] == ["F-02", "F-01"], "what was taken back is sourced elsewhere"
    await trade.quiet()
    proof = await trade.proof()
    assert [offence for result in proof.results for offence in result.offences] == []


async def test_the_command_opens_passes_and_shows_an_inspection(trade: Trade) -> None:
    part = await a_gated_part(trade)
    about = ["--factory", "F-02", "--part", part, "--maker", "3VK1Y", "--number", "VKR/7", "--revision", "A"]

    opened = await attempt(trade, "first-articles", "open", *about, role="quality")
    name = f"F-02/{part}/3VK1Y/VKR%2F7/A"
    passed = await attempt(trade, "first-articles", "pass", name, "--report", "FAIR-1", "--json", role="quality")
    again = await attempt(trade, "first-articles", "open", *about, role="quality")
    failed = await attempt(trade, "first-articles", "fail", name, "--reason", "Too late.", role="quality")
    listed = await attempt(trade, "first-articles", "list", "--part", part, "--json", role="quality")
    shown = await attempt(trade, "first-articles", "show", name, role="quality")

    assert [each.returncode for each in (opened, passed, listed, shown)] == [0, 0, 0, 0], opened.stderr
    assert (again.returncode, failed.returncode) == (2, 2)
    assert "first-article-still-passed" in again.stderr or "reopen" in again.stderr
    assert [(each["first_article"], each["open"]) for each in json.loads(listed.stdout)] == [(name, True)]
    assert "FAIR-1" in shown.stdout
    assert (json.loads(passed.stdout)["first_article"], json.loads(passed.stdout)["state"]) == (name, "passed")


async def test_quality_sees_at_a_prompt_what_stands_and_suspends_what_it_finds_deficient(trade: Trade) -> None:
    part = await trade.stocked(("D-01", 3))
    change = ("--from", "A", "--to", "Q", "--quantity", "2", "--reason", "Cracks.")

    done = await attempt(trade, "conditions", "change", "--site", "D-01", "--part", part, *change, role="quality")
    listed = await attempt(trade, "stock", "list", "--part", part, "--json", role="quality")
    held = await attempt(trade, "stock", "list", "--part", part, "--held-back", "certificate", role="quality")

    assert [each.returncode for each in (done, listed, held)] == [0, 0, 0], done.stderr
    rows = {row["condition"]: row["on_hand"] for row in json.loads(listed.stdout)["rows"]}
    assert rows == {"A": 1, "Q": 2}
    assert "D-01" not in held.stdout


async def is_order(trade: Trade, order: Order, **wanted: object) -> bool:
    """Tell whether an order stands so."""
    now = await trade.connection.orders.get(order.order_id)
    return all(getattr(now, name) == value for name, value in wanted.items())


async def is_on_the_road(depot: JVTrack, part: str, quantity: int) -> bool:
    """Tell whether so much is on its way to the depot."""
    rows = (await depot.inventory.stock(StockQuery(site="D-01", part=part))).rows
    return sum(row.in_transit or 0 for row in rows) == quantity
