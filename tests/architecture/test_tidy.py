"""The house rules that a linter does not know: sizes, and a sentence for every module."""

import ast
from pathlib import Path

import pytest

MODULE_LINES_MAX = 300
FUNCTION_LINES_MAX = 40
ROOT = Path(__file__).parents[2]
FOLDERS = ("shared", "services", "jvtrack", "deploy", "tests", "bench", "examples")
MODULES = sorted(path.relative_to(ROOT) for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_fits_in_one_head_and_a_function_on_one_screen(path: Path) -> None:
    source = (ROOT / path).read_text()

    tree = ast.parse(source)

    assert len(source.splitlines()) <= MODULE_LINES_MAX
    assert too_long(tree) == []
    assert ast.get_docstring(tree), "say what lives here"


def too_long(tree: ast.Module) -> list[str]:
    """Name the functions that need scrolling."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [one.name for one in functions if (one.end_lineno or 0) - one.lineno + 1 > FUNCTION_LINES_MAX]
