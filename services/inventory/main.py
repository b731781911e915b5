"""Puts inventory together: the only module that knows all its parts."""

from prometheus_client import CollectorRegistry

from services.inventory import api, handlers
from services.inventory.api.doors import Doors
from services.inventory.commands.importing import Importer
from services.inventory.commands.levelling import Leveller
from services.inventory.commands.moving import Mover
from services.inventory.commands.tidying import Tidier
from services.inventory.queries.seen import nations, sees
from services.inventory.settings import InventorySettings
from shared.db import Database
from shared.events.envelope import Stream
from shared.http import operations
from shared.http.app import create_app
from shared.http.arrivals import ArrivalLimits, Arrivals
from shared.http.tail import StreamTail
from shared.http.tokens import Authenticator, AuthSettings
from shared.messaging.backbone import Backbone, Identity
from shared.messaging.topics import Topics
from shared.observe import logs
from shared.observe.metrics import BackboneMetrics
from shared.service import Service, run
from shared.settings import CommonSettings, DoorSettings, door_settings

NAME = "inventory"
HEARD = tuple(Stream)
"""The streams that it tells or hears."""


def main() -> None:
    """Run inventory until it is told to stop."""
    common = CommonSettings()
    logs.configure(NAME, level=common.log_level, json=common.log_json)
    run(lambda: build(common, door_settings(NAME), Authenticator(AuthSettings()), InventorySettings()))


def build(
    common: CommonSettings, door: DoorSettings, authenticator: Authenticator, settings: InventorySettings
) -> Service:
    """Put the service together; nothing runs yet."""
    registry = CollectorRegistry()
    metrics = BackboneMetrics(registry)
    database = Database(door.database, pool_size=door.pool_size, application_name=f"jvtrack-{NAME}")
    topics = Topics(common.kafka, common.namespace)
    importer = Importer(database, settings)
    tidier = Tidier(database, importer, settings)
    backbone = Backbone(
        Identity(NAME, door.relay_database, frozenset({Stream.CATALOGUE, Stream.STOCK})),
        database,
        topics,
        subscriptions=[handlers.subscription(settings, on_gates=tidier.look_at)],
        settings=common.backbone,
        metrics=metrics,
    )
    tail = StreamTail(topics, Stream.STOCK, common.backbone)
    doors = Doors(
        database=database,
        moves=backbone.group("moves", Mover(settings).decide),
        importer=importer,
        tail=tail,
        metrics=metrics,
        settings=settings,
    )
    app = create_app(
        title="JVTrack inventory",
        version="1",
        description="Parts, sites, and the stock ledger: what is there, for whom it is held, and where it went.",
        routers=[*api.routers(doors), operations.router(backbone.operations, nations)],
        registry=registry,
        auth=authenticator,
        transaction=database.transaction,
        probes=backbone.probes(),
        arrivals=_arrivals(backbone, database, settings),
    )
    background = [tail.run, tidier.run, Leveller(database, settings).run]
    return Service(NAME, app, backbone, database, door, common.backbone, background=background)


def _arrivals(backbone: Backbone, database: Database, settings: InventorySettings) -> Arrivals:
    limits = ArrivalLimits(settings.after_seconds_max)
    return Arrivals(database.transaction, sees, heard=HEARD, changed=backbone.changed, limits=limits)


if __name__ == "__main__":
    main()
