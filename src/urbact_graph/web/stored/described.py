"""What the header of a stored query says, in JSON."""

from typing import Any

from urbact_graph.stored.query import StoredQuery
from urbact_graph.stored.text import with_terms


def described(query: StoredQuery) -> dict[str, Any]:
    """Return what is known of ``query``; ``page`` is its path on this instance.

    The default of a parameter is null where the query is asked without a value for it. ``query`` is
    the text with the defaults in it, which can be sent as it is.
    """
    defaults = {one.name: one.default for one in query.parameters if one.default is not None}
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
        "query": with_terms(query, defaults),
        "page": f"queries/{query.name}",
    }
