"""Reading: lists go on by their links, own writes are waited for, bearers share connections."""

from collections.abc import Mapping

import pytest

from jvtrack.client import JVTrack
from jvtrack.client.memory import Memory
from tests.unit.client.makers import ScriptedService, a_client, an_answer, an_order

FIRST, SECOND, THIRD = (f"7201YA6327A00{number}-2026" for number in (1, 2, 3))


async def test_a_list_is_read_by_its_links_to_the_end() -> None:
    more = {"Link": '</v1/orders?site=D-01&limit=2&cursor=WyJ4Il0>; rel="next"'}
    service = ScriptedService(
        an_answer([an_order(order_id=FIRST), an_order(order_id=SECOND)], headers=more),
        an_answer([an_order(order_id=THIRD)]),
    )

    async with a_client(service) as jvtrack:
        orders = await jvtrack.orders.list(site="D-01", limit=2).all()

    assert [order.order_id for order in orders] == [FIRST, SECOND, THIRD]
    assert dict(service.asked[1].url.params) == {"site": "D-01", "limit": "2", "cursor": "WyJ4Il0"}


async def test_the_first_page_says_where_the_stream_of_the_list_goes_on() -> None:
    service = ScriptedService(an_answer([], headers={"JVTrack-Position": "1.2.3"}))

    async with a_client(service) as jvtrack:
        page = await jvtrack.production.work_orders(factory="F-01").first()

    assert page.position == "1.2.3"


async def test_a_client_that_reads_its_own_writes_names_them_wherever_they_are_heard() -> None:
    version = {"JVTrack-Version": "stock.v1/D-01/P-1@7,stock.v1/demand:X@2"}
    moved = {"movement": "01980f5e-7f7e-7c11-8a50-3f1c2f6d9b11", "kind": "issue"}
    service = ScriptedService(an_answer(moved, 201, version), an_answer(an_order()), an_answer([]))

    async with a_client(service, reads_own_writes=True) as jvtrack:
        await jvtrack.inventory.close_shipment("F-01:S-1", "lost")
        await jvtrack.orders.get("X")
        await jvtrack.production.lots().all()

    first, orders, production = service.asked
    assert "JVTrack-After" not in first.headers
    assert orders.headers["JVTrack-After"] == "stock.v1/D-01/P-1@7,stock.v1/demand:X@2"
    assert "JVTrack-After" not in production.headers


async def test_a_repair_waits_for_nothing_for_it_may_be_what_keeps_that_from_arriving() -> None:
    service = ScriptedService(an_answer(an_order(), headers={"JVTrack-Version": "orders.v1/order:X@1"}), an_answer([]))

    async with a_client(service, reads_own_writes=True) as jvtrack:
        await jvtrack.orders.get("X")
        await jvtrack.inventory.operations.parked().all()

    assert "JVTrack-After" not in service.asked[1].headers


async def test_a_client_that_does_not_ask_for_it_waits_for_nothing() -> None:
    service = ScriptedService(an_answer(an_order(), headers={"JVTrack-Version": "orders.v1/order:X@1"}))

    async with a_client(service) as jvtrack:
        await jvtrack.orders.get("X")
        await jvtrack.orders.get("X")

    assert "JVTrack-After" not in service.asked[1].headers


def test_a_memory_keeps_the_newest_version_of_each_key_and_no_more_than_a_header_takes() -> None:
    memory = Memory()

    memory.note("orders.v1/order:X@2")
    memory.note("orders.v1/order:X@1")
    for number in range(15):
        memory.note(f"stock.v1/D-01/P-{number}@1")
    full = memory.after("orders")
    memory.note("stock.v1/D-01/P-15@1")

    assert len(full) == 16
    assert full[0] == "orders.v1/order:X@2"
    assert "orders.v1/order:X@2" not in memory.after("orders")


async def test_another_bearer_shares_the_connections_but_not_the_token() -> None:
    service = ScriptedService(an_answer(an_order()))

    async with a_client(service) as jvtrack:
        await jvtrack.acting_as(lambda: "another-token").orders.get("X")
        await jvtrack.orders.get("X")

    assert [request.headers["Authorization"] for request in service.asked] == ["Bearer another-token", "Bearer a-token"]


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        ({"JVTRACK_TOKEN": "t"}, "http://127.0.0.1:8101"),
        ({"JVTRACK_TOKEN": "t", "JVTRACK_ORDERS_URL": "https://orders.example"}, "https://orders.example"),
    ],
    ids=["the local stack", "as the environment says"],
)
async def test_a_client_finds_its_services(environment: Mapping[str, str], address: str) -> None:
    async with JVTrack.from_environment(environment) as jvtrack:
        assert (
            str(jvtrack.orders.door.http.base_url) == f"{address}/" or str(jvtrack.orders.door.http.base_url) == address
        )
