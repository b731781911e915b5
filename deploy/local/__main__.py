"""The detached stack's program: `python -m deploy.local [--fresh]`, otherwise set up by `JVTRACK_*` variables alone."""

import sys

from pydantic import ValidationError

from deploy.errors import SetupError, users_mistake
from deploy.local.console import OwnWords
from deploy.local.settings import StackSettings
from deploy.local.stack import run

display = OwnWords()
try:
    run(StackSettings(), display, fresh="--fresh" in sys.argv[1:])
except (SetupError, ValidationError, OSError) as error:
    if (sentence := users_mistake(error)) is None:
        raise
    display.say(sentence)
    sys.exit(2)
