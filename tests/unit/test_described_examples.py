"""What the API's description shows is what the doors take and answer."""

import json

import pytest
from pydantic import BaseModel

from services.inventory.schemas.explanations import DemandExplained
from services.orders.schemas.concentration import ConcentrationRead, TakeoverRead
from services.orders.schemas.dependence import ContentRead, FactRead, LotContent, ThresholdRead
from services.orders.schemas.explanations import ExplanationRead
from services.orders.schemas.imports import ImportProgress
from services.orders.schemas.orders import OrderRead, OrderSummary
from services.orders.schemas.platforms import Availability, GroundedRead, TailInFull, TailRead
from services.orders.schemas.promises import StandingPromise
from services.orders.schemas.releases import ActionsRead
from services.orders.schemas.replenishment import PolicyRead, ReplenishmentRead, ReviewDone, RuleRead
from services.orders.schemas.reports import AgeReport, UrgencyUse
from services.orders.schemas.sources import ActivityRead, ImportDone, SourceRead
from services.orders.schemas.weights import WeightsRead
from services.production.schemas.answers import EventAnswer, LineAnswer, LinesSummary, lines_answer, request_body
from services.production.schemas.events import READER, read_correction
from services.production.schemas.examples import examples
from services.production.schemas.gaps import GapsRead
from services.production.schemas.genealogy import DownstreamLot
from services.production.schemas.views import LotRead, LotSummary, WorkOrderRead, WorkOrderSummary
from shared.events.factory import FactoryEventCorrected

ANSWERS: list[type[BaseModel]] = [
    *(OrderSummary, OrderRead, StandingPromise, SourceRead, WeightsRead, ActivityRead, ImportDone),
    *(ImportProgress, ReplenishmentRead, PolicyRead, RuleRead, ReviewDone),
    *(TailRead, TailInFull, GroundedRead, Availability, ActionsRead, ExplanationRead),
    *(AgeReport, UrgencyUse, DemandExplained),
    *(ContentRead, LotContent, FactRead, ThresholdRead, ConcentrationRead, TakeoverRead, DownstreamLot),
    *(LotSummary, LotRead, WorkOrderSummary, WorkOrderRead, GapsRead, EventAnswer),
]


@pytest.mark.parametrize("kind", ANSWERS, ids=lambda kind: kind.__name__)
def test_an_answer_looks_as_it_is_shown(kind: type[BaseModel]) -> None:
    (shown,) = kind.model_json_schema(mode="serialization")["examples"]

    answered = kind.model_validate_json(json.dumps(shown)).model_dump(mode="json")

    assert answered.keys() >= shown.keys()
    assert kind.model_fields.keys() - shown.keys() <= {
        name for name, f in kind.model_fields.items() if not f.is_required()
    }


def test_every_event_that_is_shown_can_be_read_and_corrects_what_it_names() -> None:
    shown = examples()
    by_id = {event["id"]: event for event in shown.values()}
    for event in shown.values():
        read = READER.validate_json(json.dumps(event)).data
        if isinstance(read, FactoryEventCorrected):
            corrected = READER.validate_json(json.dumps(by_id[read.event])).data
            assert read_correction(read, type(corrected)).model_fields_set == corrected.model_fields_set


def test_every_line_that_is_shown_can_be_read() -> None:
    sent = request_body()["content"]["application/x-ndjson"]["example"].splitlines()
    *answered, summary = lines_answer()["content"]["application/x-ndjson"]["example"].splitlines()

    assert len([READER.validate_json(line) for line in sent]) == len(examples())
    assert [LineAnswer.model_validate_json(line).line for line in answered] == [1, 2]
    assert LinesSummary.model_validate_json(summary).refused == 1
