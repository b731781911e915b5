"""The catalogue, opening stock, sources, activities and the fleet are imported from the data files."""

import json
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from jvtrack.client.answers.imports import ImportDone
from jvtrack.demo.company import Company
from jvtrack.demo.findings import Finding
from shared.types import PartId

DATA = Path(__file__).parents[3] / "data"

Import = Callable[[Path], Awaitable[ImportDone]]


async def play(company: Company) -> Sequence[Finding]:
    """Import every file, in the order in which they need each other."""
    inventory, orders = company.operator.inventory, company.planner.orders
    imports: Sequence[tuple[str, Import]] = (
        ("sites.csv", inventory.import_catalogue),
        ("parts.json", inventory.import_catalogue),
        ("stock.csv", inventory.import_stock),
        ("sources.csv", orders.import_sources),
        ("activities.csv", orders.import_activities),
        ("platforms.csv", orders.platforms.import_fleet),
    )
    return [await _import(name, door) for name, door in imports]


async def _import(name: str, door: Import) -> Finding:
    done = await door(DATA / name)
    return Finding(f"{name} imported", f"{done.lines} lines", holds=done.lines > 0)


async def require_first_articles(company: Company, part: PartId) -> None:
    """Define a part of the data anew: it is issued from makers whose first article has passed, and from no others."""
    with TemporaryDirectory() as folder:
        await company.operator.inventory.import_catalogue(_gated(part, Path(folder) / "parts.json"))


def _gated(part: PartId, path: Path) -> Path:
    parts = json.loads((DATA / "parts.json").read_text(encoding="utf-8"))["parts"]
    gated = [{**each, "first_article_required": True} for each in parts if each["part_id"] == part]
    path.write_text(json.dumps({"parts": gated}), encoding="utf-8")
    return path
