"""The containers' passwords: random, one for each role, dealt to whom they belong and to nobody else."""

import stat
from pathlib import Path

import pytest

from deploy.compose.passwords import deal
from deploy.local.environment import Environment
from deploy.local.settings import SERVICES, StackSettings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give the folders that the containers will see."""
    for name in ("postgres", *SERVICES):
        (tmp_path / "access" / name).mkdir(parents=True)
    return tmp_path / "access"


def test_every_role_has_a_password_of_its_own_and_the_same_every_time(folder: Path, tmp_path: Path) -> None:
    deal(a_stack(tmp_path / "home"), folder)
    first = every_password(folder, tmp_path / "home")
    deal(a_stack(tmp_path / "home"), folder)

    assert len(set(first)) == len(first) == 1 + 3 * len(SERVICES)
    assert every_password(folder, tmp_path / "home") == first


def test_no_two_machines_have_the_same_passwords(folder: Path, tmp_path: Path) -> None:
    deal(a_stack(tmp_path / "one"), folder)
    here = every_password(folder, tmp_path / "one")
    deal(a_stack(tmp_path / "other"), folder)

    assert {*here} & {*every_password(folder, tmp_path / "other")} == set()


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_told_its_two_passwords_and_nothing_else(service: str, folder: Path, tmp_path: Path) -> None:
    deal(a_stack(tmp_path / "home"), folder)

    lines = [line.rsplit(":", 1)[0] for line in (folder / service / "pgpass").read_text().splitlines()]

    database = f"jvtrack_{service}"
    assert lines == [f"postgres:5432:{database}:{database}_app", f"postgres:5432:{database}:{database}_relay"]
    assert [path.name for path in (folder / service).iterdir()] == ["pgpass"]


def test_a_password_is_read_by_whom_it_is_for(folder: Path, tmp_path: Path) -> None:
    deal(a_stack(tmp_path / "home"), folder)

    modes = {path.name: stat.filemode(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()}

    assert modes == {"password": "-r--r--r--", "pgpass": "-rw-------"}


def a_stack(home: Path) -> Environment:
    """Make a stack as the containers see it."""
    return Environment(
        StackSettings(home=home, namespace="jvtrack", postgres="postgresql://postgres@postgres/postgres")
    )


def every_password(folder: Path, home: Path) -> list[str]:
    """Read the administrator's password and those of every role."""
    environment = a_stack(home)
    owners = [str(environment.database(service).owner.password) for service in SERVICES]
    lines = [line for service in SERVICES for line in (folder / service / "pgpass").read_text().splitlines()]
    told = [line.rsplit(":", 1)[1] for line in lines]
    return [(folder / "postgres" / "password").read_text().strip(), *owners, *told]
