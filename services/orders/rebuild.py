"""Rebuilds orders' copy of the catalogue beside the live one: `python -m services.orders.rebuild`."""

from services.orders import handlers
from shared.messaging.rebuild import program

if __name__ == "__main__":
    program.main("orders", [handlers.copies()])
