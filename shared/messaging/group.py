"""Group commit at a door: requests that come at the same time are decided and committed together.

Each request gets its own answer or its own refusal; a fault bisects the group, so that only the offender fails.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import Database, is_weather
from shared.errors import Kind, Refusal
from shared.messaging.settings import BackboneSettings
from shared.observe.logs import get_log
from shared.observe.metrics import BackboneMetrics

log = get_log()

Request = TypeVar("Request")
Answer = TypeVar("Answer")
Decide = Callable[[AsyncSession, Sequence[Request]], Awaitable[Sequence[Answer | Refusal]]]


class Overloaded(Refusal):
    """More requests wait than this door takes; try again in a moment."""

    kind = Kind.BUSY
    retry_after_seconds = 1


class Stopping(Refusal):
    """The service is stopping; ask another replica."""

    kind = Kind.BUSY
    retry_after_seconds = 1


@dataclass(slots=True, eq=False)
class _Waiting(Generic[Request, Answer]):
    """Requests that were handed in together, and the promise of their answers."""

    requests: Sequence[Request]
    answers: "asyncio.Future[list[Answer | Refusal]]"


class Group(Generic[Request, Answer]):
    """Collects the requests of one door, a few milliseconds at most, and decides them in one transaction."""

    def __init__(
        self,
        name: str,
        database: Database,
        decide: Decide[Request, Answer],
        *,
        settings: BackboneSettings,
        metrics: BackboneMetrics,
    ) -> None:
        self._name = name
        self._database = database
        self._decide = decide
        self._settings = settings
        self._metrics = metrics
        self._queue: asyncio.Queue[_Waiting[Request, Answer]] = asyncio.Queue()
        self._queued = 0
        self._taken: set[_Waiting[Request, Answer]] = set()
        self._came_together = 1
        """Of the last group: how many had been handed in apart."""
        self._collecting = asyncio.Lock()
        self._is_open = True

    async def submit(self, request: Request) -> Answer:
        """Decide one request with whatever else is waiting; raises its refusal, or Overloaded."""
        (answer,) = await self.submit_all([request])
        if isinstance(answer, Refusal):
            raise answer
        return answer

    async def submit_all(self, requests: Sequence[Request]) -> list[Answer | Refusal]:
        """Decide requests in the order given, each on its own; raises Overloaded and faults."""
        if not self._is_open:
            raise Stopping
        if self._queued + len(requests) > max(self._settings.group_queue_max, len(requests)):
            raise Overloaded(waiting=self._queued)
        waiting: _Waiting[Request, Answer] = _Waiting(requests, asyncio.get_running_loop().create_future())
        self._queued += len(requests)
        self._metrics.group_queue.labels(self._name).set(self._queued)
        self._queue.put_nowait(waiting)
        self._taken.add(waiting)
        try:
            return await waiting.answers
        finally:
            self._taken.discard(waiting)

    async def run(self, stopping: asyncio.Event) -> None:
        """Decide groups until the service stops, then what still waits."""
        workers = [asyncio.create_task(self._work()) for _ in range(self._settings.group_concurrency)]
        try:
            await stopping.wait()
            self._is_open = False
            async with asyncio.timeout(self._settings.stop_seconds):
                await self._queue.join()
        except TimeoutError:
            log.warning("group_left_waiting", door=self._name, waiting=self._queued)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
            for waiting in self._taken:
                if not waiting.answers.done():
                    waiting.answers.set_exception(Stopping())

    async def _work(self) -> None:
        while True:
            async with self._collecting:  # a second worker would take from this group who comes while it waits
                group = await self._collect()
            try:
                await self._serve(group)
            finally:
                for _ in group:
                    self._queue.task_done()

    async def _collect(self) -> list[_Waiting[Request, Answer]]:
        group = [await self._queue.get()]
        size = len(group[0].requests)
        if self._is_worth_waiting():
            await asyncio.sleep(self._settings.group_wait_seconds)
        while size < self._settings.group_max and not self._queue.empty():
            group.append(self._queue.get_nowait())
            size += len(group[-1].requests)
        self._queued -= size
        self._came_together = len(group)
        self._metrics.group_queue.labels(self._name).set(self._queued)
        return group

    def _is_worth_waiting(self) -> bool:
        """Whether others are likely to join a small group; who comes alone, again and again, is not held up."""
        is_small = self._queued < self._settings.group_wait_below
        has_company = self._came_together > 1 or len(self._taken) > 1
        return is_small and has_company and self._settings.group_wait_seconds > 0

    async def _serve(self, group: Sequence[_Waiting[Request, Answer]]) -> None:
        requests = [request for waiting in group for request in waiting.requests]
        try:
            async with asyncio.timeout(self._settings.group_seconds_max):
                outcomes = await self._decided(requests)
        except TimeoutError as error:
            self._metrics.batch_retries_total.labels(f"door {self._name}", "Deadline").inc()
            outcomes = [_Failed(error) for _ in requests]
        start = 0
        for waiting in group:
            mine = outcomes[start : start + len(waiting.requests)]
            start += len(waiting.requests)
            if waiting.answers.done():
                continue
            fault = next((one for one in mine if isinstance(one, _Failed)), None)
            if fault is not None:
                waiting.answers.set_exception(fault.error)
            else:
                waiting.answers.set_result([one for one in mine if not isinstance(one, _Failed)])

    async def _decided(self, requests: Sequence[Request]) -> list["Answer | Refusal | _Failed"]:
        """Decide requests in one transaction; bisect when it fails for another reason than the weather."""
        for attempt in range(1, self._settings.group_retries + 1):
            try:
                async with self._database.transaction() as session:
                    answers = list(await self._decide(session, requests))
                    assert len(answers) == len(requests), "every request has one outcome"
            except Exception as error:  # noqa: BLE001  # a fault of one request must not fail the others
                self._metrics.batch_retries_total.labels(f"door {self._name}", type(error).__name__).inc()
                if is_weather(error) and attempt < self._settings.group_retries:
                    await asyncio.sleep(0.02 * 2**attempt)
                    continue
                if is_weather(error) or len(requests) == 1:
                    return [_Failed(error) for _ in requests]
                log.warning("group_bisected", door=self._name, size=len(requests), error=repr(error))
                middle = len(requests) // 2
                return [*await self._decided(requests[:middle]), *await self._decided(requests[middle:])]
            self._metrics.batch_size.labels(f"door {self._name}").observe(len(requests))
            return [*answers]
        raise AssertionError("a bounded loop returns")


@dataclass(frozen=True, slots=True)
class _Failed:
    """A request whose transaction failed, and why."""

    error: Exception
