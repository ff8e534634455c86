"""The entities that names are reconciled with: their types, their ids, and their identifiers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote

from urbact_graph.web.atlas.atlas import Atlas, atlas_of
from urbact_graph.web.atlas.statements import Statements
from urbact_graph.web.atlas.things import Country, Name
from urbact_graph.web.search.entries import KINDS, Entry
from urbact_graph.web.search.index import SearchIndex
from urbact_graph.web.snapshot import Snapshot

# The types by what is reconciled most, each with what it is; those of ``USUAL`` are looked for
# where a query names no type.
TYPES = {
    "city": "A city, town or municipality that took part in a network",
    "network": "A network of cities, which URBACT funded",
    "theme": "A theme of networks and recommendations",
    "person": "A lead expert of networks",
    "call": "A call for networks or for cities",
    "country": "A country with cities or partners",
    "programme": "A programme, URBACT I to IV",
    "plan": "A plan that a city wrote in a network",
    "term": "A term of the glossary of URBACT",
    "document": "A document that recommendations were read in",
}
USUAL = ("city", "network", "theme", "person", "call", "country", "programme")
_WIKIDATA = ("http://www.wikidata.org/entity/", "https://www.wikidata.org/wiki/")
_GEONAMES = ("https://sws.geonames.org/", "https://www.geonames.org/", "http://sws.geonames.org/")
_SUFFIXES = (".html", ".ttl", ".jsonld", ".rdf", ".nt")


@dataclass(frozen=True, slots=True)
class Identifiers:
    """What other datasets call a city; empty where it is not known."""

    geonames: str = ""
    wikidata: str = ""
    lau: str = ""
    nuts: str = ""
    urban_area: str = ""


@dataclass(frozen=True)
class Entities:
    """The entities of a snapshot by id, which is the path of their page without its suffix."""

    atlas: Atlas
    by_id: dict[str, Entry]
    identifiers: dict[str, Identifiers]
    _by_iri: dict[str, str]

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        """Read the entities of ``snapshot``; to be called by ``snapshot.derive``.

        Raises:
            ProblemError: as the atlas raises it.
        """
        atlas = atlas_of(snapshot)
        index = snapshot.derive(SearchIndex.of)
        by_id = {entry.thing.path: entry for entry in index.entries if entry.kind in TYPES}
        properties = (
            *("urb:geonames", "urb:lau", "urb:nuts3", "urb:functionalUrbanArea"),
            "owl:sameAs",
        )
        stated = Statements.of(snapshot, "?thing a urb:City .", properties)
        identifiers = {path: _identifiers(stated, iri) for iri, path in stated.items()}
        by_iri = {one.iri: one.path for one in atlas.countries.values()}
        for path, known in identifiers.items():
            for prefixes, value in ((_WIKIDATA, known.wikidata), (_GEONAMES, known.geonames)):
                by_iri.update({f"{prefix}{value}": path for prefix in prefixes if value})
        return cls(atlas, by_id, identifiers, by_iri)

    def find(self, text: str) -> Entry | None:
        """Return the entity whose id, IRI, page, or IRI in Wikidata or GeoNames ``text`` is."""
        iri = text.strip().strip("<>").rstrip("/")
        path = self._by_iri.get(iri, iri.removeprefix(self.atlas.base))
        for suffix in _SUFFIXES:
            path = path.removesuffix(suffix)
        return self.by_id.get(path) or self.by_id.get(unquote(path))

    def all(self, kinds: Iterable[str]) -> Iterator[Entry]:
        """Yield the entities of ``kinds``."""
        chosen = frozenset(kinds)
        return (entry for entry in self.by_id.values() if entry.kind in chosen)

    def known(self, path: str) -> Identifiers:
        """Return the identifiers of the entity at ``path``."""
        return self.identifiers.get(path, Identifiers())

    def iri(self, entry: Entry) -> str:
        """Return the IRI of ``entry``."""
        thing = entry.thing
        return thing.iri if isinstance(thing, Country) else f"{self.atlas.base}{thing.path}"


def type_of(kind: str) -> dict[str, str]:
    """Return the type of a ``kind`` of entities, as candidates have it."""
    return {"id": kind, "name": KINDS[kind]}


def names_of(entry: Entry) -> tuple[Name, ...]:
    """Return the names of ``entry``; a person has them with the last name first, too."""
    if entry.kind != "person":
        return entry.names
    turned = []
    for name in entry.names:
        words = name.text.split()
        turns = (words[place:] + words[:place] for place in range(1, len(words)))
        turned += [Name(" ".join(turn), name.language) for turn in turns]
    return (*entry.names, *turned)


def _identifiers(stated: Statements, iri: str) -> Identifiers:
    same = stated.iris(iri, "owl:sameAs")
    found = (one.removeprefix(_WIKIDATA[0]) for one in same if one.startswith(_WIKIDATA[0]))
    return Identifiers(
        geonames=stated.text(iri, "urb:geonames"),
        wikidata=next(found, ""),
        lau=stated.text(iri, "urb:lau"),
        nuts=stated.iri(iri, "urb:nuts3").rpartition("/")[2],
        urban_area=stated.text(iri, "urb:functionalUrbanArea"),
    )
