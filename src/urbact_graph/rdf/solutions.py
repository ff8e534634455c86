"""The solutions of a SELECT, read from its answer."""

from collections.abc import Iterator

from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results

from urbact_graph.rdf.terms import Term


def solutions(content: bytes) -> Iterator[dict[str, Term]]:
    """Yield of each solution the terms by variable, without unbound ones.

    ``content`` is in the JSON format of results, and has no blank nodes.

    Raises:
        TypeError: it is the answer to an ASK.
    """
    results = parse_query_results(content, format=QueryResultsFormat.JSON)
    if not isinstance(results, QuerySolutions):
        raise TypeError("the answer has no solutions")
    names = [variable.value for variable in results.variables]
    for row in results:
        yield {name: term for name in names if (term := row[name]) is not None}
