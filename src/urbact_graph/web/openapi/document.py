"""The document: all operations, with the schemas that they share."""

from dataclasses import dataclass
from typing import Any, Self

from urbact_graph import __version__
from urbact_graph.description.distributions import LICENCE
from urbact_graph.rdf.formats import Format, formats
from urbact_graph.stored.query import SUBJECTS, StoredQuery
from urbact_graph.web.atlas.atlas import Atlas, atlas_of
from urbact_graph.web.lists.facets import Listing
from urbact_graph.web.lists.listings import LISTINGS
from urbact_graph.web.negotiation import HTML_TYPE
from urbact_graph.web.openapi import reconciliation
from urbact_graph.web.openapi.parameters import of_format, of_parts, of_query, parameter
from urbact_graph.web.openapi.schemas import SCHEMAS, contents, responses, shared_responses
from urbact_graph.web.questions.understanding import LONGEST_QUESTION
from urbact_graph.web.search.entries import KINDS
from urbact_graph.web.search.index import LONGEST_QUERY
from urbact_graph.web.snapshot import Snapshot
from urbact_graph.web.stored.asked import PAGE, forms_of
from urbact_graph.web.stored.library import Library, library_of
from urbact_graph.web.tables.parquet import PARQUET_TYPE
from urbact_graph.web.tables.table import Tables

VERSION = "3.1.0"
_JSON, _CSV = "application/json", "text/csv"
_TAGS = {
    "queries": "The stored queries: common questions, with typed parameters.",
    "tables": "Each kind of thing as a table.",
    "lists": "Lists with facets.",
    "search": "Things by their names in any language, and by their texts.",
    "reconciliation": "Which things the names of another table mean.",
    "sparql": "Any query, by the SPARQL 1.1 Protocol.",
}
_LARGEST_YEAR = 9999

Operation = dict[str, Any]


@dataclass(frozen=True)
class Interface:
    """The paths of an instance, each with its operations."""

    paths: dict[str, dict[str, Operation]]

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        """Describe what ``snapshot`` is asked by; to be called by ``derive``.

        Raises:
            ProblemError: as the engine raises it.
        """
        paths: dict[str, dict[str, Operation]] = {}
        if not snapshot.settings.is_foreign:
            library, atlas = library_of(snapshot), atlas_of(snapshot)
            paths["/queries"] = {"get": _gallery()}
            for name, query in library.queries.items():
                paths[f"/queries/{name}"] = {"get": _stored(query, library)}
            if snapshot.release:
                tables = snapshot.derive(Tables.of)
                paths["/tables"] = {"get": _tables()}
                for name in tables.by_name:
                    paths[f"/tables/{name}"] = {"get": _table(name)}
            for name, listing in LISTINGS.items():
                paths[f"/{name}"] = {"get": _listed(listing, atlas)}
            paths["/search"] = {"get": _search()}
            paths.update(reconciliation.paths())
        paths["/sparql"] = {"get": _sparql(), "post": _posted()}
        return cls(paths)

    def document(self, address: str) -> dict[str, Any]:
        """Return the document of the instance at ``address``."""
        used = {one["tags"][0] for path in self.paths.values() for one in path.values()}
        return {
            "openapi": VERSION,
            "info": {
                "title": "urbact-graph",
                "version": __version__,
                "summary": "The networks, cities, plans and recommendations of URBACT.",
                "description": "Reading only. Answers have entity tags; scripts of any origin may "
                "read them. A wrong request is answered with problem details (RFC 9457).",
                "license": {"name": "CC BY 4.0", "url": LICENCE},
            },
            "servers": [{"url": address}],
            "tags": [
                {"name": name, "description": about}
                for name, about in _TAGS.items()
                if name in used
            ],
            "paths": self.paths,
            "components": {"schemas": SCHEMAS, "responses": shared_responses()},
        }


def _operation(tag: str, name: str, summary: str, **members: Any) -> Operation:
    return {"tags": [tag], "operationId": _identifier(name), "summary": summary, **members}


def _identifier(name: str) -> str:
    """Return ``name`` as generators of code have identifiers: queryPeersOfCity."""
    first, *others = name.split("-")
    return first + "".join(word.capitalize() for word in others)


def _types(forms: tuple[Format, ...]) -> tuple[str, ...]:
    return (*(form.media_type for form in forms), HTML_TYPE)


def _names(forms: tuple[Format, ...]) -> tuple[str, ...]:
    return (*(form.name for form in forms), PAGE)


def _gallery() -> Operation:
    return _operation(
        "queries",
        "list-queries",
        "The stored queries",
        parameters=[
            parameter("q", {"type": "string"}, "Words that the header of a query has."),
            parameter("subject", {"type": "string", "enum": [*SUBJECTS]}, "The subject."),
            parameter(
                "question",
                {"type": "string", "maxLength": LONGEST_QUESTION},
                "A question in English words; the answer has the queries that it may mean, with "
                "the values that it gives them. Names may be in any language.",
            ),
            of_format(("json", PAGE)),
        ],
        responses=responses(contents((_JSON, HTML_TYPE), "Queries", "Understood"), "The queries."),
    )


