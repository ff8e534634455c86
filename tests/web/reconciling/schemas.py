"""JSON Schemas of what a service answers, written from the text of the specifications.

Section numbers are those of the Reconciliation Service API 0.2 (10 April 2023); ``DRAFT`` has what
the draft of 1.0 changes. They allow members beyond those of the text only where it allows them, and
the three that docs/reconciliation.md names.
"""

from typing import Any

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_FILLED: Schema = {"type": "string", "minLength": 1}
_URL: Schema = {"type": "string", "pattern": "^https?://[^ ]+$"}


def _object(needed: dict[str, Schema], also: dict[str, Schema] | None = None) -> Schema:
    return {
        "type": "object",
        "required": list(needed),
        "properties": {**needed, **(also or {})},
        "additionalProperties": False,
    }


def _list(of: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": of, **more}


def _map(of: Schema) -> Schema:
    return {"type": "object", "additionalProperties": of}


# Section 2.2: a type has an id and a name, and may have broader ones.
_TYPE = _object({"id": _FILLED, "name": _FILLED}, {"broader": _list({"type": "object"})})
_DESCRIBED = _object({"id": _FILLED, "name": _FILLED}, {"description": _TEXT})
_SETTING: Schema = {"enum": ["number", "text", "checkbox", "select"]}


def _template(variable: str) -> Schema:
    """Return the schema of an address with one ``variable``, which stands in it as it is."""
    escaped = (
        variable.replace("{", r"\{").replace("}", r"\}").replace("$", r"\$").replace("+", r"\+")
    )
    return {"type": "string", "pattern": f"^https?://[^{{}}]*{escaped}[^{{}}]*$"}


# Section 3.1, with 5.1 (preview), 6.1 (suggest) and 7.1 (data extension).
_SUGGEST = _object(
    {"service_url": _URL, "service_path": _FILLED},
    {"flyout_service_url": _URL, "flyout_service_path": {"type": "string", "pattern": r"\$\{id\}"}},
)
_FLAG: Schema = {"type": "boolean"}
_BATCH_SIZE: Schema = {"type": "integer", "minimum": 1}
MANIFEST = _object(
    {
        "versions": _list({"enum": ["0.1", "0.2"]}, contains={"const": "0.2"}),
        "name": _FILLED,
        "identifierSpace": _URL,
        "schemaSpace": _URL,
    },
    {
        "defaultTypes": _list(_TYPE, uniqueItems=True),
        "documentation": _URL,
        "logo": _URL,
        "serviceVersion": _TEXT,
        "view": _object({"url": _template("{{id}}")}),
        "feature_view": _object({"url": _template("{{id}}")}),
        "preview": _object(
            {
                "url": _template("{{id}}"),
                "width": {"type": "integer", "minimum": 1},
                "height": {"type": "integer", "minimum": 1},
            }
        ),
        "suggest": _object({}, dict.fromkeys(("entity", "property", "type"), _SUGGEST)),
        "extend": _object(
            {},
            {
                "propose_properties": _object({"service_url": _URL, "service_path": _FILLED}),
                "property_settings": _list(
                    _object(
                        {"name": _FILLED, "label": _FILLED, "type": _SETTING},
                        {"default": {}, "help_text": _TEXT, "choices": _list({"type": "object"})},
                    )
                ),
            },
        ),
        "batchSize": _BATCH_SIZE,
    },
)

# Section 4.2. Three members are ours.
_SCORE: Schema = {"type": "number", "minimum": 0, "maximum": 100}
_VALUE: Schema = {"type": ["boolean", "number"]}
_OURS: dict[str, Schema] = {"iri": _URL, "matched": _TEXT, "reason": _TEXT}


def _candidate(feature: Schema) -> Schema:
    return _object(
        {
            "id": _FILLED,
            "name": _FILLED,
            "type": _list(_TYPE, minItems=1),
            "score": _SCORE,
            "match": {"type": "boolean"},
        },
        {"description": _TEXT, "features": _list(feature), **_OURS},
    )


_FEATURE = _object({"id": _FILLED, "value": _VALUE}, {"name": _FILLED})
RESULTS = _map(_object({"result": _list(_candidate(_FEATURE))}))

# Section 6.3 and 6.5.
SUGGESTED_ENTITIES = _object(
    {
        "result": _list(
            _object(
                {"id": _FILLED, "name": _FILLED},
                {"description": _TEXT, "notable": _list({"anyOf": [_FILLED, _TYPE]})},
            )
        )
    }
)
SUGGESTED = _object({"result": _list(_DESCRIBED)})
FLYOUT = _object({"id": _FILLED, "html": _FILLED})

# Section 7.2, 7.3 and 7.4.
PROPOSED = _object(
    {"properties": _list(_DESCRIBED), "type": _TEXT}, {"limit": {"type": "integer", "minimum": 1}}
)
_HELD: Schema = {
    "oneOf": [
        _object({}),
        _object({"id": _FILLED, "name": _FILLED}, {"description": _TEXT}),
        _object({"str": _TEXT}),
        _object({"float": {"type": "number"}}),
        _object({"int": {"type": "integer"}}),
        _object({"date": {"type": "string", "format": "date-time"}}),
        _object({"bool": {"type": "boolean"}}),
    ]
}
_META = _list(
    _object({"id": _FILLED, "name": _FILLED}, {"type": _object({"id": _FILLED, "name": _FILLED})})
)
EXTENDED = _object({"meta": _META, "rows": _map(_map(_list(_HELD)))})

# The draft of 1.0: settings and manifest in camel case, suggest services at fixed places, URI
# templates of RFC 6570, arrays instead of maps, features with names.
DRAFT_MANIFEST = _object(
    {
        "versions": _list(_FILLED, contains={"const": "1.0-draft"}),
        "name": _FILLED,
        "view": _object({"url": _template("{+id}")}),
    },
    {
        "defaultTypes": _list(_TYPE, uniqueItems=True),
        "documentation": _URL,
        "serviceVersion": _TEXT,
        "preview": _object(dict.fromkeys(("width", "height"), _BATCH_SIZE)),
        "suggest": _object(dict.fromkeys(("entity", "property", "type"), _FLAG)),
        "extend": _object(
            {},
            {
                "proposeProperties": {"type": "boolean"},
                "propertySettings": _list(
                    _object(
                        {
                            "id": _FILLED,
                            "name": _FILLED,
                            "type": _SETTING,
                            "default": {},
                            "helpText": _TEXT,
                        },
                        {"choices": _list({"type": "object"})},
                    )
                ),
            },
        ),
        "batchSize": _BATCH_SIZE,
        "lang": _FILLED,
        "dir": {"enum": ["ltr", "rtl", "auto"]},
        "standardizedScore": {"type": "boolean"},
    },
)
_DRAFT_FEATURE = _object({"id": _FILLED, "name": _FILLED, "value": _VALUE})
DRAFT_RESULTS = _object(
    {"results": _list(_object({"candidates": _list(_candidate(_DRAFT_FEATURE))}))}
)
DRAFT_EXTENDED = _object(
    {
        "meta": _META,
        "rows": _list(
            _object(
                {
                    "id": _FILLED,
                    "properties": _list(_object({"id": _FILLED, "values": _list(_HELD)})),
                }
            )
        ),
    }
)
