"""The map at /map, with its data at /map.json, and the pictures at /pictures/NAME."""

import csv
import io

from flask import Blueprint, Response, jsonify, render_template, request

from urbact_graph.problems import MALFORMED_REQUEST, NOT_FOUND, ProblemError
from urbact_graph.web.atlas.atlas import Atlas, atlas_of
from urbact_graph.web.context import current_context, current_snapshot
from urbact_graph.web.lists.listings import LISTINGS
from urbact_graph.web.lists.selection import Selection
from urbact_graph.web.pictures.cooperation import cooperation_of
from urbact_graph.web.pictures.countries import COUNTRIES
from urbact_graph.web.pictures.list_maps import MAPPED, map_of_list
from urbact_graph.web.pictures.maps import SUBJECTS, as_json, map_of, map_of_all, with_networks
from urbact_graph.web.pictures.picture import DrawnPicture, Picture, Table
from urbact_graph.web.pictures.themes import THEMES
from urbact_graph.web.pictures.timeline import TIMELINE
from urbact_graph.web.snapshot import Snapshot

PICTURES = {one.name: one for one in (TIMELINE, THEMES, COUNTRIES)}
_FORMS = ("svg", "csv", "json")
# What /map itself is filtered by, in the browser.
_FILTERS = ("programme", "theme")
_MOST_LISTED = 25

routes = Blueprint("pictures", __name__)


@routes.get("/map")
def city_map() -> Response:
    """Give the page of the map of all cities; its filters are read in the browser."""
    atlas = atlas_of(current_snapshot())
    if "list" in request.args:
        return _map_of_list(atlas)
    _refuse_other_parameters(_FILTERS)
    most = sorted(atlas.cities.values(), key=lambda one: (-len(one.networks), one.name))
    return Response(
        render_template(
            "map.html",
            atlas=atlas,
            cities=most[:_MOST_LISTED],
            missing=as_json(map_of_all(atlas), atlas)["missing"],
            pictures=pictures_of(current_snapshot()).values(),
        )
    )


@routes.get("/map.json")
def map_data() -> Response:
    """Give what a map draws: of all cities, or of the one thing that a parameter names."""
    snapshot = current_snapshot()
    atlas = atlas_of(snapshot)
    if not request.args:
        return jsonify(snapshot.derive(_all_cities))
    if "list" in request.args:
        return jsonify(as_json(map_of_list(_selection(atlas)), atlas))
    if len(request.args) > 1:
        raise ProblemError(
            MALFORMED_REQUEST, f"A map takes one of the parameters {', '.join(SUBJECTS)}."
        )
    kind, slug = next(iter(request.args.items()))
    return jsonify(as_json(map_of(kind, slug, atlas), atlas))


@routes.get("/pictures/<name>")
def picture(name: str) -> Response:
    """Give the page of a picture; with a suffix its SVG, or its table as CSV or JSON."""
    # Another dataset has no pictures.
    atlas_of(current_snapshot())
    _refuse_other_parameters(())
    stem, _, form = name.partition(".")
    pictures = current_snapshot().derive(drawn_pictures)
    chosen = pictures.get(stem)
    if chosen is None or (form and form not in _FORMS):
        known = ", ".join(pictures)
        raise ProblemError(
            NOT_FOUND,
            f"There is no picture '{name[:40]}'; there are {known}, each also with .svg, .csv and "
            ".json.",
        )
    if form == "svg":
        address = f"{current_context().public_address}/"
        return Response(chosen.svg(address), content_type="image/svg+xml")
    if form == "csv":
        return _csv(chosen.table, stem)
    if form == "json":
        names = [column for column, _ in chosen.table.columns]
        items = [dict(zip(names, row, strict=True)) for row in chosen.table.rows]
        return jsonify({"title": chosen.picture.title, "items": items})
    others = [one.picture for one in pictures.values() if one is not chosen]
    svg = chosen.svg(f"{request.script_root}/")
    shown = {"picture": chosen.picture, "table": chosen.table, "svg": svg}
    return Response(render_template("picture.html", **shown, others=others))


def _map_of_list(atlas: Atlas) -> Response:
    selection = _selection(atlas)
    drawn = map_of_list(selection)
    cities = sorted(
        (atlas.cities[path] for path in drawn.sizes),
        key=lambda one: (-drawn.sizes[one.path], one.name),
    )
    return Response(
        render_template(
            "map_of_list.html",
            atlas=atlas,
            selection=selection,
            title=drawn.title,
            sizes=drawn.sizes,
            cities=cities,
            missing=as_json(drawn, atlas)["missing"],
            source=f"map.json?{request.query_string.decode()}",
        )
    )


def _selection(atlas: Atlas) -> Selection:
    """Return what the parameters choose of the list that ``list`` names."""
    name = request.args["list"]
    if name not in MAPPED:
        raise ProblemError(
            MALFORMED_REQUEST,
            f"The list '{name[:40]}' has no map; those that have one are {', '.join(MAPPED)}.",
        )
    pairs = [pair for pair in request.args.items(multi=True) if pair[0] != "list"]
    return Selection.of(LISTINGS[name], atlas, pairs)


def pictures_of(snapshot: Snapshot) -> dict[str, Picture]:
    """Return the pictures that there are; the network of cities is laid out with a release."""
    network = snapshot.derive(cooperation_of)
    return {**PICTURES, network.name: network} if network else PICTURES


def drawn_pictures(snapshot: Snapshot) -> dict[str, DrawnPicture]:
    """Draw the pictures of ``snapshot``; to be called by ``derive``.

    Raises:
        ProblemError: as the engine raises it.
    """
    atlas = atlas_of(snapshot)
    return {name: DrawnPicture.of(one, atlas) for name, one in pictures_of(snapshot).items()}


def _csv(table: Table, name: str) -> Response:
    output = io.StringIO()
    writer = csv.writer(output)
    writer.writerow([column for column, _ in table.columns])
    writer.writerows(table.rows)
    response = Response(output.getvalue(), content_type="text/csv; charset=utf-8; header=present")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.csv"'
    return response


def _all_cities(snapshot: Snapshot) -> dict[str, object]:
    atlas = atlas_of(snapshot)
    return with_networks(as_json(map_of_all(atlas), atlas), atlas)


def _refuse_other_parameters(known: tuple[str, ...]) -> None:
    for name in request.args:
        if name not in known:
            words = f"it has {', '.join(known)}" if known else "it has none"
            raise ProblemError(
                MALFORMED_REQUEST, f"This page has no parameter '{name[:40]}'; {words}."
            )
