"""The typed HTTP client: everything that the services' doors take and answer, for Python programs.

    async with JVTrack(token=token) as jvtrack:
        order = await jvtrack.orders.place(NewOrder(...), wait_seconds=2)

Calls that fail in passing are tried again with the same identity; a no of the business is a `ProblemError`.
"""

from jvtrack.client.answers.conditions import ConditionLifespan, ConditionRule, ConditionRuleTerms
from jvtrack.client.answers.dependence import (
    Concentration,
    IndigenousContent,
    LotContent,
    LotFact,
    Takeover,
    Threshold,
)
from jvtrack.client.answers.expediting import (
    AskPrice,
    ExpediteAct,
    Expedited,
    HurrySource,
    Price,
    RaiseUrgency,
    ShipFromDepot,
    Spare,
    SplitNeed,
    StockPrice,
    StockTaken,
)
from jvtrack.client.answers.explanations import Explanation, Reason, Standing
from jvtrack.client.answers.exports import ExportApproval, ExportTerms, UnapprovedExport, Venture
from jvtrack.client.answers.figures import (
    CountedLot,
    CountedOrder,
    CoverFigures,
    DemandFigures,
    StockCover,
    YieldFigures,
)
from jvtrack.client.answers.inventory import Discrepancy, LedgerLine, Movement, Shipment, Transfer
from jvtrack.client.answers.operations import BlockedKey, ParkedKey, Republication
from jvtrack.client.answers.orders import Activity, NewOrder, Order, OrderChange, OrderDetails, OrderTold
from jvtrack.client.answers.platforms import (
    Availability,
    GroundedPlatform,
    PlatformDetails,
    PlatformDown,
    PlatformState,
    PlatformTerms,
    PlatformUp,
    ReleaseOptions,
)
from jvtrack.client.answers.production import (
    DownstreamLot,
    EventAccepted,
    Gaps,
    LineAnswer,
    Lot,
    LotDetails,
    WorkOrder,
    WorkOrderChange,
    WorkOrderDetails,
)
from jvtrack.client.answers.quality import (
    FirstArticle,
    FirstArticleDetails,
    InspectionFailure,
    InspectionOpening,
    InspectionPass,
    InspectionReopening,
)
from jvtrack.client.answers.reports import AgeReport, UrgencyUse
from jvtrack.client.answers.slips import (
    ConditionChange,
    Count,
    ExpiryMark,
    Issue,
    Receipt,
    ReceiptLine,
    Return,
    Scrap,
    Sending,
)
from jvtrack.client.answers.sources import (
    LearnedLeadTime,
    Proposal,
    Slip,
    Source,
    SourceTerms,
    Weights,
    WeightTerms,
)
from jvtrack.client.answers.stock import ProtectedMinimum, Stock, StockAnswer, StockChange, StockQuery
from jvtrack.client.answers.whatif import (
    CapacityChanges,
    DemandChanges,
    LotRejected,
    SourceOpens,
    SourceStops,
    Supposition,
    WhatIf,
)
from jvtrack.client.connection import JVTrack
from jvtrack.client.document_numbers import document_number
from jvtrack.client.figures import Scope
from jvtrack.client.listing import Listing, Page
from jvtrack.client.patience import Patience
from jvtrack.client.problems import (
    AnswerUnreadableError,
    FileNameError,
    JVTrackError,
    ProblemError,
    TokenMissingError,
    UnreachableError,
)
from jvtrack.client.program import run
from jvtrack.client.purchases import Purchase
from jvtrack.client.reports import Numbering, Report

__all__ = [
    "JVTrack",
    "Patience",
    "run",
    "JVTrackError",
    "ProblemError",
    "UnreachableError",
    "AnswerUnreadableError",
    "FileNameError",
    "TokenMissingError",
    "Listing",
    "Page",
    "document_number",
    "NewOrder",
    "Order",
    "OrderChange",
    "OrderDetails",
    "OrderTold",
    "HurrySource",
    "SplitNeed",
    "ShipFromDepot",
    "RaiseUrgency",
    "ExpediteAct",
    "Expedited",
    "Price",
    "AskPrice",
    "StockPrice",
    "StockTaken",
    "Spare",
    "Explanation",
    "Reason",
    "Standing",
    "AgeReport",
    "UrgencyUse",
    "Slip",
    "Proposal",
    "Scope",
    "DemandFigures",
    "CountedOrder",
    "YieldFigures",
    "CountedLot",
    "CoverFigures",
    "StockCover",
    "Source",
    "LearnedLeadTime",
    "SourceTerms",
    "Weights",
    "WeightTerms",
    "Activity",
    "Venture",
    "ExportTerms",
    "ExportApproval",
    "UnapprovedExport",
    "PlatformTerms",
    "PlatformDown",
    "PlatformUp",
    "PlatformState",
    "PlatformDetails",
    "GroundedPlatform",
    "Availability",
    "ReleaseOptions",
    "SourceStops",
    "CapacityChanges",
    "LotRejected",
    "SourceOpens",
    "DemandChanges",
    "Supposition",
    "WhatIf",
    "IndigenousContent",
    "LotContent",
    "LotFact",
    "Concentration",
    "Takeover",
    "Threshold",
    "Numbering",
    "Report",
    "Purchase",
    "EventAccepted",
    "DownstreamLot",
    "LineAnswer",
    "Lot",
    "LotDetails",
    "WorkOrder",
    "WorkOrderChange",
    "WorkOrderDetails",
    "Gaps",
    "FirstArticle",
    "FirstArticleDetails",
    "InspectionOpening",
    "InspectionPass",
    "InspectionFailure",
    "InspectionReopening",
    "Receipt",
    "ReceiptLine",
    "Issue",
    "Return",
    "Count",
    "Scrap",
    "ConditionLifespan",
    "ConditionChange",
    "ConditionRule",
    "ConditionRuleTerms",
    "ExpiryMark",
    "Sending",
    "Movement",
    "Transfer",
    "LedgerLine",
    "Shipment",
    "Discrepancy",
    "StockQuery",
    "StockAnswer",
    "Stock",
    "StockChange",
    "ProtectedMinimum",
    "ParkedKey",
    "BlockedKey",
    "Republication",
]
