"""Tables kept beside the build that they are made of, as to make one takes longer than to read it.

A file has the separators of the table's columns in its first line, in JSON, and then the CSV.
"""

import contextlib
import json
from collections.abc import Callable
from pathlib import Path

from urbact_graph.files import write_whole
from urbact_graph.release.tables import Table

FOLDER = "tables"
# As much of the digest of what a build is made from as distinguishes builds.
_DIGITS = 16


def kept_table(
    folder: Path, inputs: str, name: str, make: Callable[[], Table]
) -> tuple[bytes, dict[str, str]]:
    """Return the content of the table ``name`` and the separators of its columns.

    ``inputs`` is the digest of what the build in ``folder`` is made from. A table that is not kept
    for it is made, and replaces those of other builds. A folder that cannot be written keeps none.
    """
    place = folder / FOLDER
    file = place / f"{name}-{inputs[:_DIGITS]}.csv"
    with contextlib.suppress(OSError, ValueError, AttributeError):
        head, _, content = file.read_bytes().partition(b"\n")
        return content, {str(column): str(text) for column, text in json.loads(head).items()}
    table = make()
    head = json.dumps(table.separators, ensure_ascii=False).encode()
    with contextlib.suppress(OSError):
        write_whole(file, head + b"\n" + table.content)
        for other in place.glob(f"{name}-{'?' * _DIGITS}.csv"):
            if other != file:
                other.unlink()
    return table.content, table.separators
