"""The parent-death signal: a process that ends with the process that started it."""

import ctypes
import os
import signal

# From linux/prctl.h.
_PR_SET_PDEATHSIG = 1


def end_with_parent(number: signal.Signals, parent: int) -> None:
    """Have the kernel send this process the signal ``number`` when its ``parent`` ends.

    A process calls this itself, soon after its start. The parent is, strictly, the thread that
    started it (prctl(2)). Only Linux has such a signal; elsewhere the process goes on to its end.
    """
    try:
        prctl = ctypes.CDLL(None).prctl
    except (AttributeError, TypeError):
        # Neither macOS nor Windows has it; Windows has no such library either.
        return
    prctl(_PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        # It has ended already.
        os.kill(os.getpid(), number)
