"""Files that are either wholly written or not at all, by one process at a time."""

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

LOCK_NAME = ".lock"


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other processes, and other calls of this one, from what is done in ``folder``.

    A folder that takes no lock is one in which nothing is done, but what stands there is read.
    """
    is_new = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / LOCK_NAME).open("w")
    except OSError:
        yield
        return
    try:
        with file:
            # Given back with the file, even by a process that is killed.
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
    finally:
        # Where nothing came of it, nothing is left behind; another may do the same.
        with contextlib.suppress(OSError):
            if is_new and [entry.name for entry in folder.iterdir()] == [LOCK_NAME]:
                (folder / LOCK_NAME).unlink()
                folder.rmdir()


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
