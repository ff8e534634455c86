"""What the header of a stored query says, in JSON."""

from typing import Any

from urbact_graph.stored.query import StoredQuery


def described(query: StoredQuery) -> dict[str, Any]:
    """Return what is known of ``query``; ``page`` is its path on this instance.

    The default of a parameter is null where the query is asked without a value for it.
    """
    return {
        "name": query.name,
        "title": query.title,
        "question": query.question,
        "subject": query.subject,
        "view": query.view.as_json(),
        "phrases": list(query.phrases),
        "parameters": [
            {
                "name": one.name,
                "kind": one.kind or one.datatype,
                "default": None if one.default is None else one.default.value,
                "meaning": one.meaning,
            }
            for one in query.parameters
        ],
        "columns": [{"name": one.name, "meaning": one.meaning} for one in query.columns],
        "form": query.form,
        "text": query.text,
        "page": f"queries/{query.name}",
    }
