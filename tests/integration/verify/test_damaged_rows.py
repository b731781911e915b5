"""The proof names a row that was altered by hand and says otherwise than its facts: of whatever table it is."""

import pytest

from tests.integration.verify.books import Books, offences


@pytest.mark.parametrize(
    ("service", "broken", "named", "said"),
    [
        pytest.param(
            "production",
            "DELETE FROM accepted_event USING event_log l WHERE accepted_event.event_id = l.event_id "
            "AND l.key = 'lot:F-01:L-1' AND l.key_seq = 2",
            ["I1"],
            "lot:F-01:L-1@2 (jvtrack.production.lot-finished.v1) was told",
            id="an accepted event is gone and its fact stands",
        ),
        pytest.param(
            "production",
            "DELETE FROM accepted_event WHERE type = 'jvtrack.factory.event-voided.v1'",
            ["I1"],
            "(jvtrack.production.lot-event-voided.v1) was told",
            id="an accepted void is gone",
        ),
        pytest.param(
            "production",
            "DELETE FROM accepted_event WHERE type = 'jvtrack.factory.event-corrected.v1'",
            ["I1"],
            "(jvtrack.production.lot-inspected.v1) was told",
            id="an accepted correction is gone",
        ),
        pytest.param(
            "orders",
            "UPDATE promise SET promised_for = promised_for + 1 WHERE n = 1",
            ["I7"],
            "and told it as",
            id="a promise was altered after it was told",
        ),
        pytest.param(
            "orders",
            "DELETE FROM promise WHERE n = 1",
            ["I7"],
            "told promise 1 at version",
            id="a promise is gone",
        ),
        pytest.param(
            "orders",
            "UPDATE orders SET promised_for = promised_for + 1 WHERE sourced > 0",
            ["I7"],
            "and has told last promise ",
            id="an order shows another day than it has promised",
        ),
        pytest.param(
            "orders",
            "UPDATE orders SET promise_reason = 'by magic' WHERE order_id = (SELECT min(order_id) FROM promise)",
            ["I7"],
            "(by magic), first ",
            id="an order shows another reason than it has promised for",
        ),
        pytest.param(
            "orders",
            "UPDATE orders SET promised_for = DATE '2030-01-01', promise_reason = 'by magic' WHERE promises = 0",
            ["I7"],
            "shows promise 0 for 2030-01-01 (by magic), first none, and has told last promise none",
            id="an order shows a promise that was never made",
        ),
        pytest.param(
            "orders",
            "UPDATE orders SET overdue_promise = 1 WHERE order_id = (SELECT min(order_id) FROM promise)",
            ["I7"],
            "keeps that promise 1 was told overdue, and orders.v1 says nothing",
            id="a promise counts as overdue of which nothing was told",
        ),
        pytest.param(
            "orders",
            "INSERT INTO loss (order_id, heard, taken, reason) SELECT min(order_id), 1, 2, 'counted' FROM orders",
            ["I7"],
            "keeps at 1 that 2 were taken (counted, winner none, gate none), and stock.v1 says nothing",
            id="a loss was made up",
        ),
        pytest.param(
            "orders",
            "UPDATE loss SET reason = 'expired' WHERE taken = 1",
            ["I7"],
            "were taken (expired, winner none, gate none), and stock.v1 says 1 (counted, winner none, gate none)",
            id="a loss has another reason than was told",
        ),
        pytest.param(
            "orders",
            "DELETE FROM loss WHERE heard = (SELECT max(heard) FROM loss)",
            ["I7"],
            ", by which 1 were taken (reversed), and keeps nothing of it",
            id="a loss is gone",
        ),
        pytest.param(
            "inventory",
            "UPDATE demand SET accepted = '3VK1Y/X/-'",
            ["I8"],
            'takes "3VK1Y/X/-", and inventory has heard to @',
            id="a demand takes other references than its order has told",
        ),
        pytest.param(
            "orders",
            "UPDATE orders SET accepted = '{3VK1Y/X/-}'",
            ["I8"],
            'accepts "3VK1Y/X/-", and has told at version ',
            id="an order accepts other references than it has told",
        ),
        pytest.param(
            "inventory",
            "UPDATE demand SET conditions = conditions || 'N'",
            ["I8"],
            "and inventory has heard to @",
            id="a demand takes goods for emergencies that were not allowed",
        ),
        pytest.param(
            "orders",
            "UPDATE orders SET conditions = conditions || '{N}'",
            ["I8"],
            "and was allowed N 0 times",
            id="an order accepts goods for emergencies that were not allowed",
        ),
        pytest.param(
            "production",
            "UPDATE work_order SET accepted_references = '{3VK1Y/X/-}'",
            ["I8"],
            'takes "3VK1Y/X/-", and production has heard to @',
            id="a work order is of other references than its order has told",
        ),
        pytest.param(
            "inventory",
            "UPDATE demand SET priority = 15 WHERE reserved > 0; "
            "UPDATE demand SET priority = 1, cancelled = cancelled - 1, closed = false WHERE closed",
            ["I8", "I9"],
            "it was told as",
            id="an urgent order was passed over",
        ),
        pytest.param(
            "inventory",
            "INSERT INTO lot (part, lot, expires_on, told_at) SELECT DISTINCT part, lot, DATE '2020-01-31', "
            "TIMESTAMPTZ '2020-01-01' FROM balance WHERE condition = 'A' AND on_hand > 0 "
            "ON CONFLICT (part, lot) DO UPDATE SET expires_on = excluded.expires_on, told_at = excluded.told_at",
            ["I6"],
            "and their life was over on 2020-01-31",
            id="what is expired stands among what may be issued",
        ),
        pytest.param(
            "orders",
            "UPDATE work_order SET quantity = 2 WHERE lateral_order IS NOT NULL",
            ["I8"],
            "-Z, which brings 1",
            id="an order counts on more than another depot ships",
        ),
        pytest.param(
            "production",
            "DELETE FROM accepted_event WHERE id = 'sent-1'",
            ["I1"],
            "lot:S-10:P-1@2 (jvtrack.production.lot-finished.v1) was told",
            id="an accepted purchase is gone and what it brought stands",
        ),
        pytest.param(
            "production",
            "DELETE FROM accepted_event WHERE type = 'jvtrack.supplier.purchase-event-voided.v1'",
            ["I1"],
            "lot:S-10:P-3@6 (jvtrack.production.lot-event-voided.v1) was told",
            id="an accepted void of a purchase is gone",
        ),
        pytest.param(
            "inventory",
            "UPDATE shipment_line SET received = received - 1, lost = lost + 1 WHERE shipment_id = 'F-01:S-2'",
            ["I5"],
            "2 sent, 1 received, 1 lost, and it was told as 2 sent, 2 received, 0 lost",
            id="what a consignment brought is counted as lost",
        ),
        pytest.param(
            "inventory",
            "UPDATE shipment_line SET received = received - 1 WHERE shipment_id = 'F-01:S-1'",
            ["I5"],
            "4 sent, 3 received, 0 lost, and its transfers sent 4 and left 0 on the road",
            id="less is counted as received than came off the road",
        ),
        pytest.param(
            "inventory",
            "UPDATE shipment_line SET dispatched = dispatched + 1, received = received + 1 "
            "WHERE shipment_id = 'F-01:S-1'",
            ["I5"],
            "5 sent, 5 received, 0 lost, and its transfers sent 4",
            id="more is counted as sent than was put on the road",
        ),
        pytest.param(
            "inventory",
            "DELETE FROM shipment_line WHERE shipment_id = 'F-01:S-1'",
            ["I5"],
            "shipment F-01:S-1 told a line of MI17-MAIN-GEARBOX of lot F-01:L-1 for D-01, which is gone",
            id="a line of a consignment is gone",
        ),
        pytest.param(
            "inventory",
            "UPDATE shipment SET closed = NOT closed WHERE shipment_id = 'F-01:S-2'",
            ["I5"],
            "is open, and was told as closed",
            id="a consignment was opened again",
        ),
        pytest.param(
            "inventory",
            "UPDATE part SET name = 'Gear' WHERE part_id = 'MI17-MAIN-GEARBOX'",
            ["I7"],
            "inventory keeps MI17-MAIN-GEARBOX@1 as (Gear",
            id="inventory's own part differs from what it told",
        ),
        pytest.param(
            "inventory",
            "UPDATE part SET record = jsonb_set(record, '{nsn}', '\"0000-00-000-0000\"') "
            "WHERE part_id = 'MI17-MAIN-GEARBOX'",
            ["I7"],
            "inventory keeps MI17-MAIN-GEARBOX@1",
            id="a field of a part that no copy keeps was altered",
        ),
        pytest.param(
            "inventory",
            "UPDATE first_article SET state = 'reopened', is_open = false",
            ["I7"],
            "@4 as reopened of MI17-MAIN-GEARBOX, gate closed, and production.v1 says passed of MI17-MAIN-GEARBOX",
            id="a gate was closed by hand",
        ),
        pytest.param(
            "inventory",
            "DELETE FROM first_article",
            ["I7"],
            "inventory applied first-article:F-01/MI17-MAIN-GEARBOX/3VK1Y/VKR-1615-0401/B@4, and keeps it at 0",
            id="a gate is gone",
        ),
        pytest.param(
            "inventory",
            "UPDATE site SET country = 'RUS' WHERE site_id = 'D-01'",
            ["I7"],
            "inventory keeps D-01@1 as (depot, RUS)",
            id="inventory's own site differs from what it told",
        ),
        pytest.param(
            "inventory",
            "DELETE FROM site WHERE site_id = 'D-02'",
            ["I3"],
            "site:D-02 stands at version - (it is gone)",
            id="inventory's own site is gone",
        ),
    ],
)
async def test_a_row_that_was_altered_by_hand_is_named(
    books: Books, service: str, broken: str, named: list[str], said: str
) -> None:
    report = await books.broken(service, broken)

    assert report.violated() == sorted(named)
    assert said in offences(report, named[0])


