"""What assistants can do with the graph: the tools and resources, whatever calls them."""

import json
from typing import Annotated, Any

from pydantic import Field

from urbact_graph.assistants.description import Described
from urbact_graph.assistants.rows import MOST_ROWS, USUAL_ROWS, check_limit, part_of
from urbact_graph.assistants.schema import Schema
from urbact_graph.assistants.sources import about_graph, things_in, with_sources
from urbact_graph.client.graph import Graph
from urbact_graph.errors import QueryError
from urbact_graph.rdf.namespaces import namespaces
from urbact_graph.stored.query import SUBJECTS, UnknownParameterError

Limit = Annotated[int, Field(description=f"The most rows to give, at most {MOST_ROWS:,}.")]
Offset = Annotated[int, Field(description="How many rows to leave out, to go on reading.")]
Value = str | int | float | bool


class Assistance:
    """What the tools and resources do, on ``graph``.

    Each tool returns what it says as JSON has it, and each resource a text. Both raise an
    ``UrbactGraphError`` for what cannot be answered. Their first sentences are read by assistants.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._schema = Schema(graph)

    def search(
        self,
        text: Annotated[str, Field(description="A name in any language and spelling, or words.")],
        kind: Annotated[
            str,
            Field(
                description="Keep to one kind, such as city, network, plan or theme; all if empty."
            ),
        ] = "",
        limit: Limit = 10,
    ) -> dict[str, Any]:
        """Find cities, networks, plans, themes, people and all other things by names and words.

        Each result has its IRI, why it was found, and a score; the best is first.
        """
        check_limit(limit)
        rows = self._graph.search(text, kind=kind, limit=limit, frame="records")
        return self._cited(part_of(rows, limit, 0).answer, [row["iri"] for row in rows])

    def describe(
        self,
        iri: Annotated[
            str,
            Field(description="In full, prefixed (urb:City), or a path (city/pl/wroclaw)."),
        ],
    ) -> dict[str, Any]:
        """Give everything that the graph states of one thing, what links to it, and all sources."""
        found = self._graph.describe(iri)
        described = Described(found, str(self._graph.iri(iri)), namespaces(self._graph.base))
        return {**described.as_json(), "graph": about_graph(self._graph)}

    def queries(
        self,
        subject: Annotated[
            str, Field(description=f"Keep to one of {', '.join(SUBJECTS)}; all if empty.")
        ] = "",
        words: Annotated[str, Field(description="Keep to queries that have all these words.")] = "",
    ) -> dict[str, Any]:
        """List the stored queries: the question that each answers, its parameters and columns."""
        if subject and subject not in SUBJECTS:
            raise QueryError(f"There is no subject {subject!r}; there are {', '.join(SUBJECTS)}.")
        names = [row["name"] for row in self._graph.queries(frame="records")]
        known = [self._graph.stored_query(name) for name in names]
        wanted = words.lower().split()
        found = [
            {key: one[key] for key in ("name", "subject", "question", "parameters", "columns")}
            for one in known
            if subject in ("", one["subject"])
            and all(word in _header(one).lower() for word in wanted)
        ]
        return {
            "queries": found,
            "total": len(found),
            "graph": about_graph(self._graph),
        }

    def run(
        self,
        name: Annotated[str, Field(description="The name of a stored query, one of `queries`.")],
        parameters: Annotated[
            dict[str, Value] | None,
            Field(
                description="Values by the names of parameters. Cities, networks, themes and "
                "countries are given by any of their names, by a code or by IRI."
            ),
        ] = None,
        limit: Limit = USUAL_ROWS,
        offset: Offset = 0,
    ) -> dict[str, Any]:
        """Run a stored query with values for its parameters; those left out take their defaults."""
        check_limit(limit, offset)
        given: dict[str, Any] = parameters or {}
        stored = self._graph.stored_query(name)
        known = tuple(str(one["name"]) for one in stored["parameters"])
        for parameter in given:
            if parameter not in known:
                raise UnknownParameterError(name, parameter, known)
        found = self._graph.run(name, frame="records", **given)
        about = {"question": stored["question"], "parameters": given}
        return self._answered(found, limit, offset, about)

    def sparql(
        self,
        query: Annotated[
            str,
            Field(description="SELECT, ASK, CONSTRUCT or DESCRIBE; prefixes need no declaration."),
        ],
        limit: Limit = USUAL_ROWS,
        offset: Offset = 0,
    ) -> dict[str, Any]:
        """Ask the graph in SPARQL 1.1, within the limits of time and size of the endpoint.

        Select IRIs of things beside their labels: their sources come with the answer.
        """
        check_limit(limit, offset)
        return self._answered(self._graph.sparql(query, frame="records"), limit, offset, {})

    def schema(
        self,
        class_name: Annotated[
            str,
            Field(description="A class such as urb:Network, for its properties; empty for all."),
        ] = "",
    ) -> dict[str, Any]:
        """Give the classes of the graph, or the properties of one, with examples, for queries."""
        found = self._schema.of_class(class_name) if class_name else self._schema.overview()
        return {**found, "graph": about_graph(self._graph)}

    def model(self) -> str:
        """Give the model: its prefixes, its classes with comments, how queries are written."""
        return self._schema.as_markdown()

    def ontology(self) -> str:
        """Give the vocabulary in Turtle, with labels in English, French and German."""
        return self._graph.describe("ontology").serialize(format="turtle")

    def query_list(self) -> str:
        """Give the stored queries with their questions, parameters and columns."""
        return written(self.queries())

    def query_text(self, name: str) -> str:
        """Give the SPARQL of a stored query, with the defaults of its parameters in it."""
        return str(self._graph.stored_query(name)["query"])

    def class_of(self, name: str) -> str:
        """Give the properties of a class, such as Network, with examples."""
        return written(self.schema(name))

    def _answered(
        self, found: Any, limit: int, offset: int, about: dict[str, Any]
    ) -> dict[str, Any]:
        part = part_of(found, limit, offset)
        return self._cited({**about, **part.answer}, things_in(part.values, self._graph.base))

    def _cited(self, answer: dict[str, Any], things: list[str]) -> dict[str, Any]:
        return with_sources(self._graph, answer, things)


def written(answer: Any) -> str:
    """Return ``answer`` as JSON, as short as that can be."""
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))


def _header(stored: Any) -> str:
    parameters = " ".join(one["meaning"] for one in stored["parameters"])
    return f"{stored['name']} {stored['title']} {stored['question']} {parameters}"
