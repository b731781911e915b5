"""Production's HTTP door: the factories' events, their lots and work orders, inspections, and what is missing."""

from fastapi import APIRouter

from services.production.api import events, figures, first_articles, lots, senders, work_orders
from services.production.api.doors import Doors


def routers(doors: Doors) -> list[APIRouter]:
    """Give every route."""
    return [
        events.router(doors),
        lots.router(),
        work_orders.router(doors),
        senders.router(),
        first_articles.router(doors),
        figures.router(),
    ]
