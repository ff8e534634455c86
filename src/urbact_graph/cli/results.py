"""Results of queries, and what was written, as tables on the terminal.

A table is never wider than the terminal. Where there is none, as in a pipe, every row is one line.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

from pyoxigraph import (
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    parse,
    parse_query_results,
)
from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from urbact_graph.description.distributions import DumpFile
from urbact_graph.rdf.namespaces import namespaces, shortened
from urbact_graph.stored.query import StoredQuery

_DIGEST_CHARACTERS = 12
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
# In a narrower terminal a table is no use; in one wider than this nothing is.
_NARROWEST, _WIDEST = 20, 100_000
# The least width in which a column of words can be read.
_WORDS = 16


def terminal() -> Console:
    """Return the console of standard output, with its width; endless where it is no terminal."""
    console = Console(highlight=False)
    width = min(max(console.width, _NARROWEST), _WIDEST) if console.is_terminal else _WIDEST
    console.width = width
    return console


def print_queries(queries: Mapping[str, StoredQuery]) -> None:
    """Print the names, questions and parameters of stored queries."""
    rows = [
        [name, stored.question, ", ".join(p.name for p in stored.parameters)]
        for name, stored in sorted(queries.items())
    ]
    _print_table(["name", "question", "parameters"], rows, frozenset(("name",)), terminal())


def print_results(
    content: bytes, base: str, hidden: set[str], console: Console | None = None
) -> None:
    """Print results in JSON as a table without the columns ``hidden``, or as yes or no.

    Labels come before the IRIs that they are of, which are written as prefixed names or as paths
    below ``base``, and are not broken: where the terminal is too narrow for that, IRIs that have a
    label are left out, or each row is printed as a list.
    """
    console = console or terminal()
    results = parse_query_results(content, format=QueryResultsFormat.JSON)
    if not isinstance(results, QuerySolutions):
        console.print("yes" if results else "no")
        return
    names = _ordered([v.value for v in results.variables if v.value not in hidden])
    solutions = list(results)
    rows = [[_shown(solution[name], base) for name in names] for solution in solutions]
    whole = {name for name in names if any(isinstance(row[name], NamedNode) for row in solutions)}
    _print_table(names, rows, frozenset(whole), console)
    console.print(f"{len(rows):,} row{'' if len(rows) == 1 else 's'}", soft_wrap=True)


def is_empty(content: bytes, media_type: str) -> bool:
    """Return whether an answer of a query, in any of the formats, has no row and no triple."""
    if media_type == "text/csv":
        # The first line has the names of the columns, if it is not the only one of a yes or no.
        return content.count(b"\n") <= 1 and content.strip() not in (b"true", b"false")
    results_format = QueryResultsFormat.from_media_type(media_type)
    if results_format is None:
        graph_format = RdfFormat.from_media_type(media_type)
        return next(iter(parse(content, format=graph_format)), None) is None
    results = parse_query_results(content, format=results_format)
    return isinstance(results, QuerySolutions) and next(results, None) is None


def print_files(files: Sequence[DumpFile], folder: Path) -> None:
    """Print the names, sizes and digests of files that were written to ``folder``."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("file", overflow="fold")
    table.add_column("bytes", justify="right", no_wrap=True)
    table.add_column("SHA-256", no_wrap=True)
    for file in files:
        table.add_row(Text(file.name), f"{file.bytes:,}", f"{file.sha256[:_DIGEST_CHARACTERS]}…")
    console = terminal()
    console.print(table)
    total = sum(file.bytes for file in files)
    console.print(Text(f"{len(files)} files, {total:,} bytes, in {folder}"), soft_wrap=True)


def _ordered(names: list[str]) -> list[str]:
    """Return ``names`` with each label before what it is the label of."""
    ordered: list[str] = []
    for name in names:
        if name in ordered:
            continue
        label = f"{name}Label"
        ordered += [label, name] if label in names and label not in ordered else [name]
    return ordered


def _print_table(
    names: list[str], rows: list[list[str]], whole: frozenset[str], console: Console
) -> None:
    """Print the columns ``names``, those of ``whole`` with no cell broken."""
    if _least_width(names, rows, whole) > console.width:
        # Labels are more use to a reader than their IRIs.
        kept = [i for i, name in enumerate(names) if f"{name}Label" not in names]
        names = [names[i] for i in kept]
        rows = [[row[i] for i in kept] for row in rows]
    if _least_width(names, rows, whole) > console.width:
        _print_lists(names, rows, console)
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for index, name in enumerate(names):
        numeric = bool(rows) and all(_NUMBER.fullmatch(row[index]) for row in rows)
        table.add_column(
            name,
            justify="right" if numeric else "left",
            overflow="fold",
            no_wrap=numeric or name in whole,
        )
    for row in rows:
        # As Text, so that rich does not read the data as markup.
        table.add_row(*map(Text, row))
    console.print(table)


def _least_width(names: list[str], rows: list[list[str]], whole: frozenset[str]) -> int:
    """Return how many characters wide a table must be, so that all can be read."""
    width = 0
    for index, name in enumerate(names):
        longest = max([len(name), *(_width(row[index]) for row in rows)])
        width += 2 + (longest if name in whole else min(longest, _WORDS))
    return width


def _width(text: str) -> int:
    """Return the number of columns of a terminal that ``text`` takes."""
    return max(map(cell_len, text.split("\n")))


def _print_lists(names: list[str], rows: list[list[str]], console: Console) -> None:
    """Print each row as a list of its columns, below its number."""
    longest = max(map(len, names))
    for number, row in enumerate(rows, start=1):
        console.print(Text(f"row {number:,}", style="bold"))
        for name, value in zip(names, row, strict=True):
            if value:
                # A terminal continues the line by itself, so that what is copied is whole.
                console.print(Text(f"  {name:<{longest}}  {value}"), soft_wrap=True)


def _shown(term: object, base: str) -> str:
    if term is None:
        return ""
    if isinstance(term, Literal):
        return printable(term.value)
    iri = printable(str(getattr(term, "value", term)))
    name = shortened(iri, namespaces(base))
    return name if name != iri else iri.removeprefix(base)


def printable(text: str) -> str:
    """Return ``text`` with every character that could control a terminal escaped as in Turtle."""
    return "".join(
        f"\\u{ord(c):04X}" if unicodedata.category(c) == "Cc" and c not in "\n\t" else c
        for c in text
    )
