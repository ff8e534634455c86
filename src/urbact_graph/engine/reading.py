"""What workers read for another engine: its queries before, and its answers afterwards.

Neither is read by the web process: some kilobytes of brackets crash a parser, and an answer may be
anything.
"""

from pyoxigraph import (
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Store,
    Triple,
    parse,
    parse_query_results,
)

from urbact_graph.engine.evaluation import check_patterns, syntax_problem
from urbact_graph.engine.messages import Check, Checked, Convert, Result
from urbact_graph.engine.rewriting import corrected, with_columns_in_order
from urbact_graph.engine.serialization import serialized
from urbact_graph.problems import EVALUATION_FAILED, ProblemError
from urbact_graph.rdf.sparql import form_of

# The column of the table that Virtuoso answers an ASK with.
ASK_COLUMN = "__ASK_RETVAL"


def checked(message: Check) -> Checked:
    """Return the query of ``message`` as another engine is to get it.

    It is the same for all engines, but for the order of the columns of SELECT *, which the
    standard leaves open, and what the kind of engine needs that ``shares_faults`` says.

    Raises:
        ProblemError: it is not a query by SPARQL 1.1.
    """
    query, base = message.query, message.base_iri
    check_patterns(query)
    try:
        columns = _columns(query, base)
    except SyntaxError as error:
        raise syntax_problem(query, error, base) from None
    text = with_columns_in_order(query, lambda: columns)
    if message.shares_faults:
        text = corrected(text, lambda _: True, lambda: list(message.named_graphs), base=base)
    for candidate in (text, query):
        try:
            _columns(candidate, base)
        except SyntaxError:
            # Put together from parts, it may be none; then the query is left as it is.
            continue
        return Checked(candidate, form_of(query))
    return Checked(query, form_of(query))


def converted(message: Convert, prefixes: dict[str, str]) -> Result:
    """Return another engine's answer in the format that was asked for.

    Graphs are written with those of ``prefixes`` that they use.

    Raises:
        ProblemError: the answer cannot be read, or not be written so, or is too large.
    """
    try:
        return serialized(lambda: _read(message), message, prefixes)
    except (OSError, SyntaxError, ValueError) as error:
        raise ProblemError(
            EVALUATION_FAILED,
            f"The engine gave an answer that cannot be read ({error}); ask in another way, or try "
            "again.",
        ) from None


def _columns(query: str, base: str | None) -> list[str]:
    """Parse ``query``; return the names of its columns, none if it is no SELECT."""
    try:
        found = Store().query(query, base_iri=base)
    except (OSError, RuntimeError, ValueError):
        # It calls a function that this engine has not, but another may have.
        return []
    columns = found.variables if isinstance(found, QuerySolutions) else []
    return [column.value for column in columns]


def _truth(found: QuerySolutions) -> QuerySolutions | QueryBoolean:
    """Return the truth value that Virtuoso 7 answers an ASK with: one row, or none."""
    if [column.value for column in found.variables] != [ASK_COLUMN]:
        return found
    written = "true" if next(found, None) is not None else "false"
    content = f'{{"head":{{}},"boolean":{written}}}'.encode()
    return parse_query_results(content, format=QueryResultsFormat.JSON)


def _read(message: Convert) -> QueryBoolean | QuerySolutions | list[Triple]:
    if results := QueryResultsFormat.from_media_type(message.media_type):
        found = parse_query_results(message.content, format=results)
        if message.form == "ASK" and isinstance(found, QuerySolutions):
            found = _truth(found)
        if isinstance(found, QueryBoolean) != (message.form == "ASK"):
            raise ValueError(f"it is no answer to {message.form}")
        return found
    if graph := RdfFormat.from_media_type(message.media_type):
        return [quad.triple for quad in parse(message.content, format=graph, lenient=True)]
    raise ValueError(f"{message.media_type} is no format of answers")
