"""A factory slips: the planner sees who would be sooner, and has the need sourced anew."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from jvtrack.client import OrderDetails, SourceTerms
from shared import clock
from shared.events.factory import FactoryDelayReported
from tests.fixtures.catalogue import Trade
from tests.fixtures.commands import attempt, command
from tests.fixtures.interleaving import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_what_a_factory_slips_with_is_sourced_anew_and_promised_for_the_sooner_day(trade: Trade) -> None:
    part, today = trade.part(), clock.now().date()
    for site, days in (("F-01", 30), ("F-02", 45)):
        terms = SourceTerms(approved=True, approved_on=today, lead_time_days=days)
        await trade.connection.orders.put_source(part, site, terms)
    order = (await trade.placed(part, 3)).order_id

    async def found() -> OrderDetails:
        return await trade.connection.orders.get(order)

    async def is_promised(days: int) -> bool:
        return (await found()).promised_for == today + timedelta(days=days)

    await eventually(lambda: is_promised(30))
    await trade.quiet()
    late = today + timedelta(days=120)
    await trade.reported("F-01", FactoryDelayReported(work_order=f"{order}-W1", due=late, cause="Furnace."))
    await eventually(lambda: is_promised(120))
    (slip,) = json.loads(await command(trade, "orders", "slips", "--part", part, "--json"))
    table = await command(trade, "orders", "slips", "--part", part)
    said = await command(trade, "orders", "resource", order, "--reason", "Two aircraft wait.")
    await eventually(lambda: is_promised(45))

    now = await found()
    listed = await command(trade, "sources", "list", "--part", part)
    assert (slip["order_id"], slip["proposals"][0]["sources"], slip["proposals"][0]["days"]) == (order, ["F-02"], 75)
    assert "F-02 would bring it on" in table
    assert "asked back" in said
    assert [(work.source, work.quantity) for work in now.work_orders] == [("F-01", 0), ("F-02", 3)]
    assert now.promise_reason == "lead time of F-02, asked instead of F-01, which had slipped"
    assert "0 + 1 late" in listed


async def test_what_slips_far_enough_is_sourced_anew_by_the_rule_alone(trade: Trade) -> None:
    part, today = trade.part(), clock.now().date()
    for site, days in (("F-01", 30), ("F-02", 45)):
        terms = SourceTerms(approved=True, approved_on=today, lead_time_days=days)
        await trade.connection.orders.put_source(part, site, terms)
    order = (await trade.placed(part, 3)).order_id

    async def is_promised(days: int) -> bool:
        return (await trade.connection.orders.get(order)).promised_for == today + timedelta(days=days)

    async def slips(days: int) -> None:
        late = FactoryDelayReported(work_order=f"{order}-W1", due=today + timedelta(days=days), cause="Furnace.")
        await trade.reported("F-01", late)

    await eventually(lambda: is_promised(30))
    weigh = ("sources", "weigh", "--from", str(today))
    await command(trade, *weigh, "--resource-after", "20")
    try:
        await slips(60)
        await eventually(lambda: is_promised(60))
        await trade.quiet()
        stayed = (await trade.connection.orders.get(order)).work_orders
        await slips(120)
        await eventually(lambda: is_promised(45))
    finally:
        await command(trade, *weigh)

    now = await trade.connection.orders.get(order)
    assert [(work.source, work.quantity) for work in stayed] == [("F-01", 3)], "15 days sooner are not enough"
    assert [(work.source, work.quantity) for work in now.work_orders] == [("F-01", 0), ("F-02", 3)]
    assert now.promise_reason == "lead time of F-02, asked instead of F-01, which had slipped"


async def test_a_planner_says_at_a_prompt_on_what_terms_a_site_supplies_and_sees_how_it_stands(
    trade: Trade, tmp_path: Path
) -> None:
    part, today, file = trade.part(), clock.now().date(), tmp_path / "terms.csv"
    put = ("sources", "put", part, "F-01", "--lead-time-days", "30")

    unbought = await command(trade, *put)
    approved = ("--approved-on", str(today), "--approved-by", "Directorate")
    priced = ("--unit-cost", "950.00", "--currency", "INR")
    bought = json.loads(await command(trade, *put, *approved, *priced, "--json"))
    shown = await command(trade, "sources", "show", part, "F-01")
    terms = await command(trade, "sources", "terms", part, "F-01")
    exported = await command(trade, "sources", "terms", part, "--export", str(file))
    imported = json.loads(await command(trade, "import", "terms", str(file), "--json"))
    wrong = await attempt(trade, *put, "--unit-cost", "a lot", "--currency", "INR")
    unknown = await attempt(trade, "sources", "show", part, "F-99")

    assert "F-01 for" in unbought
    assert "not-approved" in unbought
    assert (bought["standing"], bought["unit_cost"], bought["lead_time_days"]) == ("approved", "950.00", 30)
    assert "Directorate" in shown
    assert "950.00 INR" in terms
    assert "1 lines written" in exported
    assert file.read_text().splitlines()[1] == f"{part},F-01,{today},950.00,INR,"
    assert [(each["file"], each["lines"]) for each in imported] == [(str(file), 1)]
    assert (wrong.returncode, unknown.returncode) == (2, 2)
    assert "1381500.00" in wrong.stderr
    assert "source-unknown" in unknown.stderr


async def test_an_export_is_approved_listed_and_ended_by_the_command(trade: Trade) -> None:
    part, today = trade.part(), clock.now().date()

    partners = await command(trade, "exports", "partners", "F-01", "IND", "RUS")
    approved = await command(
        trade, "exports", "approve", "F-01", part, "POL", "--by", "Exports Board", "--on", str(today)
    )
    ended = await command(trade, "exports", "end", "F-01", part, "POL", "--until", str(today))
    (listed,) = json.loads(await command(trade, "exports", "list", "--part", part, "--json"))
    tables = [await command(trade, "exports", word) for word in ("list", "ventures", "unapproved")]

    assert "F-01: of IND and RUS." in partners
    assert f"{part} from F-01 to POL: approved for IND by Exports Board." in approved
    assert f"{part} from F-01 to POL: IND's approval ends on {today}." in ended
    assert (listed["nation"], listed["approved_until"]) == ("IND", str(today))
    assert all("factory" in table for table in tables)
