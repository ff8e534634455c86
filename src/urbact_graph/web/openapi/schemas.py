"""The schemas and responses that the operations share (OpenAPI 3.1, JSON Schema 2020-12)."""

from collections.abc import Mapping
from typing import Any

from urbact_graph.web.stored.parts import TOTAL

Schema = dict[str, Any]

PROBLEM_TYPE = "application/problem+json"
_TEXT: Schema = {"type": "string"}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_COUNT: Schema = {"type": "integer", "minimum": 0}
# The problems that any operation may meet, by status.
_PROBLEMS = {
    "400": "The request has a mistake; a problem with a parameter names it.",
    "404": "There is nothing at this address.",
    "406": "The answer is not available in an accepted format, or that cannot hold it.",
    "429": "The client has used up its quota of engine time.",
    "500": "The engine or the server could not answer.",
    "503": "A limit of the server was reached; the problem names it.",
}
_PROBLEM: Schema = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": _TEXT,
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": _TEXT,
        "parameter": {"type": "string", "description": "The parameter that is wrong."},
        "takes": {"type": "string", "description": "What the parameter takes."},
        "meaning": _TEXT,
        "nearest": {**_TEXTS, "description": "What the value may be meant for."},
        "known": {**_TEXTS, "description": "The values, or parameters, that there are."},
        "limit": {"type": "string", "description": "The limit that was reached."},
    },
}
_VALUES: Schema = {
    "type": "object",
    "description": "Values by the names of parameters.",
    "additionalProperties": _TEXT,
}
_VIEW: Schema = {
    "type": "object",
    "required": ["kind"],
    "properties": {
        "kind": {"enum": ["table", "bars", "lines", "map", "graph"]},
        "x": _TEXT,
        "y": _TEXT,
        "series": _TEXT,
    },
}


def _object(properties: Mapping[str, Schema], optional: tuple[str, ...] = ()) -> Schema:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "required": required, "properties": dict(properties)}


def _list(of: Schema) -> Schema:
    return {"type": "array", "items": of}


_TERM = _object(
    {
        "type": {"enum": ["uri", "literal", "bnode", "triple"]},
        # That of a triple term is an object.
        "value": {"type": ["string", "object"]},
        "xml:lang": _TEXT,
        "datatype": _TEXT,
    },
    ("xml:lang", "datatype"),
)
_NAMED = _object({"name": _TEXT, "meaning": _TEXT})
_COLUMN = _object(
    {
        "name": _TEXT,
        "title": _TEXT,
        "description": _TEXT,
        "datatype": _TEXT,
        "many": {"type": "boolean"},
        "required": {"type": "boolean"},
    }
)

