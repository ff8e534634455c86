"""What the page of a stored query shows: its form, its answer, its figure, and how to ask it."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from urbact_graph.rdf.formats import format_named
from urbact_graph.stored.query import StoredQuery
from urbact_graph.stored.text import with_terms
from urbact_graph.web.application import current_application
from urbact_graph.web.atlas.atlas import atlas_of
from urbact_graph.web.context import current_context, current_snapshot
from urbact_graph.web.stored.answering import Rows, address, evaluate
from urbact_graph.web.stored.asked import Asked, forms_of
from urbact_graph.web.stored.code import codes
from urbact_graph.web.stored.form import fields
from urbact_graph.web.stored.library import Library
from urbact_graph.web.stored.table import AnswerTable

# The rows of a page, unless the request says how many.
_ROWS = 100
# The longest graph that a page shows, in characters.
_LONGEST_GRAPH = 100_000
# Draws the answer (frontend/results.js), and what it draws.
_SCRIPT = "results.js"
# The formats that code reads, where the answer is no graph.
_CODED = {"SELECT": "csv", "ASK": "json"}
_DRAWN = ("bars", "lines", "map", "graph")


def form_of_page(
    query: StoredQuery,
    given: Mapping[str, str],
    library: Library,
    error: Mapping[str, object] | None = None,
) -> dict[str, Any]:
    """Return what the page shows also where a value is wrong, which ``error`` describes."""
    found = fields(query, given, library.names, error)
    corrections = [
        (library.names.called(near, one.kind), address(query, {**given, one.name: near}))
        for one in found
        for near in one.nearest
    ]
    return {"query": query, "fields": found, "error": error, "corrections": corrections}


def answer_of_page(asked: Asked, library: Library) -> dict[str, Any]:
    """Return what the page shows of the answer, and where else it can be had.

    Raises:
        ProblemError: as the engine raises it.
    """
    query = asked.query
    shown = _rows(asked, library) if query.form == "SELECT" else _whole(asked)
    root = current_context().public_address
    form = _CODED.get(query.form, "ttl")
    return {
        **shown,
        **_figure(asked),
        "downloads": [
            (one.name, address(query, asked.given, format=one.name)) for one in forms_of(query)
        ],
        "editor": f"sparql?{urlencode({'query': with_terms(query, asked.terms)})}",
        "codes": codes(f"{root}/{address(query, asked.given, format=form)}", form),
        "address": f"{root}/{address(query, asked.given)}",
    }


def _rows(asked: Asked, library: Library) -> dict[str, Any]:
    snapshot, rows = current_snapshot(), Rows.of(asked, library)
    limit, offset = asked.limit or _ROWS, asked.offset
    countries = {one.iri: one.path for one in atlas_of(snapshot).countries.values()}
    part = rows.part(limit, offset)
    pages: dict[str, str] = {}
    if offset:
        pages["prev"] = address(
            asked.query, asked.given, limit=asked.limit, offset=max(offset - limit, 0)
        )
    if offset + limit < rows.total:
        pages["next"] = address(asked.query, asked.given, limit=asked.limit, offset=offset + limit)
    return {
        "table": AnswerTable.of(asked.query, part, snapshot.base, countries),
        "total": rows.total,
        "offset": offset,
        "pages": pages,
    }


def _whole(asked: Asked) -> dict[str, Any]:
    content = evaluate(asked.query, asked.terms, forms_of(asked.query)[0]).content
    if asked.query.form == "ASK":
        return {"boolean": json.loads(content)["boolean"]}
    text = content.decode()
    return {"graph": text[:_LONGEST_GRAPH], "is_cut": len(text) > _LONGEST_GRAPH}


def _figure(asked: Asked) -> dict[str, Any]:
    """Return where the figure finds what it draws, if the query has one."""
    view = asked.query.view
    if view.kind not in _DRAWN or _SCRIPT not in current_application().assets.names:
        return {}
    form = format_named("nt" if view.kind == "graph" else "json", forms_of(asked.query)[0].kind)
    source = address(asked.query, asked.given, format=form.name if form else "")
    return {"figure": source, "view": json.dumps(view.as_json()), "script": _SCRIPT}
