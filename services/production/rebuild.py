"""Rebuilds production's copy of the catalogue beside the live one: `python -m services.production.rebuild`."""

from services.production import handlers
from shared.messaging.rebuild import program

if __name__ == "__main__":
    program.main("production", handlers.SUBSCRIPTIONS)
