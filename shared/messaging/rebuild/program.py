"""`python -m services.<name>.rebuild`: rebuilds one service's projections by its own code, in a process of its own.

What it does is logged, a JSON line each, for whoever started it: `rebuild_progress`, `rebuild_difference`, and last
`rebuild_done` or `rebuild_refused` with a sentence. Exit code 0 is well, 1 a difference that stands, 2 a refusal.
"""

import argparse
import asyncio
import random
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from prometheus_client import CollectorRegistry
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared import clock
from shared.db import Database, is_weather
from shared.errors import Refusal, Weather
from shared.messaging.batches import ParkedFlood
from shared.messaging.consumer_store import Fenced
from shared.messaging.handlers import Projections, Subscription
from shared.messaging.rebuild.rebuild import Outcome, Rebuild, Wish
from shared.messaging.rebuild.tables import SCHEMA
from shared.messaging.topics import Topics
from shared.observe import logs
from shared.observe.logs import get_log
from shared.observe.metrics import BackboneMetrics
from shared.settings import CommonSettings

TRIES = 5
SHOWN_MAX = 100
PROGRESS_SECONDS = 0.2
_SESSION = {
    "search_path": f"{SCHEMA}, public",
    "statement_timeout": "10s",
    "idle_in_transaction_session_timeout": "5s",
}
log = get_log()


class OwnerSettings(BaseSettings):
    """The way into a service's database as its owner, who alone may make and drop tables."""

    model_config = SettingsConfigDict(frozen=True, use_attribute_docstrings=True)

    owner_database: str = Field(min_length=1)
    """SQLAlchemy URL of the service's database, as its owner."""


class NothingToRebuild(Refusal):
    """The service keeps no projection: what it hears it decides on, and a decision is never made twice."""


class KeepsFailing(Refusal):
    """Kafka or the database went away again and again: run it again once both are back, it goes on where it was."""


class CannotReadItsPast(Refusal):
    """So many facts of the past were refused that the code must be at fault: nothing was changed."""


class AnotherRebuild(Refusal):
    """Another rebuild of this service has begun, and this one has given way to it."""


def main(service: str, subscriptions: Sequence[Subscription[Any]]) -> None:
    """Rebuild a service's projections as the command line says, and end the process."""
    wish = _wish(service)
    common = CommonSettings()
    logs.configure(service, level=common.log_level, json=common.log_json)
    options: dict[str, Any] = {"_env_prefix": f"JVTRACK_{service.upper()}_"}
    owner = OwnerSettings(**options)
    projections = [each for each in subscriptions if isinstance(each.registry, Projections)]
    try:
        outcomes = asyncio.run(rebuild(service, projections, common=common, owner=owner.owner_database, wish=wish))
    except Refusal as refusal:
        log.error("rebuild_refused", sentence=str(refusal))  # noqa: TRY400  # a sentence, no traceback
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(int(any(each.differences or each.totals for each in outcomes) and not wish.swaps))


async def rebuild(
    service: str, projections: Sequence[Subscription[Any]], *, common: CommonSettings, owner: str, wish: Wish
) -> list[Outcome]:
    """Rebuild each projection and tell what came of it; raises a refusal with one sentence for its user."""
    if not projections:
        raise NothingToRebuild(service=service)
    database = Database(owner, pool_size=3, application_name=f"jvtrack-{service}-rebuild", server_settings=_SESSION)
    try:
        outcomes = []
        for each in projections:
            one = Rebuild(
                database,
                Topics(common.kafka, common.namespace),
                each,
                service=service,
                settings=common.backbone,
                metrics=BackboneMetrics(CollectorRegistry()),
                on_progress=_Progress(each.group),
            )
            outcomes.append(await _patiently(one, wish))
            _tell(each, outcomes[-1])
        return outcomes
    finally:
        await database.close()


async def _patiently(one: Rebuild[Any], wish: Wish) -> Outcome:
    """Rebuild, and try again what fails in passing, as long as it gets on in between."""
    failures, applied = 0, 0
    while True:
        try:
            return await one.run(wish)
        except Fenced:
            raise AnotherRebuild from None
        except ParkedFlood as flood:
            raise CannotReadItsPast(reason=flood) from flood
        except Exception as error:
            if not (isinstance(error, Weather) or is_weather(error)):
                raise
            failures = 1 if one.applied > applied else failures + 1
            if failures >= TRIES:
                raise KeepsFailing(last=repr(error)) from error
            log.warning("rebuild_retried", failures=failures, error=repr(error))
            await asyncio.sleep(random.uniform(0.5, 1.0) * 0.5 * 2**failures)  # noqa: S311  # jitter, not a secret
        wish, applied = replace(wish, anew=False), one.applied


class _Progress:
    """Tells how far a rebuild has come, a few times a second."""

    def __init__(self, projection: str) -> None:
        self._projection = projection
        self._told_at = 0.0

    def __call__(self, applied: int, total: int) -> None:
        now = clock.monotonic()
        if now - self._told_at > PROGRESS_SECONDS or applied == total:
            self._told_at = now
            log.info("rebuild_progress", projection=self._projection, applied=applied, total=total)


def _tell(subscription: Subscription[Any], outcome: Outcome) -> None:
    for one in outcome.differences[:SHOWN_MAX]:
        log.warning("rebuild_difference", table=one.table, key=[*map(str, one.key)], live=one.live, rebuilt=one.rebuilt)
    log.info(
        "rebuild_done",
        projection=subscription.group,
        tables=subscription.tables,
        applied=outcome.events,
        seconds=round(outcome.seconds, 3),
        differences=len(outcome.differences),
        totals=outcome.totals,
        swapped=outcome.is_swapped,
    )


def _wish(service: str) -> Wish:
    parser = argparse.ArgumentParser(description=f"Rebuild the projections of {service} beside the live ones.")
    parser.add_argument("--compare-only", action="store_true", help="tell what differs, and change nothing")
    parser.add_argument("--anew", action="store_true", help="throw away what an interrupted run has filled")
    asked = parser.parse_args()
    return Wish(swaps=not asked.compare_only, anew=asked.anew)
