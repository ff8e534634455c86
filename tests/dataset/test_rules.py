"""Each rule in ontology/rules, on a graph of a few triples: just what it adds, and what not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pyoxigraph import QueryTriples, RdfFormat, Store, Triple, parse

if TYPE_CHECKING:
    from urbact_graph.sources import GraphSources

PREFIXES = """
@prefix : <https://example.org/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix geo: <http://www.opengis.net/ont/geosparql#> .
@prefix nuts: <http://data.europa.eu/nuts/code/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sf: <http://www.opengis.net/ont/sf#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix urb: <https://w3id.org/urbact-graph/ontology#> .
@prefix wgs: <http://www.w3.org/2003/01/geo/wgs84_pos#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
# Rule, what the graph says, what the rule must add to it.
CASES: list[tuple[str, str, str]] = [
    (
        "10-superclasses",
        """urb:TransferNetwork a owl:Class ; rdfs:subClassOf urb:Network .
        urb:Network a owl:Class ; rdfs:subClassOf org:Organization .
        :net a urb:TransferNetwork . :other a org:Person . :concept a skos:Concept .""",
        ":net a urb:Network , org:Organization .",
    ),
    (
        "11-superproperties",
        """urb:declaredTheme rdfs:subPropertyOf urb:theme .
        urb:localName rdfs:subPropertyOf skos:altLabel .
        urb:theme rdfs:subPropertyOf dct:subject . urb:statedCall rdfs:subPropertyOf urb:call .
        :net urb:declaredTheme :food . :net urb:theme :air . :net urb:statedCall :first .
        :other urb:call :second .
        :one skos:prefLabel "Lisbon"@en ; urb:localName "Lisboa" .
        :two skos:prefLabel "Porto"@en ; urb:localName "Porto" .""",
        ':net urb:theme :food ; urb:call :first . :one skos:altLabel "Lisboa" .',
    ),
    *(
        (
            "12-years",
            f''':dated a urb:{kind} ; {date} "{value}"^^xsd:{datatype} .
            :other {date} "{value}"^^xsd:{datatype} .''',
            f":dated urb:{year} {value[:4]} .",
        )
        for kind, date, year in (
            ("Network", "urb:start", "startYear"),
            ("Network", "urb:end", "endYear"),
            ("Programme", "urb:start", "startYear"),
            ("Programme", "urb:end", "endYear"),
            ("Plan", "dct:issued", "issuedYear"),
            ("Call", "urb:opens", "opensYear"),
            ("Call", "urb:closes", "closesYear"),
            ("Call", "urb:approved", "approvedYear"),
        )
        for value, datatype in (
            ("2023-06-01", "date"),
            ("2019-12", "gYearMonth"),
            ("2007", "gYear"),
        )
    ),
    # What is no date gives no year.
    ("12-years", ':net a urb:Network ; urb:start "soon" , "June 2023" .', ""),
    (
        "20-country-of-city",
        """:city urb:country :PT . :partnership urb:city :city . :plan urb:city :city .
        :announced a urb:AnnouncedPlan ; urb:city :city .
        :free urb:country :ES . :lost urb:city :unknown .""",
        ":partnership urb:country :PT . :plan urb:country :PT . :announced urb:country :PT .",
    ),
    (
        "21-partner-cities",
        """:s1 a urb:Partnership ; urb:network :net ; urb:city :a ; urb:role urb:LeadPartner .
        :s2 a urb:Partnership ; urb:network :net ; urb:city :b ; urb:role urb:ProjectPartner .
        :s3 a urb:Partnership ; urb:network :net ; urb:role urb:ProjectPartner .
        :plan a urb:Plan ; urb:network :net ; urb:city :c .""",
        ":net urb:partnerCity :a , :b ; urb:leadCity :a .",
    ),
    (
        "22-countries-of-partners",
        """:s1 a urb:Partnership ; urb:network :net ; urb:country :PT .
        :s2 a urb:Partnership ; urb:network :net ; urb:country :PT ; urb:city :a .
        :plan a urb:Plan ; urb:network :net ; urb:country :ES .""",
        ":net urb:countryOfPartner :PT .",
    ),
    (
        "23-plan-kinds",
        """urb:TransferNetwork a owl:Class ; urb:planKind urb:TransferPlan .
        :net a urb:TransferNetwork . :other a urb:OtherNetwork .
        :own urb:planKind urb:LocalActionPlan . :thing a :own .""",
        ":net urb:planKind urb:TransferPlan .",
    ),
    (
        "23-plan-kinds",
        """urb:TransferNetwork a owl:Class ; urb:planKind urb:TransferPlan .
        :net a urb:TransferNetwork ; urb:planKind urb:LocalActionPlan .""",
        "",
    ),
    (
        "30-inverses",
        """urb:leadExpertOf owl:inverseOf urb:leadExpert .
        :net urb:leadExpert :ann . :bob urb:leadExpertOf :other .""",
        ":ann urb:leadExpertOf :net . :other urb:leadExpert :bob .",
    ),
    (
        "31-parts",
        """:partnership a urb:Partnership ; urb:network :net ; urb:city :city ; urb:country :PT .
        :plan a urb:Plan ; urb:network :net ; urb:city :city .
        :announced a urb:AnnouncedPlan ; urb:network :net ; urb:city :other .
        :recommendation a urb:Recommendation ; urb:network :net ; urb:document :report .
        :net a urb:Network ; urb:programme :four . :call a urb:Call ; urb:programme :four .
        :unknown urb:network :net ; urb:city :city ; urb:programme :four .""",
        """:net urb:hasPartnership :partnership ; urb:hasPlan :plan .
        :net urb:hasRecommendation :recommendation .
        :city urb:hasPartnership :partnership ; urb:hasPlan :plan .
        :net urb:hasAnnouncedPlan :announced . :other urb:hasAnnouncedPlan :announced .
        :report urb:hasRecommendation :recommendation .
        :four urb:hasNetwork :net ; urb:hasCall :call .""",
    ),
    (
        "32-themes",
        ":trees skos:broader :green . :green skos:topConceptOf :scheme ; skos:inScheme :scheme .",
        ":green skos:narrower :trees . :scheme skos:hasTopConcept :green .",
    ),
    (
        "33-peers",
        ":one urb:partnerCity :a , :b . :two urb:partnerCity :b , :c . :three urb:partnerCity :d .",
        """:a urb:sharesNetworkWith :b . :b urb:sharesNetworkWith :a , :c .
        :c urb:sharesNetworkWith :b .""",
    ),
    (
        "40-geometries",
        """:a a urb:City ; wgs:lat 48.5 ; wgs:long -0.25 . :b a urb:City ; wgs:lat 1.0 .
        :c wgs:lat 1.0 ; wgs:long 2.0 .""",
        """:a geo:hasGeometry <https://example.org/a#geometry> .
        <https://example.org/a#geometry> a geo:Geometry , sf:Point ;
            geo:asWKT "POINT(-0.25 48.5)"^^geo:wktLiteral .""",
    ),
    (
        "41-nuts-codes",
        ":a urb:nuts3 nuts:FRD11 . :b urb:nuts3 nuts:FRD11 ; urb:nuts3In2021 nuts:FRD12 .",
        """nuts:FRD11 a skos:Concept ; skos:notation "FRD11" ; skos:prefLabel "FRD11" .
        nuts:FRD12 a skos:Concept ; skos:notation "FRD12" ; skos:prefLabel "FRD12" .""",
    ),
    (
        "41-nuts-codes",
        """:a urb:nuts3 nuts:FRD11 . nuts:FRD11 skos:prefLabel "Calvados" .
        nuts:FRD1 urb:nutsLevel 2 . nuts:FR urb:nutsLevel 0 ; skos:prefLabel "France" .""",
        'nuts:FRD1 a skos:Concept ; skos:notation "FRD1" ; skos:prefLabel "FRD1" .',
    ),
    (
        "42-sources",
        """:net urb:leadExpert :ann , :bob ; dct:source :page .
        :bob dct:source :own . :partnership urb:city :city ; dct:source :page2 .
        :scheme a skos:ConceptScheme . :food skos:inScheme :scheme ; dct:source :page3 .
        :trees skos:inScheme :scheme ; dct:source :scheme . :pt skos:inScheme :foreign .""",
        """:ann dct:source :page . :city dct:source :page2 . :scheme dct:source :page3 .""",
    ),
    (
        "43-identifiers",
        """:graz a urb:City ; owl:sameAs <https://sws.geonames.org/2778067/> ,
            <http://www.wikidata.org/entity/Q13298> , <https://example.org/other> .
        :seat a urb:City ; urb:seat <https://sws.geonames.org/1/> .
        :thing owl:sameAs <http://www.wikidata.org/entity/Q1> .""",
        ':graz urb:geonames "2778067" ; urb:wikidata "Q13298" .',
    ),
    (
        "50-labels",
        """:net skos:prefLabel "Net"@en ; dct:title "No label" . :ann foaf:name "Ann" .
        :call a urb:Call ; dct:title "Call" . :report a urb:Document ; dct:title "Report" .
        :recommendation a urb:Recommendation ; urb:statement "Do."@en .
        :partnership a urb:Partnership ; urb:partnerName "Town" ; urb:network :net .""",
        """:net rdfs:label "Net"@en . :ann rdfs:label "Ann" . :call rdfs:label "Call" .
        :report rdfs:label "Report" . :recommendation rdfs:label "Do."@en .
        :partnership rdfs:label "Town in Net"@en .""",
    ),
    (
        "50-labels",
        """urb:TransferPlan rdfs:subClassOf urb:Plan ;
            rdfs:label "Transfer Plan"@en , "Plan de transfert"@fr .
        :net skos:prefLabel "Net"@en . :city skos:prefLabel "Town"@en .
        :one a urb:Plan , urb:TransferPlan ; urb:network :net ; urb:city :city .
        :two a urb:Plan , urb:TransferPlan ; urb:city :city .
        :three a urb:Plan , urb:TransferPlan .
        :four a urb:AnnouncedPlan ; urb:planKind urb:TransferPlan ; urb:network :net ;
            urb:city :city .
        :five a urb:AnnouncedPlan ; urb:planKind urb:TransferPlan .""",
        """:net rdfs:label "Net"@en . :city rdfs:label "Town"@en .
        :one rdfs:label "Transfer Plan of Town in Net"@en .
        :two rdfs:label "Transfer Plan of Town"@en . :three rdfs:label "Transfer Plan"@en .
        :four rdfs:label "Announced Transfer Plan of Town in Net"@en .
        :five rdfs:label "Announced Transfer Plan"@en .""",
    ),
    (
        "50-labels",
        """:PartnersMeasure rdfs:label "Number of partners"@en , "Nombre de partenaires"@fr .
        :call a urb:Call ; dct:title "First call" . :one skos:prefLabel "URBACT I"@en .
        :a a urb:OfficialTotal ; urb:totalOf :call ; urb:measure :PartnersMeasure .
        :b a urb:OfficialTotal ; urb:totalOf :one ; urb:measure :PartnersMeasure .""",
        """:call rdfs:label "First call" . :one rdfs:label "URBACT I"@en .
        :a rdfs:label "Official number of partners: First call"@en .
        :b rdfs:label "Official number of partners: URBACT I"@en .""",
    ),
]


def triples(text: str) -> set[Triple]:
    return {quad.triple for quad in parse(PREFIXES + text, format=RdfFormat.TURTLE)}


@pytest.mark.parametrize(("rule", "given", "added"), CASES)
def test_a_rule_adds_just_this(sources: GraphSources, rule: str, given: str, added: str) -> None:
    store = Store()
    store.load(PREFIXES + given, format=RdfFormat.TURTLE)
    text = (sources.root / "ontology" / "rules" / f"{rule}.rq").read_text(encoding="utf-8")
    results = store.query(text)
    assert isinstance(results, QueryTriples)
    assert set(results) - triples(given) == triples(added)


def test_every_rule_is_tested(sources: GraphSources) -> None:
    assert {rule for rule, _, _ in CASES} == {path.stem for path in sources.rules()}


def test_every_rule_says_first_what_it_is_for(sources: GraphSources) -> None:
    for path in sources.rules():
        first = path.read_text(encoding="utf-8").split("\n")[0]
        assert first.startswith("# "), path.name
        assert first[2].isupper(), path.name
