"""Documents as JSON-LD that reads like plain JSON."""

from collections.abc import Sequence

from pyoxigraph import NamedNode, RdfFormat, Triple, serialize

from urbact_graph.namespaces import namespaces


def to_jsonld(triples: Sequence[Triple], subject: NamedNode, base: str) -> bytes:  # noqa: ARG001
    """Write ``triples``, which are about ``subject``, as JSON-LD."""
    return serialize(triples, format=RdfFormat.JSON_LD, prefixes=namespaces(base)) or b""
