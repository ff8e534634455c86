"""The serialisation of the answer to a query, in one of the accepted formats; for workers."""

import io
from collections.abc import Callable

from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples
from typing_extensions import Buffer

from urbact_graph.engine.messages import Result
from urbact_graph.engine.protocol import Request
from urbact_graph.errors import FormatError
from urbact_graph.problems import NOT_ACCEPTABLE, RESULT_TOO_LARGE, ProblemError
from urbact_graph.rdf.formats import Kind, formats
from urbact_graph.rdf.namespaces import used_prefixes
from urbact_graph.rdf.writing import write_graph, write_results

_WITHOUT_PREFIXES = frozenset(("application/n-triples", "application/n-quads"))


class _Output(io.BytesIO):
    """Collects an answer of up to ``limit`` bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit

    def write(self, data: Buffer, /) -> int:
        written = super().write(data)
        self.check(self.tell())
        return written

    def check(self, size: int) -> None:
        """Raise the problem of an answer of ``size`` bytes, if these are too many."""
        if size > self._limit:
            raise ProblemError(
                RESULT_TOO_LARGE,
                f"The answer has more than {self._limit:,} bytes (max_result_bytes); "
                "select fewer rows or columns, or page with ORDER BY, LIMIT and OFFSET.",
                extensions={"limit": "max_result_bytes", "value": self._limit},
            )


def serialized(
    evaluate: Callable[[], QueryBoolean | QuerySolutions | QueryTriples],
    request: Request,
    prefixes: dict[str, str],
) -> Result:
    """Return the results that ``evaluate`` gives in the format that ``request`` accepts.

    Graphs are written with those of ``prefixes`` that they use. It is called once more if the
    engine has written the results so that they cannot be read, as it gives them only once.

    Raises:
        ProblemError: none is accepted that can hold them, or they are larger than allowed.
    """
    results, output = evaluate(), _Output(request.max_result_bytes)
    try:
        if isinstance(results, (QueryBoolean, QuerySolutions)):
            media_type = _accepted(request.results_format, "SELECT and ASK", "a table", "results")
            content = write_results(results, media_type, evaluate, output)
        else:
            media_type = _accepted(
                request.graph_format, "CONSTRUCT and DESCRIBE", "a graph", "graph"
            )
            content = _graph(results, output, media_type, prefixes)
    except FormatError as error:
        raise ProblemError(NOT_ACCEPTABLE, str(error)) from None
    # Some characters become longer after the engine has written them.
    output.check(len(content))
    return Result(media_type, content)


def _graph(
    results: QueryTriples, output: _Output, media_type: str, prefixes: dict[str, str]
) -> bytes:
    # A graph is a set, but the engine returns a triple as often as it finds it.
    triples = list(dict.fromkeys(results))
    used = None if media_type in _WITHOUT_PREFIXES else used_prefixes(triples, prefixes)
    return write_graph(triples, media_type, used, output)


def _accepted(media_type: str | None, forms: str, shape: str, kind: Kind) -> str:
    if media_type is None:
        names = ", ".join(form.name for form in formats(kind))
        raise ProblemError(
            NOT_ACCEPTABLE,
            f"{forms} return {shape}, which none of the accepted formats can hold; accept one of "
            f"{names}.",
        )
    return media_type
