"""Reconciliation: /reconcile, by the Reconciliation Service API 0.2 and by the draft of 1.0."""

from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request
from werkzeug.datastructures import MultiDict

from urbact_graph.problems import (
    MALFORMED_REQUEST,
    NOT_FOUND,
    UNSUPPORTED_MEDIA_TYPE,
    ProblemError,
)
from urbact_graph.web.context import current_context, current_snapshot
from urbact_graph.web.reconciling.answering import answered
from urbact_graph.web.reconciling.batches import Reader, kind_named, parsed, property_named
from urbact_graph.web.reconciling.cards import card_of_entity, card_of_property, card_of_type
from urbact_graph.web.reconciling.entities import Entities
from urbact_graph.web.reconciling.extending import described, extended, extended_in_draft
from urbact_graph.web.reconciling.manifests import draft_manifest, manifest
from urbact_graph.web.reconciling.properties import properties_of
from urbact_graph.web.reconciling.reconciler import Reconciler
from urbact_graph.web.reconciling.suggesting import (
    suggested_entities,
    suggested_properties,
    suggested_types,
)
from urbact_graph.web.response import Response as OurResponse
from urbact_graph.web.search.index import SearchIndex

_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"
_LIMIT, _MOST, _LAST = 20, 100, 100_000
_SHOWN = 40
_BATCHES = ("queries", "extend")
_WHAT = "<any(entity,property,type):what>"

routes = Blueprint("reconcile", __name__, url_prefix="/reconcile")


@routes.get("")
def service() -> Response:
    """Give the manifest; with ``queries`` or ``extend`` the answer to a batch (sections 3.1, 4.3).

    Raises:
        ProblemError: the batch cannot be read, or there is another parameter.
    """
    _entities()
    # An empty value counts as none.
    if given := MultiDict([one for one in request.args.items(multi=True) if one[1]]):
        return _answered(given)
    found = manifest(current_context().public_address, current_snapshot().base, _most())
    return jsonify(found)


@routes.post("")
def batch() -> Response:
    """Answer a batch of queries, or a data extension query, in a form (sections 4.3 and 7.3).

    Raises:
        ProblemError: the batch cannot be read.
    """
    _entities()
    if request.mimetype != _FORM:
        raise ProblemError(
            UNSUPPORTED_MEDIA_TYPE, f"Send {_FORM} with 'queries', or with 'extend'."
        )
    return _answered(request.form)


def _answered(given: MultiDict[str, str]) -> Response:
    chosen = [name for name in _BATCHES if name in given]
    for name in given:
        if name not in _BATCHES:
            hint = "; JSONP is not offered, as scripts of any origin may read answers"
            raise _wrong(
                f"The request has a parameter '{name[:_SHOWN]}'; it takes queries or extend"
                f"{hint if name == 'callback' else ''}."
            )
    if len(chosen) != 1:
        raise _wrong("Send 'queries' or 'extend', one of them.")
    name = chosen[0]
    if len(given.getlist(name)) > 1:
        raise _wrong(f"The request has '{name}' more than once; send it once.")
    if name == "extend":
        asked = _reader().extension(parsed(given[name], f"'{name}'"))
        return jsonify(extended(asked, _entities()))
    return jsonify(answered(given[name], current_snapshot(), _most()))


@routes.get("/1.0")
def draft_service() -> Response:
    """Give the manifest of the draft of 1.0 (section 3.1)."""
    _entities()
    return jsonify(draft_manifest(current_context().public_address, _most()))


@routes.post("/1.0/match")
def match() -> Response:
    """Answer a batch of queries of the draft (section 4.3).

    Raises:
        ProblemError: the batch cannot be read.
    """
    reconciler, entities = current_snapshot().derive(Reconciler.of), _entities()
    results = [
        {"candidates": [one.as_json(entities) for one in reconciler.candidates(query)]}
        for query in _reader().draft_queries(_body())
    ]
    return jsonify({"results": results})


@routes.post("/1.0/extend")
def draft_extend() -> Response:
    """Answer a data extension query of the draft (section 7.4).

    Raises:
        ProblemError: the query cannot be read.
    """
    return jsonify(extended_in_draft(_reader().extension(_body()), _entities()))


