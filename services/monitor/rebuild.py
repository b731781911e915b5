"""Rebuilds what monitor has counted: `python -m services.monitor.rebuild`."""

from services.monitor import handlers
from shared.messaging.rebuild import program

if __name__ == "__main__":
    program.main("monitor", [handlers.SUBSCRIPTION])
