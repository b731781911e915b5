"""Inventory's HTTP door: stock, the requests that move it, the ledger, and the catalogue."""

from fastapi import APIRouter

from services.inventory.api import (
    catalogue,
    condition_rules,
    demands,
    figures,
    goods,
    imports,
    laterals,
    ledger,
    lots,
    minimums,
    repairs,
    shelves,
    stock,
)
from services.inventory.api.doors import Doors


def routers(doors: Doors) -> list[APIRouter]:
    """Give every route."""
    return [
        stock.router(doors),
        goods.router(doors),
        shelves.router(doors),
        minimums.router(doors),
        condition_rules.router(),
        demands.router(doors),
        laterals.router(doors),
        repairs.router(doors),
        ledger.router(),
        lots.router(),
        figures.router(),
        imports.router(doors),
        catalogue.router(),
    ]
