"""How slow and how unreliable the way to a server is."""

from random import Random


class Weather:
    """How often the way to a server fails, and how slow it is."""

    def __init__(self, random: Random, *, lost: float = 0.0, refused: float = 0.0) -> None:
        self._random = random
        self.lost = lost
        """How often a connection breaks, before or after the effect."""
        self.refused = refused
        """How often a server refuses for a reason that passes."""

    def delay(self) -> float:
        """Draw how long something travels: mostly a moment, now and then long."""
        drawn = self._random.random()
        return drawn * 0.004 if drawn < 0.97 else (drawn - 0.97) * 40

    def strikes(self, often: float) -> bool:
        """Tell whether something that happens so often happens now."""
        return often > 0 and self._random.random() < often