SCHEMAS: dict[str, Schema] = {
    "Problem": _PROBLEM,
    "Results": {
        "description": "SPARQL 1.1 Query Results in JSON: rows, or the answer to ASK.",
        **_object(
            {
                "head": {"type": "object"},
                "results": _object(
                    {"bindings": _list({"type": "object", "additionalProperties": _TERM})}
                ),
                "boolean": {"type": "boolean"},
            },
            ("results", "boolean"),
        ),
    },
    "FeatureCollection": {
        "description": "GeoJSON (RFC 7946), a feature for each row.",
        **_object(
            {
                "type": {"const": "FeatureCollection"},
                "numberMatched": _COUNT,
                "numberReturned": _COUNT,
                "features": _list(
                    _object(
                        {
                            "type": {"const": "Feature"},
                            "geometry": {"type": ["object", "null"]},
                            "properties": {"type": "object"},
                        }
                    )
                ),
            }
        ),
    },
    "Queries": _object(
        {
            "queries": _list(
                _object(
                    {
                        **dict.fromkeys(("name", "title", "question", "subject"), _TEXT),
                        "view": _VIEW,
                        "phrases": _TEXTS,
                        "parameters": _list(
                            _object(
                                {
                                    "name": _TEXT,
                                    "kind": _TEXT,
                                    "default": {"type": ["string", "null"]},
                                    "meaning": _TEXT,
                                }
                            )
                        ),
                        "columns": _list(_NAMED),
                        **dict.fromkeys(("form", "text", "page"), _TEXT),
                    }
                )
            )
        }
    ),
    "Understood": {
        "description": "What a question in words was understood as, the best guess first.",
        **_object(
            {
                "question": _TEXT,
                "understood": _list(
                    _object(
                        {
                            "words": _TEXT,
                            **dict.fromkeys(("start", "end"), _COUNT),
                            "meanings": _list(
                                _object(
                                    dict.fromkeys(("kind", "value", "label", "iri"), _TEXT),
                                    ("iri",),
                                )
                            ),
                            "note": _TEXT,
                        }
                    )
                ),
                "unknown": _TEXTS,
                "guesses": _list(
                    _object(
                        {
                            **dict.fromkeys(("query", "title", "question"), _TEXT),
                            "score": {"type": "number"},
                            **dict.fromkeys(("values", "assumed"), _VALUES),
                            "unused": _TEXTS,
                            "address": {"type": "string", "format": "uri"},
                        }
                    )
                ),
                "note": _TEXT,
            }
        ),
    },
    "Found": _object(
        {
            "q": _TEXT,
            "kind": _TEXT,
            **dict.fromkeys(("total", "offset", "limit"), _COUNT),
            "kinds": {"type": "object", "additionalProperties": _COUNT},
            "results": _list(
                {
                    "type": "object",
                    "required": ["iri", "kind", "label", "path"],
                    "properties": {
                        **dict.fromkeys(("iri", "kind", "label", "path"), _TEXT),
                        "score": {"type": "number"},
                    },
                }
            ),
        }
    ),
    "Reconciliation": {
        "type": "object",
        "description": "By the key of each query its `result`; or `meta` and `rows`.",
    },
    "Suggested": _object(
        {"result": _list({"type": "object", "required": ["id", "name"]})},
    ),
    "Listed": _object(
        {
            "total": _COUNT,
            "query": {"type": "string", "description": "The SPARQL query of the same list."},
            "items": _list({"type": "object", "required": ["iri"], "properties": {"iri": _TEXT}}),
        }
    ),
    "Tables": _object(
        {"tables": _list(_object({"name": _TEXT, "title": _TEXT, "columns": _list(_COLUMN)}))}
    ),
    "Table": _object(
        {
            "table": _TEXT,
            "version": _TEXT,
            "total": _COUNT,
            "columns": _list(_COLUMN),
            "rows": _list({"type": "object"}),
        }
    ),
}
# The schemas of what comes in these formats.
_OF_TYPES = {
    "application/sparql-results+json": "Results",
    "application/geo+json": "FeatureCollection",
}


def reference(name: str) -> Schema:
    """Return a reference to one of ``SCHEMAS``."""
    return {"$ref": f"#/components/schemas/{name}"}


def contents(types: tuple[str, ...], *json: str) -> Schema:
    """Return what a response in one of the media ``types`` has; ``json`` names those of JSON."""
    found: Schema = {
        one: {"schema": reference(_OF_TYPES[one])} if one in _OF_TYPES else {} for one in types
    }
    if json:
        schemas = [reference(name) for name in json]
        of_json = schemas[0] if len(schemas) == 1 else {"oneOf": schemas}
        found["application/json"] = {"schema": of_json}
    return found


def responses(content: Schema, about: str, *, has_rows: bool = False) -> Schema:
    """Return the responses of an operation that answers with ``content``."""
    headers: Schema = {"ETag": {"description": "The entity tag.", "schema": _TEXT}}
    if has_rows:
        headers[TOTAL] = {"description": "How many rows the whole has.", "schema": _COUNT}
        headers["Link"] = {
            "description": "With a limit: first, prev, next and last part (RFC 8288).",
            "schema": _TEXT,
        }
    return {
        "200": {"description": about, "headers": headers, "content": content},
        **{status: {"$ref": f"#/components/responses/{status}"} for status in _PROBLEMS},
    }


def shared_responses() -> Schema:
    """Return the responses that ``responses`` refers to."""
    problem = {
        PROBLEM_TYPE: {"schema": reference("Problem")},
        # For browsers, and for programs of the command line.
        "text/html": {},
        "text/plain": {},
    }
    return {
        status: {"description": about, "content": problem} for status, about in _PROBLEMS.items()
    }
