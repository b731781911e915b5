"""Reading an imported file from a request's body."""

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Generic, TypeVar
from uuid import uuid4

from fastapi import Query, Request
from pydantic import BaseModel

from services.orders.schemas import imports
from services.orders.schemas.imports import Imported
from services.orders.schemas.sources import ImportDone
from services.orders.settings import OrdersSettings
from shared.http.guard import JSON, media_type
from shared.observe.logs import get_log

IMPORT_BYTES_MAX = 64 * 1024 * 1024
DryRun = Annotated[bool, Query(description="Only check the file.")]
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

    def done(self, dry_run: bool) -> ImportDone:  # noqa: FBT001  # it is answered as it was asked
        """Say what the import did, here and in the log."""
        lines = len(self.imported.rows)
        log.info("file_imported", import_id=self.import_id, lines=lines, dry_run=dry_run)
        return ImportDone(import_id=self.import_id, lines=lines, dry_run=dry_run)


def example_of(kind: type[BaseModel]) -> dict[str, Any]:
    """Give the example that a body is described with."""
    return {**kind.model_json_schema()["examples"][0]}


async def read_file(request: Request, kind: type[R], *, key: tuple[str, ...], settings: OrdersSettings) -> File[R]:
    """Read a whole body as a file of rows, off the event loop; or refuse it with every error by line."""
    content = await request.body()
    sent = media_type(request.headers.get("content-type", JSON))
    parse = partial(imports.read, content, sent, kind, key=key, lines_max=settings.import_lines_max)
    return File(str(uuid4()), await asyncio.to_thread(parse))
