"""Rebuilds what orders copies of the catalogue and follows of lots: `python -m services.orders.rebuild`."""

from services.orders import handlers
from shared.messaging.rebuild import program

if __name__ == "__main__":
    program.main("orders", [handlers.copies_anew(), handlers.follows()])
