"""The tables of a build, kept in its folder, as to make them takes longer than to read them.

What is kept of a table is a line of JSON with all of it but its content, which follows.
"""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

from pyoxigraph import Store

from urbact_graph.release.keeping import kept
from urbact_graph.release.layouts import LAYOUTS
from urbact_graph.release.tables import Table, make_table


def keep_tables(folder: Path, sha256: str, store: Store, base: str) -> dict[str, Table]:
    """Return what ``make_tables`` does for ``store``, from the build folder ``folder`` if kept.

    ``sha256`` is the digest of the dataset in ``store``. Raises DatasetError as ``make_tables``.
    """
    return {
        name: kept_table(folder, sha256, base, name, partial(make_table, store, base, name))
        for name in LAYOUTS
    }


def kept_table(folder: Path, sha256: str, base: str, name: str, make: Callable[[], Table]) -> Table:
    """Return the table ``name`` of the dataset whose digest is ``sha256``, made if it is not kept.

    Raises what ``make`` does.
    """

    def made() -> bytes:
        table = make()
        head = {"rows": table.rows, "separators": table.separators}
        return json.dumps(head, ensure_ascii=False).encode() + b"\n" + table.content

    head, _, content = kept(folder, f"{name}.table", f"{sha256} {base}", made).partition(b"\n")
    return Table(LAYOUTS[name], content, **json.loads(head))
