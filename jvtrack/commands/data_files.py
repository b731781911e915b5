"""Files of data, as commands take them: CSV or JSON, and the name of each says which."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from deploy.errors import SetupError
from jvtrack.client import FileNameError, JVTrack
from jvtrack.client.answers.imports import ImportDone
from jvtrack.client.files import media_type
from jvtrack.commands.caller import call
from jvtrack.commands.shown import show_json


def named_file(path: Path | None) -> Path | None:
    """Take a file whose name says what it holds; none where none is named."""
    try:
        if path is not None:
            media_type(path)
    except FileNameError as error:
        raise SetupError(str(error)) from None
    return path


def new_file(path: Path | None) -> Path | None:
    """Take a file that is to be written: named for what it holds, in a folder that is there."""
    return in_a_folder(named_file(path))


def in_a_folder(path: Path | None) -> Path | None:
    """Take a file that is to be written, in a folder that is there; none where none is named."""
    if path is not None and not path.parent.is_dir():
        raise SetupError(f"{path}: there is no folder {path.parent}: make it, or name another file.")
    return path


def _all_named(paths: list[Path]) -> list[Path]:
    for path in paths:
        named_file(path)
    return paths


Files = Annotated[
    list[Path],
    typer.Argument(exists=True, dir_okay=False, callback=_all_named, help="CSV or JSON files: .csv or .json."),
]
NewFile = Annotated[
    Path, typer.Argument(dir_okay=False, callback=new_file, help="The file to write, CSV or JSON: .csv or .json.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only check the files.")]
Door = Callable[[JVTrack, Path], Awaitable[ImportDone]]
"""Hands a file in."""


class FileImported(ImportDone):
    """What an import did, and with which file."""

    file: Path
    """The file, as it was named."""


def import_files(files: Sequence[Path], door: Door, *, as_json: bool) -> None:
    """Hand files in one after the other, and say of each what came of it, even where a later one is refused."""
    done: list[FileImported] = []
    try:
        for path in files:
            imported = call(partial(_hand_in, door=door, path=path))
            done.append(FileImported(file=path, **dict(imported)))
            if not as_json:
                typer.echo(f"{path}: {imported.lines} lines {'checked' if imported.dry_run else 'imported'}.")
    finally:
        if as_json:
            show_json(done)


async def _hand_in(jvtrack: JVTrack, *, door: Door, path: Path) -> ImportDone:
    return await door(jvtrack, path)
