"""A factory's whole row at a prompt: it takes work on, is late, makes, spoils and sends, and reports a file of it."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from jvtrack.client import Order, SourceTerms
from tests.fixtures.catalogue import Trade
from tests.fixtures.commands import attempt, command
from tests.fixtures.days import today
from tests.fixtures.interleaving import eventually

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]

LATE = today() + timedelta(days=50)


async def test_a_factory_says_of_a_work_order_and_its_lot_all_that_happens_to_them(trade: Trade) -> None:
    part = trade.part()
    work_order, lot = await asked(trade, part, 4), f"F-01:L-{trade.number()}"

    accepted = await factory(trade, "work-orders", "accept", work_order, "--due", str(today() + timedelta(days=40)))
    late = await factory(trade, "work-orders", "delay", work_order, str(LATE), "--cause", "Spars are late.")
    begun = await factory(
        trade, "lots", "started", lot, "5", "--work-order", work_order, "--heat", "H-1", "--reference", "3VK1Y/VKR-1"
    )
    spars = ("--input-lot", "SPARS-1", "--origin", "RUS", "--unit-cost", "40.00", "--currency", "INR")
    await factory(trade, "lots", "consumed", lot, "SPAR", "5", *spars)
    await factory(trade, "lots", "inspected", lot, "4", "1", "--note", "A scratch.")
    await factory(trade, "lots", "scrapped", lot, "1", "--reason", "A scratch.")
    finishing = ("lots", "finished", lot, "4", "--certificate", "COC-1", "--complete", "--id", f"finished-{lot}")
    finished = [await factory(trade, *finishing) for _ in range(2)]
    sent = await factory(trade, "lots", "dispatched", lot, "4", "--shipment", f"S-{lot[5:]}", "--json")
    shown = await factory(trade, "work-orders", "show", work_order)
    details = json.loads(await factory(trade, "work-orders", "show", work_order, "--json"))
    made = json.loads(await factory(trade, "lots", "show", lot, "--json"))
    await trade.quiet()

    assert f"{work_order} is accepted, 4 due {today() + timedelta(days=40)}." in accepted
    assert f"{work_order} is accepted, 4 due {LATE}." in late
    assert f"{lot} is started: 0 finished, 0 sent." in begun
    assert f": {lot} is finished: 4 finished, 0 sent." in finished[0]
    assert "(told before)" in finished[1]
    assert (json.loads(sent)["status"], json.loads(sent)["lot"]) == ("accepted", lot)
    assert all(said in shown for said in ("Spars are late.", "delay-reported", f"{LATE}", "at D-01"))
    assert (details["status"], details["dispatched"]) == ("dispatched", 4)
    assert (made["status"], made["discrepancies"]) == ("dispatched", [])
    assert [(each["material"], each["input_lot"]) for each in made["inputs"]] == [("SPAR", "SPARS-1")]
    assert (await trade.shelf(part, "D-01")).in_transit == 4


async def test_what_a_factory_refuses_is_sourced_elsewhere(trade: Trade) -> None:
    part = trade.part()
    order, work_order = await ordered(trade, part, 2)

    said = await factory(trade, "work-orders", "refuse", work_order, "--reason", "The furnace is out.")

    async def is_open() -> bool:
        return (await trade.acting("planner").orders.get(order.order_id)).open == 2

    await eventually(is_open)
    assert f"{work_order} is refused, 0 due" in said


async def test_a_file_of_events_is_reported_once_however_often_and_what_is_wrong_is_named(
    trade: Trade, tmp_path: Path
) -> None:
    part, number, file = trade.part(), trade.number(), tmp_path / "shift.ndjson"
    about = {"lot": f"L-{number}", "part": part}
    begun = event(f"begun-{number}", "started", {**about, "quantity": 3})
    nothing = event(f"done-{number}", "finished", {**about, "quantity": 0})
    done = event(f"done-{number}", "finished", {**about, "quantity": 3})

    file.write_text(f"{begun}\n\n{nothing}\nnonsense\n")
    first = await attempt(trade, "report", str(file), role="factory", site="F-01")
    file.write_text(f"{begun}\n\n{done}\n")
    again = await attempt(trade, "report", str(file), "--json", role="factory", site="F-01")

    assert (first.returncode, first.stdout) == (1, f"{file}: 1 accepted, 0 told before, 2 refused.\n")
    assert f"line 3 (done-{number}): 422 request-invalid" in first.stderr
    assert "data.quantity" in first.stderr
    assert "line 4: 400 body-unreadable" in first.stderr
    assert (again.returncode, json.loads(again.stdout)) == (0, {"accepted": 1, "duplicate": 1, "refused": []})
    assert (await trade.acting("factory", "F-01").production.lot(f"F-01:L-{number}")).finished == 3


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("lots", "started", "L-1", "5"), "'L-1' names no factory: write F-01:L-2026-0042."),
        (("lots", "finished", "F-01:NEW", "5"), "Nothing was told of lot F-01:NEW yet: name its --work-order,"),
        (("lots", "dispatched", "F-01:NEW", "5", "--part", "T-0001", "--shipment", "S"), "name the --depot"),
        (("lots", "started", "F-01:NEW", "0", "--part", "T-0001"), "quantity: Input should be greater than"),
        (
            ("lots", "started", "F-01:NEW", "1", "--part", "T-0001", "--reference", "v/1"),
            "v/1 is no reference: write 3VK1Y/VKR-1",
        ),
        (("work-orders", "show", "7201YA6001Z999-2026-W1"), "404 work-order-unknown"),
    ],
)
async def test_what_cannot_be_told_is_one_sentence_and_exit_code_2(
    trade: Trade, words: tuple[str, ...], sentence: str
) -> None:
    done = await attempt(trade, *words, role="factory", site="F-01")

    assert done.returncode == 2
    assert sentence in done.stderr


def event(name: str, what: str, data: dict[str, object]) -> str:
    members = {"specversion": "1.0", "id": name, "source": "/F-01/line-1", "type": f"jvtrack.factory.lot-{what}.v1"}
    return json.dumps({**members, "data": data})


async def factory(trade: Trade, *words: str) -> str:
    return await command(trade, *words, role="factory", site="F-01")


async def asked(trade: Trade, part: str, quantity: int) -> str:
    """Have F-01 asked for some of a part; gives its work order."""
    return (await ordered(trade, part, quantity))[1]


async def ordered(trade: Trade, part: str, quantity: int) -> tuple[Order, str]:
    """Order some of a part that F-01 alone makes; gives the order, and the work order."""
    terms = SourceTerms(approved=True, approved_on=today(), lead_time_days=30)
    await trade.acting("planner").orders.put_source(part, "F-01", terms)
    order = await trade.placed(part, quantity)
    await trade.quiet()
    return order, f"{order.order_id}-W1"
