"""What the product has, the product uses: what only tests call is no product, what nobody reads is no setting."""

import ast
import tomllib
from functools import cache
from pathlib import Path

import pytest
from pydantic import BaseModel
from vulture import Vulture

from deploy.local.settings import StackSettings
from services.inventory.settings import InventorySettings
from services.monitor.settings import MonitorSettings
from services.orders.settings import OrdersSettings
from services.production.settings import ProductionSettings
from shared.http.tokens import AuthSettings
from shared.messaging.rebuild.program import OwnerSettings
from shared.messaging.settings import BackboneSettings
from shared.settings import CommonSettings, DoorSettings

ROOT = Path(__file__).parents[2]
PRODUCT = ("shared", "services", "jvtrack", "deploy")

# Their fields and words are read as JSON or Kafka's protocol by whoever is at the other end.
SPOKEN = ("shared/events/*.py", "shared/types.py", "shared/messaging/topic_ids.py", "services/*/schemas/*.py")
# The client is a library: what it offers is used by others.
LIBRARY = "jvtrack/client"
ELSEWHERE = {
    "deploy/local/servers.py Servers": "test sessions and benchmarks run on them",
    "deploy/local/servers.py kafka_process": "tests kill it",
    "deploy/local/servers.py postgres_process": "tests kill it",
    "jvtrack/commands/monitor.py justify": "rich reads it",
    "jvtrack/commands/verify.py justify": "rich reads it",
    "services/inventory/domain/allocation.py is_by_override": "a place in an order is compared, field by field",
    "services/inventory/domain/allocation.py life_left": "a place in an order is compared, field by field",
    "shared/http/auth.py scheme_name": "FastAPI reads it",
    "shared/messaging/kafka.py _closed": "aiokafka reads it",
    "shared/migrations.py BACKBONE_STEPS": "tests make the backbone's tables without a service's",
    "shared/migrations.py sqltext": "a parameter of Alembic's",
    "shared/service.py should_exit": "uvicorn reads it",
}
SETTINGS: dict[type[BaseModel], str] = {
    AuthSettings: "shared/http",
    BackboneSettings: "shared",
    CommonSettings: "services",
    DoorSettings: "shared services",
    OwnerSettings: "shared/messaging/rebuild",
    InventorySettings: "services/inventory",
    MonitorSettings: "services/monitor",
    OrdersSettings: "services/orders",
    ProductionSettings: "services/production",
    StackSettings: "deploy",
}


def test_whatever_the_product_has_is_used_by_the_product_or_named_here() -> None:
    assert unused() == set(ELSEWHERE)


@pytest.mark.parametrize(("settings", "readers"), SETTINGS.items(), ids=lambda part: getattr(part, "__name__", ""))
def test_every_setting_is_read_by_what_it_bounds(settings: type[BaseModel], readers: str) -> None:
    read = {name for folder in readers.split() for path in (ROOT / folder).rglob("*.py") for name in read_in(path)}

    assert set(settings.model_fields) - read == set()


def test_all_settings_are_looked_at() -> None:
    declared = {
        node.name
        for folder in PRODUCT
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) and node.name.endswith("Settings")
    }

    assert declared == {settings.__name__ for settings in SETTINGS}


def unused() -> set[str]:
    """Name what no module of the product uses, with its module."""
    options = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["vulture"]
    searcher = Vulture(ignore_names=options["ignore_names"], ignore_decorators=options["ignore_decorators"])
    searcher.scavenge([str(ROOT / folder) for folder in PRODUCT])
    found = searcher.get_unused_code(min_confidence=options["min_confidence"])
    named = [(item, Path(item.filename).relative_to(ROOT)) for item in found]
    return {f"{path.as_posix()} {item.name}" for item, path in named if not is_for_others(path, item.typ)}


def is_for_others(path: Path, kind: str) -> bool:
    """Tell whether what is unused in a module is there for whoever is at the other end."""
    return path.is_relative_to(LIBRARY) or (kind == "variable" and any(path.match(spoken) for spoken in SPOKEN))


@cache
def read_in(path: Path) -> set[str]:
    """Name the attributes that a module reads."""
    nodes = ast.walk(ast.parse(path.read_text()))
    return {node.attr for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)}
