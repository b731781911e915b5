"""The detached stack's program: `python -m deploy.local`, set up by `JVTRACK_*` variables alone."""

import sys

from deploy.errors import SetupError
from deploy.local.console import OwnWords
from deploy.local.settings import StackSettings
from deploy.local.stack import run

display = OwnWords()
try:
    run(StackSettings(), display)
except SetupError as error:
    display.say(str(error))
    sys.exit(2)
