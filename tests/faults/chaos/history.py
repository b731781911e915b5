"""The full history of one key: what its service told, what Kafka has, how far each hearer came, what was answered."""

import re
from collections.abc import AsyncIterator, Iterable

from deploy.postgres.provision import connect
from jvtrack.verify.report import Report
from shared.events.envelope import Stream
from shared.messaging import kafka
from shared.messaging.topics import Topics
from tests.faults.chaos.journal import Entry
from tests.faults.chaos.judge import Offence
from tests.fixtures.system import System

_KEY = re.compile(r"((?:lot|order|work-order|demand|shipment|part|site):[^\s@,]+|[A-Z0-9.-]+/[A-Z0-9.-]+)")
_TOLD = """
SELECT seq, event_id::text, topic, key_seq, type, recorded_at::text, convert_from(payload, 'UTF8') AS said
FROM event_log WHERE key = $1 ORDER BY topic, key_seq
"""
_POSITIONS = "SELECT grp, topic, key_seq, event_id::text, applied_at::text FROM stream_position WHERE key = $1"
_PARKED = "SELECT grp, topic, cause, error FROM parked_key WHERE key = $1"
_PAYLOAD_MAX = 400


def first_key(report: Report, offences: Iterable[Offence]) -> str | None:
    """Name the key that the first contradiction is about, as far as it names one."""
    for sentence in (each for result in report.results for each in result.offences):
        if found := _KEY.search(sentence):
            return found[1]
    return next((each.key for each in offences), None)


async def history(system: System, key: str, answers: Iterable[Entry]) -> list[str]:
    """Tell everything that is known of a key, a line each."""
    lines = [f"history of {key}"]
    for service in system.services:
        connection = await connect(system.environment.database(service).owner)
        try:
            for title, query in (("told", _TOLD), ("applied up to", _POSITIONS), ("parked", _PARKED)):
                rows = await connection.fetch(query, key)
                lines += [f"{service} {title}: {str(dict(row))[:_PAYLOAD_MAX]}" for row in rows]
        finally:
            await connection.close()
    lines += [each async for each in _in_kafka(system, key)]
    short = key.partition(":")[2].rpartition(":")[2] or key
    lines += [f"answered: {entry}" for entry in answers if short in entry.name]
    return lines


async def _in_kafka(system: System, key: str) -> AsyncIterator[str]:
    topics = Topics(system.settings.kafka_address, system.settings.namespace)
    reader = await kafka.start_reader(topics.servers, client_id="chaos-history")
    try:
        state = await kafka.log_state(reader, [topics.name(stream) for stream in Stream])
        left = {place: end for place, end in state.end_offsets.items() if end}
        reader.assign(list(left))
        await reader.seek_to_beginning()
        while left:
            for place, messages in (await reader.getmany(timeout_ms=500)).items():
                for message in messages:
                    if message.key == key.encode():
                        headers = {name: value.decode() for name, value in message.headers if name.startswith("ce_")}
                        yield f"in Kafka: {place.topic}/{place.partition}@{message.offset} {headers}"
            left = {place: end for place, end in left.items() if await reader.position(place) < end}
    finally:
        await kafka.stop(reader)
