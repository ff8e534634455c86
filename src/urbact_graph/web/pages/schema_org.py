"""Markup of pages for search engines: statements of the graph in terms of schema.org.

A statement is given only if it is in the triples of the page, and if schema.org has a term with the
same meaning; docs/model.md lists those that have none.
"""

import contextlib
import re
from collections.abc import Callable, Iterable
from typing import Any

from pyoxigraph import Literal, Triple

from urbact_graph.description.distributions import LICENCE
from urbact_graph.rdf.graph import IndexedGraph
from urbact_graph.rdf.namespaces import DCAT, DCT, FOAF, OWL, RDF, RDFS, SKOS, WGS, urb
from urbact_graph.web.documents.document import HTML
from urbact_graph.web.documents.index import Entity

Node = dict[str, Any]

CONTEXT = "https://schema.org"
# Licences of the authority table of the European Union, by their own IRIs.
_LICENCES = {"http://publications.europa.eu/resource/authority/licence/CC_BY_4_0": LICENCE}
# A date of any precision in ISO 8601, as schema.org has it.
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2}(T.*)?)?)?")


class Facts(IndexedGraph):
    """Triples by subject and property, with values in the forms of schema.org.

    ``urb`` is the namespace of the graph's own vocabulary.
    """

    def __init__(self, triples: Iterable[Triple], base: str) -> None:
        super().__init__(triples)
        self.urb = urb(base)

    def english(self, subject: str, name: str) -> list[str]:
        """Return the texts of the property ``name`` in English or without a language."""
        literals = (v for v in self.values(subject, name) if isinstance(v, Literal))
        return list(dict.fromkeys(v.value for v in literals if v.language in ("en", None)))

    def date(self, subject: str, name: str) -> str:
        """Return a date in ISO 8601, empty if there is none."""
        text = self.text(subject, name)
        return text if _DATE.fullmatch(text) else ""

    def number(self, subject: str, name: str) -> float | None:
        """Return a number, None if there is none."""
        with contextlib.suppress(ValueError):
            return float(self.text(subject, name))
        return None

    def node(self, iri: str, kind: str) -> Node:
        """Return a resource that is linked: its class, IRI and label."""
        return without_empty({"@type": kind, "@id": iri, "name": self.label(iri)})

    def nodes(self, subject: str, name: str, kind: str) -> list[Node]:
        """Return the resources that the property ``name`` links to."""
        return [self.node(iri, kind) for iri in self.iris(subject, name)]


def entity_markup(
    facts: Facts, entity: Entity, base: str, address: str, *, is_ours: bool = True
) -> Node:
    """Return the markup of ``entity``, made of the ``facts`` of its description.

    Unless it ``is_ours``, it is given no dataset and no licence.
    """
    iri = entity.iri.value
    page = f"{address}/{entity.address}.{HTML}"
    kinds = (kind.removeprefix(str(facts.urb)) for kind in facts.iris(iri, RDF.type))
    describe = next((_KINDS[kind] for kind in kinds if kind in _KINDS), _thing)
    return without_empty(
        {
            "@context": CONTEXT,
            **describe(facts, iri),
            "@id": iri,
            "name": facts.label(iri) or entity.label,
            "identifier": iri,
            "url": page,
            "mainEntityOfPage": {
                "@type": "WebPage",
                "@id": page,
                "isPartOf": {"@id": f"{base}dataset"} if is_ours else None,
                "license": LICENCE if is_ours else None,
                "dateModified": facts.date(iri, DCT.modified),
                "citation": facts.iris(iri, DCT.source),
            },
        }
    )


def _network(facts: Facts, iri: str) -> Node:
    """Describe a network; a project is an organisation in schema.org."""
    name = facts.label(iri)
    return {
        "@type": "Project",
        "alternateName": [title for title in facts.texts(iri, DCT.title) if title != name],
        "description": facts.text(iri, DCT.abstract),
        "foundingDate": facts.date(iri, facts.urb.start),
        "dissolutionDate": facts.date(iri, facts.urb.end),
        "funder": facts.nodes(iri, facts.urb.programme, "FundingScheme"),
        # Cities are places; the organisations that are members are in the partnerships.
        "location": facts.nodes(iri, facts.urb.partnerCity, "AdministrativeArea"),
        "keywords": _themes(facts, iri),
        "subjectOf": _pages(facts, iri),
    }


def _city(facts: Facts, iri: str) -> Node:
    """Describe a city; one that is no populated place of GeoNames may be a county or an island."""
    population = facts.text(iri, facts.urb.population)
    places = facts.iris(iri, OWL.sameAs)
    latitude, longitude = (facts.number(iri, WGS[name]) for name in ("lat", "long"))
    point = {"@type": "GeoCoordinates", "latitude": latitude, "longitude": longitude}
    is_located = latitude is not None and longitude is not None
    name = facts.label(iri)
    others = facts.texts(iri, SKOS.altLabel) + facts.texts(iri, facts.urb.localName)
    return {
        "@type": "City" if places and population else "AdministrativeArea",
        "alternateName": [other for other in dict.fromkeys(others) if other != name],
        "geo": point if is_located else None,
        "sameAs": places,
        "containedInPlace": [
            {**facts.node(country, "Country"), "identifier": facts.texts(country, SKOS.notation)}
            for country in facts.iris(iri, facts.urb.country)
        ],
        "subjectOf": _pages(facts, iri),
    }


