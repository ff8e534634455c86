"""Reads answers: SPARQL 1.1 Query Results JSON into typed columns, and RDF into graphs."""

import json
from collections.abc import Mapping
from typing import Any

import rdflib

from urbact_graph.client.columns import Column, Term, columns_of_terms
from urbact_graph.client.naming import Naming
from urbact_graph.errors import EngineError


def read_results(content: bytes, naming: Naming) -> list[Column] | bool:
    """Return the columns of an answer, in its order, or the boolean of an ASK.

    ``naming`` says how IRIs are written.

    Raises:
        EngineError: the content is not an answer in that format.
    """
    try:
        answer: dict[str, Any] = json.loads(content)
        if "boolean" in answer:
            return bool(answer["boolean"])
        names: list[str] = answer["head"]["vars"]
        rows: list[dict[str, dict[str, Any]]] = answer["results"]["bindings"]
        columns = [(name, [_term(row.get(name)) for row in rows]) for name in names]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise EngineError(
            "The endpoint's answer is not in SPARQL 1.1 Query Results JSON; check that its "
            "address is that of a SPARQL endpoint."
        ) from None
    return [
        column for name, terms in columns for column in columns_of_terms(name, terms, naming, names)
    ]


def read_graph(content: bytes, media_type: str, prefixes: Mapping[str, str]) -> rdflib.Graph:
    """Return the graph of ``content``, with ``prefixes``.

    Raises:
        EngineError: it is no graph in that format.
    """
    graph = rdflib.Graph()
    for prefix, iri in prefixes.items():
        graph.bind(prefix, iri)
    try:
        graph.parse(data=content, format=media_type)
    except rdflib.plugin.PluginException:
        raise EngineError(
            f"The answer is in {media_type}, which is no format of graphs; check that the address "
            "is that of a SPARQL endpoint."
        ) from None
    except Exception as error:  # noqa: BLE001 - each parser of rdflib has errors of its own
        reason = " ".join(str(error).split())
        raise EngineError(
            f"The answer, in {media_type}, cannot be read as a graph ({reason}); check that the "
            "address is that of a SPARQL endpoint."
        ) from None
    return graph


def _term(found: dict[str, Any] | None) -> Term | None:
    if found is None:
        return None
    kind = "literal" if found["type"] == "typed-literal" else str(found["type"])
    value = found["value"]
    if not isinstance(value, str):
        # A triple term: RDF 1.2 writes it as an object of its three terms.
        return Term("triple", json.dumps(value, ensure_ascii=False))
    return Term(kind, value, str(found.get("datatype", "")))
