"""Puts orders together: the only module that knows all its parts."""

from fastapi import APIRouter, FastAPI
from prometheus_client import CollectorRegistry

from services.orders import handlers
from services.orders.api import (
    activities,
    dependence,
    expediting,
    explanations,
    exports,
    figures,
    imports,
    offers,
    orders,
    platforms,
    promises,
    replenishment,
    reports,
    resourcing,
    sources,
    stated_terms,
    stream,
    weights,
    whatif,
)
from services.orders.api.desk import Desk
from services.orders.commands import placing
from services.orders.commands.importing import Importer
from services.orders.commands.outcomes import Outcomes
from services.orders.commands.planning import Planner
from services.orders.commands.posting import Poster
from services.orders.commands.resourcing import Watcher
from services.orders.commands.reviewing import Reviewer
from services.orders.commands.tidying import Tidier
from services.orders.queries import seen
from services.orders.settings import OrdersSettings
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

NAME = "orders"
HEARD = tuple(Stream)
"""The streams that it tells or hears."""


def main() -> None:
    """Run orders until it is told to stop."""
    common = CommonSettings()
    logs.configure(NAME, level=common.log_level, json=common.log_json)
    run(lambda: build(common, door_settings(NAME), Authenticator(AuthSettings()), OrdersSettings()))


def build(
    common: CommonSettings, door: DoorSettings, authenticator: Authenticator, settings: OrdersSettings
) -> Service:
    """Put the service together; nothing runs yet."""
    registry = CollectorRegistry()
    database = Database(door.database, pool_size=door.pool_size, application_name=f"jvtrack-{NAME}")
    outcomes = Outcomes(database, poll_seconds=settings.wait_poll_seconds)
    planner = Planner(database, outcomes, settings)
    topics = Topics(common.kafka, common.namespace)
    tail = StreamTail(topics, Stream.ORDERS, common.backbone)
    backbone = Backbone(
        Identity(NAME, door.relay_database, frozenset({Stream.ORDERS})),
        database,
        topics,
        subscriptions=[handlers.decides(outcomes), handlers.copies(), handlers.follows()],
        settings=common.backbone,
        metrics=BackboneMetrics(registry),
    )
    importer = Importer(database, settings)
    reviewer = Reviewer(database, settings)
    desk = Desk(
        database=database,
        importer=importer,
        placing=backbone.group("orders", placing.decide),
        posting=backbone.group("platforms", Poster(settings).decide),
        outcomes=outcomes,
        planner=planner,
        reviewer=reviewer,
        tail=tail,
        settings=settings,
    )
    watcher = Watcher(database, outcomes, settings)
    tidier = Tidier(database, importer, outcomes, settings)
    background = [tail.run, planner.run, watcher.run, reviewer.run, tidier.run]
    app = _app(desk, backbone, registry, authenticator)
    return Service(NAME, app, backbone, database, door, common.backbone, background=background)


def _app(desk: Desk, backbone: Backbone, registry: CollectorRegistry, authenticator: Authenticator) -> FastAPI:
    return create_app(
        title="JVTrack orders",
        version="1",
        description="Demand as asked: orders, where their parts come from, what is promised, and which platforms wait.",
        routers=[*_routers(desk), operations.router(backbone.operations, seen.nations)],
        registry=registry,
        auth=authenticator,
        transaction=desk.database.transaction,
        probes=backbone.probes(),
        arrivals=_arrivals(backbone, desk.database, desk.settings),
    )


def _routers(desk: Desk) -> list[APIRouter]:
    return [
        stream.router(desk),
        stream.fleet_router(desk),
        reports.router(desk),
        imports.router(desk),
        orders.router(desk),
        offers.router(desk),
        expediting.router(desk),
        explanations.router(desk),
        promises.router(),
        resourcing.router(desk),
        sources.router(desk),
        stated_terms.router(desk),
        weights.router(desk),
        exports.router(desk),
        activities.router(desk),
        platforms.router(desk),
        replenishment.router(desk),
        whatif.router(desk),
        figures.router(desk),
        dependence.router(desk),
    ]


def _arrivals(backbone: Backbone, database: Database, settings: OrdersSettings) -> Arrivals:
    limits = ArrivalLimits(settings.after_seconds_max)
    # Two groups hear production: one may have applied what the other has not.
    missing = backbone.missing
    return Arrivals(
        database.transaction, seen.sees, heard=HEARD, changed=backbone.changed, limits=limits, missing=missing
    )


if __name__ == "__main__":
    main()
