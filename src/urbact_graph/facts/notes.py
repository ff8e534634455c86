"""Editorial notes that were rewritten, so that a reader of the graph can check what they say.

A note of the fact tables may speak of how it was collected. Its wording for the graph stands in
``supplement/notes.jsonl``, one JSON object a line:

========  ==========================================================================================
column    what it holds
========  ==========================================================================================
table     networks, partnerships, plans, calls, programmes or network-themes
key       the row: the path of its entity's IRI below the base, such as ``network/greenplace``,
          ``plan/greenplace/ie/limerick/integrated-action-plan``; of network-themes the paths of the
          network and the theme with a space between: ``network/greenplace theme/food``
sha256    the first 16 hexadecimal digits of the SHA-256 of the note in the table (its UTF-8 bytes)
note      the note for the graph, in English; null where nothing of it is for readers of the graph
========  ==========================================================================================

Where the note in the table is another one than the row was written for, the row does not apply:
the table's own note is stated, and the import says so.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from urbact_graph.facts.minting import Minter
from urbact_graph.facts.tables import RewrittenNote, Tables

# The name of the table of the supplement.
NOTES = "notes.jsonl"


def note_digest(note: str) -> str:
    """Return the first 16 hexadecimal digits of the SHA-256 of ``note``."""
    return hashlib.sha256(note.encode()).hexdigest()[:16]


def with_rewritten_notes(tables: Tables) -> tuple[Tables, list[str]]:
    """Return the tables with their notes as ``tables.notes`` has them, and remarks.

    Remarks name each rewritten note that does not apply, because the original is another one, and
    the first of those whose row is not there.
    """
    rewritten: dict[tuple[str, str], RewrittenNote] = {}
    rewritten |= {(row.table, row.key): row for row in tables.notes}
    remarks: list[str] = []
    rows = {
        name: list(_applied(name, keyed, rewritten, remarks))
        for name, keyed in _keyed(tables).items()
    }
    if rewritten:
        first = next(iter(rewritten.values()))
        remarks.append(
            f"{NOTES}: {len(rewritten)} of {len(tables.notes)} rows name nothing in the tables, "
            f"the first '{first.key}' at {first.where}; take them out or correct their keys."
        )
    return replace(
        tables, **{name.replace("-", "_"): found for name, found in rows.items()}
    ), remarks


def _keyed(tables: Tables) -> dict[str, list[tuple[str, Any]]]:
    """Return the rows that can have notes with their keys, by the name of their table."""
    mint = Minter("")
    key_of: Callable[[Any], str] = lambda x: f"network/{x.network} theme/{x.theme}"  # noqa: E731
    return {
        "networks": [(f"network/{row.id}", row) for row in tables.networks],
        "partnerships": _pairs(mint.partnerships(tables.partnerships), tables.partnerships),
        "plans": _pairs(mint.plans(tables.plans), tables.plans),
        "calls": [(mint.call(row), row) for row in tables.calls],
        "programmes": [(mint.programme(row.name), row) for row in tables.programmes],
        "network-themes": [(key_of(row), row) for row in tables.network_themes],
    }


def _pairs(keys: list[str], rows: list[Any]) -> list[tuple[str, Any]]:
    return list(zip(keys, rows, strict=True))


def _applied(
    table: str,
    keyed: list[tuple[str, Any]],
    rewritten: dict[tuple[str, str], RewrittenNote],
    remarks: list[str],
) -> Iterator[Any]:
    """Yield the rows with their notes rewritten, and take these out of ``rewritten``."""
    for key, row in keyed:
        new = rewritten.pop((table, key), None)
        if new is None:
            yield row
        elif row.note is not None and note_digest(row.note) == new.sha256:
            yield row.model_copy(update={"note": new.note})
        else:
            remarks.append(
                f"{new.where}: the note of '{key}' was rewritten from another one than that at "
                f"{row.where}, which is stated as it is; write it anew, with its own sha256"
            )
            yield row
