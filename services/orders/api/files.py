"""Reading an imported file from a request's body."""

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Generic, TypeVar
from uuid import uuid4

from fastapi import Query, Request
from pydantic import BaseModel

from services.orders.schemas import imports
from services.orders.schemas.imports import CSV, Imported
from services.orders.schemas.sources import ImportDone
from services.orders.settings import OrdersSettings
from shared.http.guard import JSON, media_type
from shared.observe.logs import get_log

IMPORT_BYTES_MAX = 64 * 1024 * 1024
DryRun = Annotated[bool, Query(description="Only check the file.")]
FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            CSV: {"schema": {"type": "string", "description": "A header line, then a line each."}},
            JSON: {"schema": {"type": "array", "items": {"type": "object"}}},
        },
    }
}

log = get_log()
R = TypeVar("R", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class File(Generic[R]):
    """A file that was read, under the id that names its import."""

    import_id: str
    imported: Imported[R]

    def done(self, dry_run: bool) -> ImportDone:  # noqa: FBT001  # it is answered as it was asked
        """Say what the import did, here and in the log."""
        lines = len(self.imported.rows)
        log.info("file_imported", import_id=self.import_id, lines=lines, dry_run=dry_run)
        return ImportDone(import_id=self.import_id, lines=lines, dry_run=dry_run)


async def read_file(request: Request, kind: type[R], *, key: tuple[str, ...], settings: OrdersSettings) -> File[R]:
    """Read a whole body as a file of rows, off the event loop; or refuse it with every error by line."""
    content = await request.body()
    sent = media_type(request.headers.get("content-type", JSON))
    parse = partial(imports.read, content, sent, kind, key=key, lines_max=settings.import_lines_max)
    return File(str(uuid4()), await asyncio.to_thread(parse))
