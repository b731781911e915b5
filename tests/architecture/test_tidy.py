"""The house rules that a linter does not know: sizes, and a sentence for every module."""

import ast
from collections.abc import Iterator
from pathlib import Path

MODULE_LINES_MAX = 300
FUNCTION_LINES_MAX = 40
ROOT = Path(__file__).parents[2]
FOLDERS = ("shared", "services", "jvtrack", "deploy", "tests", "bench", "examples")
MODULES = sorted(path.relative_to(ROOT) for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))


def test_every_module_fits_in_one_head_and_every_function_on_one_screen() -> None:
    assert [f"{path}: {wrong}" for path in MODULES for wrong in untidy((ROOT / path).read_text())] == []


def untidy(source: str) -> Iterator[str]:
    """Say what is too long in a module, and whether its sentence is missing."""
    tree = ast.parse(source)
    if (lines := len(source.splitlines())) > MODULE_LINES_MAX:
        yield f"{lines} lines"
    yield from (f"{name} needs scrolling" for name in too_long(tree))
    if not ast.get_docstring(tree):
        yield "say what lives here"


def too_long(tree: ast.Module) -> list[str]:
    """Name the functions that need scrolling."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [one.name for one in functions if (one.end_lineno or 0) - one.lineno + 1 > FUNCTION_LINES_MAX]
