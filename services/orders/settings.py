"""What can be set about orders, read once; every bound by name."""

from pydantic import Field, PositiveInt
from pydantic_settings import BaseSettings, SettingsConfigDict


class OrdersSettings(BaseSettings):
    """Bounds of the doors and of planning, from `JVTRACK_ORDERS_*`; times in seconds."""

    model_config = SettingsConfigDict(env_prefix="JVTRACK_ORDERS_", frozen=True, use_attribute_docstrings=True)

    wait_seconds_max: float = Field(default=10.0, gt=0)
    """How long an order's `wait` may hold its answer back."""
    wait_poll_seconds: float = Field(default=0.1, gt=0)
    """How often a waiting request looks by itself, in case another process applied the outcome."""
    after_seconds_max: float = Field(default=5.0, gt=0)
    """How long a read waits for the versions in `JVTrack-After`."""
    order_units_max: int = Field(default=100_000, gt=0)
    """Units of issue that one order may hold: more is a slip of the pen, and would keep its source busy for ever."""
    planning_chunk: int = Field(default=200, gt=0)
    """Orders planned in one transaction after a source was approved."""
    planning_poll_seconds: float = Field(default=1.0, gt=0)
    """How often planning looks for approved sources that another process has noted."""
    resourcing_seconds: float = Field(default=600.0, gt=0)
    """How often what has slipped is weighed against other sources, where a nation leaves that to the rule."""
    promises_max: int = Field(default=1_000, gt=0)
    """Promises of an order in one answer, the newest kept."""
    explained_max: int = Field(default=200, gt=0)
    """Losses, promises and sourcing decisions of an order that its explanation looks at, the newest of each kept."""
    waiting_days_max: tuple[PositiveInt, PositiveInt, PositiveInt] = (7, 11, 28)
    """Days after which an order waits too long, by band: 01-03, 04-08, 09-15. Illustrative, to be replaced."""
    import_bytes_max: int = Field(default=64 * 1024 * 1024, gt=0)
    """Size of one imported file."""
    import_lines_max: int = Field(default=200_000, gt=0)
    """Lines of one imported file."""
    import_errors_max: int = Field(default=100, gt=0)
    """Errors of one file that are told; the rest are counted."""
    import_chunk: int = Field(default=5_000, gt=0)
    """Lines written in one statement."""
    import_staging_seconds_max: float = Field(default=600.0, gt=0)
    """How long a file of orders may be staged; what takes longer has broken off and is forgotten."""
    placing_chunk: int = Field(default=1_000, gt=0)
    """Orders of a file that are checked, or placed, in one transaction."""
    review_poll_seconds: float = Field(default=60.0, gt=0)
    """How often it is looked whether the stock of a nation is due to be reviewed."""
    review_chunk: int = Field(default=200, gt=0)
    """Parts at a depot reviewed in one transaction."""
    fleet_lines_max: int = Field(default=10_000, gt=0)
    """Lines of one imported fleet: each tells a fact, and all are written in one transaction."""
    clock_ahead_seconds_max: float = Field(default=60.0, ge=0)
    """How far a depot's clock may be ahead of ours when it says since when a platform is down or up."""
    release_horizon_days: int = Field(default=90, gt=0)
    """How far ahead the days are counted that actions to release platforms save."""
    expedite_percent: int = Field(default=50, ge=0, lt=100)
    """How much of the days that are left a hurried source is taken to need."""
    road_days: int = Field(default=3, ge=0)
    """How many days goods of another depot are taken to be on the road, where no terms of a source say otherwise."""
    release_tails_max: int = Field(default=2_000, gt=0)
    """Grounded platforms looked at for what would release them."""
    release_options_max: int = Field(default=1_000, gt=0)
    """Actions to release platforms in one answer, the best kept."""
    what_if_lines_max: int = Field(default=20_000, gt=0)
    """Open lines of a nation that a what-if looks at; more are refused."""
    what_if_horizon_days: int = Field(default=365, gt=0)
    """How far ahead a what-if counts the days on which platforms stand still."""
    what_if_shown_max: int = Field(default=1_000, gt=0)
    """Promises, lines and platforms that a what-if lists of each scenario, the worst kept; totals count all."""
    what_if_at_once: int = Field(default=1, gt=0)
    """What-ifs that a process reckons at once; the others wait for their turn."""
    dependence_lots_max: int = Field(default=50_000, gt=0)
    """Lots whose indigenous content is taken together in one answer, and components of them; more are refused."""
    idempotency_days: int = Field(default=7, gt=0)
    """How long the answers of requests without a natural id are remembered."""
    idempotency_chunk: int = Field(default=1_000, gt=0)
    """Answers forgotten in one transaction."""
    overdue_chunk: int = Field(default=200, gt=0)
    """Orders told overdue in one transaction."""
    tidy_seconds: float = Field(default=60.0, gt=0)
    """How often overdue promises and old answers are looked for."""
