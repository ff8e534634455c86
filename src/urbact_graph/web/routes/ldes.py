"""The stream of changes: /ldes, the root of a Linked Data Event Stream, and the nodes below it."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain
from pathlib import Path

from flask import Blueprint, Response, render_template, request
from pyoxigraph import Quad, RdfFormat, parse

from urbact_graph.description.distributions import LICENCE
from urbact_graph.errors import FormatError
from urbact_graph.problems import NOT_ACCEPTABLE, NOT_FOUND, ProblemError
from urbact_graph.rdf.formats import FORMATS, Format
from urbact_graph.rdf.namespaces import namespaces, used_prefixes
from urbact_graph.rdf.writing import write_dataset
from urbact_graph.release.stream import StreamState, read_page
from urbact_graph.web.context import current_context, current_snapshot, served_release
from urbact_graph.web.documents.ldes_tree import (
    PATH,
    branch_quads,
    branches,
    page_quads,
    root_quads,
)
from urbact_graph.web.documents.links import Link, link_header
from urbact_graph.web.negotiation import Acceptance
from urbact_graph.web.problems import release_removed
from urbact_graph.web.response import IMMUTABLE

# The formats with named graphs, the default first.
_FORMATS = tuple(form for name in ("trig", "nq", "jsonld") for form in FORMATS if form.name == name)
# In these the statements of a member are together, as the TREE profile requires
# (https://w3id.org/tree/specification/profile).
_PROFILED = frozenset(("trig", "nq"))
_PROFILE = "https://w3id.org/tree/profile"
# How many pages of the stream are listed for people.
_SHOWN = 50
_state = lru_cache(maxsize=2)(StreamState.from_json)

routes = Blueprint("ldes", __name__)


@routes.get(PATH)
@routes.get(f"{PATH}.<extension>")
def root(extension: str = "") -> Response:
    """Give the root of the search tree of the stream, or a page for people."""
    state, _ = _served()
    address = current_context().public_address
    if not extension and _acceptance().prefers_html(_FORMATS):
        return _page(state, f"{address}{PATH}")
    form = _form(extension)
    return _response(root_quads(state, address), form, f"{address}{PATH}")


@routes.get(f"{PATH}/<name>")
def node(name: str) -> Response:
    """Give a node below the root, which never changes."""
    state, folder = _served()
    name, _, extension = name.partition(".")
    form = _form(extension)
    address = current_context().public_address
    quads, moment = _node(state, folder, name, address)
    response = _response(quads, form, f"{address}{PATH}/{name}", moment)
    response.headers["Cache-Control"] = IMMUTABLE
    return response


def _served() -> tuple[StreamState, Path]:
    """Return the stream up to the release that is served, and the folder of its pages."""
    release = served_release(
        "This instance serves a dataset without a stream of changes; query it at /sparql."
    )
    try:
        return _state(release.stream.read_bytes()), release.stream_pages
    except FileNotFoundError:
        raise release_removed() from None


def _acceptance() -> Acceptance:
    return Acceptance(request.headers.get("Accept"))


def _page(state: StreamState, address: str) -> Response:
    latest = state.pages[: -_SHOWN - 1 : -1]
    older = len(state.pages) - len(latest)
    page = Response(render_template("ldes.html", pages=latest, older=older, address=address))
    page.headers["Link"] = link_header(_links(address))
    page.vary.add("Accept")
    return page


def _node(state: StreamState, folder: Path, name: str, address: str) -> tuple[Iterable[Quad], str]:
    """Return the statements of the node ``name``, and the latest time in them."""
    for page in state.pages:
        if page.name == name:
            try:
                content = read_page(folder, page)
            except FileNotFoundError:
                raise _unknown() from None
            quads = parse(content, format=RdfFormat.N_QUADS)
            return chain(page_quads(name, address), quads), page.moment
    for branch in branches(state):
        if branch.name == name:
            return branch_quads(branch, address), branch.pages[-1].moment
    raise _unknown()


def _form(extension: str) -> Format:
    """Return the requested format: that of ``extension`` if there is one, else by Accept."""
    if extension:
        for form in _FORMATS:
            if form.extension == extension:
                return form
        raise _unknown()
    best = _acceptance().best(_FORMATS)
    if best is None:
        types = ", ".join(form.media_type for form in _FORMATS)
        raise ProblemError(
            NOT_ACCEPTABLE, f"The stream of changes comes as {types}; accept one of these."
        )
    return best


def _response(quads: Iterable[Quad], form: Format, address: str, moment: str = "") -> Response:
    """Make the response of the node at ``address``; ``moment`` dates one that never changes."""
    content_type = form.content_type
    if form.name in _PROFILED:
        content_type += f'; profile="{_PROFILE}"'
    stated = list(quads)
    prefixes = used_prefixes(stated, namespaces(current_snapshot().base))
    try:
        content = write_dataset(stated, form.media_type, prefixes)
    except FormatError as error:
        raise ProblemError(NOT_ACCEPTABLE, str(error)) from None
    response = Response(content, content_type=content_type)
    response.headers["Link"] = link_header(_links(address))
    response.vary.add("Accept")
    if moment:
        # If the clock was set back, a time may be in the future (RFC 9110, section 8.8.2.1).
        response.last_modified = min(datetime.fromisoformat(moment), datetime.now(UTC))
    return response


def _links(address: str) -> Iterator[Link]:
    yield Link(address, "canonical")
    yield Link(LICENCE, "license")
    for form in _FORMATS:
        yield Link(f"{address}.{form.extension}", "alternate", form.media_type)


def _unknown() -> ProblemError:
    return ProblemError(NOT_FOUND, f"The stream of changes has no such page; its root is {PATH}.")
