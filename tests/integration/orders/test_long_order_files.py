"""Long files of orders: under way, stopped and gone on with, overtaken; and one of which three lines are bad."""

import asyncio
import json
from uuid import uuid4

from tests.faults.extent import EXTENT
from tests.integration.orders.house import House, slug
from tests.integration.orders.test_order_files import a_line, as_csv, imported, listed, number

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
BAD = {17: ("quantity", 0), 9_000: ("part", "NO-SUCH-PART"), 19_999: ("required_by", "tomorrow")}


async def test_three_bad_lines_of_very_many_are_named_and_nothing_is_placed(house: House) -> None:
    lines = [a_line(document_number=numbered(n)) for n in range(1, EXTENT.file_lines + 1)]
    for n, (field, value) in BAD.items():
        lines[n - 1][field] = value

    answer = await imported(house, as_csv(*lines))

    assert (answer.status_code, slug(answer)) == (422, "import-invalid")
    assert [each["field"] for each in answer.json()["errors"]] == [f"line {n + 1}: {BAD[n][0]}" for n in BAD]
    assert await listed(house) == []


def numbered(n: int) -> str:
    """Number the orders of a long file: four digits alone are too few for it."""
    return number(0)[:10] + "".join(DIGITS[n // 36**place % 36] for place in (3, 2, 1, 0))


async def test_a_file_under_way_is_asked_how_far_it_is_and_sent_again_it_is_the_same(house: House) -> None:
    import_id, content = str(uuid4()), as_csv(*(a_line(n) for n in range(1, 2_501)))

    answers = await asyncio.gather(*(imported(house, content, import_id=import_id) for _ in range(3)))
    again = await imported(house, content, import_id=import_id)
    other = await imported(house, as_csv(a_line(1)), import_id=import_id)
    progress = await house.send("GET", f"/v1/orders/imports/{import_id}", scope="")
    foreign = await house.send("GET", f"/v1/orders/imports/{import_id}", site="D-02")

    assert {answer.status_code for answer in answers} <= {200, 409}
    assert [again.status_code, slug(other), slug(foreign)] == [200, "import-id-reused", "import-unknown"]
    assert {name: progress.json()[name] for name in ("state", "lines", "published", "overtaken")} == {
        "state": "published",
        "lines": 2500,
        "published": 2500,
        "overtaken": 0,
    }
    assert await house.owner.fetchval("SELECT count(*) FROM orders") == 2500
    assert await house.owner.fetchval("SELECT count(*) FROM event_log") == 2500


async def test_what_a_stopped_process_left_is_placed_by_the_next(house: House) -> None:
    await imported(house, as_csv(a_line(1)))
    await house.owner.execute("UPDATE import SET state = 'validated', lines = 2, published = 1, published_at = NULL")
    await house.owner.execute(
        "INSERT INTO import_line (import_id, n, line, record) SELECT import_id, 2, 3, $1::jsonb FROM import",
        json.dumps(a_line(2)),
    )

    await house.importer.finish()
    await house.importer.finish()

    assert [each["document_number"] for each in await listed(house)] == [number(1), number(2)]


async def test_a_line_that_something_overtook_is_told_and_the_others_are_in_force(house: House) -> None:
    import_id = str(uuid4())
    await imported(house, as_csv(a_line(1)), import_id=import_id)
    await house.owner.execute("UPDATE import SET state = 'validated', lines = 3, published = 1, published_at = NULL")
    for n, line in ((2, a_line(1, quantity=9)), (3, a_line(2))):
        await house.owner.execute(
            "INSERT INTO import_line (import_id, n, line, record) SELECT import_id, $1, $1 + 1, $2::jsonb FROM import",
            n,
            json.dumps(line),
        )

    answer = await imported(house, as_csv(a_line(1)), import_id=import_id)

    assert (answer.status_code, slug(answer)) == (409, "import-overtaken")
    assert [each["field"] for each in answer.json()["errors"]] == ["line 3: document_number"]
    assert [each["quantity"] for each in await listed(house)] == [5, 5]
