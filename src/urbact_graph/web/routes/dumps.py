"""The dumps over HTTP: their page, the files by version, and redirects to the current version."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from flask import Blueprint, redirect, render_template
from werkzeug.wrappers import Response as AnyResponse

from urbact_graph.description.distributions import (
    CHECKSUMS_KEY,
    CHECKSUMS_NAME,
    DISTRIBUTIONS,
    LICENCE,
    METADATA_KEY,
    DumpFile,
    tables_metadata_name,
)
from urbact_graph.problems import NOT_FOUND, ProblemError
from urbact_graph.release.dumps import checksums
from urbact_graph.release.release import Release, releases
from urbact_graph.web.context import current_context, current_snapshot, served_release
from urbact_graph.web.documents.links import Link, link_header
from urbact_graph.web.response import IMMUTABLE, PublishedFile, Response
from urbact_graph.web.spellings import location, redirect_to

_STABLE = DISTRIBUTIONS[0].file_name()
_FORMS = {form.key: form for form in DISTRIBUTIONS}
_TABLES = frozenset(form.key for form in DISTRIBUTIONS if form.part)
_METADATA_TYPE = "application/csvm+json"
_GZIP_TYPE = "application/gzip"
# How much of an unknown name an error repeats.
_MAX_NAME_LENGTH = 200

routes = Blueprint("dumps", __name__)


@routes.get("/dumps")
def folder() -> AnyResponse:
    """Redirect to the page of the dumps."""
    return redirect_to("dumps/")


@routes.get("/dumps/")
def dumps() -> AnyResponse:
    """Give the page of the current release's dumps."""
    release = _release()
    names = {"metadata": tables_metadata_name(release.version), "stable": _STABLE}
    page = Response(render_template("dumps.html", release=release, dumps=_rows(release), **names))
    page.headers["Link"] = link_header(_links(release))
    return page


@routes.get("/dumps/<name>")
def dump(name: str) -> AnyResponse:
    """Give a file of the current release, or of an older one that is still kept."""
    current = _release()
    # The checksums have the same name in each release.
    others = [] if name == CHECKSUMS_NAME else releases(current.build_folder)
    for release in (current, *others):
        if response := _response(release, name):
            response.headers["Link"] = link_header(_links(release, name))
            if name != CHECKSUMS_NAME:
                response.headers["Cache-Control"] = IMMUTABLE
            return response
    raise _unknown(name)


@routes.get("/dumps/latest/<name>")
def latest_dump(name: str) -> AnyResponse:
    """Redirect from a name without a version to the file of the current release.

    The checksums are those of the names without a version, by which the files are saved.
    """
    release = _release()
    if name == CHECKSUMS_NAME:
        return Response(_stable_checksums(release), mimetype="text/plain")
    for stable, versioned in _names(release.version):
        if name == stable and (release.dumps / versioned).exists():
            return redirect(location(f"dumps/{versioned}"), 302)
    raise _unknown(f"latest/{name}")


def item_links() -> Iterator[Link]:
    """Yield the links from the dataset to its dumps (FAIR Signposting, ``item``).

    Tables are left out, since proxies limit the length of a header.
    """
    if current_snapshot().release:
        for form in DISTRIBUTIONS:
            if not form.part:
                media_type = _GZIP_TYPE if form.gzip else form.media_type
                target = f"{current_context().public_address}/dumps/latest/{form.file_name()}"
                yield Link(target, "item", media_type)


def _rows(release: Release) -> list[tuple[str, DumpFile, DumpFile]]:
    """Return a distribution a row: its title, its file, and the same compressed."""
    files = {file.key: file for file in release.files}
    plain = (form for form in DISTRIBUTIONS if not form.gzip and form.key in files)
    return [(form.title, files[form.key], files[f"{form.key}-gz"]) for form in plain]


def _release() -> Release:
    return served_release(
        "This instance serves a dataset without dumps; use a CONSTRUCT query at /sparql instead."
    )


def _names(version: str) -> Iterator[tuple[str, str]]:
    """Yield each name without a version, with the name of the file in the release ``version``."""
    for form in DISTRIBUTIONS:
        yield form.file_name(), form.file_name(version)
    yield tables_metadata_name(), tables_metadata_name(version)


def _stable_checksums(release: Release) -> bytes:
    """Return the checksums of the files of ``release`` under their names without a version."""
    stable = {versioned: name for name, versioned in _names(release.version)}
    return checksums(
        [
            replace(file, name=stable[file.name])
            for file in release.files
            if file.key != CHECKSUMS_KEY
        ]
    )


def _response(release: Release, name: str) -> Response | None:
    """Return the response with the file ``name`` of ``release``; None if it has no such file."""
    # Only names in the manifest are looked up, so that no path reaches other files.
    files = {file.name: file for file in release.files}
    if name not in files:
        return None
    published = {
        known: PublishedFile(release.dumps / known, file.bytes, file.sha256)
        for known, file in files.items()
    }
    try:
        written = published[name].path.stat().st_mtime
    except OSError:
        return None
    modified, kind = datetime.fromtimestamp(written, UTC), _content_type(files[name])
    return Response.of_file(published[name], modified, kind, published.get(f"{name}.gz"))


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


def _links(release: Release, name: str = "") -> list[Link]:
    """Return the links of the page, or of the file ``name`` of ``release``."""
    address = current_context().public_address
    links = [Link(LICENCE, "license"), Link(f"{address}/dataset", "collection")]
    if any(file.name == name and file.key in _TABLES for file in release.files):
        # Readers of CSV on the Web find the description of a table by it (section 5.2); some read
        # only the first link.
        described = f"{address}/dumps/{tables_metadata_name(release.version)}"
        links.insert(0, Link(described, "describedby", _METADATA_TYPE))
    return links


def _unknown(name: str) -> ProblemError:
    return ProblemError(
        NOT_FOUND, f"There is no dump named {name[:_MAX_NAME_LENGTH]}; /dumps/ lists all dumps."
    )
