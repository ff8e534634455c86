"""Answers about what the build computes: similar networks, and how complete the graph is."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from rdflib import RDF, RDFS, Literal, Namespace
from rdflib.namespace import DCTERMS

from urbact_graph.dataset.similarity import most_similar

from .facts import URB, Answer, Arguments, Facts, Row, answers, text

if TYPE_CHECKING:
    from rdflib.term import Node

DQV = Namespace("http://www.w3.org/ns/dqv#")
TEXTS = (DCTERMS.title, DCTERMS.abstract, URB.objective, URB.targetGroup)


@answers
def similar_networks(facts: Facts, given: Arguments) -> Answer:
    network = given["network"]
    by_iri = {str(found): found for found in facts.networks}
    texts = {
        iri: " ".join(str(value) for name in TEXTS for value in facts.objects(found, name))
        for iri, found in by_iri.items()
    }
    themes = {iri: frozenset(map(str, facts.themes(found))) for iri, found in by_iri.items()}
    rows: list[Row] = []
    for found in most_similar(texts, themes):
        if found.one == str(network):
            other = by_iri[found.other]
            rows.append(
                (
                    found.rank,
                    other,
                    facts.english(other),
                    Literal(Decimal(str(found.score))),
                    facts.english(facts.one(other, URB.programme)),
                    len(themes[found.one] & themes[found.other]),
                    len(facts.cities_of[network] & facts.cities_of[other]),
                )
            )
    return rows


@answers
def coverage(facts: Facts, given: Arguments) -> Answer:
    stated: dict[Node, dict[Node, Node]] = defaultdict(dict)
    for subject, predicate, value in facts.built:
        stated[subject][predicate] = value
    rows: list[Row] = []
    for node, of in stated.items():
        if of.get(RDF.type) != DQV.QualityMeasurement:
            continue
        scope = of.get(URB.measuredOn)
        programme = facts.one(scope, URB.programme) or scope
        if given.get("programme") in {None, programme}:
            metric = stated[of[DQV.isMeasurementOf]][RDFS.label]
            numbers = (of[URB.heldCount], of[URB.expectedCount], of[DQV.value])
            rows.append((node, metric, of[RDFS.label], *numbers))
    return sorted(rows, key=lambda row: (text(row[1]), text(row[0])))  # type: ignore[arg-type]
