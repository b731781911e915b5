"""The proof of the whole system holds after a day of business, and names whatever is then broken on purpose."""

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from itertools import count

import asyncpg
import pytest
from sqlalchemy import URL, make_url

from deploy.local.ports import free_port
from jvtrack.verify.proof import verify
from jvtrack.verify.report import Report
from jvtrack.verify.sources import Sources
from shared.messaging.topics import Topics
from tests.fixtures.catalogue import Trade
from tests.fixtures.servers import TestServers
from tests.fixtures.system import System, start_system
from tests.integration.verify.business import do_business, post_burst, settled

_COPIES = count(1)


@dataclass(frozen=True, slots=True)
class Books:
    """The databases of a system that has stopped, to be copied and broken."""

    admin: URL
    topics: Topics
    databases: dict[str, str]
    system: System
    meanwhile: list[Report]
    """Proofs taken while business was done."""
    healthy: Report
    """The proof taken when all was quiet."""

    async def broken(self, service: str, statement: str) -> Report:
        """Break a copy of one service's database, and prove the system with it."""
        whole = self.databases[service]
        copy = f"{whole}_{next(_COPIES)}"
        await self._run(self.admin, f'CREATE DATABASE "{copy}" OWNER "{whole}_owner" TEMPLATE "{whole}"')
        await self._run(self.admin.set(database=copy), statement)
        names = {**self.databases, service: copy}
        return await verify(Sources(self.topics, {each: self.admin.set(database=name) for each, name in names.items()}))

    async def _run(self, address: URL, statement: str) -> None:
        plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
        connection = await asyncpg.connect(plain)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


