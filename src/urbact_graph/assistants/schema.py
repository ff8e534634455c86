"""The model of the graph for those who write queries: classes, properties, values as examples."""

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

import rdflib
from pyoxigraph import NamedNode

from urbact_graph.client.graph import Graph
from urbact_graph.errors import QueryError
from urbact_graph.rdf.namespaces import namespaces, shortened
from urbact_graph.spelling import folded

# What queries need most, out of the customary prefixes, none of which has to be declared.
_PREFIXES = ("urb", "dct", "foaf", "owl", "rdfs", "skos", "wgs", "xsd")
_CLASSES = """
SELECT ?class ?label ?comment ?above ?things
WHERE {
  ?class a owl:Class ; rdfs:isDefinedBy ?ontology ; rdfs:label ?label ; rdfs:comment ?comment .
  FILTER(LANG(?label) = "en" && LANG(?comment) = "en")
  OPTIONAL { ?class rdfs:subClassOf ?above . ?above rdfs:isDefinedBy ?ontology }
  OPTIONAL { SELECT ?class (COUNT(?thing) AS ?things) { ?thing a ?class } GROUP BY ?class }
}
ORDER BY ?class ?above
"""
# Each property of the things of a class, how many statements it has, and the value of one.
_PROPERTIES = """
SELECT ?property ?uses ?example (DATATYPE(?example) AS ?datatype) (LANG(?example) AS ?language)
WHERE {
  { SELECT ?property (COUNT(*) AS ?uses) (SAMPLE(?value) AS ?example)
    { ?thing a %s ; ?property ?value FILTER(?property != rdf:type) } GROUP BY ?property }
}
ORDER BY DESC(?uses) ?property
"""
_TERMS = """
SELECT ?term ?label ?comment
WHERE {
  ?term rdfs:label ?label .
  FILTER(LANG(?label) = "en")
  OPTIONAL { ?term rdfs:comment ?comment FILTER(LANG(?comment) = "en") }
}
"""
_RANGES = """
SELECT DISTINCT ?term ?takes WHERE { ?term rdfs:range|schema:rangeIncludes ?takes }
ORDER BY ?takes
"""
_LONGEST_EXAMPLE = 120
# How much of a wrong name an error repeats.
_SHOWN = 40
# Queries that show how the things of a class are asked for.
_MOST_QUERIES = 3
_HINTS = (
    "Names are skos:prefLabel, with rdfs:label in all languages for terms: filter by LANG.",
    "Each thing has dct:source, the pages that it was read from: select it to cite them.",
    "`search` finds the IRI of a thing by any of its names; IRIs are written in full, or by "
    "prefixes, which need no declaration.",
    "Stored queries (`queries`, `run`) answer usual questions, and take things by their names.",
)


