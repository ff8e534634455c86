"""Addresses in another spelling than the one they have: redirects to that one."""

import re
from collections.abc import Iterator
from urllib.parse import quote

from flask import current_app, redirect, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from urbact_graph.facts.minting import slug
from urbact_graph.web.context import current_snapshot
from urbact_graph.web.documents.document import SUFFIXES
from urbact_graph.web.documents.index import Entity, Index

_PERMANENTLY = 308
# Characters that a query string may hold (RFC 3986, section 3.4); others are encoded.
_OF_QUERIES = "%:/?@!$&'()*+,;=-._~[]"
# Words as people write them, between slashes.
_NAMES = re.compile(r"[\w '\u2019-]+(?:/[\w '\u2019-]+)*+")
# The routes below which there are files.
_OF_FILES = ("docs.", "dumps.", "ldes.")
# A longer path is that of no entity.
_LONGEST_PATH = 500


def without_final_slash() -> AnyResponse | None:
    """Redirect from a known address with a slash at its end to the address; else None.

    To be called before each request. The method and the body stay the same (RFC 9110, section
    15.4.9), and the query string is kept.
    """
    path = request.path
    bare = path[:-1]
    if not path.endswith("/") or bare.endswith("/") or not bare or has_route(path):
        return None
    if has_route(bare, is_known=True):
        return redirect_to(quote(bare[1:]))
    index = current_snapshot().derive(Index.of)
    if document(index, path[1:]):
        return None
    return _redirect_to_document(document(index, bare[1:]))


def in_other_letters(path: str, index: Index) -> AnyResponse | None:
    """Redirect from the path of an entity in other letters, such as ``City/PL/Wrocław``; else None.

    The parts of a path are slugs, so that its name written in full leads to the same slug.
    """
    for name in slugs(path):
        if redirected := _redirect_to_document(document(index, name)):
            return redirected
    return None


def document(index: Index, path: str) -> tuple[Entity, str] | None:
    """Return the entity that ``path`` is of, and the suffix of its document or nothing."""
    if found := index.get(path):
        return found, ""
    stem, _, suffix = path.rpartition(".")
    found = index.get(stem) if suffix in SUFFIXES else None
    return (found, suffix) if found else None


def has_route(path: str, *, is_known: bool = False) -> bool:
    """Tell whether ``path`` has a route of its own, rather than that of the entities.

    With ``is_known`` routes of files do not count, which have to be looked for.
    """
    try:
        rule, _ = current_app.url_map.bind("").match(path, method="GET", return_rule=True)
    except HTTPException:
        return False
    is_file = rule.endpoint.startswith(_OF_FILES) and not rule.arguments <= {"suffix"}
    return not (is_known and is_file) and not rule.endpoint.startswith("entities.")


def slugs(path: str) -> Iterator[str]:
    """Yield what ``path`` may be, of a document or of an entity, where its parts are names."""
    if len(path) > _LONGEST_PATH:
        return
    stem, _, suffix = path.rpartition(".")
    if suffix.lower() in SUFFIXES and _NAMES.fullmatch(stem):
        yield f"{_slug(stem)}.{suffix.lower()}"
    if _NAMES.fullmatch(path):
        yield _slug(path)


def _slug(path: str) -> str:
    return "/".join(map(slug, path.split("/")))


def _redirect_to_document(found: tuple[Entity, str] | None) -> AnyResponse | None:
    if found is None:
        return None
    entity, suffix = found
    return redirect_to(f"{entity.address}.{suffix}" if suffix else entity.address)


def redirect_to(address: str) -> AnyResponse:
    """Redirect to where the same is, ``address`` below the root, with the query string."""
    asked = quote(request.query_string, safe=_OF_QUERIES)
    return redirect(f"{location(address)}?{asked}" if asked else location(address), _PERMANENTLY)


def location(address: str) -> str:
    """Return what leads a client from the path that it has sent to ``address``.

    ``address`` is below the root of this instance, without a slash at its beginning. Unless a
    setting or a proxy says where the root is, Location is relative, so that a local instance stays
    local. A slash of the path may have been sent as %2F, which does not count when a client
    resolves Location (RFC 3986, section 2.2); so Location goes up to the root, beyond which nothing
    leads (section 5.2.4).
    """
    if request.script_root:
        return f"{request.script_root}/{address}"
    up = "../" * request.path.count("/", 1) or "./" * (":" in address)
    return f"{up}{address}"
