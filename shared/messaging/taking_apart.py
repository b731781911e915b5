"""Takes an aiokafka client apart whose own end does not come: while the broker is away its `stop` may never return."""

import asyncio
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import ProducerClosed

END_TRIES, END_TIMEOUT_SECONDS = 5, 0.1


async def take_apart(client: AIOKafkaProducer | AIOKafkaConsumer, ending: "asyncio.Future[None] | None" = None) -> None:
    """End a client's tasks and connections by hand, and the task of its own end, if that has begun."""
    tasks: list[asyncio.Future[Any] | None] = [ending]
    if isinstance(client, AIOKafkaProducer):
        client._message_accumulator.fail_all(ProducerClosed())
        inner = client.client
        if client._sender.sender_task is not None:
            client._sender.sender_task.remove_done_callback(client._sender._fail_all)
            tasks.append(client._sender.sender_task)
    else:
        names = ("_coordination_task", "_heartbeat_task", "_commit_refresh_task", "_reset_committed_task")
        tasks += [getattr(client._coordinator, name, None) for name in names]
        if client._fetcher is not None:
            tasks += [client._fetcher._fetch_task, *client._fetcher._pending_tasks]
        inner = client._client
    await inner.close()
    await _end([task for task in tasks if task is not None])


async def _end(tasks: Sequence["asyncio.Future[Any]"]) -> None:
    """Cancel tasks until they are done: aiokafka's wait for one another as they end."""
    for _ in range(END_TRIES):
        pending = [task for task in tasks if not task.done()]
        for task in pending:
            task.cancel()
        if pending:
            await asyncio.wait(pending, timeout=END_TIMEOUT_SECONDS)
    for task in tasks:
        if task.done() and not task.cancelled():
            task.exception()
