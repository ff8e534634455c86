"""The dumps over HTTP: a page of them, the files by version, and links to the latest."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, Response, redirect, render_template
from werkzeug.wrappers import Response as AnyResponse

from urbact_graph.description.distributions import (
    CHECKSUMS_NAME,
    DISTRIBUTIONS,
    LICENCE,
    METADATA_KEY,
    DumpFile,
    tables_metadata_name,
)
from urbact_graph.release.release import Release, find_release
from urbact_graph.problems import NOT_FOUND, ProblemError
from urbact_graph.web.snapshot import ServedGraph
from urbact_graph.web.documents.links import Link, link_header
from urbact_graph.web.response import IMMUTABLE, FileResponse, StandingFile

_STABLE = DISTRIBUTIONS[0].file_name()
_FORMS = {form.key: form for form in DISTRIBUTIONS}
_TABLES = frozenset(form.key for form in DISTRIBUTIONS if form.part)
_METADATA_TYPE = "application/csvm+json"
_GZIP_TYPE = "application/gzip"
# Of a name that is not known.
_LONGEST_TOLD = 200


def dumps_blueprint(graph: ServedGraph) -> Blueprint:
    """Make the routes of the dumps of ``graph``."""
    routes = Blueprint("dumps", __name__)

    @routes.get("/dumps")
    def folder() -> AnyResponse:
        return redirect("dumps/", 308)

    @routes.get("/dumps/")
    def dumps() -> AnyResponse:
        edition = _edition(graph)
        names = {"metadata": tables_metadata_name(edition.version), "stable": _STABLE}
        content = render_template("dumps.html", edition=edition, dumps=_rows(edition), **names)
        page = Response(content)
        page.headers["Link"] = link_header(_links(graph, edition))
        return page

    @routes.get("/dumps/<name>")
    def dump(name: str) -> AnyResponse:
        latest = _edition(graph)
        # The checksums have the same name in each edition.
        editions = iter((latest,)) if name == CHECKSUMS_NAME else _standing(latest)
        for edition in editions:
            if response := _response(edition, name):
                response.headers["Link"] = link_header(_links(graph, edition, name))
                if name != CHECKSUMS_NAME:
                    response.headers["Cache-Control"] = IMMUTABLE
                return response
        raise _unknown(name)

    @routes.get("/dumps/latest/<name>")
    def latest_dump(name: str) -> AnyResponse:
        edition = _edition(graph)
        for stable, versioned in _names(edition.version):
            if name == stable and (edition.dumps / versioned).exists():
                # Relative, so that a local instance stays local.
                return redirect(f"../{versioned}", 302)
        raise _unknown(f"latest/{name}")

    return routes


def item_links(graph: ServedGraph) -> Iterator[Link]:
    """Give the links from the dataset to its dumps (FAIR Signposting, ``item``).

    Those of the whole graph only, as a proxy takes no head of any length.
    """
    if graph.edition:
        for form in DISTRIBUTIONS:
            if not form.part:
                media_type = _GZIP_TYPE if form.gzip else form.media_type
                target = f"{graph.address()}/dumps/latest/{form.file_name()}"
                yield Link(target, "item", media_type)


@dataclass(frozen=True)
class _Row:
    """A row of the page: a form of the graph, as it is and compressed."""

    title: str
    name: str
    bytes: int
    sha256: str
    compressed_name: str
    compressed_bytes: int


def _rows(edition: Release) -> list[_Row]:
    files = {file.key: file for file in edition.files}
    plain = (form for form in DISTRIBUTIONS if not form.gzip and form.key in files)
    rows = []
    for form in plain:
        file, compressed = files[form.key], files[f"{form.key}-gz"]
        rows.append(
            _Row(form.title, file.name, file.bytes, file.sha256, compressed.name, compressed.bytes)
        )
    return rows


def _edition(graph: ServedGraph) -> Release:
    """Return what is given out with what is served.

    Raises:
        ProblemError: nothing is.
    """
    edition = graph.edition
    if edition is None:
        raise ProblemError(
            NOT_FOUND,
            "No dumps are given out with what is served here; ask for all of it at /sparql, by "
            "CONSTRUCT.",
        )
    return edition


def _standing(latest: Release) -> Iterator[Release]:
    """Give the ``latest`` edition, then the others that still stand."""
    yield latest
    for folder in sorted(latest.folder.parent.glob("*")):
        if folder != latest.folder:
            other = find_release(folder.parent.parent, folder.name)
            if other:
                yield other


def _names(version: str) -> Iterator[tuple[str, str]]:
    """Give each stable name of a file, and the one that it has in the edition ``version``."""
    for form in DISTRIBUTIONS:
        yield form.file_name(), form.file_name(version)
    yield tables_metadata_name(), tables_metadata_name(version)
    yield CHECKSUMS_NAME, CHECKSUMS_NAME


def _response(edition: Release, name: str) -> FileResponse | None:
    """Return the response with the file ``name`` of ``edition``, if that has one."""
    # What is none of these names leads nowhere, whatever it is as a path.
    files = {file.name: file for file in edition.files}
    if name not in files:
        return None
    standing = {
        known: StandingFile(edition.dumps / known, file.bytes, file.sha256)
        for known, file in files.items()
    }
    try:
        written = standing[name].path.stat().st_mtime
    except OSError:
        return None
    modified, kind = datetime.fromtimestamp(written, UTC), _content_type(files[name])
    return FileResponse(standing[name], modified, kind, standing.get(f"{name}.gz"))


def _content_type(file: DumpFile) -> str:
    if file.key == METADATA_KEY:
        return _METADATA_TYPE
    form = _FORMS.get(file.key)
    if form is None:
        return "text/plain; charset=utf-8"
    if form.gzip:
        return _GZIP_TYPE
    if form.part:
        return f"{form.media_type}; charset=utf-8; header=present"
    is_text = form.media_type.startswith("text/")
    return f"{form.media_type}; charset=utf-8" if is_text else form.media_type


def _links(graph: ServedGraph, edition: Release, name: str = "") -> list[Link]:
    """Return the links of the page, or of the file ``name`` of ``edition``."""
    address = graph.address()
    links = [Link(LICENCE, "license"), Link(f"{address}/dataset", "collection")]
    if any(file.name == name and file.key in _TABLES for file in edition.files):
        # By which readers of tables find their description (CSV on the Web, section 5.2).
        described = f"{address}/dumps/{tables_metadata_name(edition.version)}"
        links.append(Link(described, "describedby", _METADATA_TYPE))
    return links


def _unknown(name: str) -> ProblemError:
    return ProblemError(
        NOT_FOUND,
        f"There is no dump called {name[:_LONGEST_TOLD]}; /dumps/ lists what there is.",
    )
