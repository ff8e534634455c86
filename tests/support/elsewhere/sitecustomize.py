"""Take from Python what only Linux, or only Unix, has, as on Windows and macOS.

Python imports a module of this name when it starts. A test puts its folder first on ``PYTHONPATH``,
so that it also holds for the Python processes that a command starts.
"""

import os
import runpy
import signal
import socket

# They need what is taken from the others; for locks and processes Windows has other means.
import subprocess
import sys
import tempfile  # noqa: F401
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any

import filelock  # noqa: F401

# Of the standard library, what Windows lacks; and what has no package for Windows.
MODULES = frozenset(("fcntl", "grp", "pwd", "resource", "syslog", "termios", "uvloop"))
FUNCTIONS = (
    *("fork", "forkpty", "killpg", "memfd_create", "mkfifo", "pidfd_open", "posix_spawn"),
    *("pread", "sched_getaffinity", "setsid", "sysconf"),
)
SIGNALS = ("SIGCONT", "SIGHUP", "SIGKILL", "SIGSTOP", "SIGUSR1", "SIGUSR2", "pidfd_send_signal")
_KILL = 9
SYSTEM_FILES = ("/proc/", "/sys/")


class _Missing(MetaPathFinder):
    """Finds nothing, and says so, for the modules that are missing."""

    def find_spec(self, name: str, *_: object) -> None:
        if name in MODULES:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and str(arguments[0]).startswith(SYSTEM_FILES):
        raise FileNotFoundError(arguments[0])
    if event == "ctypes.dlsym" and arguments[1] == "prctl":
        raise AttributeError("prctl")
    if event == "os.symlink":
        raise OSError("A required privilege is not held by the client")


def _end(process: Any) -> None:
    """End a process without that signal, as Windows does."""
    if process.poll() is None:
        os.kill(process.pid, _KILL)


def _without_what_linux_has() -> None:
    for name in MODULES:
        sys.modules.pop(name, None)
    sys.meta_path.insert(0, _Missing())
    for name in FUNCTIONS:
        if hasattr(os, name):
            delattr(os, name)
    for name in SIGNALS:
        if hasattr(signal, name):
            delattr(signal, name)
    subprocess.Popen.kill = _end  # type: ignore[method-assign, assignment]
    del socket.AF_UNIX
    sys.addaudithook(_refuse)


_without_what_linux_has()
runpy.run_path(str(Path(__file__).parents[1] / "offline" / "sitecustomize.py"))
