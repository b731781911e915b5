"""Bodies at the factory door: slow ones keep nobody out, and what is only written otherwise is read all the same."""

import asyncio
import gzip
import json
from typing import Any
from urllib.parse import urlsplit

import httpx

from shared import clock
from shared.db import Database
from tests.fixtures.system import System
from tests.integration.production.house import EVENT, a_client, a_lot
from tests.unit.production.makers import FACTORY, a_start, an_event

LINES = "application/x-ndjson"


def a_line(number: str, **attributes: Any) -> str:
    return json.dumps(an_event(a_start(lot=a_lot(), work_order=None), number, **attributes))


async def send(client: httpx.AsyncClient, content: bytes, media_type: str = LINES, **headers: str) -> httpx.Response:
    return await client.post("/v1/events", content=content, headers={"Content-Type": media_type, **headers})


async def drip(production: System) -> str:
    """Begin to send lines and stop; gives the status line that is answered."""
    url = urlsplit(production.url("production"))
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    token = production.token("factory", FACTORY)
    head = f"POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: {LINES}\r\n"
    writer.write(f"{head}Content-Length: 1000000\r\n\r\n{{".encode())
    async with asyncio.timeout(20):
        answered = await reader.readline()
    writer.close()
    return answered.decode().strip()


async def test_slow_senders_keep_nobody_else_out_and_are_given_up(production: System) -> None:
    slow = [asyncio.create_task(drip(production)) for _ in range(8)]
    await asyncio.sleep(1)

    async with a_client(production, "factory", "F-02") as other:
        began = clock.monotonic()
        answer = await send(other, a_line(a_lot(), source="F-02").encode())
        seconds = clock.monotonic() - began

    assert (answer.status_code, seconds < 2) == (200, True)
    answered = await asyncio.gather(*slow)
    assert sorted(set(answered)) == ["HTTP/1.1 408 Request Timeout", "HTTP/1.1 503 Service Unavailable"]
    assert answered.count("HTTP/1.1 408 Request Timeout") == 3, "as many as one sender may have there"


async def test_a_byte_order_mark_costs_no_line(factory: httpx.AsyncClient) -> None:
    mark = a_lot()
    lines = "\ufeff" + "\n".join(a_line(f"{mark}-{n}") for n in range(2))

    many = await send(factory, lines.encode())
    one = await send(factory, ("\ufeff" + a_line(f"{mark}-3")).encode(), EVENT)

    assert [json.loads(line).get("status") for line in many.text.splitlines()] == ["accepted", "accepted", None]
    assert one.status_code == 201


async def test_a_refused_line_says_which_event_it_was_as_far_as_that_can_be_read(factory: httpx.AsyncClient) -> None:
    mark = a_lot()
    wrong = json.loads(a_line(f"{mark}-1"))
    wrong["data"]["quantity"] = "many"

    answer = await send(factory, "\n".join([json.dumps(wrong), "{broken", '{"id":7}', a_line(f"{mark}-2")]).encode())

    told = [json.loads(line) for line in answer.text.splitlines()]
    assert [line.get("id") for line in told[:4]] == [f"{mark}-1", None, None, f"{mark}-2"]
    assert told[-1] == {"accepted": 1, "duplicate": 0, "refused": 3}


async def test_lines_may_come_as_gzip_and_their_type_may_be_written_in_any_case(factory: httpx.AsyncClient) -> None:
    lines = "\n".join(a_line(a_lot()) for _ in range(3)).encode()

    answer = await send(
        factory, gzip.compress(lines), "Application/X-NDJSON; Charset=UTF-8", **{"Content-Encoding": "gzip"}
    )

    assert answer.status_code == 200, answer.text
    assert json.loads(answer.text.splitlines()[-1]) == {"accepted": 3, "duplicate": 0, "refused": 0}


async def test_an_event_that_says_two_quantities_is_refused(factory: httpx.AsyncClient) -> None:
    twice = a_line(a_lot()).replace('"quantity": ', '"quantity": 100, "quantity": ')

    one = await send(factory, twice.encode(), EVENT)
    line = await send(factory, twice.encode())

    assert one.json()["type"] == "urn:jvtrack:problem:name-repeated"
    assert json.loads(line.text.splitlines()[0])["problem"]["type"] == "urn:jvtrack:problem:name-repeated"


async def test_an_event_that_the_database_cannot_decide_in_time_is_worth_another_try(
    production: System, factory: httpx.AsyncClient
) -> None:
    lot, number = a_lot(), a_lot()
    event = json.dumps(an_event(a_start(lot=lot, work_order=None), f"{number}-1")).encode()
    assert (await send(factory, event, EVENT)).status_code == 201
    database = Database(production.environment.database("production").owner.render_as_string(hide_password=False))
    again = json.dumps(an_event(a_start(lot=lot, work_order=None), f"{number}-2")).encode()

    async with database.transaction() as session:
        driver = session.info["driver"]
        await driver.execute("SELECT * FROM lot WHERE lot_id = $1 FOR UPDATE", f"{FACTORY}:{lot}")
        blocked = asyncio.create_task(send(factory, again, EVENT))
        for _ in range(70):
            await asyncio.sleep(0.1)
            await driver.execute("SELECT 1")  # the server ends transactions that do nothing
    answer = await blocked
    await database.close()

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert (await send(factory, again, EVENT)).status_code == 201
