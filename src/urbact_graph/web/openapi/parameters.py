"""The parameters of operations, as OpenAPI has them."""

from typing import Any

from urbact_graph.names import KINDS, Names
from urbact_graph.stored.query import Parameter, StoredQuery
from urbact_graph.web.stored.asked import LAST_OFFSET, MOST_ROWS, takes
from urbact_graph.web.stored.form import shown_value

# The largest whole number of a query, which has up to 18 digits.
_LARGEST = 10**18 - 1
_SCHEMAS: dict[str, dict[str, Any]] = {
    "integer": {"type": "integer", "minimum": -_LARGEST, "maximum": _LARGEST},
    "year": {"type": "integer", "minimum": 1000, "maximum": 2999},
    "decimal": {
        "type": "string",
        "format": "decimal",
        "pattern": r"^[+-]?([0-9]{1,18}(\.[0-9]{0,18})?|\.[0-9]{1,18})$",
    },
    "date": {"type": "string", "format": "date"},
    "boolean": {"type": "boolean"},
    "string": {"type": "string"},
}
# The format of a parameter that takes a thing is this and its kind.
THING = "urbact-"


def parameter(
    name: str, schema: dict[str, Any], about: str, *, needed: bool = False
) -> dict[str, Any]:
    """Return a parameter in the address."""
    found = {"name": name, "in": "query", "description": about, "schema": schema}
    # An empty value counts as none.
    return {**found, "required": True} if needed else {**found, "allowEmptyValue": True}


def of_query(query: StoredQuery, names: Names) -> list[dict[str, Any]]:
    """Return the parameters that the header of ``query`` states."""
    return [parameter(one.name, _schema(one, names), _about(one)) for one in query.parameters]


def of_format(forms: tuple[str, ...]) -> dict[str, Any]:
    """Return the parameter that names one of the ``forms``."""
    about = "The format, for clients that cannot set an Accept header."
    return parameter("format", {"type": "string", "enum": list(forms)}, about)


def of_parts() -> list[dict[str, Any]]:
    """Return the parameters that choose a part of the rows."""
    limit = {"type": "integer", "minimum": 1, "maximum": MOST_ROWS}
    offset = {"type": "integer", "minimum": 0, "maximum": LAST_OFFSET, "default": 0}
    return [
        parameter("limit", limit, "The most rows to send; all if left out."),
        parameter("offset", offset, "How many rows to leave out at the beginning."),
    ]


def _about(one: Parameter) -> str:
    kind = one.kind or one.datatype
    return f"{one.meaning} Takes: {takes(kind)}." if kind in KINDS else one.meaning


def _schema(one: Parameter, names: Names) -> dict[str, Any]:
    kind = one.kind or one.datatype
    schema = {"type": "string", "format": f"{THING}{kind}"} if kind in KINDS else _SCHEMAS[kind]
    value: Any = shown_value(one.default, kind, names)
    if not value:
        return schema
    if schema["type"] == "integer":
        value = int(value)
    elif schema["type"] == "boolean":
        value = value == "true"
    return {**schema, "default": value}
