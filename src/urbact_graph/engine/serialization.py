"""The serialisation of the answer to a query, in one of the accepted formats; for workers."""

import io
import re

from pyoxigraph import (
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Triple,
    serialize,
)
from typing_extensions import Buffer

from urbact_graph.engine.messages import Result
from urbact_graph.engine.protocol import Request
from urbact_graph.problems import NOT_ACCEPTABLE, RESULT_TOO_LARGE, ProblemError
from urbact_graph.rdf.formats import Kind, formats
from urbact_graph.rdf.namespaces import used_prefixes

# Characters that XML 1.0 cannot express, not even as references (section 2.2).
_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|&#x?0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]);")
_WITHOUT_PREFIXES = frozenset(("application/n-triples", "application/n-quads"))


class _Output(io.BytesIO):
    """Collects an answer of up to ``limit`` bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit

    def write(self, data: Buffer, /) -> int:
        written = super().write(data)
        if self.tell() > self._limit:
            raise ProblemError(
                RESULT_TOO_LARGE,
                f"The answer has more than {self._limit:,} bytes (max_result_bytes); "
                "select fewer rows or columns, or page with ORDER BY, LIMIT and OFFSET.",
                extensions={"limit": "max_result_bytes", "value": self._limit},
            )
        return written


def serialized(
    results: QueryBoolean | QuerySolutions | QueryTriples,
    request: Request,
    prefixes: dict[str, str],
) -> Result:
    """Return ``results`` in the format that ``request`` accepts.

    Graphs are written with those of ``prefixes`` that they use.

    Raises:
        ProblemError: none is accepted that can hold them, or they are larger than allowed.
    """
    output = _Output(request.max_result_bytes)
    if isinstance(results, (QueryBoolean, QuerySolutions)):
        media_type = _accepted(request.results_format, "SELECT and ASK", "a table", "results")
        results.serialize(output, format=QueryResultsFormat.from_media_type(media_type))
    else:
        media_type = _accepted(request.graph_format, "CONSTRUCT and DESCRIBE", "a graph", "graph")
        _serialize_graph(results, output, media_type, prefixes)
    content = output.getvalue()
    if media_type.endswith("xml") and _NOT_XML.search(content):
        raise ProblemError(
            NOT_ACCEPTABLE,
            "The answer has a control character, which XML cannot express; accept another format.",
        )
    return Result(media_type, content)


def _serialize_graph(
    results: QueryTriples, output: _Output, media_type: str, prefixes: dict[str, str]
) -> None:
    # A graph is a set, but the engine returns a triple as often as it finds it.
    triples: dict[Triple, None] = dict.fromkeys(results)
    used = None if media_type in _WITHOUT_PREFIXES else used_prefixes(triples, prefixes)
    serialize(triples, output, format=RdfFormat.from_media_type(media_type), prefixes=used)


def _accepted(media_type: str | None, forms: str, shape: str, kind: Kind) -> str:
    if media_type is None:
        names = ", ".join(form.name for form in formats(kind))
        raise ProblemError(
            NOT_ACCEPTABLE,
            f"{forms} return {shape}, which none of the accepted formats can hold; accept one of "
            f"{names}.",
        )
    return media_type
