"""Ties a child to its parent's life, so that not even SIGKILL of the parent leaves a process behind.

On Linux the kernel kills the child when the thread that started it dies. A parent that died in the instant before
the child asked for that is noticed too: the child compares its parent's id before it becomes the program.
"""

import os
import shutil
import threading
from collections.abc import Sequence

from deploy.errors import SetupError

_IF_PARENT_LIVES = 'test "$PPID" -eq "$0" && exec "$@"'
# PostgreSQL refuses to run as root. `nobody` may keep root's way through closed folders, and nothing else of root.
_AS_NOBODY = (
    "--reuid=nobody",
    "--regid=65534",
    "--clear-groups",
    "--inh-caps=-all,+dac_override",
    "--ambient-caps=-all,+dac_override",
)


def leashed(command: Sequence[str]) -> list[str]:
    """Run a command so that it dies with this process."""
    return _through_setpriv([], command)


def leashed_as_nobody(command: Sequence[str]) -> list[str]:
    """Run a command so that it dies with this process and does not run as root."""
    return _through_setpriv(_AS_NOBODY if is_root() else [], command)


def is_root() -> bool:
    """Tell whether this process is the machine's administrator."""
    return os.geteuid() == 0


def _through_setpriv(options: Sequence[str], command: Sequence[str]) -> list[str]:
    assert threading.current_thread() is threading.main_thread(), "the leash would break when this thread ends"
    if (setpriv := shutil.which("setpriv")) is None:
        raise SetupError("The local stack needs the setpriv command of Linux: install util-linux, or use containers.")
    return [setpriv, *options, "--pdeathsig=KILL", "sh", "-c", _IF_PARENT_LIVES, str(os.getpid()), *command]