@routes.get(f"/suggest/{_WHAT}")
@routes.get(f"/1.0/suggest/{_WHAT}")
def suggest(what: str) -> Response:
    """Give what begins with ``prefix``: entities, properties or types (section 6).

    Clients send further parameters, which say nothing here.

    Raises:
        ProblemError: ``type`` is unknown, or ``limit``, ``cursor`` or ``offset`` no number.
    """
    entities = _entities()
    prefix, kind = request.args.get("prefix", "").strip(), _kind()
    if what == "entity":
        index = current_snapshot().derive(SearchIndex.of)
        found = suggested_entities(prefix, kind, entities, index)
    elif what == "property":
        found = suggested_properties(prefix, kind)
    else:
        found = suggested_types(prefix)
    # What version 0.2 calls a cursor is an offset in the draft.
    start = _number("cursor", 0, _LAST) or _number("offset", 0, _LAST)
    return jsonify({"result": found[start : start + _number("limit", _LIMIT, _MOST)]})


@routes.get(f"/flyout/{_WHAT}")
def flyout(what: str) -> Response:
    """Give a small preview of what is suggested (version 0.2, section 6.5).

    Raises:
        ProblemError: nothing has the ``id``.
    """
    entities, given = _entities(), request.args.get("id", "")
    if what == "entity":
        card = card_of_entity(_entity(given), entities)
    elif what == "property":
        card = card_of_property(property_named(given))
    else:
        card = card_of_type(kind_named(given), entities)
    return jsonify({"id": given, "html": render_template("reconcile/flyout.html", card=card)})


@routes.get("/preview")
@routes.get("/1.0/preview")
def preview() -> OurResponse:
    """Give the preview of the entity ``id``, a page for a frame of another site (section 5).

    Raises:
        ProblemError: no entity has the id.
    """
    entry = _entity(request.args.get("id", ""))
    card = card_of_entity(entry, _entities())
    address = f"{current_context().public_address}/{entry.thing.path}"
    response = OurResponse(render_template("reconcile/preview.html", card=card, address=address))
    response.may_be_framed = True
    return response


@routes.get("/properties")
@routes.get("/1.0/extend/propose")
def propose() -> Response:
    """Give the properties of the entities of ``type`` (section 7.2).

    Raises:
        ProblemError: the type is unknown, or ``limit`` no number.
    """
    _entities()
    kind = _kind()
    limit = _number("limit", 0, _MOST)
    found = [described(one) for one in properties_of(kind)]
    answer: dict[str, Any] = {"properties": found[:limit] if limit else found, "type": kind}
    return jsonify({**answer, "limit": limit} if limit else answer)


def _entities() -> Entities:
    return current_snapshot().derive(Entities.of)


def _reader() -> Reader:
    return Reader(_entities(), _most())


def _most() -> int:
    return current_snapshot().settings.max_reconciliation_batch


def _entity(given: str) -> Any:
    found = _entities().find(given)
    if found is None:
        raise ProblemError(NOT_FOUND, f"No entity has the id '{given[:_SHOWN]}'.")
    return found


def _body() -> Any:
    """Return the JSON of the body.

    Raises:
        ProblemError: it is none.
    """
    if request.mimetype != _JSON:
        raise ProblemError(UNSUPPORTED_MEDIA_TYPE, f"Send {_JSON}.")
    try:
        text = request.get_data().decode()
    except UnicodeDecodeError:
        raise _wrong("The body is not in UTF-8.") from None
    return parsed(text, "the body")


def _kind() -> str:
    """Return the kind of the type in the address, empty where it has none."""
    given = request.args.get("type", "")
    return kind_named(given) if given else ""


def _number(name: str, default: int, largest: int) -> int:
    text = request.args.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and int(text[:9]) <= largest):
        raise _wrong(f"'{name}' must be a whole number of at most {largest}.")
    return int(text)


def _wrong(sentence: str) -> ProblemError:
    return ProblemError(MALFORMED_REQUEST, sentence)