def _stored(query: StoredQuery, library: Library) -> Operation:
    forms, is_table = forms_of(query), query.form == "SELECT"
    columns = "".join(f"\n- `{one.name}`: {one.meaning}" for one in query.columns)
    return _operation(
        "queries",
        f"query-{query.name}",
        query.title,
        description=query.question + (f"\n\nColumns:\n{columns}" if columns else ""),
        parameters=[
            *of_query(query, library.names),
            of_format(_names(forms)),
            *(of_parts() if is_table else []),
        ],
        responses=responses(contents(_types(forms)), "The answer.", has_rows=is_table),
    )


def _tables() -> Operation:
    return _operation(
        "tables",
        "list-tables",
        "The tables with their columns",
        parameters=[of_format(("json", PAGE))],
        responses=responses(contents((_JSON, HTML_TYPE), "Tables"), "The tables."),
    )


def _table(name: str) -> Operation:
    types = (_CSV, _JSON, PARQUET_TYPE, HTML_TYPE)
    return _operation(
        "tables",
        f"table-{name}",
        f"The table of {name.replace('-', ' ')}",
        parameters=[of_format(("csv", "json", "parquet", PAGE)), *of_parts()],
        responses=responses(contents(types, "Table"), "The rows.", has_rows=True),
    )


def _listed(listing: Listing, atlas: Atlas) -> Operation:
    facets = [
        parameter(
            facet.name,
            {"type": "array", "items": {"type": "string", "enum": [*facet.options(atlas)]}},
            f"{facet.title}: things that have any of these.",
        )
        for facet in listing.facets
    ]
    year = {"type": "integer", "minimum": 0, "maximum": _LARGEST_YEAR}
    if listing.years:
        facets.append(parameter("from", year, f"{listing.years.title}: the first."))
        facets.append(parameter("to", year, f"{listing.years.title}: the last."))
    orders = [order.name for order in listing.orders]
    order = {"type": "string", "enum": orders, "default": orders[0]}
    types = (HTML_TYPE, _CSV, _JSON)
    return _operation(
        "lists",
        f"list-{listing.name}",
        listing.title,
        description=listing.about,
        parameters=[
            *facets,
            parameter("sort", order, "The order."),
            of_format((PAGE, "csv", "json")),
        ],
        responses=responses(contents(types, "Listed"), "All that fits; a page has 50 of it."),
    )


def _search() -> Operation:
    words = {"type": "string", "maxLength": LONGEST_QUERY}
    kinds = {"type": "string", "enum": [*KINDS]}
    return _operation(
        "search",
        "search",
        "Things by their names and texts",
        parameters=[
            parameter("q", words, "The words, in any language and spelling."),
            parameter("kind", kinds, "Only things of this kind."),
            parameter("limit", {"type": "integer", "minimum": 0, "maximum": 100}, "The most."),
            parameter(
                "offset", {"type": "integer", "minimum": 0, "maximum": 100_000}, "The first."
            ),
            of_format((PAGE, "json")),
        ],
        responses=responses(contents((HTML_TYPE, _JSON), "Found"), "What fits, the best first."),
    )


# The IRI of a graph that the dataset has.
_IRIS = {"type": "array", "items": {"type": "string", "format": "graph-iri"}}
_QUERY = {"type": "string", "format": "sparql"}


def _of_protocol() -> list[dict[str, Any]]:
    forms = tuple(dict.fromkeys(form.name for form in _all_formats()))
    return [
        *(
            {"name": name, "in": "query", "description": about, "schema": _IRIS}
            for name, about in (
                ("default-graph-uri", "The default graph, instead of that of FROM."),
                ("named-graph-uri", "The named graphs, instead of those of FROM NAMED."),
            )
        ),
        of_format((*forms, PAGE)),
    ]


def _all_formats() -> tuple[Format, ...]:
    return (*formats("results"), *formats("graph"))


def _sparql() -> Operation:
    about = "The query (SPARQL 1.1). Without any parameter the endpoint describes itself."
    return _operation(
        "sparql",
        "sparql",
        "Answer a query",
        parameters=[parameter("query", _QUERY, about, needed=True), *_of_protocol()],
        responses=_of_sparql(),
    )


def _posted() -> Operation:
    graphs = {"default-graph-uri": _IRIS, "named-graph-uri": _IRIS}
    form = {"type": "object", "required": ["query"], "properties": {"query": _QUERY, **graphs}}
    return _operation(
        "sparql",
        "post-sparql",
        "Answer a query of any length",
        requestBody={
            "required": True,
            "content": {
                "application/sparql-query": {"schema": _QUERY},
                "application/x-www-form-urlencoded": {"schema": form},
            },
        },
        responses=_of_sparql(),
    )


def _of_sparql() -> dict[str, Any]:
    refused = {status: {"$ref": "#/components/responses/400"} for status in ("403", "413", "415")}
    return {**responses(contents(_types(_all_formats())), "The answer."), **refused}
