"""How IRIs are written in tables."""

from collections.abc import Callable

from urbact_graph.rdf.namespaces import namespaces, shortened

# Writes an IRI.
Naming = Callable[[str], str]


def in_full(iri: str) -> str:
    """Return ``iri`` as it is."""
    return iri


def short_forms(base: str) -> Naming:
    """Return what writes prefixed names, and paths for the entities of the graph below ``base``.

    ``describe`` and the parameters of stored queries take both. An IRI with no prefix stays as it
    is.
    """
    prefixes = namespaces(base)

    def short(iri: str) -> str:
        name = shortened(iri, prefixes)
        return name if name != iri else iri.removeprefix(base)

    return short
