"""What every test may ask for: a real Kafka and PostgreSQL, and databases of its own on them.

The servers are the embedded ones by default, containers with JVTRACK_TEST_STACK=containers, or those that
JVTRACK_KAFKA and JVTRACK_POSTGRES name. Each session has a namespace of its own.
"""

import gc
import uuid
from collections.abc import Generator, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest
from coverage import Coverage
from hypothesis import HealthCheck, settings
from sqlalchemy import make_url

from shared.messaging.topics import Topics
from tests.fixtures.adapters import keep_adapters
from tests.fixtures.databases import Provisioner
from tests.fixtures.servers import TestServers, start_servers
from tests.fixtures.system import System, start_system

_HERE = Path(__file__).parent
_SYSTEM, _INTEGRATION = _HERE / "system", _HERE / "integration"
_KEPT = {_INTEGRATION / service for service in ("orders", "inventory")}
_COUNTED = _HERE / "unit"
"""Where every line of the domains is tested: to count everywhere takes a fifth of the time."""
_LONG = {_SYSTEM, _HERE / "faults", *(_INTEGRATION / each for each in ("backbone", "rebuild", "verify"))}
_LONG_FILES = {_HERE / "unit" / "test_demand_protocol.py", _HERE / "migrations" / "test_histories.py"}


def pytest_configure() -> None:
    """Give laws the time that they take: how fast a machine is says nothing of the business."""
    settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("untimed")
    keep_adapters()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Share tests out by file, the long ones first, and give all that need the whole system to one worker.

    Its services take their share of the machine from its first test to the session's end: only short tests follow.
    """
    for item in items:
        if item.path.parent in _KEPT:  # They share a service, which runs on one event loop.
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
        item.add_marker(pytest.mark.xdist_group(_group(item)))
    items.sort(key=lambda item: 1 if _needs_the_system(item) else 2 * (not _is_long(item.path)))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Refuse to share tests out without their groups: each worker would start all that they stand on."""
    if hasattr(session.config, "workerinput") and any("@" not in item.nodeid for item in session.items):
        raise pytest.UsageError("pytest-xdist does not keep groups together: do its version and pytest's fit?")
    # Thousands of tests stay to the end: looking through them for garbage again and again took a tenth of the time.
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Count coverage where it is wanted."""
    with nullcontext() if _COUNTED in item.path.parents else _not_counting():
        return (yield)


@contextmanager
def _not_counting() -> Iterator[None]:
    stopped = []
    while counting := Coverage.current():  # in a worker of several there are two, one within the other
        counting.stop()
        stopped.append(counting)
    try:
        yield
    finally:
        for each in reversed(stopped):
            each.start()


def _is_long(path: Path) -> bool:
    return path.parent in _LONG or path in _LONG_FILES


def _group(item: pytest.Item) -> str:
    """Name what goes to one worker: what stands on the whole system, on the same day of business, or in a file."""
    if _needs_the_system(item):
        return "whole system"
    shares_books = "books" in getattr(item, "fixturenames", ())
    return "a day of business" if shares_books else item.path.relative_to(_HERE).as_posix()


def _needs_the_system(item: pytest.Item) -> bool:
    return "system" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestServers]:
    """Run Kafka and PostgreSQL once for all tests."""
    directory: Path = tmp_path_factory.mktemp("servers")
    with start_servers(directory) as running:
        yield running


@pytest.fixture
def uncounted() -> Iterator[None]:
    """Count no coverage: for tests that take the same few lines a million times, which others cover."""
    with _not_counting():
        yield


@pytest.fixture(scope="session")
def namespace() -> str:
    """Name what this session puts on the servers."""
    return f"t{uuid.uuid4().hex[:8]}"


@pytest.fixture(scope="session")
def provisioner(servers: TestServers, namespace: str) -> Provisioner:
    """Make databases on the session's PostgreSQL."""
    return Provisioner(make_url(servers.postgres), namespace)


@pytest.fixture(scope="session")
def topics(servers: TestServers, namespace: str) -> Topics:
    """Make the session's topics."""
    made = Topics(servers.kafka, namespace)
    servers.make_topics(made)
    return made


@pytest.fixture(scope="session")
def system(servers: TestServers, namespace: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Run all services once for all tests that only need them to be there."""
    with start_system(servers, tmp_path_factory.mktemp("system"), f"{namespace}_all") as running:
        yield running
