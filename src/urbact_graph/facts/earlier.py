"""What data/ described before an import: no published IRI may be lost or change its meaning."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from urbact_graph.rdf.namespaces import DCT, FOAF, SKOS, urb

# Partnerships and plans are named by their place among others of the same city and network.
_NAMED_BY_ORDER = ("partnership/", "plan/")


class Described:
    """The entities below ``base`` that triples describe, with the words that tell them apart."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.words: dict[str, set[str]] = {}
        self.sources: dict[str, set[str]] = defaultdict(set)
        names = SKOS.altLabel, str(urb(base).partnerName)
        self._telling = {DCT.title, DCT.abstract, FOAF.page, *names}

    def add(self, triples: Iterable[Triple]) -> None:
        """Add the entities that ``triples`` describe."""
        for triple in triples:
            subject = triple.subject
            if isinstance(subject, NamedNode) and subject.value.startswith(self.base):
                words = self.words.setdefault(subject.value, set())
                if triple.predicate.value in self._telling:
                    words.add(str(triple.object))
                elif triple.predicate.value == DCT.source:
                    self.sources[subject.value].add(str(triple.object))

    def add_files(self, paths: Iterable[Path]) -> None:
        """Add what the Turtle files at ``paths`` describe; leave out what is no Turtle."""
        for path in paths:
            try:
                quads = list(parse(path=str(path), format=RdfFormat.TURTLE))
            except (SyntaxError, ValueError):
                # A build reports it, with its place.
                continue
            self.add(quad.triple for quad in quads)

    def has_another(self, iri: str, later: "Described") -> bool:
        """Tell whether ``iri`` has nothing in common with what it is in ``later``."""
        if self.words[iri] and later.words[iri]:
            return self.words[iri].isdisjoint(later.words[iri])
        return self.sources[iri].isdisjoint(later.sources[iri])


def changes_of_meaning(before: Described, after: Described) -> Iterator[str]:
    """Report each IRI that has no description any more, and each that describes another thing."""
    for iri in sorted(before.words):
        if iri not in after.words:
            yield (
                f"{iri} was described before and is not now; state in data/deprecated.ttl what "
                "replaces it"
            )
        elif _is_named_by_order(iri, before.base) and before.has_another(iri, after):
            yield (
                f"{iri} has nothing in common with what it described before; if it is another "
                "thing, put the row that had the IRI in front of it in the table"
            )


def _is_named_by_order(iri: str, base: str) -> bool:
    return iri.removeprefix(base).startswith(_NAMED_BY_ORDER)
