"""The first edition of the facts, as it was published."""

import tarfile
from pathlib import Path

from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from urbact_graph.rdf.resources import resource_of

_ARCHIVE = Path(__file__).with_name("first.tar.xz")
_BASE = "https://w3id.org/urbact-graph/"


def lay_out_first_edition(root: Path) -> None:
    """Write data/ and ontology/ of the first edition to the folder ``root``."""
    with tarfile.open(_ARCHIVE) as archive:
        archive.extractall(root, filter="data")


def facts_of_first_edition() -> set[Quad]:
    """Return all facts that the Turtle files of the first edition state."""
    found: set[Quad] = set()
    with tarfile.open(_ARCHIVE) as archive:
        for member in archive:
            if member.name.endswith(".ttl") and (file := archive.extractfile(member)):
                found.update(parse(file.read(), format=RdfFormat.TURTLE, base_iri=_BASE))
    return found


def facts_of(root: Path) -> set[Quad]:
    """Return all facts that the Turtle files in data/ and ontology/ of ``root`` state."""
    files = (*root.glob("data/**/*.ttl"), *root.glob("ontology/*.ttl"))
    return {
        quad
        for file in files
        for quad in parse(path=str(file), format=RdfFormat.TURTLE, base_iri=_BASE)
    }


def subjects_of(facts: set[Quad]) -> set[str]:
    """Return the IRIs below the base that ``facts`` describe, fragments included."""
    iris = {quad.subject.value for quad in facts if isinstance(quad.subject, NamedNode)}
    return {iri for iri in iris if iri.startswith(_BASE)}


def by_entity(facts: set[Quad]) -> dict[str, set[Quad]]:
    """Return the facts below the base by entity, whose IRI has no fragment."""
    found: dict[str, set[Quad]] = {}
    for quad in facts:
        if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(_BASE):
            found.setdefault(resource_of(quad.subject.value, _BASE), set()).add(quad)
    return found
