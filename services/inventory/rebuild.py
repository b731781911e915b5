"""Says that inventory has nothing to rebuild: what it hears it decides on, and the ledger is its own."""

from shared.messaging.rebuild import program

if __name__ == "__main__":
    program.main("inventory", [])
