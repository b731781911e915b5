"""A service that is asked to stop finishes what it has begun, and is gone within ten seconds."""

import asyncio
import socket
import urllib.request
from pathlib import Path

from deploy.local.ports import HOST
from deploy.postgres.provision import ServiceDatabase
from shared.messaging.topics import Topics
from tests.fixtures.silence import way_to
from tests.fixtures.toy import Toy, eventually
from tests.fixtures.toy_judge import wrongs
from tests.fixtures.toy_process import ToyProcess

STOP_SECONDS_MAX = 10.0


def post(port: int, path: str) -> bytes:
    """Ask the toy's door for something."""
    request = urllib.request.Request(f"http://{HOST}:{port}{path}", method="POST")
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        body: bytes = answer.read()
        return body


async def test_a_service_told_to_stop_answers_its_requests_and_ends_its_batch(
    database: ServiceDatabase, topics: Topics, tmp_path: Path
) -> None:
    process, toy = ToyProcess(database, topics, tmp_path, pause_seconds=1.0), Toy(database, topics)
    await process.start()
    await toy.tell("heard", 1, 2, 3)
    await asyncio.sleep(0.5)
    request = asyncio.create_task(asyncio.to_thread(post, process.port, "/raise/asked"))
    await asyncio.sleep(0.3)

    process.process.ask_to_stop()
    code = await process.ends(STOP_SECONDS_MAX)
    heard_before_the_end = await toy.hearing()
    answer = await request
    async with toy.running():
        await toy.until_heard(4)
        hearing, told = await toy.hearing(), await toy.told()

    assert code == 0
    assert answer == b"1"
    assert [fact for fact in heard_before_the_end if fact[0] == "heard"]
    assert wrongs(hearing, told) == []


async def test_a_service_stops_in_time_though_kafka_does_not_answer(database: ServiceDatabase, tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as silent:
        topics = Topics(f"{HOST}:{silent.getsockname()[1]}", "silent")
        process, toy = ToyProcess(database, topics, tmp_path), Toy(database, topics)
        process.process.start()
        await eventually(lambda: asyncio.to_thread(process.is_listening), seconds=20)
        await toy.tell("counter", 1)
        await asyncio.sleep(0.5)

        process.process.ask_to_stop()
        code = await process.ends(STOP_SECONDS_MAX)
        await toy.database.close()

    assert code == 0


async def test_a_service_stops_in_time_though_neither_server_answers(
    database: ServiceDatabase, topics: Topics, tmp_path: Path
) -> None:
    async with way_to(database) as (behind, way):
        process, toy = ToyProcess(behind, topics, tmp_path), Toy(database, topics)
        await process.start()
        await toy.tell("counter", 1)
        await toy.until_heard(1)

        way.fall_silent()
        request = asyncio.create_task(asyncio.to_thread(post, process.port, "/raise/asked"))
        await asyncio.sleep(0.5)
        process.process.ask_to_stop()
        code = await process.ends(STOP_SECONDS_MAX)
        request.cancel()
        await toy.database.close()

    assert code == 0
    assert "Traceback" not in process.process.program.log.read_text()
