"""What was published stays readable: by those who read now of what was written then, and the other way round."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from tests.contract.published_language import ever_published, facts, history, published, read, schema_of, type_of
from tests.contract.samples import faults, values

EXAMPLES = settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize(("fact", "path"), list(ever_published()), ids=lambda part: getattr(part, "stem", None))
def test_whatever_was_valid_when_it_was_written_is_read_now(fact: type[BaseModel], path: Path) -> None:
    @EXAMPLES
    @given(values(read(path)))
    def is_read(written: dict[str, Any]) -> None:
        understood = fact.model_validate_json(json.dumps(written), extra="ignore")

        assert set(understood.model_dump(exclude_unset=True)) == set(written)

    is_read()


@pytest.mark.parametrize("fact", facts(), ids=type_of)
def test_whatever_is_written_now_was_valid_whenever_it_was_published_and_is_closed(fact: type[BaseModel]) -> None:
    shapes = [read(path) for path in (*history(fact), published(fact))]

    @EXAMPLES
    @given(values(schema_of(fact)), st.text(min_size=1))
    def was_valid(value: dict[str, Any], name: str) -> None:
        written = json.loads(fact.model_validate_json(json.dumps(value)).model_dump_json(exclude_defaults=True))

        assert [fault for shape in shapes for fault in faults(written, shape)] == []
        with pytest.raises(ValueError, match="Extra inputs are not permitted"):
            fact.model_validate_json(json.dumps({**value, f"unknown {name}": 1}))

    was_valid()
