"""Puts monitor together: the only module that knows all its parts."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor import api, handlers
from services.monitor.queries import counted
from services.monitor.queries.watching import Watcher
from services.monitor.settings import MonitorSettings
from shared.db import Database
from shared.events.envelope import Stream
from shared.http import operations
from shared.http.app import create_app
from shared.http.arrivals import ArrivalLimits, Arrivals
from shared.http.tokens import Authenticator, AuthSettings, Principal
from shared.http.versions import Token
from shared.messaging.backbone import Backbone, Identity
from shared.messaging.topics import Topics
from shared.observe import logs
from shared.observe.metrics import BackboneMetrics
from shared.service import Service, run
from shared.settings import CommonSettings, DoorSettings, door_settings

NAME = "monitor"
HEARD = tuple(Stream)
"""The streams that it hears; it tells nothing."""
_AT_LEISURE = {"consumer_gather_seconds_max": 0.5, "consumer_batch_max": 2_000}
"""Whoever only watches may be half a second late, and takes from those who work as little as it can."""


def main() -> None:
    """Run monitor until it is told to stop."""
    common = CommonSettings()
    logs.configure(NAME, level=common.log_level, json=common.log_json)
    run(lambda: build(common, door_settings(NAME), Authenticator(AuthSettings()), MonitorSettings()))


def build(
    common: CommonSettings, door: DoorSettings, authenticator: Authenticator, settings: MonitorSettings
) -> Service:
    """Put the service together; nothing runs yet."""
    registry = CollectorRegistry()
    database = Database(door.database, pool_size=door.pool_size, application_name=f"jvtrack-{NAME}")
    backbone = Backbone(
        Identity(NAME, door.relay_database, frozenset()),
        database,
        Topics(common.kafka, common.namespace),
        subscriptions=[handlers.SUBSCRIPTION],
        settings=common.backbone.model_copy(update=_AT_LEISURE),
        metrics=BackboneMetrics(registry),
    )
    watcher = Watcher(database, settings)
    limits = ArrivalLimits(settings.after_seconds_max)
    app = create_app(
        title="JVTrack monitor",
        version="1",
        description="Whether all is well, what is late or stuck, and what to do about it.",
        routers=[api.router(watcher), operations.router(backbone.operations, counted.nations)],
        registry=registry,
        auth=authenticator,
        transaction=database.transaction,
        probes=backbone.probes(),
        arrivals=Arrivals(database.transaction, _sees, heard=HEARD, changed=backbone.changed, limits=limits),
    )
    return Service(NAME, app, backbone, database, door, common.backbone, background=[watcher.run])


async def _sees(_session: AsyncSession, _principal: Principal, _versions: Sequence[Token]) -> bool:
    """Let everybody wait who may come in: operators and auditors, who see of every stream that something happened."""
    return True


if __name__ == "__main__":
    main()
