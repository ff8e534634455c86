"""The files for crawlers: /robots.txt and /sitemap.xml."""

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from flask import Blueprint, Response

from urbact_graph.description.distributions import TABLES
from urbact_graph.problems import NOT_FOUND, ProblemError
from urbact_graph.rdf.resources import COMPUTED
from urbact_graph.web.atlas.atlas import Atlas
from urbact_graph.web.context import current_context, current_snapshot
from urbact_graph.web.documents.document import HTML
from urbact_graph.web.documents.index import Index
from urbact_graph.web.lists.listings import LISTINGS
from urbact_graph.web.routes.guide import PAGES
from urbact_graph.web.routes.pictures import pictures_of
from urbact_graph.web.snapshot import Snapshot
from urbact_graph.web.stored.library import Library

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
# The limits of one file (sitemaps.org, protocol 0.9), and the bytes that its root element takes.
MAX_ADDRESSES = 50_000
MAX_BYTES = 50_000_000
_HEAD_BYTES = 200

# Paths with any number of answers, those about the state of this instance, and any path with
# parameters.
_DISALLOWED = ("sparql", "graph-store", "health", "metrics", "*?")


@dataclass(frozen=True)
class Listed:
    """An address in a sitemap; ``modified`` is the time of its last change, empty if unknown."""

    address: str
    modified: str = ""


routes = Blueprint("robots", __name__)


@routes.get("/robots.txt")
def robots() -> Response:
    """Give the rules for crawlers."""
    return Response(robots_text(current_context().public_address), mimetype="text/plain")


@routes.get("/sitemap.xml")
def sitemap() -> Response:
    """Give the sitemap, or the index of the sitemaps if there are several."""
    return Response(_files()[0], mimetype="application/xml")


@routes.get("/sitemap-<int:number>.xml")
def numbered(number: int) -> Response:
    """Give the sitemap with this number, if there are several."""
    found = _files()
    if not 1 <= number < len(found):
        hint = "/sitemap.xml lists them." if len(found) > 1 else "/sitemap.xml is the only one."
        raise ProblemError(NOT_FOUND, f"There is no sitemap {number}; {hint}")
    return Response(found[number], mimetype="application/xml")


def _files() -> tuple[bytes, ...]:
    snapshot, address = current_snapshot(), current_context().public_address
    has_dumps = snapshot.release is not None
    index = snapshot.derive(Index.of)
    listed = _listed(index, address, _gathered(snapshot), has_dumps=has_dumps)
    return sitemaps(address, listed, MAX_ADDRESSES, MAX_BYTES)


def robots_text(address: str) -> str:
    """Return the rules for crawlers of the instance at ``address`` (RFC 9309).

    Paths in it begin at the root of the host, so they include the path of the instance.
    """
    root = urlsplit(address).path
    rules = "".join(f"Disallow: {root}/{path}\n" for path in _DISALLOWED)
    return f"User-agent: *\n{rules}\nSitemap: {address}/sitemap.xml\n"


def _gathered(snapshot: Snapshot) -> tuple[str, ...]:
    """Return the paths of pages that are of no entity, if the graph is of URBACT."""
    if snapshot.settings.is_foreign:
        return ()
    atlas = snapshot.derive(Atlas.of)
    if not atlas.networks:
        return ()
    pictures = (f"pictures/{name}" for name in pictures_of(snapshot))
    countries = (one.path for one in atlas.countries.values())
    queries = (f"queries/{name}" for name in snapshot.derive(Library.of).queries)
    tables = ("tables", *(f"tables/{name}" for name in TABLES)) if snapshot.release else ()
    lists = (*LISTINGS, "map", *pictures, "countries", *countries)
    guide = ("guide", *(f"guide/{name}" for name, *_ in PAGES))
    return (*lists, "queries", *queries, *tables, "openapi", *guide)


def _listed(
    index: Index, address: str, gathered: tuple[str, ...], *, has_dumps: bool
) -> list[Listed]:
    """Return the pages of the instance: the home, the dumps, ``gathered``, then those of entities.

    Those of what was only computed are left out, as other pages show it too, and those of
    deprecated IRIs.
    """
    pages = [
        Listed(f"{address}/{entity.address}.{HTML}", _written(entity.modified))
        for entity in index.all()
        if not entity.is_deprecated and not entity.path.startswith(COMPUTED)
    ]
    latest = max((page.modified for page in pages), default="")
    others = ("", "dumps/") if has_dumps else ("",)
    paths = (*others, *gathered)
    return [*(Listed(f"{address}/{path}", latest) for path in paths), *pages]


def _written(moment: datetime | None) -> str:
    """Return a time as W3C Datetime; a time without a zone is given as a date."""
    if moment is None:
        return ""
    if moment.tzinfo is None:
        return moment.date().isoformat()
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def sitemaps(
    address: str, listed: Iterable[Listed], max_addresses: int, max_bytes: int
) -> tuple[bytes, ...]:
    """Return the sitemap; if the limits require several, their index and then the sitemaps."""
    entries = [_entry("url", one) for one in listed]
    files = [
        _file("urlset", some) for some in _split(entries, max_addresses, max_bytes - _HEAD_BYTES)
    ]
    if len(files) == 1:
        return (files[0],)
    named = [Listed(f"{address}/sitemap-{number}.xml") for number in range(1, len(files) + 1)]
    return _file("sitemapindex", [_entry("sitemap", one) for one in named]), *files


def _split(
    entries: Iterable[ET.Element], max_entries: int, max_bytes: int
) -> Sequence[list[ET.Element]]:
    """Divide ``entries``, in their order, into as few files as the limits allow."""
    shares: list[list[ET.Element]] = [[]]
    size = 0
    for entry in entries:
        length = len(ET.tostring(entry, encoding="utf-8"))
        if shares[-1] and (len(shares[-1]) == max_entries or size + length > max_bytes):
            shares.append([])
            size = 0
        shares[-1].append(entry)
        size += length
    return shares


def _entry(name: str, listed: Listed) -> ET.Element:
    entry = ET.Element(name)
    ET.SubElement(entry, "loc").text = listed.address
    if listed.modified:
        ET.SubElement(entry, "lastmod").text = listed.modified
    return entry


def _file(name: str, entries: Iterable[ET.Element]) -> bytes:
    root = ET.Element(name, {"xmlns": NAMESPACE})
    root.extend(entries)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"
