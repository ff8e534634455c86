"""How IRIs are written in tables, and read from what a user writes."""

from collections.abc import Callable

from pyoxigraph import NamedNode

from urbact_graph.client.given import text_of
from urbact_graph.errors import QueryError
from urbact_graph.rdf.namespaces import namespaces, shortened

# Writes an IRI.
Naming = Callable[[str], str]


def in_full(iri: str) -> str:
    """Return ``iri`` as it is."""
    return iri


def short_forms(base: str) -> Naming:
    """Return what writes prefixed names, and paths for the entities of the graph below ``base``.

    ``iri_of`` and the parameters of stored queries take both. An IRI with no prefix stays as it is.
    """
    prefixes = namespaces(base)

    def short(iri: str) -> str:
        name = shortened(iri, prefixes)
        return name if name != iri else iri.removeprefix(base)

    return short


def iri_of(text: str, base: str) -> NamedNode:
    """Return the IRI that ``text`` is in full, as a prefixed name, or as a path below ``base``.

    Raises:
        QueryError: it is none of these.
    """
    written = text_of(text, "An IRI").strip().removeprefix("<").removesuffix(">")
    prefix, colon, name = written.partition(":")
    prefixes = namespaces(base)
    if colon and prefix in prefixes and not name.startswith("//"):
        iri = f"{prefixes[prefix]}{name}"
    else:
        iri = written if colon else f"{base}{written.strip('/')}"
    try:
        if written:
            return NamedNode(iri)
    except ValueError:
        pass
    raise QueryError(
        f"{text!r} is no valid IRI; write it in full, as a prefixed name such as urb:City, or as a "
        "path such as city/pl/wroclaw."
    )