def _partnership(facts: Facts, iri: str) -> Node:
    return {
        "@type": "OrganizationRole",
        "roleName": [facts.label(role) for role in facts.iris(iri, facts.urb.role)],
        "member": [
            {"@type": "Organization", "name": name}
            for name in facts.texts(iri, facts.urb.partnerName)
        ],
        "memberOf": facts.nodes(iri, facts.urb.network, "Project"),
    }


def _plan(facts: Facts, iri: str) -> Node:
    cities = facts.nodes(iri, facts.urb.city, "AdministrativeArea")
    return {
        **_work(facts, iri),
        "spatialCoverage": cities or facts.nodes(iri, facts.urb.country, "Country"),
        "contributor": facts.nodes(iri, facts.urb.network, "Project"),
    }


def _recommendation(facts: Facts, iri: str) -> Node:
    return {
        "@type": "CreativeWork",
        "text": facts.text(iri, facts.urb.statement),
        "about": _themes(facts, iri),
        "audience": [
            without_empty({"@type": "Audience", "@id": one, "audienceType": facts.label(one)})
            for one in facts.iris(iri, facts.urb.addressee)
        ],
        "isPartOf": facts.nodes(iri, facts.urb.document, "CreativeWork"),
        "contributor": facts.nodes(iri, facts.urb.network, "Project"),
    }


def _document(facts: Facts, iri: str) -> Node:
    return {
        **_work(facts, iri),
        "hasPart": facts.nodes(iri, facts.urb.hasRecommendation, "CreativeWork"),
    }


def _work(facts: Facts, iri: str) -> Node:
    languages = facts.iris(iri, DCT.language)
    return {
        "@type": "CreativeWork",
        "headline": facts.text(iri, DCT.title),
        "abstract": facts.text(iri, DCT.abstract),
        "datePublished": facts.date(iri, DCT.issued),
        "inLanguage": [code for one in languages for code in facts.texts(one, SKOS.notation)],
        "subjectOf": _pages(facts, iri),
    }


def _person(facts: Facts, iri: str) -> Node:
    return {
        "@type": "Person",
        "alternateName": facts.texts(iri, SKOS.altLabel),
        "affiliation": [
            {"@type": "OrganizationRole", "roleName": "Lead expert", "affiliation": network}
            for network in facts.nodes(iri, facts.urb.leadExpertOf, "Project")
        ],
    }


def _programme(facts: Facts, iri: str) -> Node:
    return {
        "@type": "FundingScheme",
        "foundingDate": facts.date(iri, facts.urb.start),
        "dissolutionDate": facts.date(iri, facts.urb.end),
        "subjectOf": _pages(facts, iri),
    }


def _concept(facts: Facts, iri: str) -> Node:
    return {
        "@type": "DefinedTerm",
        "alternateName": facts.texts(iri, SKOS.altLabel),
        "description": facts.text(iri, SKOS.definition),
        "termCode": facts.text(iri, SKOS.notation),
        "inDefinedTermSet": facts.nodes(iri, SKOS.inScheme, "DefinedTermSet"),
        "sameAs": facts.iris(iri, SKOS.exactMatch),
    }


def _scheme(facts: Facts, iri: str) -> Node:
    terms = facts.iris(iri, SKOS.hasTopConcept)
    for name in (SKOS.inScheme, RDFS.isDefinedBy):
        terms += facts.linking(iri, name)
    return {
        "@type": "DefinedTermSet",
        "description": facts.text(iri, DCT.description, SKOS.definition),
        "hasDefinedTerm": [facts.node(one, "DefinedTerm") for one in dict.fromkeys(terms)],
    }


def _dataset(facts: Facts, iri: str) -> Node:
    """Describe the dataset in short; the home page has its full markup."""
    return {
        "@type": "Dataset",
        "description": facts.text(iri, DCT.description),
        "license": licences(facts, iri),
        "version": facts.text(iri, OWL.versionInfo),
        "dateModified": facts.date(iri, DCT.modified),
        "isAccessibleForFree": True,
    }


def licences(facts: Facts, iri: str) -> list[str]:
    """Return the licences of a dataset, by the IRIs that search engines know."""
    return [_LICENCES.get(one, one) for one in facts.iris(iri, DCT.license)]


def _thing(facts: Facts, iri: str) -> Node:
    """Describe an entity without a class in schema.org, such as a call for networks."""
    return {
        "@type": "Thing",
        "description": facts.text(iri, DCT.description, RDFS.comment),
        "subjectOf": _pages(facts, iri),
    }


# By the local names of the graph's own classes, and the IRIs of others.
_KINDS: dict[str, Callable[[Facts, str], Node]] = {
    "City": _city,
    "Document": _document,
    "Network": _network,
    "Partnership": _partnership,
    "Person": _person,
    "Plan": _plan,
    "Programme": _programme,
    "Recommendation": _recommendation,
    DCAT.Dataset: _dataset,
    OWL.Ontology: _scheme,
    SKOS.Concept: _concept,
    SKOS.ConceptScheme: _scheme,
}


def _themes(facts: Facts, iri: str) -> list[Node]:
    return facts.nodes(iri, facts.urb.theme, "DefinedTerm")


def _pages(facts: Facts, iri: str) -> list[Node]:
    return [{"@type": "WebPage", "url": page} for page in facts.iris(iri, FOAF.page)]


def without_empty(node: Node) -> Node:
    """Return ``node`` without empty values, and with single values instead of lists of one."""
    known = {name: _known(value) for name, value in node.items()}
    return {name: value for name, value in known.items() if value not in (None, "", [], {})}


def _known(value: object) -> object:
    if isinstance(value, dict):
        return without_empty(value)
    if isinstance(value, list):
        values = [known for known in map(_known, value) if known]
        return values[0] if len(values) == 1 else values
    return value