class Schema:
    """The model of ``graph``."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._prefixes = namespaces(graph.base)
        self._ontology = rdflib.URIRef(f"{graph.base}ontology")

    def overview(self) -> dict[str, Any]:
        """Return the prefixes, the classes with their sizes, and how queries are written.

        Raises:
            ProblemError, EngineError: as the graph raises them.
        """
        return {
            "prefixes": {name: self._prefixes[name] for name in _PREFIXES},
            "classes": list(self._classes().values()),
            "hints": list(_HINTS),
            "note": "`schema` with the name of a class gives its properties, with examples.",
        }

    def of_class(self, name: str) -> dict[str, Any]:
        """Return the class ``name`` with its properties, an example of each, and queries on it.

        It is named by its IRI in any form, by its local name, or by its label in English.

        Raises:
            QueryError: the vocabulary has no such class.
            ProblemError, EngineError: as the graph raises them.
        """
        classes = self._classes()
        asked = self._short(name.strip().strip("<>"))
        named = {_key(one["label"]): one for one in classes.values()}
        named |= {_key(short.partition(":")[2]): one for short, one in classes.items()}
        found = classes.get(asked) or named.get(_key(asked))
        if found is None:
            close = difflib.get_close_matches(_key(asked), named, n=1)
            hint = f"its classes are {', '.join(classes)}."
            if close:
                hint = f"did you mean {named[close[0]]['name']}?"
            raise QueryError(f"The vocabulary has no class {name[:_SHOWN]!r}; {hint}")
        return {
            **found,
            "kinds": [one["name"] for one in classes.values() if found["name"] in one["below"]],
            "properties": self._properties(found["iri"]),
            "queries": self._queries(found["name"]),
        }

    def as_markdown(self) -> str:
        """Return the overview as a text that people and assistants read."""
        seen = self.overview()
        lines = ["# The model of urbact-graph", "", "## Prefixes", ""]
        lines += [f"- `{prefix}:` {iri}" for prefix, iri in seen["prefixes"].items()]
        lines += ["", "## Classes", ""]
        lines += [
            f"- `{one['name']}` ({one['label']}, {one['things']:,} things"
            + (f", a kind of {', '.join(one['below'])}" if one["below"] else "")
            + f"): {one['comment']}"
            for one in seen["classes"]
        ]
        return "\n".join(
            [*lines, "", "## Queries", "", *(f"- {hint}" for hint in seen["hints"]), ""]
        )

    def _classes(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for row in self._rows(_CLASSES, ontology=self._ontology):
            name = self._short(row["class"])
            one = found.setdefault(
                name,
                {
                    "name": name,
                    "iri": row["class"],
                    "label": row["label"],
                    "comment": row["comment"],
                    "things": row["things"] or 0,
                    "below": [],
                },
            )
            if row["above"]:
                one["below"].append(self._short(row["above"]))
        return found

    def _properties(self, iri: str) -> list[dict[str, Any]]:
        terms = {row["term"]: row for row in self._rows(_TERMS)}
        takes: dict[str, list[str]] = {}
        for row in self._rows(_RANGES):
            takes.setdefault(row["term"], []).append(self._short(row["takes"]))
        described = []
        for row in self._rows(_PROPERTIES % NamedNode(iri)):
            term = terms.get(row["property"], {})
            described.append(
                {
                    "name": self._short(row["property"]),
                    "label": term.get("label") or "",
                    "comment": term.get("comment") or "",
                    "takes": takes.get(row["property"], []),
                    "uses": row["uses"],
                    "example": self._example(row),
                }
            )
        return described

    def _example(self, row: Mapping[str, Any]) -> str:
        """Return a value as it is written in a query."""
        value = str(row["example"])
        if row["datatype"] is None:
            return f"<{value}>"
        text = value if len(value) <= _LONGEST_EXAMPLE else f"{value[:_LONGEST_EXAMPLE]}…"
        written = rdflib.Literal(text).n3()
        if row["language"]:
            return f"{written}@{row['language']}"
        datatype = self._short(row["datatype"])
        return written if datatype == "xsd:string" else f"{written}^^{datatype}"

    def _queries(self, name: str) -> list[dict[str, str]]:
        """Return the shortest stored queries that name the class, as examples."""
        try:
            names = [str(row["name"]) for row in self._graph.queries(frame="records")]
        except QueryError:
            # Another endpoint has none.
            return []
        known = [self._graph.stored_query(one) for one in names]
        fitting = [one for one in known if _names(one["text"], name)]
        fitting.sort(key=lambda one: len(one["query"]))
        return [
            {"name": one["name"], "question": one["question"], "query": one["query"]}
            for one in fitting[:_MOST_QUERIES]
        ]

    def _rows(self, query: str, **terms: Any) -> Sequence[Mapping[str, Any]]:
        rows: Sequence[Mapping[str, Any]] = self._graph.sparql(query, frame="records", **terms)
        return rows

    def _short(self, iri: str) -> str:
        return shortened(iri, self._prefixes)


def _key(name: str) -> str:
    """Return a name without case, spaces and signs."""
    return folded(name).replace(" ", "")


def _names(text: str, name: str) -> bool:
    return any(word.rstrip(".;,)}") == name for word in text.split())
