"""Processes that end with the one that started them, however that ends."""

import ctypes
import os
import signal

# From linux/prctl.h.
_PR_SET_PDEATHSIG = 1


def end_with_parent(number: signal.Signals, parent: int) -> None:
    """Have this process sent the signal ``number`` when its ``parent`` ends.

    To be called by the process itself, soon after its start. The parent is, strictly, the thread
    that started it (prctl(2)).
    """
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        # It has ended already.
        os.kill(os.getpid(), number)
