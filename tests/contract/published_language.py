"""Every type of the published language, its JSON Schema, and where its published shapes are kept.

`published/<type>.json` is the shape that is published now; `published/history/<type>/<n>.json` are those before it.
"""

import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import BaseModel

from shared.events import (
    catalogue,
    expediting,
    factory,
    orders,
    platforms,
    production,
    progress,
    purchases,
    quality,
    replenishment,
    stock,
    workshop,
)
from shared.events.envelope import Event
from shared.events.factory import FactoryFact

PUBLISHED = Path(__file__).parent / "published"
_MODULES = (
    catalogue,
    expediting,
    orders,
    platforms,
    replenishment,
    production,
    progress,
    quality,
    stock,
    factory,
    workshop,
    purchases,
)

Schema = dict[str, Any]


def facts() -> list[type[BaseModel]]:
    """List every fact that crosses Kafka or a factory's door, in the order of their types."""
    found = [kind for module in _MODULES for kind in _named_in(module)]
    return sorted(found, key=type_of)


def type_of(kind: type[BaseModel]) -> str:
    """Name a fact's type: `jvtrack.stock.demand-closed.v1`."""
    name: str = kind.TYPE  # type: ignore[attr-defined]  # facts() gives only classes that have one
    return name


def schema_of(kind: type[BaseModel]) -> Schema:
    """Give the shape that a fact has now."""
    return kind.model_json_schema()


def published(kind: type[BaseModel]) -> Path:
    """Locate the shape of a fact that is published now."""
    return PUBLISHED / f"{type_of(kind)}.json"


def history(kind: type[BaseModel]) -> list[Path]:
    """Locate the shapes of a fact that were published before, the oldest first."""
    earlier = (PUBLISHED / "history" / type_of(kind)).glob("*.json")
    return sorted(earlier, key=lambda path: int(path.stem))


def ever_published() -> Iterator[tuple[type[BaseModel], Path]]:
    """Walk through every shape that any fact has been published in."""
    for kind in facts():
        for path in (*history(kind), published(kind)):
            if path.exists():
                yield kind, path


def read(path: Path) -> Schema:
    """Read a published shape."""
    schema: Schema = json.loads(path.read_text())
    return schema


def write(path: Path, schema: Schema) -> None:
    """Publish a shape."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(schema, indent=1, ensure_ascii=False) + "\n")


def _named_in(module: ModuleType) -> Iterator[type[BaseModel]]:
    for _, kind in inspect.getmembers(module, inspect.isclass):
        if issubclass(kind, Event | FactoryFact) and kind.__module__ == module.__name__ and "TYPE" in vars(kind):
            yield kind
