"""I9: nobody waits for what a lower band holds, or for what is free.

Inventory takes from a lower band in the transaction in which a higher one begins to wait, so a pair is an offence at
any moment; one that takes all or nothing may wait, for what is there may not be all. What is expired or held
back is nobody's. What else is given to whom is in `given`.
"""

from jvtrack.verify.invariants import given
from jvtrack.verify.invariants.invariant import Invariant

_PASSED_OVER = """
SELECT printf('order %s of priority %d waits for %s at %s, and order %s of priority %d holds %d of lot %s', waiting,
  waiting_priority, part, site, holding, holding_priority, quantity, lot)
FROM contest c WHERE NOT EXISTS (SELECT 1 FROM held_back b WHERE b.order_id = c.holding AND b.lot = c.lot)
"""

SERVED = Invariant(
    name="I9",
    says="nobody waits for what is free or a lower band holds; all or none",
    unit="orders",
    checked="SELECT count(*) FROM demand",
    offences=(_PASSED_OVER, *given.OFFENCES),
    in_flight=given.BEING_GIVEN,
)
