"""The story of a clock that goes on: goods age, promises are broken, inspections lapse, and one is made abroad.

The clock is driven by the services' own tidiers, beside those that run, with the days that are to come.
"""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from jvtrack.client import (
    ConditionChange,
    InspectionOpening,
    InspectionPass,
    JVTrack,
    Order,
    ProblemError,
    Receipt,
    ReceiptLine,
    SourceTerms,
    StockQuery,
)
from jvtrack.client.answers.catalogue import PartRecord
from services.inventory.commands.importing import Importer
from services.inventory.commands.tidying import Tidier as Ager
from services.inventory.settings import InventorySettings
from services.orders.commands.importing import Importer as OrderImporter
from services.orders.commands.outcomes import Outcomes
from services.orders.commands.tidying import Tidier as Overseer
from services.orders.settings import OrdersSettings
from services.production.commands.inspecting import Lapser
from services.production.settings import ProductionSettings
from shared import clock
from shared.db import Database
from shared.events.catalogue import LifeType, MakerReference
from shared.events.factory import FactoryLotDispatched, FactoryLotFinished
from shared.events.production import Reference
from shared.types import Condition
from tests.fixtures.catalogue import Trade
from tests.fixtures.interleaving import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")

REFERENCE = Reference(maker="3VK1Y", number="PL/7", revision="A")
ABROAD = "S-90"


@asynccontextmanager
async def database_of(trade: Trade, service: str) -> AsyncIterator[Database]:
    """Open a service's database as the service itself does."""
    address = trade.system.environment.database(service).app.render_as_string(hide_password=False)
    database = Database(address, pool_size=2, application_name="the clock")
    try:
        yield database
    finally:
        await database.close()


async def days_pass(trade: Trade, days: int) -> None:
    """Let the clock be so many days on."""
    settings, later = InventorySettings(), clock.now() + timedelta(days=days)
    async with database_of(trade, "inventory") as database:
        await Ager(database, Importer(database, settings), settings).age(later)
    async with database_of(trade, "orders") as database:
        outcomes, bounds = Outcomes(database, poll_seconds=60), OrdersSettings()
        await Overseer(database, OrderImporter(database, bounds), outcomes, bounds).tell_overdue(later.date())
    async with database_of(trade, "production") as database:
        await Lapser(database, ProductionSettings()).lapse(later.date())


async def known(trade: Trade, part: str, **record: Any) -> None:
    """Define a part, and wait until everybody has heard of it."""
    kept = await trade.connection.inventory.put_part(part, PartRecord(name=part, unit_of_issue="EA", **record))
    token, version = trade.system.token("operator"), f"catalogue.v1/part:{part}@{kept.version}"
    for service, path in (("production", "/v1/lots"), ("orders", "/v1/sources")):
        assert (await trade.doors.ask(service, "GET", path, token=token, after=version)).is_success


async def is_order(trade: Trade, order: Order, **wanted: object) -> bool:
    """Tell whether an order stands so."""
    now = await trade.connection.orders.get(order.order_id)
    return all(getattr(now, name) == value for name, value in wanted.items())


async def conditions(depot: JVTrack, part: str) -> dict[str, int]:
    """Say how much of a part stands in each condition at the depot."""
    rows = (await depot.inventory.stock(StockQuery(site="D-01", part=part))).rows
    return {str(row.condition): (row.on_hand or 0) + (row.reserved or 0) for row in rows}


async def test_a_sealant_ages_is_taken_from_its_order_and_extended_after_inspection(trade: Trade) -> None:
    part, depot = trade.part(), trade.acting("depot", "D-01")
    await known(trade, part, shelf_life_type=LifeType.EXTENDIBLE, shelf_life_months=24)
    last = clock.now().date() + timedelta(days=400)
    line = ReceiptLine(part=part, lot="S-01:SEAL-1", quantity=3, expires_on=last)
    await depot.inventory.receive(Receipt(site="D-01", lines=[line]))
    order = await trade.placed(part, 3)

    await days_pass(trade, 300)
    await eventually(lambda: is_order(trade, order, reserved=0))
    qualified = await conditions(depot, part)
    await days_pass(trade, 401)
    suspended = await conditions(depot, part)
    change: dict[str, Any] = {"site": "D-01", "part": part, "lot": "S-01:SEAL-1", "quantity": 3, "reason": "Tested."}
    extension = ConditionChange(was=Condition.J, becomes=Condition.A, **change, inspect_by=last + timedelta(days=365))
    await depot.inventory.change_condition(extension)
    await eventually(lambda: is_order(trade, order, reserved=3))

    assert (qualified, suspended) == ({"B": 3}, {"J": 3})
    assert await conditions(depot, part) == {"A": 3}
    explained = await depot.orders.explain(order.order_id)
    assert any("its condition has changed" in reason.text for reason in explained.why_this_much)
    await trade.quiet()
    proof = await trade.proof()
    assert [offence for result in proof.results for offence in result.offences] == []


