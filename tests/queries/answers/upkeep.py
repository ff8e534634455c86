"""Answers for harvesters, curators and operators: names, sources, notes and sizes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rdflib import OWL, RDF, RDFS, SKOS, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF

from .facts import URB, Answer, Arguments, Facts, Row, answers, percent, wanted

if TYPE_CHECKING:
    from rdflib.term import Node


_READ = (
    URB.Network,
    URB.Partnership,
    URB.Plan,
    URB.AnnouncedPlan,
    URB.Recommendation,
    URB.Call,
)


@answers
def find(facts: Facts, given: Arguments) -> Answer:
    wanted = str(given["text"]).lower()
    main = (URB.Network, URB.City, URB.Plan, URB.Call, URB.Programme, URB.Person, URB.Document)
    rows: set[Row] = set()
    for kind in (*main, SKOS.Concept):
        for entity in facts.instances(kind):
            names = {
                name
                for predicate in (SKOS.prefLabel, SKOS.altLabel, DCTERMS.title, FOAF.name)
                for name in facts.objects(entity, predicate)
            }
            preferred = {str(name) for name in facts.objects(entity, SKOS.prefLabel)}
            local = facts.objects(entity, URB.localName)
            names |= {name for name in local if str(name) not in preferred}
            rows |= {(entity, name, kind) for name in names if wanted in str(name).lower()}
    return sorted(
        rows,
        key=lambda row: (
            str(row[0]),
            str(row[1]),
            getattr(row[1], "language", None) or "",
            str(row[2]),
        ),
    )


@answers
def entities_by_class(facts: Facts, _given: Arguments) -> Answer:
    # The build computes these from all that the others say.
    computed = {URB.Similarity: sum((RDF.type, URB.Similarity) == t[1:] for t in facts.built)}
    rows: list[Row] = [
        (
            kind,
            facts.english(kind, RDFS.label),
            computed.get(kind, len(facts.instances(kind))),  # type: ignore[call-overload]
        )
        for kind in facts.subjects(RDF.type, OWL.Class)
        if str(kind).startswith(URB)
    ]
    return sorted(rows, key=lambda row: (-int(str(row[2])), str(row[0])))


@answers
def entities_with_sources(facts: Facts, given: Arguments) -> Answer:
    return [
        (entity, facts.label(entity), source)
        for entity in facts.instances(given["class"])
        for source in _sources(facts, entity)
    ]


def _sources(facts: Facts, entity: Node) -> list[Node]:
    """Return the entity's own sources, else those of the networks that name it."""
    own = facts.objects(entity, DCTERMS.source)
    naming = facts.subjects(URB.leadExpert, entity)
    borrowed = {source for network in naming for source in facts.objects(network, DCTERMS.source)}
    return own or sorted(borrowed, key=str)


@answers
def sources_by_site(facts: Facts, given: Arguments) -> Answer:
    pages: dict[str, set[Node]] = {}
    entities: dict[str, set[Node]] = {}
    for kind in _READ:
        for entity in facts.instances(kind):
            for page in facts.objects(entity, DCTERMS.source):
                site = str(page).split("/")[2]
                pages.setdefault(site, set()).add(page)
                entities.setdefault(site, set()).add(entity)
    rows: list[Row] = [
        (site, len(pages[site]), len(read))
        for site, read in entities.items()
        if len(read) >= int(given["atLeast"])
    ]
    return sorted(rows, key=lambda row: (-int(str(row[2])), str(row[0])))


@answers
def reviewed_by_programme(facts: Facts, given: Arguments) -> Answer:
    groups: dict[tuple[str, str], list[bool]] = {}
    for kind in (URB.Network, URB.Partnership, URB.Plan, URB.AnnouncedPlan, URB.Recommendation):
        for entity in facts.instances(kind):
            network = entity if kind == URB.Network else facts.one(entity, URB.network)
            programme = facts.one(network, URB.programme)
            if programme is not None and wanted(programme, given.get("programme")):
                group = (str(programme), str(facts.english(kind, RDFS.label)))
                groups.setdefault(group, []).append(bool(facts.objects(entity, URB.reviewed)))
    return [
        (
            facts.english(URIRef(programme)),
            Literal(kind, "en"),
            len(compared),
            sum(compared),
            percent(sum(compared), len(compared)),
        )
        for (programme, kind), compared in sorted(groups.items())
    ]


@answers
def disagreements(facts: Facts, given: Arguments) -> Answer:
    return [
        (entity, facts.label(entity), note)
        for entity in facts.instances(given["class"])
        for note in facts.objects(entity, SKOS.editorialNote)
    ]


@answers
def statements_by_property(facts: Facts, _given: Arguments) -> Answer:
    statements = Counter(predicate for _, predicate, _ in facts.built)
    pairs = {(subject, predicate) for subject, predicate, _ in facts.built}
    subjects = Counter(predicate for _, predicate in pairs)
    rows: list[Row] = [(p, count, subjects[p]) for p, count in statements.items()]
    return sorted(rows, key=lambda row: (-int(str(row[1])), str(row[0])))
