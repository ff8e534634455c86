"""The lists with facets: /networks, /cities, /plans, /recommendations, /people, /themes."""

import csv
import io
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, render_template, request

from urbact_graph.problems import MALFORMED_REQUEST, NOT_ACCEPTABLE, ProblemError
from urbact_graph.web.atlas.atlas import atlas_of
from urbact_graph.web.atlas.things import Thing
from urbact_graph.web.context import current_snapshot
from urbact_graph.web.lists.listings import LISTINGS
from urbact_graph.web.lists.selection import PAGE_SIZE, Selection
from urbact_graph.web.negotiation import HTML_TYPE, Acceptance
from urbact_graph.web.pictures.list_maps import MAPPED

_TYPES = {
    "html": HTML_TYPE,
    "csv": "text/csv",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
}
_OF_LISTS = ("html", "csv", "json")
# Texts in a cell of CSV are separated by this.
_SEPARATOR = "; "

routes = Blueprint("lists", __name__)


def listing(name: str) -> Response:
    """Give a list as a page, as CSV or as JSON; the latter two have all that fits, not a page."""
    atlas = atlas_of(current_snapshot())
    parameters = list(request.args.items(multi=True))
    selection = Selection.of(LISTINGS[name], atlas, parameters)
    form = chosen_form(_OF_LISTS)
    response = {"html": _page, "csv": _csv, "json": _json}[form](selection)
    response.vary.add("Accept")
    return response


for _name in LISTINGS:
    routes.add_url_rule(f"/{_name}", _name, listing, defaults={"name": _name})


def chosen_form(forms: tuple[str, ...]) -> str:
    """Return the one of ``forms`` that the parameter ``format`` names, or else the Accept header.

    Raises:
        ProblemError: the parameter names none of them, or the header accepts none.
    """
    wanted = request.args.get("format", "")
    known = ", ".join(forms)
    if wanted:
        if wanted not in forms:
            raise ProblemError(
                MALFORMED_REQUEST, f"The format '{wanted[:40]}' is unknown; send one of {known}."
            )
        return wanted
    acceptance = Acceptance(request.headers.get("Accept"))
    if "html" in forms and acceptance.wants_page:
        return "html"
    best = max(forms, key=lambda form: acceptance.quality(_TYPES[form]))
    if not acceptance.quality(_TYPES[best]):
        raise ProblemError(NOT_ACCEPTABLE, f"This comes as {known}; accept one of these.")
    return best


def _page(selection: Selection) -> Response:
    things = selection.things
    last = max(-(-len(things) // PAGE_SIZE), 1)
    start = (selection.page - 1) * PAGE_SIZE
    if selection.page > last:
        raise ProblemError(MALFORMED_REQUEST, f"The list has {last} pages; choose one of these.")
    query = selection.query()
    return Response(
        render_template(
            "list.html",
            selection=selection,
            listing=selection.listing,
            atlas=selection.atlas,
            things=things[start : start + PAGE_SIZE],
            total=len(things),
            last=last,
            facets=[(facet, selection.choices(facet)) for facet in selection.listing.facets],
            query=query,
            on_map=_on_map(selection),
            run=f"sparql?{urlencode({'query': query})}",
        )
    )


def _on_map(selection: Selection) -> str:
    """Return the address of the map of what is listed, empty where the list has none."""
    name = selection.listing.name
    chosen = selection.address().partition("?")[2]
    return "&".join(filter(None, [f"map?list={name}", chosen])) if name in MAPPED else ""


def _csv(selection: Selection) -> Response:
    output, columns = io.StringIO(), selection.listing.columns
    writer = csv.writer(output)
    writer.writerow(["iri", *(column.name for column in columns)])
    for thing in selection.things:
        values = (column.value(thing, selection.atlas) for column in columns)
        cells = (_SEPARATOR.join(v) if isinstance(v, tuple) else v for v in values)
        writer.writerow([f"{selection.atlas.base}{thing.path}", *cells])
    response = Response(output.getvalue(), content_type="text/csv; charset=utf-8; header=present")
    response.headers["Content-Disposition"] = f'inline; filename="{selection.listing.name}.csv"'
    return response


def _iris_of_themes(thing: Thing, base: str) -> dict[str, list[str]]:
    themes = getattr(thing, "themes", None)
    return {} if themes is None else {"theme_iris": [f"{base}{path}" for path in themes]}


def _json(selection: Selection) -> Response:
    columns, atlas, things = selection.listing.columns, selection.atlas, selection.things
    items = [
        {
            "iri": f"{atlas.base}{one.path}",
            **{column.name: column.value(one, atlas) for column in columns},
            **_iris_of_themes(one, atlas.base),
        }
        for one in things
    ]
    return jsonify({"total": len(items), "query": selection.query(), "items": items})
