"""A larger graph of the same shape: copies of the real entities, linked as the real ones are.

A copy has everything that a source says about networks, partnerships, cities, plans,
recommendations, calls, persons and documents, and what was derived from it, under new IRIs and
with the copy's number behind names and titles. Vocabulary, themes, countries and other
concepts are shared by all copies. Most links stay within a copy; a seeded share of a network's
cities are those of another copy, in every statement that follows from it.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from urbact_graph.settings import WRITTEN_BASE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pyoxigraph import Triple

_ONTOLOGY = f"{WRITTEN_BASE}ontology#"
# The IRIs of what is copied, up to where a copy's number goes: those of a network's parts name it.
_COPIED = re.compile(
    rf"{re.escape(WRITTEN_BASE)}(?:(?:partnership|plan|recommendation)/[^/#]+"
    r"|(?:call|city|document|network|person|similarity)/[^#]+)"
)
_CITY = f"{WRITTEN_BASE}city/"
_HASH = re.compile(r"(?<=/)[0-9a-f]{8}$")
_GEONAMES = re.compile(r"https://sws\.geonames\.org/\d+(?=/)")
_PATH = re.compile(r"[^/]+://[^/]+/")
_MET = f"{_ONTOLOGY}sharesNetworkWith"
# Properties whose texts name an entity, and those whose pages belong to it.
_NAMES = re.compile(r"(?:[#/](?:prefLabel|altLabel|label|title|name|partnerName|statement))$")
_PAGES = re.compile(r"(?:[#/](?:sameAs|source|page|seat))$")
# What a copy's number is written in place of: behind an IRI, behind a text, before a GeoNames
# number's slash, and in a hash. None of these characters can stand in N-Triples as they are.
_IRI, _TEXT, _NUMBER, _HASHED = "\x00", "\x01", "\x02", "\x03"
_HASHED_IRI = re.compile(rf"{_HASHED}([0-9a-f]{{8}})")
_STEP = 2_654_435_761
# The share of a network's cities that are those of another copy.
SHARE = 0.1


class _Link(NamedTuple):
    """A statement that links a city and what belongs to a network, the city as object or not."""

    before: str
    city: str
    after: str
    network: str


class Scaler:
    """Makes graphs of ``factor`` times the triples of ``dataset``; equal seeds, equal graphs."""

    def __init__(self, dataset: Path) -> None:
        triples = [quad.triple for quad in parse(path=str(dataset), format=RdfFormat.N_TRIPLES)]
        self.triples = len(triples)
        self._shared: list[str] = []
        self._copied: list[str] = []
        self._links: list[_Link] = []
        self._cities: dict[str, dict[str, None]] = defaultdict(dict)
        networks = _networks(triples)
        for triple in triples:
            self._sort(triple, networks)

    def _sort(self, triple: Triple, networks: dict[str, str]) -> None:
        subject, predicate = _value(triple.subject), triple.predicate.value
        object_ = _value(triple.object)
        if not _COPIED.match(subject) and not _COPIED.match(object_):
            self._shared.append(f"{triple} .\n")
            return
        if predicate == _MET:
            # Whom a city met follows from the networks' cities.
            return
        line = _template(triple)
        if object_.startswith(_CITY) and subject in networks:
            city, network = object_, networks[subject]
        elif subject.startswith(_CITY) and object_ in networks:
            city, network = subject, networks[object_]
        else:
            self._copied.append(line)
            return
        if predicate == f"{_ONTOLOGY}partnerCity":
            self._cities[network][city] = None
        before, after = line.split(f"<{city}{_IRI}>")
        self._links.append(_Link(before, city, after, network))

    def blocks(self, factor: int, seed: int) -> Iterator[str]:
        """Yield the graph as blocks of N-Triples, one copy in memory at a time."""
        yield "".join(self._shared)
        simple = "".join(self._copied)
        for copy in range(factor):
            homes = self._homes(copy, factor, seed)
            links = "".join(
                f"{link.before}<{link.city}{_suffix(homes[link.city, link.network])}>{link.after}"
                for link in self._links
            )
            yield _numbered(simple + links, copy)
            yield "".join(self._meetings(homes))

    def _homes(self, copy: int, factor: int, seed: int) -> dict[tuple[str, str], int]:
        """Return the copy that each city of each network of ``copy`` is taken from."""
        choice = random.Random(f"{seed} {copy}")  # noqa: S311 - a graph, not a secret
        homes: dict[tuple[str, str], int] = defaultdict(lambda: copy)
        if factor > 1:
            for network, cities in self._cities.items():
                for city in cities:
                    if choice.random() < SHARE:
                        homes[city, network] = (copy + choice.randrange(1, factor)) % factor
        return homes

    def _meetings(self, homes: dict[tuple[str, str], int]) -> Iterable[str]:
        met: dict[str, None] = {}
        for network, cities in self._cities.items():
            names = [f"<{city}{_suffix(homes[city, network])}>" for city in cities]
            for one in names:
                met |= dict.fromkeys(
                    f"{one} <{_MET}> {other} .\n" for other in names if other != one
                )
        return met


def write_scaled(dataset: Path, target: Path, factor: int, seed: int) -> None:
    """Write the graph of ``factor`` times ``dataset`` to ``target``."""
    with target.open("w", encoding="utf-8") as file:
        file.writelines(Scaler(dataset).blocks(factor, seed))


def lines(dataset: Path) -> int:
    """Count the lines of a file; one that this project wrote has a triple in each."""
    with dataset.open("rb") as file:
        return sum(1 for _ in file)


def _networks(triples: list[Triple]) -> dict[str, str]:
    """Return the network of each network, partnership and plan."""
    found: dict[str, str] = {}
    for triple in triples:
        subject = _value(triple.subject)
        if triple.predicate.value == f"{_ONTOLOGY}network":
            found[subject] = _value(triple.object)
        elif subject.startswith(f"{WRITTEN_BASE}network/"):
            found[subject] = subject
    return found


def _value(term: object) -> str:
    return term.value if isinstance(term, NamedNode) else ""


def _template(triple: Triple) -> str:
    """Return the line of ``triple``, with marks where the number of a copy goes."""
    predicate = triple.predicate.value
    parts = [_marked(_value(triple.subject)), f"<{predicate}>"]
    if isinstance(triple.object, Literal):
        text = str(triple.object)
        if _NAMES.search(predicate):
            end = len(text) - len(text.rpartition('"')[2]) - 1
            text = f"{text[:end]}{_TEXT}{text[end:]}"
        parts.append(text)
    else:
        value = _value(triple.object)
        parts.append(_page(value) if _PAGES.search(predicate) else _marked(value))
    return f"{' '.join(parts)} .\n"


def _marked(iri: str) -> str:
    found = _COPIED.match(iri)
    if not found:
        return f"<{iri}>"
    entity, rest = found[0], iri[found.end() :]
    if _HASH.search(entity):
        return f"<{_HASH.sub(lambda part: _HASHED + part[0], entity)}{rest}>"
    return f"<{entity}{_IRI}{rest}>"


def _page(iri: str) -> str:
    if found := _GEONAMES.match(iri):
        return f"<{found[0]}{_NUMBER}{iri[found.end() :]}>"
    # An address without a path is all copies' own: behind it a number would name another site.
    return f"<{iri}{_IRI}>" if _PATH.match(iri) else f"<{iri}>"


def _suffix(copy: int) -> str:
    # No real name ends like this.
    return f"-copy{copy}" if copy else ""


def _numbered(template: str, copy: int) -> str:
    """Fill the marks of ``template``; the copy 0 is the real graph."""
    digits = f"{copy:03d}" if copy else ""
    text = template.replace(_IRI, _suffix(copy)).replace(_NUMBER, digits)
    text = text.replace(_TEXT, f" {copy}" if copy else "")
    return _HASHED_IRI.sub(lambda part: _rehashed(part[1], copy), text)


def _rehashed(digits: str, copy: int) -> str:
    return f"{(int(digits, 16) + copy * _STEP) % 2**32:08x}"
