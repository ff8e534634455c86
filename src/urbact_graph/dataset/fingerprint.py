"""The fingerprint of what makes builds and releases: this package's code and its libraries."""

import hashlib
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from urbact_graph import __version__

# What a build or release is made with, beside the modules of the package itself.
ROOMS = ("rdf", "stored", "facts", "history", "description", "dataset", "validation", "release")
_LIBRARIES = ("pycountry", "pyoxigraph", "pyshacl", "rdflib", "snowballstemmer")
_DIGITS = 12


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """Return the package's version with a digest of all code that results depend on.

    What was made under another fingerprint is made again. The version alone does not change while
    the code is being worked on.
    """
    digest = hashlib.sha256(code_digest(Path(__file__).parents[1]).encode())
    for library in _LIBRARIES:
        digest.update(f"\0{library} {version(library)}".encode())
    return f"{__version__} {digest.hexdigest()[:_DIGITS]}"


def code_digest(package: Path) -> str:
    """Return the SHA-256 of the modules in the folder ``package`` that builds and releases use.

    They are the modules of its top level and those of ``ROOMS``.
    """
    files = [
        *package.glob("*.py"),
        *(file for room in ROOMS for file in (package / room).rglob("*.py")),
    ]
    digest = hashlib.sha256()
    for file in sorted(files):
        content = file.read_bytes()
        digest.update(f"{file.relative_to(package).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
