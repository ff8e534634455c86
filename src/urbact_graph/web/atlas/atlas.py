"""The atlas of a snapshot: every thing that people look for, with what it is connected to."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from urbact_graph.problems import NOT_FOUND, ProblemError
from urbact_graph.web.atlas.places import Places
from urbact_graph.web.atlas.reading import Reading
from urbact_graph.web.atlas.things import (
    Call,
    City,
    Country,
    Document,
    Network,
    Person,
    Plan,
    Programme,
    Recommendation,
    Term,
    Theme,
    Thing,
)
from urbact_graph.web.atlas.works import Works
from urbact_graph.web.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOT_OURS = "This address is offered for the graph of URBACT only; this instance serves another."


@dataclass(frozen=True)
class Atlas:
    """The things of the graph, each kind by path and sorted by it; countries are by code.

    ``base`` is that of the IRIs. ``words`` are the English labels of the kinds of networks and of
    plans, and of the addressees of recommendations, by the local names of their IRIs.
    """

    base: str
    networks: dict[str, Network]
    cities: dict[str, City]
    plans: dict[str, Plan]
    recommendations: dict[str, Recommendation]
    people: dict[str, Person]
    calls: dict[str, Call]
    themes: dict[str, Theme]
    countries: dict[str, Country]
    programmes: dict[str, Programme]
    terms: dict[str, Term]
    documents: dict[str, Document]
    words: dict[str, str]

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        """Query the things of ``snapshot``; to be called by ``snapshot.derive``.

        Raises:
            ProblemError: as the engine raises it.
        """
        reading = Reading.of(snapshot)
        words = {
            iri.rpartition("#")[2]: reading.words.text(iri, "rdfs:label")
            for iri in reading.words.subjects
        }
        works = Works.of(reading, words)
        places = Places.of(reading, works)
        return cls(
            base=snapshot.base,
            networks=works.networks,
            cities=places.cities,
            plans=works.plans,
            recommendations=works.recommendations,
            people=works.people,
            calls=works.calls,
            themes=places.themes,
            countries=places.countries,
            programmes=places.programmes,
            terms=works.terms,
            documents=works.documents,
            words=words,
        )

    def get(self, path: str) -> Thing | None:
        """Return the thing at ``path``, if there is one; a country is at the path of its page."""
        kind, _, rest = path.partition("/")
        if kind == "countries":
            return self.countries.get(rest.upper())
        kinds: dict[str, Mapping[str, Thing]] = {
            "network": self.networks,
            "city": self.cities,
            "plan": self.plans,
            "recommendation": self.recommendations,
            "person": self.people,
            "call": self.calls,
            "theme": self.themes,
            "programme": self.programmes,
            "glossary": self.terms,
            "document": self.documents,
        }
        return kinds.get(kind, {}).get(path)


def atlas_of(snapshot: Snapshot) -> Atlas:
    """Return the atlas of ``snapshot``.

    Raises:
        ProblemError: the dataset is not that of URBACT; or as the engine raises it.
    """
    if snapshot.settings.is_foreign:
        raise ProblemError(NOT_FOUND, _NOT_OURS)
    return snapshot.derive(Atlas.of)
