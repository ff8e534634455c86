"""Files that are either wholly written or not at all, by one process at a time."""

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

LOCK_NAME = ".lock"


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other processes, and other calls of this one, from what is done in ``folder``.

    A folder that takes no lock is one in which nothing is done, but what stands there is read. Of
    one that was not there, and that nothing was put into, nothing is left.
    """
    is_new = not folder.exists()
    try:
        lock = _locked(folder)
    except OSError:
        yield
        return
    # Given back with the file, even by a process that is killed.
    with lock:
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                if is_new and [entry.name for entry in folder.iterdir()] == [LOCK_NAME]:
                    (folder / LOCK_NAME).unlink()
                    folder.rmdir()


def _locked(folder: Path) -> TextIO:
    """Return the lock of ``folder`` once it is ours, and still the one that others look for."""
    path = folder / LOCK_NAME
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        # Who has it, or had it, may take the folder away.
        with contextlib.suppress(FileNotFoundError), contextlib.ExitStack() as opened:
            file = opened.enter_context(path.open("w"))
            fcntl.flock(file, fcntl.LOCK_EX)
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                opened.pop_all()
                return file


def write_whole(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path``: beside it first, then renamed over it.

    Raises:
        OSError: the folder cannot be written; what stood at ``path`` is as it was.
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
