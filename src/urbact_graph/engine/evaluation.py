"""Evaluate one query on a store and serialise its answer; runs in workers only."""

import io
import re

from pyoxigraph import (
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Store,
    Triple,
    Variable,
    parse,
    serialize,
)
from typing_extensions import Buffer

from urbact_graph.engine.messages import Answer, Request
from urbact_graph.refusals import (
    ANSWER_TOO_LARGE,
    EVALUATION,
    NOT_ACCEPTABLE,
    OUT_OF_MEMORY,
    SYNTAX,
    RefusedError,
)

_POSITION = re.compile(
    r"(?:error )?at (?P<line>\d+):(?P<column>\d+)(?:: expected (?:one of )?(?P<expected>.*))?",
    re.DOTALL,
)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_KEYWORD = re.compile(r"[A-Z]{2,}")
_SENTENCE = re.compile(r"[A-Z][a-z].*? .*")
_ENTRIES = re.compile(r'"(?:[^"\\]|\\.)*"|\[[^\]]*\](?:[^,]*\])?|[^,]+')
_EXCERPT = 24
# A longer list of what might have followed helps nobody.
_FEW = 6
# IRIs that Turtle has a shorter way to say.
_UNWRITTEN = frozenset(
    (
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString",
        "http://www.w3.org/2001/XMLSchema#string",
    )
)


class _Capped(io.BytesIO):
    """Collects an answer up to a size."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit

    def write(self, data: Buffer, /) -> int:
        if self.tell() + len(memoryview(data)) > self.limit:
            raise RefusedError(
                ANSWER_TOO_LARGE,
                f"The answer has more than {self.limit:,} bytes (answer_bytes); "
                "ask for fewer rows or columns, or page with ORDER BY, LIMIT and OFFSET.",
                extensions={"limit": "answer_bytes", "value": self.limit},
            )
        return super().write(data)


def evaluate(store: Store, request: Request) -> Answer:
    """Evaluate ``request`` on ``store``.

    Raises:
        RefusedError: the query cannot be parsed or evaluated, its answer is larger than
            allowed, or none of the formats that fit the form of the query is accepted.
    """
    try:
        return _answer(store, request)
    except SyntaxError as error:
        raise _syntax(request.query, error) from None
    except MemoryError:
        raise RefusedError(
            OUT_OF_MEMORY,
            "The query needs more memory than it may take (query_memory_bytes); "
            "ask for less at once.",
            extensions={"limit": "query_memory_bytes"},
        ) from None
    except (OSError, RuntimeError, ValueError) as error:
        raise RefusedError(EVALUATION, f"The engine gave up on the query: {error}.") from None


def _answer(store: Store, request: Request) -> Answer:
    explicit = bool(request.default_graphs or request.named_graphs)
    results = store.query(
        request.query,
        # Graphs named in the request override those of the query: SPARQL 1.1 Protocol, 2.1.4.
        default_graph=[NamedNode(iri) for iri in request.default_graphs] if explicit else None,
        named_graphs=[NamedNode(iri) for iri in request.named_graphs] if explicit else None,
        substitutions={Variable(name): _term(text) for name, text in request.substitutions.items()}
        or None,
    )
    output = _Capped(request.answer_bytes)
    if isinstance(results, (QueryBoolean, QuerySolutions)):
        media_type = _accepted(request.results_format, "ASK and SELECT")
        results.serialize(output, format=QueryResultsFormat.from_media_type(media_type))
    else:
        media_type = _accepted(request.graph_format, "CONSTRUCT and DESCRIBE")
        form = RdfFormat.from_media_type(media_type)
        # A graph is a set, but the engine gives a triple as often as it finds it.
        triples = dict.fromkeys(results)
        serialize(triples, output, format=form, prefixes=_used(request.prefixes, triples))
    return Answer(media_type, output.getvalue())


def _accepted(media_type: str | None, forms: str) -> str:
    if media_type is None:
        raise RefusedError(
            NOT_ACCEPTABLE,
            f"None of the accepted media types can hold the answer to {forms} queries; "
            "/sparql lists the formats.",
        )
    return media_type


def _used(prefixes: dict[str, str], triples: dict[Triple, None]) -> dict[str, str]:
    """Return the prefixes that occur, so that a small graph has a small head."""
    found: set[str] = set()
    for triple in triples:
        for term in (triple.subject, triple.predicate, triple.object):
            iri = term.datatype if isinstance(term, Literal) else term
            if isinstance(iri, NamedNode) and iri.value not in _UNWRITTEN:
                found.add(re.split(r"[^#/]*$", iri.value, maxsplit=1)[0])
    return {name: iri for name, iri in prefixes.items() if iri in found}


def _term(text: str) -> NamedNode | Literal:
    statement = f"<x:s> <x:p> {text} ."
    quad = next(iter(parse(statement, format=RdfFormat.N_TRIPLES)))
    if not isinstance(quad.object, (NamedNode, Literal)):
        raise TypeError(f"{text} is neither an IRI nor a literal")
    return quad.object


def _syntax(query: str, error: SyntaxError) -> RefusedError:
    """Turn the parser's message, which lists all it could have taken, into a readable one."""
    match = _POSITION.search(str(error))
    if match is None:
        return RefusedError(SYNTAX, f"{error}.".replace("..", "."))
    line, column = int(match["line"]), int(match["column"])
    lines = query.splitlines() or [""]
    rest = lines[line - 1][column - 1 :].strip() if line <= len(lines) else ""
    end = "line" if line < len(lines) else "query"
    near = f"near '{rest[:_EXCERPT]}'" if rest else f"at the end of the {end}"
    expected, reasons = _expectations(match["expected"] or "")
    hint = ""
    if reasons:
        hint = f" {'; '.join(reasons)}."
    elif 0 < len(expected) <= _FEW:
        hint = f" Expected {' or '.join(expected)}."
    return RefusedError(
        SYNTAX,
        f"Syntax error at line {line}, column {column}, {near}.{hint}",
        extensions={"line": line, "column": column},
    )


def _expectations(text: str) -> tuple[list[str], list[str]]:
    """Split the parser's list into what it would have taken and sentences on what is wrong."""
    expected, reasons = [], []
    for entry in (match.group().strip() for match in _ENTRIES.finditer(text)):
        if _QUOTED.fullmatch(entry):
            expected.append(entry[1:-1].replace('\\"', '"').replace("\\\\", "\\"))
        elif _KEYWORD.fullmatch(entry):
            expected.append(entry)
        elif _SENTENCE.fullmatch(entry):
            reasons.append(entry.rstrip("."))
    return expected, reasons
