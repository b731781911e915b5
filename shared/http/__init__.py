"""The HTTP door: who may come in, how a no is said, and what every service's door has in common."""
