"""Networks, plans, recommendations, people, calls, terms and documents, made of what is stated."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from urbact_graph.web.atlas.reading import Reading
from urbact_graph.web.atlas.statements import Statements
from urbact_graph.web.atlas.things import (
    ANNOUNCED,
    DESCRIBED,
    NOT_GRADED,
    STATED,
    Call,
    Document,
    Network,
    Person,
    Plan,
    Recommendation,
    Term,
)

_EVIDENCE = {"PlanDescribed": DESCRIBED, "PlanStatedForNetwork": STATED}
_LEAD = "LeadPartner"

Links = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Seats:
    """Who sits in the networks, by the path of the network; ``leads`` are cities that lead it."""

    cities: Mapping[str, frozenset[str]]
    leads: Links
    counts: Mapping[str, int]
    countries: Links

    @classmethod
    def of(cls, reading: Reading) -> Self:
        """Read the partnerships."""
        stated, codes = reading.partnerships, codes_of(reading)
        cities: dict[str, set[str]] = defaultdict(set)
        leads: dict[str, set[str]] = defaultdict(set)
        counts: dict[str, int] = defaultdict(int)
        countries: dict[str, set[str]] = defaultdict(set)
        for seat in stated.subjects:
            network, city = stated.one_path(seat, "urb:network"), stated.one_path(seat, "urb:city")
            counts[network] += 1
            countries[network].update(codes[i] for i in stated.iris(seat, "urb:country"))
            if city:
                cities[network].add(city)
                if stated.local(seat, "urb:role") == _LEAD:
                    leads[network].add(city)
        return cls(
            {network: frozenset(found) for network, found in cities.items()},
            {network: tuple(sorted(found)) for network, found in leads.items()},
            counts,
            {network: tuple(sorted(found)) for network, found in countries.items()},
        )

    def partners(self, network: str) -> tuple[str, ...]:
        """Return the cities of a network, those that lead it first."""
        leads = self.leads.get(network, ())
        return (*leads, *sorted(self.cities.get(network, frozenset()) - set(leads)))


@dataclass(frozen=True)
class Works:
    """What the networks are and made, by path, sorted."""

    networks: dict[str, Network]
    plans: dict[str, Plan]
    recommendations: dict[str, Recommendation]
    people: dict[str, Person]
    calls: dict[str, Call]
    terms: dict[str, Term]
    documents: dict[str, Document]

    @classmethod
    def of(cls, reading: Reading, words: Mapping[str, str]) -> Self:
        """Make the things of ``reading``; ``words`` label the kinds, by local name."""
        networks = reading.networks
        themes = {path: networks.paths(iri, "urb:theme") for iri, path in networks.items()}
        programmes = {
            path: networks.one_path(iri, "urb:programme") for iri, path in networks.items()
        }
        plans = _plans(reading, words, themes)
        recommendations = _recommendations(reading, words, programmes)
        made = _networks(reading, words, plans.values(), recommendations.values())
        return cls(
            networks=made,
            plans=plans,
            recommendations=recommendations,
            people=_people(reading.people, made.values()),
            calls=_calls(reading.calls, words, made.values()),
            terms=_terms(reading.terms),
            documents=_documents(reading.documents, recommendations.values()),
        )


def codes_of(reading: Reading) -> dict[str, str]:
    """Return the codes of the countries by IRI."""
    stated = reading.countries
    return {iri: stated.text(iri, "skos:notation") for iri in stated.subjects}


def grouped(pairs: Iterable[tuple[str, str]]) -> defaultdict[str, tuple[str, ...]]:
    """Return the second members of ``pairs`` by the first, each once, in order."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for key, member in pairs:
        if key:
            found[key][member] = None
    return defaultdict(tuple, {key: tuple(members) for key, members in found.items()})


def _kind(stated: Statements, iri: str, name: str, words: Mapping[str, str]) -> str:
    """Return the local name of the one class that has a word, so not that of the classes above."""
    local = (kind.rpartition("#")[2] for kind in stated.iris(iri, name))
    return next((kind for kind in local if kind in words), "")


def _networks(
    reading: Reading,
    words: Mapping[str, str],
    plans: Iterable[Plan],
    recommendations: Iterable[Recommendation],
) -> dict[str, Network]:
    stated, seats = reading.networks, Seats.of(reading)
    written = grouped((p.network, p.path) for p in plans if p.evidence != ANNOUNCED)
    announced = grouped((p.network, p.path) for p in plans if p.evidence == ANNOUNCED)
    advice = grouped((r.network, r.path) for r in recommendations)
    found = {}
    for iri, path in stated.items():
        kind = _kind(stated, iri, "a", words)
        found[path] = Network(
            path=path,
            name=stated.text(iri, "skos:prefLabel") or path,
            title=stated.text(iri, "dct:title"),
            abstract=stated.text(iri, "dct:abstract"),
            kind=kind,
            kind_label=words.get(kind, ""),
            programme=stated.one_path(iri, "urb:programme"),
            start=stated.text(iri, "urb:start"),
            end=stated.text(iri, "urb:end"),
            start_year=stated.year(iri, "urb:start"),
            end_year=stated.year(iri, "urb:end"),
            status=stated.local(iri, "urb:status").lower(),
            themes=stated.paths(iri, "urb:theme"),
            declared_themes=stated.paths(iri, "urb:declaredTheme"),
            partners=seats.partners(path),
            lead=next(iter(seats.leads.get(path, ())), ""),
            partner_count=seats.counts.get(path, 0),
            declared_partner_count=stated.number(iri, "urb:declaredPartnerCount") or 0,
            countries=seats.countries.get(path, ()),
            call=stated.one_path(iri, "urb:call"),
            call_is_stated=bool(stated.iri(iri, "urb:statedCall")),
            experts=stated.paths(iri, "urb:leadExpert"),
            plans=written[path],
            announced_plans=announced[path],
            recommendations=advice[path],
            page=stated.iri(iri, "foaf:page"),
            reviewed=stated.text(iri, "urb:reviewed"),
        )
    return found


