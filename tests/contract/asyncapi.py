"""The AsyncAPI document of what services tell each other over Kafka: streams, facts, who tells and who hears them.

Source: AsyncAPI 3.0.0, its Kafka bindings 0.5.0, and CloudEvents 1.0.2 in binary mode.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from services.inventory import handlers as inventory
from services.inventory.settings import InventorySettings
from services.monitor import handlers as monitor
from services.orders import handlers as orders
from services.orders.commands.outcomes import Outcomes
from services.production import handlers as production
from shared.clock import now
from shared.db import Database
from shared.events.envelope import ContractBroken, Event, Header, Stream, new_event_id
from shared.messaging.handlers import Subscription
from shared.messaging.topics import PARTITIONS, TOPIC_CONFIGS
from tests.contract.published_language import PUBLISHED, facts, type_of

DOCUMENT = Path(__file__).parents[2] / "docs" / "asyncapi.json"
_OUTCOMES = Outcomes(Database("postgresql+asyncpg://nobody@nowhere/nothing"), poll_seconds=1.0)
TELLERS: Mapping[Stream, str] = {
    Stream.CATALOGUE: "inventory",
    Stream.ORDERS: "orders",
    Stream.PRODUCTION: "production",
    Stream.STOCK: "inventory",
}
HEARERS: Mapping[str, Sequence[Subscription[Any]]] = {
    "inventory": [inventory.subscription(InventorySettings())],
    "monitor": [monitor.SUBSCRIPTION],
    "orders": [orders.decides(_OUTCOMES), orders.copies(), orders.follows()],
    "production": production.SUBSCRIPTIONS,
}
_ABOUT: Mapping[Stream, str] = {
    Stream.CATALOGUE: "Parts and sites, each in full as it is now; compacted.",
    Stream.ORDERS: "Demand as asked, where its parts come from, what is promised, and which platforms wait.",
    Stream.PRODUCTION: "Work orders, lots and inspections of factories.",
    Stream.STOCK: "Every movement of the ledger, what is held for whom, and shipments.",
}
_SCHEMAS = f"../{PUBLISHED.relative_to(DOCUMENT.parents[1])}"
_TEXT = {"type": "string"}
_MOMENT = {"type": "string", "format": "date-time"}
_HEADERS: Mapping[str, Mapping[str, Any]] = {
    "ce_specversion": {"const": "1.0"},
    "ce_id": {"type": "string", "format": "uuid", "description": "Names the fact; the same one again is dropped."},
    "ce_source": {**_TEXT, "description": "The service that tells it: `/jvtrack/orders`."},
    "ce_time": {**_MOMENT, "description": "When its sender says that it happened."},
    "ce_recordedtime": {**_MOMENT, "description": "When it was written down."},
    "ce_partitionkey": {**_TEXT, "description": "What it is about; also the key of the record."},
    "ce_sequence": {
        "type": "string",
        "pattern": "^[1-9][0-9]*$",
        "description": "Its place among the facts of its key, from 1 without gaps.",
    },
    "ce_traceparent": {**_TEXT, "description": "The trace that caused it, as W3C Trace Context writes it."},
    "content-type": {"const": "application/json"},
}
_OFTEN = [name for name in _HEADERS if name != "ce_traceparent"]
Document = dict[str, Any]


def document() -> Document:
    """Describe every stream as it is now."""
    told = {kind.TYPE: kind for kind in facts() if issubclass(kind, Event)}
    channels = {stream.name.lower(): _channel(stream, told) for stream in Stream}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "JVTrack",
            "version": "1",
            "description": "What its services tell each other over Kafka: facts, each as a CloudEvent in binary mode. "
            "A namespace, `jvtrack` by default, goes before each topic.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": dict(_operations(told)),
        "components": {
            "messages": {name: _message(kind) for name, kind in told.items()},
            "messageTraits": {"fact": {"headers": _headers()}},
        },
    }


def write() -> bool:
    """Write the document where it has changed; tells whether it has."""
    now = json.dumps(document(), indent=1, ensure_ascii=False) + "\n"
    if DOCUMENT.exists() and DOCUMENT.read_text() == now:
        return False
    DOCUMENT.write_text(now)
    return True


def _channel(stream: Stream, told: Mapping[str, type[Event]]) -> Document:
    mine = [name for name, kind in told.items() if kind.STREAM is stream]
    return {
        "address": f"{{namespace}}.{stream.topic}",
        "description": _ABOUT[stream],
        "parameters": {
            "namespace": {"default": "jvtrack", "description": "Goes before every topic, group and database."}
        },
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in mine},
        "bindings": {"kafka": {"partitions": PARTITIONS, "topicConfiguration": _configuration(stream)}},
    }


def _configuration(stream: Stream) -> Document:
    """Write a topic's settings as the bindings name them."""
    kept = TOPIC_CONFIGS[stream]
    return {
        "cleanup.policy": [kept["cleanup.policy"]],
        "retention.ms": int(kept["retention.ms"]),
        "retention.bytes": int(kept["retention.bytes"]),
    }


def _operations(told: Mapping[str, type[Event]]) -> Iterator[tuple[str, Document]]:
    for stream, teller in TELLERS.items():
        said = {"summary": f"{teller} tells what it has decided.", "tags": [{"name": teller}]}
        yield f"{teller}-tells-{stream.name.lower()}", {"action": "send", "channel": _at(stream), **said}
    for hearer, subscriptions in HEARERS.items():
        for each in subscriptions:
            said = {"summary": f"{hearer} hears, in its group `{each.group}`.", "tags": [{"name": hearer}]}
            for stream in each.streams:
                mine = [name for name, kind in told.items() if kind.STREAM is stream and is_heard(each, name)]
                channel = _at(stream)
                messages = [{"$ref": f"{channel['$ref']}/messages/{name}"} for name in mine]
                operation = {"action": "receive", "channel": channel, "messages": messages, **said}
                yield f"{hearer}-{each.group}-hears-{stream.name.lower()}", operation


def is_heard(subscription: Subscription[Any], kind: str) -> bool:
    """Tell whether facts of a type are handled, and not only passed over."""
    moment = now()
    header = Header(new_event_id(), "/jvtrack/test", kind, "key", 1, moment, moment, None)
    try:
        return subscription.registry.open(header, b"{}") is not None
    except ContractBroken:  # It is read, and missing its data.
        return True


def _at(stream: Stream) -> Document:
    return {"$ref": f"#/channels/{stream.name.lower()}"}


def _message(kind: type[Event]) -> Document:
    first, _, rest = (kind.__doc__ or "").strip().partition("\n")
    return {
        "name": kind.TYPE,
        "title": kind.__name__,
        "summary": first,
        **({"description": rest.strip()} if rest.strip() else {}),
        "headers": {"type": "object", "properties": {"ce_type": {"const": kind.TYPE}}, "required": ["ce_type"]},
        "payload": {"$ref": f"{_SCHEMAS}/{type_of(kind)}.json"},
        "traits": [{"$ref": "#/components/messageTraits/fact"}],
    }


def _headers() -> Document:
    return {"type": "object", "properties": _HEADERS, "required": _OFTEN}
