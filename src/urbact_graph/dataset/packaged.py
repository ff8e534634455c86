"""The build that comes with an installed package: the graph, and the report of its validation.

The package is made with it (hatch_build.py), so that the first start after an installation need not
build and validate the very graph that was built and validated when the package was made. It counts
only for the same inputs: the same sources and history, the same code and libraries.
"""

import gzip
import hashlib
import json
import zlib
from pathlib import Path

from urbact_graph.files import write_whole

# Compressed, the graph takes a fifteenth of the space.
_ENDING = ".gz"
_LEVEL = 9


def pack(folder: Path, dataset: str, place: Path) -> None:
    """Copy the files of a build folder to ``place``, with the file called ``dataset`` compressed.

    Equal files give equal bytes. Raises OSError if one cannot be read or written.
    """
    place.mkdir(parents=True, exist_ok=True)
    for file in sorted(folder.iterdir()):
        if file.name.startswith(".") or not file.is_file():
            continue
        content, name = file.read_bytes(), file.name
        if name == dataset:
            content, name = gzip.compress(content, _LEVEL, mtime=0), name + _ENDING
        (place / name).write_bytes(content)


def unpack(place: Path, inputs: str, dataset: str, manifest: str, folder: Path) -> None:
    """Copy the build in ``place`` to ``folder`` if there is one, and it was made from ``inputs``.

    ``dataset`` and ``manifest`` are the names of these files; the manifest comes last, as without
    it a build does not count. A build that is damaged is not copied.

    Raises:
        OSError: ``folder`` cannot be written.
    """
    try:
        stated = json.loads((place / manifest).read_bytes())
        if stated["inputs"] != inputs:
            return
        contents = {file.name: file.read_bytes() for file in place.iterdir()}
        contents[dataset] = gzip.decompress(contents.pop(dataset + _ENDING))
        if hashlib.sha256(contents[dataset]).hexdigest() != stated["sha256"]:
            return
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError):
        return
    for name in sorted(contents, key=lambda name: name == manifest):
        write_whole(folder / name, contents[name])
