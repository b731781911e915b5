"""Puts production together: the only module that knows all its parts."""

from prometheus_client import CollectorRegistry

from services.production import api, handlers
from services.production.api.doors import Doors
from services.production.commands.inspecting import Lapser
from services.production.commands.posting import FactoryDoor
from services.production.queries import making
from services.production.settings import ProductionSettings
from shared.db import Database
from shared.events.envelope import Stream
from shared.http import operations
from shared.http.app import create_app
from shared.http.arrivals import ArrivalLimits, Arrivals
from shared.http.bodies import Slots
from shared.http.tail import StreamTail
from shared.http.tokens import Authenticator, AuthSettings
from shared.messaging.backbone import Backbone, Identity
from shared.messaging.topics import Topics
from shared.observe import logs
from shared.observe.metrics import BackboneMetrics
from shared.service import Service, run
from shared.settings import CommonSettings, DoorSettings, door_settings

NAME = "production"
HEARD = (Stream.CATALOGUE, Stream.ORDERS, Stream.PRODUCTION)
"""The streams that it tells or hears."""


def main() -> None:
    """Run production until it is told to stop."""
    common = CommonSettings()
    logs.configure(NAME, level=common.log_level, json=common.log_json)
    run(lambda: build(common, door_settings(NAME), Authenticator(AuthSettings()), ProductionSettings()))


def build(
    common: CommonSettings, door: DoorSettings, authenticator: Authenticator, settings: ProductionSettings
) -> Service:
    """Put the service together; nothing runs yet."""
    registry = CollectorRegistry()
    database = Database(door.database, pool_size=door.pool_size, application_name=f"jvtrack-{NAME}")
    topics = Topics(common.kafka, common.namespace)
    backbone = Backbone(
        Identity(NAME, door.relay_database, frozenset({Stream.PRODUCTION})),
        database,
        topics,
        subscriptions=handlers.SUBSCRIPTIONS,
        settings=common.backbone,
        metrics=BackboneMetrics(registry),
    )
    tail = StreamTail(topics, Stream.PRODUCTION, common.backbone)
    doors = Doors(
        events=backbone.group("events", FactoryDoor(settings).accept),
        tail=tail,
        settings=settings,
        bodies=Slots(total=settings.bodies_max, each=settings.bodies_of_one_sender_max),
    )
    app = create_app(
        title="JVTrack production",
        version="1",
        description="What factories make: their events, lots, work orders and inspections.",
        routers=[*api.routers(doors), operations.router(backbone.operations, making.nations)],
        registry=registry,
        auth=authenticator,
        transaction=database.transaction,
        probes=backbone.probes(),
        arrivals=_arrivals(backbone, database, settings),
    )
    return Service(
        NAME, app, backbone, database, door, common.backbone, background=[tail.run, Lapser(database, settings).run]
    )


def _arrivals(backbone: Backbone, database: Database, settings: ProductionSettings) -> Arrivals:
    limits = ArrivalLimits(settings.after_seconds_max)
    return Arrivals(database.transaction, making.sees, heard=HEARD, changed=backbone.changed, limits=limits)


if __name__ == "__main__":
    main()
