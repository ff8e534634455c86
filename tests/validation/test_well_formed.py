"""Shapes that could not be checked, or check nothing, are errors with file, line and shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pyoxigraph import RdfFormat, parse

from tests.validation.examples import BASE, ROOT, SHAPES
from urbact_graph.errors import SourceError
from urbact_graph.sources import GraphSources
from urbact_graph.validation.shapes import load_shapes
from urbact_graph.validation.vocabulary import CONSTRAINTS, KIND_OF, OF_PATHS, ONCE, Terms
from urbact_graph.validation.well_formed import faults

if TYPE_CHECKING:
    from pathlib import Path

PREFIXES = f"""@prefix e: <http://e.org/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix urb: <{BASE}ontology#> .
"""
ONTOLOGY = f"""{PREFIXES}
urb:Network a owl:Class . urb:theme a owl:ObjectProperty ; rdfs:range urb:Forgotten .
urb:remedy a owl:AnnotationProperty .
"""
# The line on which a text behind these begins.
FIRST = 7
SHAPE = "e:s a sh:NodeShape ; sh:targetClass urb:Network ; sh:nodeKind sh:IRI .\n"
PROPERTY = "e:p a sh:PropertyShape ; sh:targetClass urb:Network ; sh:path urb:theme ;\n  "

WRONG = [
    # Terms that SHACL does not know, or that are not checked here.
    ("sh:minCout 1", "sh:minCout, which SHACL does not define"),
    ("sh:mincount 1", "sh:mincount, which SHACL does not define"),
    ("sh:minCount 1 ; sh:serverity sh:Info", "sh:serverity, which SHACL"),
    ("sh:nodeKind sh:Iri", "sh:Iri, which SHACL does not define"),
    ("sh:nodeKind sh:Violation", "sh:nodeKind sh:Violation; give it sh:IRI"),
    ("sh:minCount 1 ; a sh:Rules", "sh:Rules, which SHACL does not define"),
    ("sh:minCount 1 ; sh:js e:f", "sh:js, which is of SHACL's JavaScript"),
    ("sh:minCount 1 ; sh:entailment <http://www.w3.org/ns/entailment/RDFS>", "sh:entailment"),
    # Severities.
    ("sh:minCount 1 ; sh:severity sh:Error", "sh:Error, which SHACL does not define"),
    ("sh:minCount 1 ; sh:severity e:Grave", "severity http://e.org/Grave; give it sh:Violation"),
    ("sh:minCount 1 ; sh:severity 'Info'", 'sh:severity "Info", which is no IRI'),
    ("sh:minCount 1 ; sh:severity sh:Info, sh:Warning", "several values of sh:severity"),
    # Terms of the ontology and of vocabularies that are known.
    ("sh:class urb:Netwrk", "urb:Netwrk, which the ontology does not define"),
    ("sh:class urb:Forgotten", "urb:Forgotten, which the ontology does not define"),
    ("sh:disjoint urb:themes", "urb:themes, which the ontology does not define"),
    ("sh:minCount 1 ; urb:remedie 'x'", "urb:remedie, which the ontology does not define"),
    ("sh:class skos:Concpt", "skos:Concpt, which its vocabulary does not define"),
    ("sh:datatype xsd:strng", "xsd:strng, which its vocabulary does not define"),
    ("sh:datatype rdf:langstring", "rdf:langstring, which its vocabulary does not define"),
    ("sh:minCount 1 ; sh:targetClass urb:Netwrk", "sh:targetClass urb:Netwrk, which the ontology"),
    ("sh:minCount 1 ; sh:targetSubjectsOf urb:tema", "sh:targetSubjectsOf urb:tema, which"),
    ("sh:minCount 1 ; sh:targetObjectsOf skos:broder", "skos:broder, which its vocabulary"),
    ("sh:hasValue '1'^^xsd:intger", "xsd:intger, which its vocabulary does not define"),
    # Values of the wrong kind.
    ("sh:minCount '1'", 'sh:minCount "1", which is no xsd:integer'),
    ("sh:minCount 1.0", "which is no xsd:integer"),
    ("sh:maxCount -1", "which is no xsd:integer from 0"),
    ("sh:maxCount 'one'^^xsd:integer", "which is no xsd:integer"),
    ("sh:maxLength e:x", "which is no xsd:integer"),
    ("sh:minCount 1, 2", "several values of sh:minCount"),
    ("sh:uniqueLang 'true'", "which is no xsd:boolean"),
    ("sh:uniqueLang 1", "which is no xsd:boolean"),
    ("sh:minCount 1 ; sh:deactivated 'yes'^^xsd:boolean", "which is no xsd:boolean"),
    ("sh:minInclusive e:x", "which is no literal"),
    ("sh:datatype 'xsd:date'", "which is no IRI"),
    ("sh:class 'x'", "which is no IRI"),
    ("sh:minCount 1 ; sh:message 5", "which is no text"),
    ("sh:pattern e:x", "which is no text"),
    ("sh:pattern '('", "sh:pattern '(', which is no regular expression (missing ), "),
    ("sh:pattern '[a'", "which is no regular expression"),
    ("sh:pattern '*'", "which is no regular expression (nothing to repeat"),
    (r"sh:pattern '\\p{L}'", "which is no regular expression (bad escape"),
    ("sh:pattern 'a{2,1}'", "which is no regular expression"),
    ("sh:pattern 'a' ; sh:flags 'g'", "sh:flags 'g'; of the flags only i and m"),
    ("sh:pattern 'a' ; sh:flags 'ix'", "sh:flags 'ix'"),
    ("sh:pattern 'a', 'b'", "several values of sh:pattern"),
    # Lists.
    ("sh:in e:x", "sh:in e:x, which is no list".replace("e:x", "<http://e.org/x>")),
    ("sh:in 'a'", 'sh:in "a", which is no list'),
    ("sh:in e:l . e:l rdf:first 1", "which is no list"),
    ("sh:in e:l . e:l rdf:first 1 ; rdf:rest e:l", "which is no list"),
    ("sh:in e:l . e:l rdf:first 1, 2 ; rdf:rest ()", "which is no list"),
    ("sh:languageIn e:l . e:l rdf:first e:en ; rdf:rest ()", "whose members are not all texts"),
    ("sh:or e:l . e:l rdf:first e:gone ; rdf:rest ()", "which is no shape of these files"),
    ("sh:closed true ; sh:ignoredProperties e:l . e:l rdf:first 'a' ; rdf:rest ()", "not all IRIs"),
    # Classes where properties are meant, and the other way round.
    ("sh:class urb:theme", "sh:class urb:theme, which is a property; name a class"),
    ("sh:class skos:prefLabel", "which is a property; name a class"),
    ("sh:minCount 1 ; sh:targetClass urb:theme", "which is a property; name a class"),
    ("sh:minCount 1 ; sh:targetObjectsOf urb:Network", "which is a class; name a property"),
    ("sh:equals urb:Network", "which is a class; name a property"),
    # Shapes and paths.
    ("sh:node e:gone", "sh:node <http://e.org/gone>, which is no shape of these files"),
    ("sh:not 'x'", "which is no shape"),
    ("sh:property e:q . e:q sh:minCount 1", "<http://e.org/q>, which has no sh:path"),
    ("sh:minCount 1 ; sh:path urb:theme, skos:broader", "several values of sh:path"),
    # Queries.
    ("sh:sparql e:q . e:q sh:message 'x'", "which has no sh:select"),
    ("sh:sparql e:q . e:q sh:select 'SELECT $this {'", "query that is not SPARQL. Syntax error"),
    ("sh:sparql e:q . e:q sh:select 'SELECT ?value { $this ?p ?value }'", "does not select ?this"),
    ("sh:sparql e:q . e:q sh:select 'ASK { $this ?p 1 }'", "another query than SELECT"),
    ("sh:minCount 1 ; sh:target e:t . e:t sh:select 'SELECT ?this { ?this a }'", "not SPARQL"),
    ("sh:minCount 1 ; sh:target e:t . e:t sh:select 'SELECT ?x { ?x a ?y }'", "not select ?this"),
    ("sh:minCount 1 ; sh:target e:t . e:t a sh:SPARQLTarget", "which has no sh:select"),
    ("sh:minCount 1 ; sh:target e:t", "which has no sh:select"),
    (
        "sh:minCount 1 ; sh:target e:t . e:t sh:select '''PREFIX u: <"
        + BASE
        + "ontology#>\nSELECT ?this { ?this a u:Netwrk }'''",
        "a query with urb:Netwrk, which the ontology does not define",
    ),
    (
        "sh:minCount 1 ; sh:target e:t . e:t sh:select 'SELECT ?this { ?this <"
        + BASE
        + "ontology#tema> 1 }'",
        "a query with urb:tema, which the ontology does not define",
    ),
    ("sh:sparql e:q . e:q sh:select 5", "which is no text"),
    (
        "sh:minCount 1 ; sh:target e:t . e:t sh:select 'SELECT ?this { ?this a <"
        + BASE
        + "ontology#theme> }'",
        "a query with urb:theme as a class, which is a property",
    ),
    (
        "sh:minCount 1 ; sh:target e:t . e:t sh:select "
        "'SELECT ?this { ?this ?p ?o FILTER(REGEX(?o, \"(\")) }'",
        "a query that selects nothing: the regular expression",
    ),
    # What checks nothing.
    ("sh:name 'x'", "has no constraint, so that it checks nothing"),
    ("sh:minCount 1 . e:o a sh:NodeShape ; sh:nodeKind sh:IRI", "no target, and no other shape"),
    ("sh:minCount 1 . e:o sh:path urb:theme ; sh:minCount 1", "no target, and no other shape"),
]


def sources(root: Path, text: str) -> GraphSources:
    for name, content in {"ontology/urbact.ttl": ONTOLOGY, "shapes/own.ttl": text}.items():
        (root / name).parent.mkdir()
        (root / name).write_text(content, encoding="utf-8")
    return GraphSources(root)


@pytest.mark.parametrize(("text", "reason"), WRONG)
def test_a_shape_that_is_not_understood_is_an_error(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(SourceError) as caught:
        load_shapes(sources(tmp_path, f"{PREFIXES}{PROPERTY}{text} ."))
    said = str(caught.value)
    assert reason in said
    assert said.startswith("shapes/own.ttl, line ")
    assert "<http://e.org/" in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("e:s a sh:NodeShape ; sh:targetNode e:n ; sh:minCount 1 .", "sh:minCount but no sh:path"),
        ("e:s a sh:NodeShape ; sh:targetNode e:n ; sh:uniqueLang true .", "but no sh:path"),
        ("e:s a sh:NodeShape ; sh:targetNode e:n ; sh:nodeKind sh:IRI ; owl:imports e:f .", "owl:"),
        ("e:s sh:targetNode e:n ; sh:path 'x' ; sh:minCount 1 .", "which is no path"),
        ("e:s sh:targetNode e:n ; sh:path () ; sh:minCount 1 .", "which is no path"),
        (
            "e:s sh:targetNode e:n ; sh:path e:q ; sh:minCount 1 . e:q sh:inversePath 'x' .",
            "which is no path",
        ),
        (
            "e:s sh:targetNode e:n ; sh:path e:q ; sh:minCount 1 . e:q sh:inversePath e:q .",
            "which is no path",
        ),
        (
            "e:s sh:targetNode e:n ; sh:path e:q ; sh:minCount 1 . e:q sh:alternativePath e:l . "
            "e:l rdf:first e:a ; rdf:rest () .",
            "which is no path",
        ),
    ],
)
def test_a_node_shape_or_a_path_that_is_not_well_formed_is_an_error(
    tmp_path: Path, text: str, reason: str
) -> None:
    with pytest.raises(SourceError) as caught:
        load_shapes(sources(tmp_path, PREFIXES + text))
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        PROPERTY + "sh:minCount 0 ; sh:maxCount 1 ; sh:uniqueLang false ; sh:order 1.5 .",
        PROPERTY + "sh:class skos:Concept ; sh:nodeKind sh:BlankNodeOrIRI ; sh:group e:g .",
        PROPERTY + "sh:in () ; sh:languageIn e:l . e:l rdf:first 'en' ; rdf:rest () .",
        PROPERTY + "sh:pattern '^a+$' ; sh:flags 'im' ; sh:message 'x'@en, 'y'@fr .",
        PROPERTY + "sh:minInclusive '2020'^^xsd:gYear ; sh:lessThan e:any ; sh:equals e:other .",
        PROPERTY
        + "sh:hasValue rdf:_1, <http://anywhere.org/x#y>, urb:Network ; sh:severity sh:Info .",
        PROPERTY + "sh:or e:l . e:l rdf:first e:a ; rdf:rest () . e:a sh:datatype xsd:date .",
        PROPERTY + "sh:node e:o . e:o a sh:NodeShape ; sh:closed true ; sh:ignoredProperties () .",
        PROPERTY
        + "sh:qualifiedValueShape e:o ; sh:qualifiedMinCount 1 . e:o sh:class urb:Network .",
        PROPERTY + "sh:not e:o . e:o sh:property e:q . e:q sh:path e:x ; sh:maxCount 0 .",
        "e:p sh:targetSubjectsOf e:x ; sh:path e:i ; sh:minCount 1 . e:i sh:inversePath e:x .",
        "e:p sh:targetObjectsOf e:x ; sh:path e:i ; sh:minCount 1 . e:i sh:zeroOrMorePath e:x .",
        "e:p sh:targetNode e:n ; sh:path e:l ; sh:minCount 1 . "
        "e:l rdf:first e:x ; rdf:rest e:m . e:m rdf:first e:i ; rdf:rest () . "
        "e:i sh:inversePath e:y .",
        # A class that is its own shape has its instances for targets.
        "e:C a owl:Class, sh:NodeShape ; sh:nodeKind sh:IRI .",
        "e:s a sh:NodeShape ; sh:target e:t ; sh:nodeKind sh:IRI . e:t a sh:SPARQLTarget ; "
        "sh:prefixes e:o ; sh:select 'SELECT $this { $this a u:Network }' . "
        f"e:o sh:declare e:d . e:d sh:prefix 'u' ; sh:namespace '{BASE}ontology#'^^xsd:anyURI .",
    ],
)
def test_a_shape_that_can_be_checked_is_loaded(tmp_path: Path, text: str) -> None:
    assert load_shapes(sources(tmp_path, PREFIXES + text))


def test_the_line_is_that_of_the_statement_and_other_mistakes_are_counted(tmp_path: Path) -> None:
    text = f"{PREFIXES}{SHAPE}{PROPERTY}sh:minCount 1 ;\n\n  sh:maxCout 2 ;\n  sh:flag 'i' .\n"
    with pytest.raises(SourceError) as caught:
        load_shapes(sources(tmp_path, text))
    assert str(caught.value) == (
        f"shapes/own.ttl, line {FIRST + 4}: <http://e.org/p> uses sh:maxCout, which SHACL does not "
        "define; correct its name. (1 more such mistake in the shapes.)"
    )


def test_the_shapes_of_the_graph_have_no_fault() -> None:
    paths = GraphSources(ROOT).ontology_files()
    ontology = [quad.triple for path in paths for quad in parse(path=path, format=RdfFormat.TURTLE)]
    assert list(faults(SHAPES, Terms(ontology, BASE))) == []


def test_every_property_of_the_table_is_of_shacl() -> None:
    terms = Terms((), BASE)
    for name in {*KIND_OF, *ONCE, *OF_PATHS, *CONSTRAINTS}:
        assert terms.unknown(name) == ""
