"""Bad input at every door: each slip gets its exact problem, and nothing of it is written down."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import asyncpg
import httpx
import pytest
import pytest_asyncio

from deploy.local.settings import SERVICES
from deploy.postgres.provision import connect
from jvtrack.client import Receipt, ReceiptLine, Report
from shared.events.factory import FactoryEventVoided, FactoryLotStarted
from tests.fixtures.bad import anywhere, inventory, orders, production, references, stocking
from tests.fixtures.bad.request import KEY, Bad
from tests.fixtures.catalogue import Trade
from tests.fixtures.doors import fields, rows, slug

pytestmark = pytest.mark.asyncio(loop_scope="session")

TABLE = [*orders.ALL, *references.ALL, *production.ALL, *inventory.ALL, *stocking.ALL, *anywhere.ALL]
RETRIED = {"catalogue-behind", "work-order-unknown", "event-unknown", "version-not-yet-applied"}
"""What is worth another try, and says when."""
ROLES = {"D": "depot", "d": "depot", "F": "factory"}


@dataclass(frozen=True, slots=True)
class Counter:
    """A running system, and what its good requests were called."""

    trade: Trade
    names: Mapping[str, str]
    written: Mapping[str, Mapping[str, int]]
    """How many rows each table of each service had before the first bad request."""
    logs: Mapping[str, asyncpg.Connection]
    """To each service's database, kept open: hundreds of requests look there before and after."""

    async def facts(self, service: str) -> int:
        """Count everything that a service has ever decided."""
        return int(await self.logs[service].fetchval("SELECT count(*) FROM event_log"))

    async def hand_in(self, bad: Bad) -> httpx.Response:
        """Send a bad request as it is."""
        who, method, service, path = self.named(bad.place).split(" ", 3)
        headers = {KEY: f"bad {bad}"[:128], **bad.usual_headers, **bad.headers}
        headers = {name: self.named(value) for name, value in headers.items() if value}
        content = self.named_bytes(bad.content)
        sent = self.chunks(content) if bad.chunked else content
        encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
        token = None if who == "nobody" else self.token(who)
        if token is not None:
            encoded.append((b"Authorization", f"Bearer {token}".encode()))
        url = self.trade.system.url(service) + path
        return await self.trade.doors.http.request(method, url, content=sent, headers=encoded)

    def token(self, who: str) -> str:
        """Give a token by a site's name or a role's."""
        role = ROLES.get(who[0]) if "-" in who else None
        return self.trade.system.token(role, who) if role else self.trade.system.token(who)

    def named(self, text: str) -> str:
        """Put the names in."""
        for name, value in self.names.items():
            text = text.replace(f"<{name}>", value)
        return text

    def named_bytes(self, content: bytes) -> bytes:
        """Put the names in."""
        for name, value in self.names.items():
            content = content.replace(f"<{name}>".encode(), value.encode())
        return content

    @staticmethod
    async def chunks(content: bytes) -> AsyncIterator[bytes]:
        """Send in pieces, without saying how much it will be."""
        for start in range(0, len(content), 65_536):
            yield content[start : start + 65_536]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def counter(trade: Trade) -> AsyncIterator[Counter]:
    """Let some good requests go before."""
    part = await trade.stocked(("D-01", 5))
    order = await trade.placed(part, 2)
    depot, factory = trade.acting("depot", "D-01"), trade.acting("factory", "F-01")
    key = f"good-{trade.number()}"
    await depot.inventory.receive(Receipt(site="D-01", lines=[ReceiptLine(part=part, quantity=3)]), key=key)
    good = Report("F-01", FactoryLotStarted(lot="L-GOOD", part=part, quantity=1))
    voided = Report("F-01", FactoryLotStarted(lot="L-GOOD", part=part, quantity=1))
    void = Report("F-01", FactoryEventVoided(event=voided.id, reason="Mistake."))
    for report in (good, voided, void):
        await factory.production.post(report)
    await trade.quiet()
    names = {"part": part, "order": order.order_id, "document-number": order.document_number, "key": key}
    names |= {"event": good.id, "voided": voided.id, "void": void.id}
    written = {service: await rows(trade.system, service) for service in SERVICES}
    logs = {service: await connect(trade.system.environment.database(service).owner) for service in SERVICES}
    yield Counter(trade, names, written, logs)
    for each in logs.values():
        await each.close()


@pytest.mark.parametrize("bad", TABLE, ids=str)
async def test_a_bad_request_gets_its_exact_problem_and_leaves_no_trace(counter: Counter, bad: Bad) -> None:
    service = bad.place.split()[2]
    expected, _, field = bad.problem.partition(": ")
    before = await counter.facts(service)

    answer = await counter.hand_in(bad)

    assert f"{answer.status_code} {slug(answer)}" == expected, answer.text
    assert not field or field in fields(answer), answer.text
    assert ("retry-after" in answer.headers) is (answer.status_code == 409 and slug(answer) in RETRIED)
    assert await counter.facts(service) == before


@pytest.mark.parametrize("service", SERVICES)
async def test_after_all_of_them_no_table_has_a_row_more(counter: Counter, service: str) -> None:
    assert await rows(counter.trade.system, service) == counter.written[service]


async def test_the_table_holds_every_sort_of_problem_that_a_sender_can_cause() -> None:
    statuses = {bad.problem.partition(" ")[0] for bad in TABLE}

    assert len(TABLE) >= 60
    assert statuses == {"400", "401", "403", "404", "405", "409", "410", "413", "415", "422"}
