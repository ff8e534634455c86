"""Reads the answer to a SELECT or ASK in SPARQL 1.1 Query Results JSON into typed columns."""

import json
from typing import Any

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
    except (ValueError, KeyError, TypeError):
        raise EngineError(
            "The endpoint's answer is not in SPARQL 1.1 Query Results JSON; check that its "
            "address is that of a SPARQL endpoint."
        ) from None
    return [
        column
        for name in names
        for column in columns_of_terms(name, [_term(row.get(name)) for row in rows], naming)
    ]


def _term(found: dict[str, Any] | None) -> Term | None:
    if found is None:
        return None
    kind = "literal" if found["type"] == "typed-literal" else str(found["type"])
    value = found["value"]
    if not isinstance(value, str):
        # A triple term: RDF 1.2 writes it as an object of its three terms.
        return Term("triple", json.dumps(value, ensure_ascii=False))
    return Term(kind, value, str(found.get("datatype", "")))
