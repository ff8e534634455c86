"""The workload: the stored queries as plain SPARQL text, and the HTTP requests that ask them."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from pyoxigraph import RdfFormat, parse

from urbact_graph.rdf.formats import RESULTS_JSON
from urbact_graph.rdf.sparql import Token, tokens
from urbact_graph.settings import WRITTEN_BASE
from urbact_graph.stored.loading import load_queries

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pyoxigraph import Literal, NamedNode

    from urbact_graph.stored.query import StoredQuery

TURTLE = "text/turtle"
# What starts a list of variables, in which a parameter is only named, and what ends it.
_LISTING = {"SELECT": True, "GROUP": True, "ORDER": True}
_LISTING |= dict.fromkeys(("WHERE", "HAVING", "LIMIT", "OFFSET", "VALUES"), False)


@dataclass(frozen=True)
class Question:
    """A stored query with its default parameters written into its text."""

    name: str
    text: str
    columns: tuple[str, ...]
    accept: str
    parameters: tuple[str, ...]

    @property
    def is_point(self) -> bool:
        """Whether it asks about single entities, so that its answer does not grow with the data."""
        return bool(self.parameters) and set(self.parameters) <= {"city", "peer", "network"}


def questions(folder: Path) -> list[Question]:
    """Return every stored query of ``folder`` as a question."""
    return [_question(query) for query in load_queries(folder).values()]


def _question(query: StoredQuery) -> Question:
    terms = query.bind({}, WRITTEN_BASE)
    graph = query.form in ("CONSTRUCT", "DESCRIBE")
    return Question(
        query.name,
        bound(query.text, terms),
        tuple(column.name for column in query.columns),
        TURTLE if graph else RESULTS_JSON,
        tuple(terms),
    )


def bound(text: str, terms: Mapping[str, NamedNode | Literal]) -> str:
    """Write ``terms`` into ``text`` in the place of its parameters, and leave out its header.

    In the lists of SELECT, GROUP BY and ORDER BY a term cannot stand by itself and would change
    nothing; a parameter is left out there. What has no term stays a variable.
    """
    parts: list[str] = []
    copied = 0
    for token, listed in _in_lists(text):
        name = token.text[1:]
        if token.kind != "variable" or name not in terms:
            continue
        parts += [text[copied : token.start], "" if listed else str(terms[name])]
        copied = token.end
    whole = "".join([*parts, text[copied:]])
    lines = whole.splitlines()
    start = next((number for number, line in enumerate(lines) if line[:1] != "#"), 0)
    return "\n".join(lines[start:]) + "\n"


def _in_lists(text: str) -> Iterator[tuple[Token, bool]]:
    """Yield each token and whether it stands by itself in a list of variables."""
    listed = False
    outside: list[bool] = []
    for token in tokens(text):
        if token.kind == "open":
            outside.append(listed)
            listed = False
        elif token.kind == "close":
            listed = outside.pop()
        elif token.kind == "name":
            listed = _LISTING.get(token.text.upper(), listed)
        yield token, listed


@dataclass(frozen=True)
class Target:
    """Where queries are sent: directly, or with the further fields of a ``form``."""

    host: str
    port: int
    path: str
    form: Mapping[str, str] | None = None

    @property
    def address(self) -> tuple[str, int]:
        """The address to connect to."""
        return self.host, self.port


@dataclass(frozen=True)
class Request:
    """An HTTP request in parts: all before the body's length, the body, what can be added to it."""

    head: bytes
    body: bytes
    comment: bytes

    def encode(self, number: int | None = None) -> bytes:
        """Return the bytes to send; a ``number`` makes the query's text one never sent before."""
        body = self.body if number is None else self.body + self.comment % number
        return self.head + b"%d\r\n\r\n" % len(body) + body


def request(question: Question, target: Target) -> Request:
    """Return the request that asks ``question`` at ``target``."""
    query = question.text
    media_type, body, comment = "application/sparql-query", query.encode(), b"# %d\n"
    if target.form is not None:
        media_type = "application/x-www-form-urlencoded"
        body = urlencode({**target.form, "query": query}).encode()
        comment = b"%%23+%d"
    head = (
        f"POST {target.path} HTTP/1.1\r\nHost: {target.host}:{target.port}\r\n"
        f"Accept: {question.accept}\r\nContent-Type: {media_type}\r\nContent-Length: "
    )
    return Request(head.encode(), body, comment)


@dataclass(frozen=True)
class Content:
    """What an answer says, to be compared: its number of rows, and how often each value occurs."""

    rows: int
    values: Counter[str]


def content(question: Question, body: bytes) -> Content:
    """Read the answer to ``question``; a graph's rows are its triples, an ASK has one row.

    Values are compared by their text alone, numbers as numbers, as servers differ in how they
    write the same number and type; the order of rows is not compared.

    Raises:
        ValueError: the body is no answer of the form that was asked for.
    """
    if question.accept == TURTLE:
        triples = {str(quad.triple) for quad in parse(body, format=RdfFormat.TURTLE)}
        return Content(len(triples), Counter())
    results = json.loads(body)
    if not question.columns:
        return Content(1, Counter([_truth(results)]))
    rows = results["results"]["bindings"]
    values = Counter(
        f"{name} {_plain(row[name]['value'])}"
        for row in rows
        for name in question.columns
        if name in row
    )
    return Content(len(rows), values)


def _truth(results: dict[str, Any]) -> str:
    if "boolean" in results:
        return _plain(str(results["boolean"]).lower())
    # Virtuoso gives a table with one value.
    (row,) = results["results"]["bindings"]
    (value,) = row.values()
    return _plain(value["value"])


def _plain(value: str) -> str:
    try:
        return f"{float(value):.12g}"
    except ValueError:
        return {"true": "1", "false": "0"}.get(value, value)
