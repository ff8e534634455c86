"""What makes datasets and editions: this code. What other code made is made again."""

import hashlib
from functools import lru_cache
from pathlib import Path

import pyoxigraph

from urbact_graph import __version__


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """Return the package's version with a digest of the code that the results hang on.

    The version alone stays the same from one change to the next while it is being worked on.
    """
    digest = hashlib.sha256(pyoxigraph.__version__.encode())
    package = Path(__file__).parent
    for file in sorted((*package.rglob("*.py"), package.parent / "namespaces.py")):
        digest.update(file.read_bytes())
    return f"{__version__} {digest.hexdigest()[:12]}"
