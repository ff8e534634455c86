"""The operations of reconciliation; their whole description is that of the specification."""

from typing import Any

from urbact_graph.web.openapi.parameters import parameter
from urbact_graph.web.openapi.schemas import Schema, contents, responses
from urbact_graph.web.reconciling.entities import TYPES

_JSON = "application/json"
_ABOUT = (
    "By the [Reconciliation Service API 0.2](https://www.w3.org/community/reports/reconciliation/"
    "CG-FINAL-specs-0.2-20230410/), which OpenRefine speaks; the draft of 1.0 is at /reconcile/1.0."
)
# What a batch is in JSON.
QUERIES_FORMAT, EXTEND_FORMAT = "reconciliation-queries", "reconciliation-extension"
_QUERIES: Schema = {"type": "string", "format": QUERIES_FORMAT, "contentMediaType": _JSON}
_EXTEND: Schema = {"type": "string", "format": EXTEND_FORMAT, "contentMediaType": _JSON}


def paths() -> dict[str, dict[str, dict[str, Any]]]:
    """Return the operations by path and method."""
    kinds = {"type": "string", "enum": [*TYPES]}
    return {
        "/reconcile": {
            "get": _operation(
                "reconciliation",
                "The manifest, or the answer to a batch",
                "Reconciliation",
                description=_ABOUT,
                parameters=[parameter("queries", _QUERIES, "The batch of queries, in JSON.")],
            ),
            "post": _operation(
                "reconcile",
                "Which entities names mean",
                "Reconciliation",
                description=_ABOUT,
                requestBody={
                    "required": True,
                    "content": {
                        "application/x-www-form-urlencoded": {
                            "schema": {
                                "oneOf": [_form("queries", _QUERIES), _form("extend", _EXTEND)]
                            }
                        }
                    },
                },
            ),
        },
        "/reconcile/suggest/entity": {
            "get": _operation(
                "suggestEntities",
                "Entities while somebody types",
                "Suggested",
                parameters=[
                    parameter("prefix", {"type": "string"}, "The beginning of a name, or an id."),
                    parameter("type", kinds, "Only entities of this type."),
                    parameter(
                        "cursor",
                        {"type": "integer", "minimum": 0, "maximum": 100_000},
                        "How many to leave out at the beginning.",
                    ),
                ],
            )
        },
    }


def _form(name: str, schema: Schema) -> Schema:
    return {
        "type": "object",
        "required": [name],
        "properties": {name: schema},
        "additionalProperties": False,
    }


def _operation(name: str, summary: str, answer: str, **members: Any) -> dict[str, Any]:
    refused = {status: {"$ref": "#/components/responses/400"} for status in ("413", "415")}
    return {
        "tags": ["reconciliation"],
        "operationId": name,
        "summary": summary,
        **members,
        "responses": {**responses(contents((_JSON,), answer), "The answer."), **refused},
    }