VERSIONED = {
    "inventory": [
        ("stock", "site = 'D-01' AND part = 'MI17-MAIN-GEARBOX'", "D-01/MI17-MAIN-GEARBOX"),
        ("demand", "order_id = (SELECT min(order_id) FROM demand)", "demand:"),
        ("shipment", "shipment_id = 'F-01:S-1'", "shipment:F-01:S-1"),
        ("part", "part_id = 'MI17-MAIN-GEARBOX'", "part:MI17-MAIN-GEARBOX"),
        ("site", "site_id = 'D-01'", "site:D-01"),
    ],
    "production": [
        ("lot", "lot_id = 'F-01:L-1'", "lot:F-01:L-1"),
        ("work_order", "version > 0", "work-order:"),
        ("first_article", "factory = 'F-01'", "first-article:F-01/MI17-MAIN-GEARBOX"),
    ],
    "orders": [
        ("orders", "order_id = (SELECT min(order_id) FROM orders WHERE version > 1)", "order:"),
        ("tail", "tail_number = 'ZP-1'", "platform:MI-17V-5/ZP-1"),
    ],
}
"""Tables whose rows have versions, a row of each, and how the proof names it."""


@pytest.mark.parametrize("service", list(VERSIONED))
@pytest.mark.parametrize(("change", "said"), [("+ 1", "facts of it were told"), ("- 1", "has applied @")])
async def test_every_row_that_has_another_version_than_it_told_last_is_named(
    books: Books, service: str, change: str, said: str
) -> None:
    statement = ""
    for table, row, _ in VERSIONED[service]:
        statement += f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {table}_version_check;"
        statement += f"UPDATE {table} SET version = version {change} WHERE {row};"  # noqa: S608  # our own names

    report = await books.broken(service, statement)

    ordered = next(result for result in report.results if result.name == "I3")
    for table, _, key in VERSIONED[service]:
        offence = next(each for each in ordered.offences if each.startswith(key))
        assert said in offence, table
