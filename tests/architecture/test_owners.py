"""What has one owner is done nowhere else, and a domain needs nothing but the language."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = ("shared", "services", "jvtrack", "deploy")
MODULES = sorted(path.relative_to(ROOT) for folder in PRODUCT for path in (ROOT / folder).rglob("*.py"))
DOMAINS = [path for path in MODULES if path.parts[0] == "services" and "domain" in path.parts]

KAFKA_CLIENTS = {"AIOKafkaConsumer", "AIOKafkaProducer", "AIOKafkaAdminClient", "AIOKafkaClient"}
COMMITS = {
    f"{owner}.{ending}"
    for owner in ("session", "connection", "transaction", "work", "db")
    for ending in ("commit", "rollback")
}
KAFKA_OWNER = Path("shared/messaging/kafka.py")
COMMIT_OWNER = Path("shared/db.py")
DOMAIN_MAY_USE = ("shared.types", "shared.errors", "shared.events")


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_only_their_owners_build_kafka_clients_commit_and_lock_stock(path: Path) -> None:
    source = (ROOT / path).read_text()

    calls = set(called_names(ast.parse(source)))

    assert path == KAFKA_OWNER or not KAFKA_CLIENTS & calls
    assert path == COMMIT_OWNER or not COMMITS & calls
    assert is_store(path) or "for update" not in source.lower()
    assert is_store(path) or "with_for_update" not in source


@pytest.mark.parametrize("path", DOMAINS, ids=str)
def test_a_domain_imports_the_standard_library_and_the_published_language_only(path: Path) -> None:
    own = ".".join(path.parts[: path.parts.index("domain") + 1])

    foreign = [
        module
        for module in imported_modules(ast.parse((ROOT / path).read_text()))
        if module.split(".")[0] not in sys.stdlib_module_names
        and not any(module == allowed or module.startswith(f"{allowed}.") for allowed in (own, *DOMAIN_MAY_USE))
    ]

    assert foreign == []


def is_store(path: Path) -> bool:
    """Tell whether a module may lock: a service's store, or the backbone's tables, which belong to no service."""
    return path.parts[0] != "services" or "store.py" in path.parts or "store" in path.parts


def called_names(tree: ast.Module) -> Iterator[str]:
    """Give the name of everything called, with its owner's where it has one: `session.commit`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Attribute(value=ast.Name(id=owner), attr=name):
                    yield f"{owner}.{name}"
                case ast.Name(id=name):
                    yield name


def imported_modules(tree: ast.Module) -> Iterator[str]:
    """Give every module that is imported, by its whole name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