def _plans(reading: Reading, words: Mapping[str, str], themes: Links) -> dict[str, Plan]:
    stated, codes = reading.plans, codes_of(reading)
    found = {}
    for iri, path in stated.items():
        is_announced = any(kind.endswith("#AnnouncedPlan") for kind in stated.iris(iri, "a"))
        kind = _kind(stated, iri, "urb:planKind" if is_announced else "a", words)
        evidence = _EVIDENCE.get(stated.local(iri, "urb:evidence"), NOT_GRADED)
        network = stated.one_path(iri, "urb:network")
        found[path] = Plan(
            path=path,
            label=stated.text(iri, "rdfs:label") or path,
            title=stated.text(iri, "dct:title"),
            abstract=stated.text(iri, "dct:abstract"),
            kind=kind,
            kind_label=words.get(kind, ""),
            evidence=ANNOUNCED if is_announced else evidence,
            network=network,
            city=stated.one_path(iri, "urb:city"),
            country=codes.get(stated.iri(iri, "urb:country"), ""),
            issued=stated.text(iri, "dct:issued"),
            year=stated.year(iri, "dct:issued"),
            page=stated.iri(iri, "foaf:page"),
            language=reading.languages.text(stated.iri(iri, "dct:language"), "skos:notation"),
            themes=themes.get(network, ()),
            reviewed=stated.text(iri, "urb:reviewed"),
        )
    return found


def _recommendations(
    reading: Reading, words: Mapping[str, str], programmes: Mapping[str, str]
) -> dict[str, Recommendation]:
    stated = reading.recommendations
    found = {}
    for iri, path in stated.items():
        network = stated.one_path(iri, "urb:network")
        addressees = tuple(one.rpartition("#")[2] for one in stated.iris(iri, "urb:addressee"))
        found[path] = Recommendation(
            path=path,
            statement=stated.text(iri, "urb:statement"),
            themes=stated.paths(iri, "urb:theme"),
            addressees=addressees,
            addressee_labels=tuple(words.get(one, one) for one in addressees),
            network=network,
            programme=programmes.get(network, ""),
            document=stated.one_path(iri, "urb:document"),
            theme_texts=stated.texts(iri, "urb:themeText"),
            reviewed=stated.text(iri, "urb:reviewed"),
        )
    return found


def _people(stated: Statements, networks: Iterable[Network]) -> dict[str, Person]:
    advised = grouped((expert, n.path) for n in networks for expert in n.experts)
    return {
        path: Person(
            path,
            stated.text(iri, "foaf:name") or path,
            stated.texts(iri, "skos:altLabel"),
            advised[path],
        )
        for iri, path in stated.items()
    }


def _calls(
    stated: Statements, words: Mapping[str, str], networks: Iterable[Network]
) -> dict[str, Call]:
    came = grouped((n.call, n.path) for n in networks)
    found = {}
    for iri, path in stated.items():
        kind = _kind(stated, iri, "urb:networkType", words)
        found[path] = Call(
            path=path,
            title=stated.text(iri, "dct:title") or path,
            programme=stated.one_path(iri, "urb:programme"),
            kind=kind,
            kind_label=words.get(kind, ""),
            opens=stated.text(iri, "urb:opens"),
            closes=stated.text(iri, "urb:closes"),
            approved=stated.text(iri, "urb:approved"),
            networks_approved=stated.number(iri, "urb:networksApproved") or 0,
            partners_approved=stated.number(iri, "urb:partnersApproved") or 0,
            budget=stated.text(iri, "urb:budget"),
            note=stated.text(iri, "skos:editorialNote"),
            networks=came[path],
        )
    return found


def _terms(stated: Statements) -> dict[str, Term]:
    return {
        path: Term(
            path,
            stated.text(iri, "skos:prefLabel") or path,
            stated.text(iri, "skos:definition"),
            next(iter(stated.iris(iri, "dct:source")), ""),
        )
        for iri, path in stated.items()
    }


def _documents(
    stated: Statements, recommendations: Iterable[Recommendation]
) -> dict[str, Document]:
    held = grouped((r.document, r.path) for r in recommendations)
    return {
        path: Document(path, stated.text(iri, "dct:title") or path, held[path])
        for iri, path in stated.items()
    }