@pytest.fixture(scope="module")
def books(servers: TestServers, namespace: str, tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Do a day of business, and stop the services."""
    with start_system(servers, tmp_path_factory.mktemp("books"), f"{namespace}_books") as system:
        meanwhile, healthy = asyncio.run(_day(system))
    settings = system.settings
    databases = {service: system.environment.database(service).name for service in system.processes}
    topics = Topics(settings.kafka_address, settings.namespace)
    return Books(make_url(servers.postgres), topics, databases, system, meanwhile, healthy)


async def _day(system: System) -> tuple[list[Report], Report]:
    async with Trade.opened(system, parts=1) as trade:
        business = asyncio.gather(do_business(trade), post_burst(trade))
        meanwhile = []
        while not business.done():
            meanwhile.append(await trade.proof())
        await business
        return meanwhile, await settled(trade)


def test_every_invariant_holds_after_a_day_of_business(books: Books) -> None:
    checked = {result.name: result.checked for result in books.healthy.results}

    assert {result.name: result.offences for result in books.healthy.results if not result.holds} == {}
    assert all(checked.values()), checked


def test_every_cut_of_the_running_system_holds(books: Books) -> None:
    violated = [result.offences for proof in books.meanwhile for result in proof.results if not result.holds]

    assert violated == []
    assert sum(result.in_flight for proof in books.meanwhile for result in proof.results) > 0


def test_the_command_proves_a_system_and_says_by_its_exit_code_whether_it_holds(books: Books) -> None:
    done = _command(books)

    said = json.loads(done.stdout)
    assert (done.returncode, said["holds"]) == (0, True)
    assert [result["name"] for result in said["results"]] == [f"I{number}" for number in range(1, 9)]


def test_the_command_names_a_server_that_does_not_answer(books: Books) -> None:
    done = _command(books, JVTRACK_KAFKA=f"127.0.0.1:{free_port()}")

    assert done.returncode == 2
    assert "set JVTRACK_KAFKA" in done.stderr


def _command(books: Books, **variables: str) -> subprocess.CompletedProcess[str]:
    settings = books.system.settings
    known = {
        "JVTRACK_NAMESPACE": settings.namespace,
        "JVTRACK_HOME": str(settings.home),
        "JVTRACK_KAFKA": settings.kafka_address,
        "JVTRACK_POSTGRES": str(settings.postgres),
    }
    return subprocess.run(
        [sys.executable, "-m", "jvtrack.cli", "verify", "--json"],
        env={**os.environ, **known, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("service", "broken", "named", "said"),
    [
        pytest.param(
            "production",
            "DELETE FROM event_log WHERE key = 'lot:F-01:L-1' AND key_seq = 1",
            ["I1", "I2", "I3"],
            "of /F-01/line-1 was accepted",
            id="an accepted event was never told",
        ),
        pytest.param(
            "orders",
            "UPDATE orders SET quantity = quantity + 1, open = open + 1",
            ["I1", "I8"],
            "was accepted, and event_log says",
            id="an order is larger than was told",
        ),
        pytest.param(
            "inventory",
            "UPDATE balance SET on_hand = on_hand + 1 WHERE (site, lot, condition) = ('D-01', 'F-01:L-1', 'A')",
            ["I5", "I6"],
            "on_hand balance is",
            id="a balance was altered",
        ),
        pytest.param(
            "inventory",
            "INSERT INTO transfer (cause_id, line, part, lot, source_site, source_condition, source_shelf, "
            "source_version, target_site, target_condition, target_shelf, target_version, quantity, reason, actor, "
            "occurred_at) SELECT cause_id, line + 100, part, lot, source_site, source_condition, source_shelf, "
            "source_version, target_site, target_condition, target_shelf, target_version, quantity, reason, actor, "
            "occurred_at FROM transfer WHERE lot = 'F-01:L-1' AND reason = 'finished' ORDER BY quantity DESC LIMIT 1",
            ["I4", "I5", "I6"],
            "and its transfers move",
            id="a transfer was booked twice",
        ),
        pytest.param(
            "inventory",
            "INSERT INTO parked_discarded (grp, topic, key, key_seq, event_id, cause, discarded_by) "
            "VALUES ('deciders', 3, 'lot:F-01:L-1', 99, gen_random_uuid(), 'contract', 'somebody');"
            "UPDATE transfer SET quantity = quantity + 1 WHERE lot = 'F-01:L-1' AND reason = 'finished'",
            ["I5", "I4", "I6"],
            "lot:F-01:L-1: production finished 8, and inventory made",
            id="inventory made more than was finished, and an operator discarded another fact of the same lot",
        ),
        pytest.param(
            "inventory",
            "DELETE FROM transfer WHERE lot = 'F-01:L-1' AND reason = 'scrapped'",
            ["I5", "I6"],
            "balance is",
            id="a transfer is gone",
        ),
        pytest.param(
            "inventory",
            "UPDATE transfer SET quantity = quantity + 9 WHERE reason = 'returned'",
            ["I5", "I6"],
            "-8 issued, which is more come back than had gone",
            id="more came back than was issued",
        ),
        pytest.param(
            "production",
            "UPDATE lot SET finished = finished + 1 WHERE lot_id = 'F-01:L-1'",
            ["I5"],
            "production counts",
            id="production counts more than it told",
        ),
        pytest.param(
            "inventory",
            "UPDATE reservation SET quantity = quantity + 1 WHERE order_id = (SELECT min(order_id) FROM reservation)",
            ["I6"],
            "and reservations hold",
            id="a reservation holds what is not there",
        ),
        pytest.param(
            "inventory",
            "UPDATE demand SET arrived = arrived + 1",
            ["I8"],
            "it was told as",
            id="a demand has other totals than were told",
        ),
        pytest.param(
            "orders",
            "UPDATE orders SET lost = lost + 1, arrived = arrived - 1 WHERE arrived > 0",
            ["I8"],
            "heard inventory's word",
            id="an order has other totals than inventory told",
        ),
        pytest.param(
            "orders",
            "UPDATE work_order SET quantity = quantity + 1",
            ["I8"],
            "which production did not say",
            id="orders knows a work order otherwise",
        ),
        pytest.param(
            "orders",
            "UPDATE part_copy SET name = 'Gear' WHERE part_id = 'MI17-MAIN-GEARBOX'",
            ["I7"],
            "orders has MI17-MAIN-GEARBOX as (Gear",
            id="a copy of a part differs",
        ),
        pytest.param(
            "production",
            "DELETE FROM site_copy WHERE site_id = 'D-01'",
            ["I7"],
            "production applied site:D-01@1, and has no copy of it",
            id="a copy of a site is gone",
        ),
        pytest.param(
            "inventory",
            "DELETE FROM stream_position WHERE key = 'lot:F-01:L-1'",
            ["I4"],
            "read past lot:F-01:L-1@1",
            id="inventory forgot how far it came",
        ),
        pytest.param(
            "inventory",
            "DELETE FROM event_log WHERE key = 'D-01/MI17-MAIN-GEARBOX' AND key_seq = 2",
            ["I2", "I3"],
            "D-01/MI17-MAIN-GEARBOX@2",
            id="a fact is gone from the log",
        ),
    ],
)
async def test_what_was_broken_on_purpose_is_named(
    books: Books, service: str, broken: str, named: list[str], said: str
) -> None:
    report = await books.broken(service, broken)

    first = next(result for result in report.results if result.name == named[0])
    assert report.violated() == sorted(named)
    assert said in "\n".join(first.offences)
