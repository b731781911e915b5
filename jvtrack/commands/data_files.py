"""Files of data, as commands take them: CSV or JSON, and the name of each says which."""

from pathlib import Path
from typing import Annotated

import typer

from deploy.errors import SetupError
from jvtrack.client import FileNameError
from jvtrack.client.files import media_type


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
