"""What has one owner is done nowhere else, and a domain needs nothing but the language."""

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = ("shared", "services", "jvtrack", "deploy")
MODULES = sorted(path.relative_to(ROOT) for folder in PRODUCT for path in (ROOT / folder).rglob("*.py"))
DOMAINS = [path for path in MODULES if path.parts[0] == "services" and "domain" in path.parts]

KAFKA_CLIENTS = {"AIOKafkaConsumer", "AIOKafkaProducer", "AIOKafkaAdminClient", "AIOKafkaClient"}
KAFKA_OWNER = Path("shared/messaging/kafka.py")
COMMIT_OWNER = Path("shared/db.py")
# To commit or roll back, or to open what commits by itself: on a driver's connection, and not at our own Database.
ENDING = re.compile(
    r"(^|\.)(commit|rollback)$|(?<!database)\.transaction$|(connection|engine|session)\.(begin|begin_nested)$"
)
NOT_OF_A_SESSION: Mapping[str, set[str]] = {
    "shared/messaging/consumer.py": {"connection.owners.commit"},  # Shows Kafka its offsets, for lag tools.
    "shared/messaging/owners.py": {"self._client.commit"},  # The same.
    "shared/messaging/relay_store.py": {"self._connection.transaction"},  # The relay's own connection, without a pool.
    "shared/messaging/log_memory.py": {"self._connection.transaction"},  # The same connection.
    "shared/migrations.py": {"engine.begin"},  # A step of a migration, before any service runs.
}
LOCK = re.compile(
    r"\bfor\s+(no\s+key\s+)?update\b|\bfor\s+(key\s+)?share\b|pg_(try_)?advisory|\block\s+table\s+\w+\s+in\b|with_for_update",
    re.IGNORECASE,
)
BACKBONE_STORES = {
    "shared/http/idempotency.py",
    "shared/http/staging_store.py",
    "shared/messaging/consumer_store.py",
    "shared/messaging/outbox_keeper.py",
    "shared/messaging/rebuild/tables.py",
    "shared/messaging/relay_store.py",
}
DOMAIN_MAY_USE = ("shared.types", "shared.errors", "shared.events")


def test_only_their_owners_build_kafka_clients_commit_and_lock() -> None:
    assert [f"{path}: {wrong}" for path in MODULES for wrong in not_its_own(path)] == []


def not_its_own(path: Path) -> Iterator[str]:
    """Say what a module does that another one owns."""
    source = (ROOT / path).read_text()
    calls = set(called_names(ast.parse(source)))
    if path != KAFKA_OWNER and KAFKA_CLIENTS & {call.rpartition(".")[2] for call in calls}:
        yield "builds a Kafka client"
    if path != COMMIT_OWNER and set(endings(calls)) != NOT_OF_A_SESSION.get(path.as_posix(), set()):
        yield f"ends transactions: {endings(calls)}"
    if not is_store(path) and LOCK.search(source):
        yield "locks"


@pytest.mark.parametrize(
    "source",
    [
        "session.commit()",
        "await self._session.commit()",
        "await work.session.rollback()",
        "async with sessions() as one:\n    await one.commit()",
        "(await open_session()).commit()",
        "async with self._connection.transaction():\n    pass",
        "async with engine.begin() as connection:\n    pass",
        "session.begin_nested()",
        "async with session.info[DRIVER].transaction():\n    pass",
    ],
)
def test_whoever_ends_a_transaction_is_found(source: str) -> None:
    assert endings(set(called_names(ast.parse(f"async def work():\n    {source.replace(chr(10), chr(10) + '    ')}"))))


@pytest.mark.parametrize(
    "source",
    [
        "SELECT * FROM stock ORDER BY site FOR UPDATE",
        "select 1 from stock for  no key update",
        "SELECT 1 FROM stock FOR SHARE",
        "SELECT pg_try_advisory_xact_lock(1)",
        "LOCK TABLE stock IN SHARE MODE",
        "select(stock).with_for_update()",
    ],
)
def test_whoever_locks_is_found(source: str) -> None:
    assert LOCK.search(source)


def test_only_stores_may_lock() -> None:
    assert [path.as_posix() for path in MODULES if path.as_posix() in BACKBONE_STORES] == sorted(BACKBONE_STORES)
    assert not any(is_store(path) for path in MODULES if path.parts[0] in ("jvtrack", "deploy"))


def test_a_domain_imports_the_standard_library_and_the_published_language_only() -> None:
    assert [f"{path}: {module}" for path in DOMAINS for module in foreign(path)] == []


def foreign(path: Path) -> list[str]:
    """Name what a module of a domain imports, and may not."""
    own = ".".join(path.parts[: path.parts.index("domain") + 1])
    return [
        module
        for module in imported_modules(ast.parse((ROOT / path).read_text()))
        if module.split(".")[0] not in sys.stdlib_module_names
        and not any(module == allowed or module.startswith(f"{allowed}.") for allowed in (own, *DOMAIN_MAY_USE))
    ]


def is_store(path: Path) -> bool:
    """Tell whether a module may lock: a service's store, or one that owns tables of the backbone."""
    if path.parts[0] == "services":
        return path.parts[2:3] in (("store.py",), ("store",))
    return path.as_posix() in BACKBONE_STORES


def called_names(tree: ast.Module) -> Iterator[str]:
    """Give whatever is called as it is written: `self._session.commit`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def endings(calls: set[str]) -> list[str]:
    """Pick the calls that end a transaction, or open one that ends by itself."""
    return sorted(call for call in calls if ENDING.search(call))


def imported_modules(tree: ast.Module) -> Iterator[str]:
    """Give every module that is imported, by its whole name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
