"""The serialisation of the answer to a query, in one of the accepted formats; for workers."""

import io
from collections.abc import Callable, Iterable
from typing import Protocol

from pyoxigraph import QueryBoolean, QuerySolutions, Triple
from typing_extensions import Buffer

from urbact_graph.engine.messages import Result
from urbact_graph.errors import FormatError
from urbact_graph.problems import NOT_ACCEPTABLE, RESULT_TOO_LARGE, ProblemError
from urbact_graph.rdf.formats import Kind, formats
from urbact_graph.rdf.namespaces import used_prefixes
from urbact_graph.rdf.writing import write_graph, write_results

Results = QueryBoolean | QuerySolutions | Iterable[Triple]

_WITHOUT_PREFIXES = frozenset(("application/n-triples", "application/n-quads"))


class Accepted(Protocol):
    """What is said of an answer by what asks for it: see ``Request``."""

    @property
    def results_format(self) -> str | None:
        """The media type of tables."""

    @property
    def graph_format(self) -> str | None:
        """The media type of graphs."""

    @property
    def max_result_bytes(self) -> int:
        """The size that is too much."""


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
            raise too_large(self._limit)


def too_large(limit: int) -> ProblemError:
    """Make the error of an answer that has more than ``limit`` bytes."""
    return ProblemError(
        RESULT_TOO_LARGE,
        f"The answer has more than {limit:,} bytes (max_result_bytes); "
        "select fewer rows or columns, or page with ORDER BY, LIMIT and OFFSET.",
        extensions={"limit": "max_result_bytes", "value": limit},
    )


def serialized(
    evaluate: Callable[[], Results],
    request: Accepted,
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
            media_type = accepted_format(request, "results")
            content = write_results(results, media_type, evaluate, output)
        else:
            media_type = accepted_format(request, "graph")
            content = _graph(results, output, media_type, prefixes)
    except FormatError as error:
        raise ProblemError(NOT_ACCEPTABLE, str(error)) from None
    # Some characters become longer after the engine has written them.
    output.check(len(content))
    return Result(media_type, content)


def _graph(
    results: Iterable[Triple], output: _Output, media_type: str, prefixes: dict[str, str]
) -> bytes:
    # A graph is a set, but the engine returns a triple as often as it finds it.
    triples = list(dict.fromkeys(results))
    used = None if media_type in _WITHOUT_PREFIXES else used_prefixes(triples, prefixes)
    return write_graph(triples, media_type, used, output)


def accepted_format(request: Accepted, kind: Kind) -> str:
    """Return the media type in which ``request`` accepts an answer of ``kind``.

    Raises:
        ProblemError: it accepts none.
    """
    is_table = kind == "results"
    media_type = request.results_format if is_table else request.graph_format
    if media_type is None:
        forms = "SELECT and ASK" if is_table else "CONSTRUCT and DESCRIBE"
        shape = "a table" if is_table else "a graph"
        names = ", ".join(form.name for form in formats(kind))
        raise ProblemError(
            NOT_ACCEPTABLE,
            f"{forms} return {shape}, which none of the accepted formats can hold; accept one of "
            f"{names}.",
        )
    return media_type
