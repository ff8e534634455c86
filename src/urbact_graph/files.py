"""Write files atomically, and lock folders against other processes."""

import contextlib
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

LOCK_NAME = ".lock"
# How often a lock that another process holds is tried again.
_LOCK_SECONDS = 0.02


@contextlib.contextmanager
def alone(folder: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold the lock on ``folder``, which excludes other processes and other calls of this one.

    ``waiting`` is called where another one holds it. A folder that cannot be written has no lock:
    it is only read. A folder that did not exist before, and is still empty afterwards, is removed.
    """
    is_new = not folder.exists()
    try:
        lock = _locked(folder, waiting)
    except OSError:
        yield
        return
    # The system releases the lock with the file, even if the process is killed.
    with lock:
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                if is_new and [entry.name for entry in folder.iterdir()] == [LOCK_NAME]:
                    (folder / LOCK_NAME).unlink()
                    folder.rmdir()


def _locked(folder: Path, waiting: Callable[[], None]) -> TextIO:
    """Return the lock of ``folder`` once it is held, and the file is still the folder's lock."""
    # It takes longer to import than the help of a command may.
    from filelock import lock_descriptor  # noqa: PLC0415

    path = folder / LOCK_NAME
    while True:
        # The process that holds the lock may remove the folder at any moment.
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except FileExistsError:
            with contextlib.suppress(FileNotFoundError):
                if not stat.S_ISDIR(folder.lstat().st_mode):
                    raise
        with contextlib.suppress(FileNotFoundError), contextlib.ExitStack() as opened:
            file = opened.enter_context(path.open("w"))
            if not lock_descriptor(file.fileno(), blocking=False):
                waiting()
                lock_descriptor(file.fileno(), poll_interval=_LOCK_SECONDS)
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                opened.pop_all()
                return file


def write_whole(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path``: beside it first, then renamed over it.

    Raises:
        OSError: the folder cannot be written; the old content of ``path`` is unchanged.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    staged = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        staged.chmod(0o644)
        staged.replace(path)
    finally:
        staged.unlink(missing_ok=True)
