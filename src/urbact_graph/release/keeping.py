"""What takes long to derive from a build is kept in its folder until something changes."""

import contextlib
import hashlib
from collections.abc import Callable
from pathlib import Path

from urbact_graph.dataset.fingerprint import fingerprint
from urbact_graph.files import write_whole


def kept(folder: Path, name: str, key: str, make: Callable[[], bytes]) -> bytes:
    """Return what ``make`` returns, from the file ``name`` if it was kept for the same ``key``.

    The first line of the file names the key, the code that made it and the digest of the rest. A
    folder that cannot be written keeps nothing.
    """
    file = folder / name
    made_for = f"{fingerprint()} {key}"
    with contextlib.suppress(OSError, ValueError):
        head, _, content = file.read_bytes().partition(b"\n")
        if head.decode() == f"{made_for} {hashlib.sha256(content).hexdigest()}":
            return content
    content = make()
    head = f"{made_for} {hashlib.sha256(content).hexdigest()}\n".encode()
    with contextlib.suppress(OSError):
        write_whole(file, head + content)
    return content
