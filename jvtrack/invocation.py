"""How the `jvtrack` command is typed again: what it prints for its user to run works as it stands, without a venv."""

import shlex
import shutil
import sys
from pathlib import Path

from deploy.local.settings import StackSettings


def again(settings: StackSettings, words: str) -> str:
    """Write a command line that reaches the same stack from any terminal in this folder."""
    usual = {name: StackSettings.model_fields[name].default for name in ("namespace", "home")}
    set_otherwise = {name: value for name, value in usual.items() if getattr(settings, name) != value}
    variables = [f"JVTRACK_{name.upper()}={shlex.quote(str(getattr(settings, name)))}" for name in set_otherwise]
    return " ".join([*variables, _program(), words])


def _program() -> str:
    typed, found = Path(sys.argv[0]), shutil.which("jvtrack")
    if typed.name != "jvtrack":
        return f"{shlex.quote(sys.executable)} -m jvtrack.cli"
    is_on_path = found is not None and typed.exists() and Path(found).samefile(typed)
    return "jvtrack" if is_on_path else shlex.quote(str(typed))
