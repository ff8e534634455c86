"""The page of queries: the editor, below it the answer to its query, or what is wrong with it."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

from flask import render_template

from urbact_graph.engine.protocol import Answer
from urbact_graph.rdf.formats import RESULTS_JSON, formats
from urbact_graph.web.context import current_context, current_snapshot
from urbact_graph.web.pages.answer_page import AnswerPage
from urbact_graph.web.protocol import QueryOperation
from urbact_graph.web.spellings import has_route

PATH = "/sparql"
_EXAMPLE = """PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX urb: <{base}ontology#>

SELECT ?theme (COUNT(DISTINCT ?network) AS ?networks)
WHERE {{
  ?network a urb:Network ; urb:theme/skos:prefLabel ?theme .
}}
GROUP BY ?theme
ORDER BY DESC(?networks) ?theme
"""
_ANY_EXAMPLE = "SELECT * WHERE { ?subject ?property ?value } LIMIT 10\n"
# The lines of the field that a query is shown in.
_LEAST_LINES, _MOST_LINES = 12, 24
# Browsers and proxies take addresses of some thousand characters.
_LONGEST_ADDRESS = 4_000
# A table up to this size stands in the page for its script, which asks for a larger one.
_MAX_DATA_BYTES = 300_000


def page_without_query() -> str:
    """Return the page with an example to run."""
    snapshot = current_snapshot()
    example = _ANY_EXAMPLE if snapshot.settings.is_foreign else _EXAMPLE.format(base=snapshot.base)
    return _page(example)


def page_of_answer(operation: QueryOperation, answer: Answer) -> str:
    """Return the page with the ``answer`` to ``operation``."""
    page = AnswerPage.of(answer, current_snapshot().base)
    is_table = answer.media_type == RESULTS_JSON and len(answer.content) <= _MAX_DATA_BYTES
    # A tag in a text must not end the element that the table stands in.
    data = answer.content.decode().replace("<", "\\u003c") if is_table else ""
    graphs = [
        *(("default-graph-uri", iri) for iri in operation.default_graphs),
        *(("named-graph-uri", iri) for iri in operation.named_graphs),
    ]
    downloads = list(_downloads(operation.query, graphs, page))
    return _page(operation.query, page=page, data=data, graphs=graphs, downloads=downloads)


def page_of_problem(query: str, problem: Mapping[str, object]) -> str:
    """Return the page with the ``problem`` of ``query``, which can be corrected there."""
    return _page(query, problem=problem)


def _page(query: str, **parts: object) -> str:
    settings = current_snapshot().settings
    return render_template(
        "sparql.html",
        query=query,
        lines=min(max(query.count("\n") + 1, _LEAST_LINES), _MOST_LINES),
        endpoint=f"{current_context().public_address}{PATH}",
        settings=settings,
        has_queries=not settings.is_foreign and has_route("/queries"),
        **parts,
    )


def _downloads(
    query: str, graphs: list[tuple[str, str]], page: AnswerPage
) -> Iterator[tuple[str, str]]:
    """Yield the names of the formats of the same answer, each with the part after ``?``."""
    for form in formats(page.kind):
        address = urlencode([("query", query), *graphs, ("format", form.name)])
        if len(address) <= _LONGEST_ADDRESS:
            yield form.name, address
