"""Results of queries, and what was written, as tables on the terminal."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from pyoxigraph import Literal, QueryResultsFormat, QuerySolutions, parse_query_results
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from urbact_graph.description.distributions import DumpFile
from urbact_graph.queries import StoredQuery

_DIGEST_CHARACTERS = 12
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def print_queries(queries: Mapping[str, StoredQuery]) -> None:
    """Print the names, questions and parameters of stored queries."""
    rows = [
        [name, stored.question, ", ".join(p.name for p in stored.parameters)]
        for name, stored in sorted(queries.items())
    ]
    Console().print(_table(["name", "question", "parameters"], rows))


def print_results(content: bytes, base: str, hidden: set[str]) -> None:
    """Print results in JSON as a table without the columns ``hidden``, or as yes or no."""
    console = Console()
    results = parse_query_results(content, format=QueryResultsFormat.JSON)
    if not isinstance(results, QuerySolutions):
        console.print("yes" if results else "no")
        return
    names = [v.value for v in results.variables if v.value not in hidden]
    rows = [[_shown(solution[name], base) for name in names] for solution in results]
    table = _table(names, rows)
    if Measurement.get(console, console.options, table).maximum >= console.width:
        # The table is too wide: labels are more use to a reader than their IRIs.
        kept = [i for i, name in enumerate(names) if f"{name}Label" not in names]
        table = _table([names[i] for i in kept], [[row[i] for i in kept] for row in rows])
    console.print(table)
    console.print(f"{len(rows):,} row{'' if len(rows) == 1 else 's'}")


def print_files(files: Sequence[DumpFile], folder: Path) -> None:
    """Print the names, sizes and digests of files that were written to ``folder``."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("file", overflow="fold")
    table.add_column("bytes", justify="right", no_wrap=True)
    table.add_column("SHA-256", no_wrap=True)
    for file in files:
        table.add_row(Text(file.name), f"{file.bytes:,}", f"{file.sha256[:_DIGEST_CHARACTERS]}…")
    console = Console()
    console.print(table)
    total = sum(file.bytes for file in files)
    console.print(Text(f"{len(files)} files, {total:,} bytes, in {folder}"), soft_wrap=True)


def _table(names: list[str], rows: list[list[str]]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for index, name in enumerate(names):
        numeric = bool(rows) and all(_NUMBER.fullmatch(row[index]) for row in rows)
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        # As Text, so that rich does not read the data as markup.
        table.add_row(*map(Text, row))
    return table


def _shown(term: object, base: str) -> str:
    if term is None:
        return ""
    if isinstance(term, Literal):
        return term.value
    return str(getattr(term, "value", term)).removeprefix(base)
