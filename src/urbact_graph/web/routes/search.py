"""The search: /search, a page or JSON."""

from dataclasses import asdict

from flask import Blueprint, Response, jsonify, render_template, request

from urbact_graph.problems import MALFORMED_REQUEST, ProblemError
from urbact_graph.web.atlas.atlas import atlas_of
from urbact_graph.web.atlas.things import Country
from urbact_graph.web.context import current_context, current_snapshot
from urbact_graph.web.languages import language_name
from urbact_graph.web.routes.lists import chosen_form
from urbact_graph.web.search.chosen_lists import asks_to_take_part, lists_of
from urbact_graph.web.search.entries import KINDS
from urbact_graph.web.search.index import LONGEST_QUERY, Match, SearchIndex

_LIMIT, _MAX_LIMIT = 20, 100
_MAX_OFFSET = 100_000
_PARAMETERS = ("q", "kind", "limit", "offset", "format")

routes = Blueprint("search", __name__)


@routes.get("/search")
def search() -> Response:
    """Give what fits the words of ``q``, the best first, as a page or as JSON."""
    snapshot = current_snapshot()
    atlas = atlas_of(snapshot)
    for name in request.args:
        if name not in _PARAMETERS:
            known = ", ".join(_PARAMETERS)
            raise ProblemError(
                MALFORMED_REQUEST, f"The search has no parameter '{name[:40]}'; it has {known}."
            )
    form = chosen_form(("html", "json"))
    text, kind = request.args.get("q", "").strip(), request.args.get("kind", "")
    if kind and kind not in KINDS:
        raise ProblemError(
            MALFORMED_REQUEST,
            f"The kind '{kind[:40]}' is unknown; the kinds are {', '.join(KINDS)}.",
        )
    if len(text) > LONGEST_QUERY:
        raise ProblemError(
            MALFORMED_REQUEST,
            f"The words of 'q' may have {LONGEST_QUERY} characters; these have {len(text)}.",
        )
    limit = _number("limit", _LIMIT, _MAX_LIMIT)
    offset = _number("offset", 0, _MAX_OFFSET)
    found = snapshot.derive(SearchIndex.of).search(text)
    counts = dict.fromkeys(KINDS, 0)
    for match in found:
        counts[match.entry.kind] += 1
    chosen = [match for match in found if not kind or match.entry.kind == kind]
    lists = list(lists_of(text, atlas)) if not kind and not offset else []
    items = [_item(match) for match in chosen[offset : offset + limit]]
    answer = {"q": text, "kind": kind, "total": len(chosen), "offset": offset, "limit": limit}
    if form == "json":
        response = jsonify(
            {**answer, "kinds": counts, "lists": [asdict(one) for one in lists], "results": items}
        )
    else:
        response = Response(
            render_template(
                "search.html",
                **answer,
                kinds=KINDS,
                counts=counts,
                lists=lists,
                results=items,
                takes_part=asks_to_take_part(text),
            )
        )
    response.vary.add("Accept")
    return response


def _item(match: Match) -> dict[str, object]:
    entry, name = match.entry, match.name
    thing, base = entry.thing, current_snapshot().base
    is_country = isinstance(thing, Country)
    iri = thing.iri if isinstance(thing, Country) else f"{base}{thing.path}"
    page = thing.path if is_country else f"{thing.path}.html"
    return {
        "iri": iri,
        "kind": entry.kind,
        "kind_label": KINDS[entry.kind],
        "label": thing.label,
        "note": entry.note,
        "path": page,
        "address": f"{current_context().public_address}/{page}",
        "matched": name.text if name else "",
        "language": name.language if name else "",
        "language_name": language_name(name.language) if name else "",
        "reason": match.reason,
        "score": round(match.score, 1),
    }


def _number(name: str, default: int, largest: int) -> int:
    text = request.args.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and int(text[:9]) <= largest):
        raise ProblemError(
            MALFORMED_REQUEST, f"'{name}' must be a whole number of at most {largest}."
        )
    return int(text)