async def test_a_promise_that_is_not_kept_is_told_once_and_listed(trade: Trade) -> None:
    part, depot = trade.part(), trade.acting("depot", "D-01")
    terms = SourceTerms(approved=True, approved_on=clock.now().date(), lead_time_days=21)
    await trade.connection.orders.put_source(part, "F-02", terms)
    order = await trade.placed(part, 2)
    await eventually(lambda: is_order(trade, order, state="sourced"))
    order_day = clock.now().date() + timedelta(days=21)

    start = (await depot.orders.list(part=part).first()).position
    stream_of = depot.orders.follow(order=order.order_id, kind="promise-overdue", after=start)
    async with aclosing(stream_of) as stream:
        await days_pass(trade, 22)
        await days_pass(trade, 30)
        told = await anext(aiter(stream))
    listed = await depot.orders.list(part=part, overdue=True).all()

    assert (told.type, told.promised_for) == ("jvtrack.orders.order-promise-overdue.v1", order_day)
    assert [(each.order_id, each.overdue) for each in listed] == [(order.order_id, True)]
    shown = await depot.orders.get(order.order_id)
    assert [each.type for each in shown.history].count("jvtrack.orders.order-promise-overdue.v1") == 1


async def test_an_inspection_of_which_nothing_was_made_for_two_years_lapses_and_takes_back_what_was_not_issued(
    trade: Trade,
) -> None:
    part, quality, depot = trade.part(), trade.acting("quality"), trade.acting("depot", "D-01")
    await known(trade, part, references=[MakerReference(**REFERENCE.model_dump())], first_article_required=True)
    opening = InspectionOpening(factory="F-02", part=part, reference=REFERENCE)
    opened = await quality.production.open_first_article(opening)
    await quality.production.pass_first_article(opened.first_article, InspectionPass(report="FAIR-1"))
    lot: dict[str, Any] = {"lot": f"L-{part}", "part": part, "quantity": 3}
    made = FactoryLotFinished(**lot, reference=REFERENCE)
    await trade.reported("F-02", made, FactoryLotDispatched(**lot, shipment=f"S-{part}", depot="D-01"))
    await trade.quiet()
    line = ReceiptLine(part=part, lot=f"F-02:L-{part}", quantity=3)
    await depot.inventory.receive(Receipt(site="D-01", shipment=f"F-02:S-{part}", lines=[line]))
    order = await trade.placed(part, 3)
    await eventually(lambda: is_order(trade, order, reserved=3))

    await days_pass(trade, 729)
    (stands,) = await quality.production.first_articles(factory="F-02", part=part).all()
    await days_pass(trade, 731)
    await eventually(lambda: is_order(trade, order, reserved=0))

    (lapsed,) = await quality.production.first_articles(factory="F-02", part=part).all()
    held = (await depot.inventory.stock(StockQuery(site="D-01", part=part))).rows[0]
    assert (stands.state, lapsed.state, lapsed.open) == ("passed", "lapsed", False)
    assert (held.on_hand, held.available, held.held_back) == (3, 0, "first-article")
    await trade.quiet()
    proof = await trade.proof()
    assert [offence for result in proof.results for offence in result.offences] == []


async def test_a_supplier_abroad_is_inspected_by_who_buys_there_and_then_asked(trade: Trade) -> None:
    part, quality = trade.part(), trade.acting("quality")
    await known(trade, part, references=[MakerReference(**REFERENCE.model_dump())], first_article_required=True)
    terms = SourceTerms(approved=True, approved_on=clock.now().date(), lead_time_days=40)
    await trade.connection.orders.put_source(part, ABROAD, terms)
    order = await trade.placed(part, 2)
    opening = InspectionOpening(factory=ABROAD, part=part, reference=REFERENCE)

    with pytest.raises(ProblemError) as refused:
        await quality.production.open_first_article(InspectionOpening(factory="F-90", part=part, reference=REFERENCE))
    opened = await quality.production.open_first_article(opening)
    before = await trade.connection.orders.get(order.order_id)
    passed = await quality.production.pass_first_article(opened.first_article, InspectionPass(report="FAIR-PL-1"))
    await eventually(lambda: is_order(trade, order, state="sourced"))

    assert refused.value.slug == "inspected-by-its-own-nation"
    assert (opened.nation, before.state, passed.open) == ("IND", "open", True)
    partner = trade.acting("quality", nation="RUS")
    assert await partner.production.first_articles(factory=ABROAD, part=part).all() == []
    await trade.quiet()
    proof = await trade.proof()
    assert [offence for result in proof.results for offence in result.offences] == []
