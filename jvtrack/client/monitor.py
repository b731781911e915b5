"""Monitor's door: how the whole system is."""

from dataclasses import dataclass

from jvtrack.client.answers.monitor import Overview, SenderSeen
from jvtrack.client.door import Door
from jvtrack.client.listing import Listing
from jvtrack.client.operations import Operations


@dataclass(frozen=True, slots=True)
class Monitor:
    """Calls of operators and auditors."""

    door: Door

    @property
    def operations(self) -> Operations:
        """Look after monitor's own streams."""
        return Operations(self.door.waiting_for_nothing())

    def senders(self) -> Listing[SenderSeen]:
        """Walk through the factories that have sent in the last two weeks."""
        return Listing(self.door.waiting_for_nothing(), "/v1/senders", SenderSeen)

    async def overview(self) -> Overview:
        """Tell whether all is well and what is not, as it was seen about a second ago."""
        return await self.door.waiting_for_nothing().get("/v1/overview", Overview)
