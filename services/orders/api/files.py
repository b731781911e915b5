"""Reading an imported file from a request's body."""

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4

from fastapi import Request
from pydantic import BaseModel

from services.orders.schemas.sources import ImportDone
from services.orders.settings import OrdersSettings
from shared.http.files import (
    Bounds,
    Imported,
    columns_of,
    is_csv,
    look_over,
    meanings_of,
    read_document,
    read_table,
    typed,
)
from shared.observe.logs import get_log

IMPORT_PROBLEMS: dict[int | str, dict[str, Any]] = {
    409: {"description": "Worth another try: `catalogue-behind`, with each line in `errors`."},
    413: {"description": "`import-too-long`."},
    422: {"description": "`import-invalid`, with each error by line in `errors`; `import-unreadable`."},
}

log = get_log()
R = TypeVar("R", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class File(Generic[R]):
    """A file that was read, under the id that names its import."""

    import_id: str
    imported: Imported[R]

    def done(self, dry_run: bool, import_id: UUID | None = None) -> ImportDone:  # noqa: FBT001  # answered as asked
        """Say what the import did, here and in the log."""
        lines, name = len(self.imported.records), str(import_id or self.import_id)
        log.info("file_imported", import_id=name, lines=lines, dry_run=dry_run)
        return ImportDone(import_id=name, lines=lines, dry_run=dry_run)


def example_of(kind: type[BaseModel]) -> dict[str, Any]:
    """Give the example that a body is described with."""
    return {**kind.model_json_schema()["examples"][0]}


async def read_file(
    request: Request, kind: type[R], *, key: tuple[str, ...], settings: OrdersSettings, lines_max: int | None = None
) -> File[R]:
    """Read a whole body as a file of rows, off the event loop, and what is wrong with the form of lines."""
    content = await request.body()
    bounds = Bounds(lines_max or settings.import_lines_max, settings.import_errors_max)
    read = partial(_read_csv if is_csv(request) else _read_json, content, kind, key=key, bounds=bounds)
    return File(str(uuid4()), await asyncio.to_thread(read))


def _read_csv(content: bytes, kind: type[R], *, key: tuple[str, ...], bounds: Bounds) -> Imported[R]:
    table = read_table(content)
    table.require(columns_of(kind))
    rows = [(line, typed(cells, kind)) for line, cells in table.rows]
    return look_over(rows, kind.model_validate, key=key, bounds=bounds, errors=table.errors, meanings=meanings_of(kind))


def _read_json(content: bytes, kind: type[R], *, key: tuple[str, ...], bounds: Bounds) -> Imported[R]:
    items = read_document(content, list[object])
    rows = list(enumerate(items, 1))
    return look_over(rows, kind.model_validate, key=key, bounds=bounds, meanings=meanings_of(kind))
