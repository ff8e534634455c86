"""The shapes: each rule says what to do, and has examples that keep it and that break it."""

import re
from pathlib import Path
from typing import get_args, get_type_hints

import pyshacl
import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from pyshacl.errors import ReportableRuntimeError

from tests.support.marking import sampled
from tests.validation.examples import (
    BASE,
    EXAMPLES,
    FAIL,
    KNOWN,
    PASS,
    ROOT,
    RULES,
    SHAPES,
    SHAPES_GRAPH,
    TARGETS,
    alone,
)
from urbact_graph.errors import SourceError
from urbact_graph.facts.importing import is_imported
from urbact_graph.facts.tables import Tables
from urbact_graph.rdf.namespaces import RDF, SH
from urbact_graph.sources import GraphSources
from urbact_graph.validation.rdflib_terms import memory_graph
from urbact_graph.validation.report import Severity
from urbact_graph.validation.shapes import load_files, load_shapes, rules
from urbact_graph.validation.targets import with_target_nodes
from urbact_graph.validation.validating import check

NAMES = sorted(RULES)
# What a shape may say beside the constraints that make it a rule.
PLAIN = {*TARGETS, RDF.type, SH.path, SH.name, SH.message, SH.severity, SH.description}
PREFIX = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://e.org/> .\n"


# The examples ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sampled(NAMES, 4))
def test_an_example_keeps_the_rule(name: str) -> None:
    triples = EXAMPLES[PASS + name]
    assert not check(triples, with_target_nodes(alone(RULES[name].iri), triples), KNOWN)


@pytest.mark.parametrize("name", NAMES)
def test_an_example_breaks_the_rule(name: str) -> None:
    triples = EXAMPLES[FAIL + name]
    results = check(triples, with_target_nodes(alone(RULES[name].iri), triples), KNOWN)
    assert results
    rule = RULES[name]
    for result in results:
        assert (result.rule, result.severity) == (rule.iri, rule.severity)
        assert (result.message, result.remedy) == (rule.message, rule.remedy)


def test_every_example_is_of_a_rule() -> None:
    assert {name.removeprefix(PASS).removeprefix(FAIL) for name in EXAMPLES} == set(RULES)


@pytest.mark.parametrize("name", sampled(NAMES, 8))
def test_a_rule_has_a_focus_node_in_the_example_that_keeps_it(name: str) -> None:
    # Unless the rule's target selects offenders alone.
    rule = NamedNode(RULES[name].iri)
    if any(target.endswith("-offenders") for target in SHAPES_GRAPH.iris(rule.value, SH.target)):
        return
    part = [each for each in alone(rule.value) if each.subject != rule]
    part += [
        each
        for each in SHAPES
        if each.subject == rule and each.predicate.value in PLAIN - {RDF.type, SH.path}
    ]
    # No focus node is a literal, so that each of them breaks this rule.
    part += [
        Triple(rule, NamedNode(RDF.type), NamedNode(SH.NodeShape)),
        Triple(rule, NamedNode(SH.nodeKind), NamedNode(SH.Literal)),
    ]
    triples = EXAMPLES[PASS + name]
    assert check(triples, with_target_nodes(part, triples), KNOWN)


# The rules ------------------------------------------------------------------------------------


def test_every_shape_with_a_target_is_a_rule() -> None:
    targeted = {each.subject for each in SHAPES if each.predicate.value in TARGETS}
    assert targeted == {NamedNode(rule.iri) for rule in RULES.values()}


def test_each_rule_says_what_is_wrong_and_what_to_do() -> None:
    for name, rule in RULES.items():
        texts = SHAPES_GRAPH.values(rule.iri, SH.name, SH.message)
        assert rule.title, name
        assert rule.message.endswith("."), name
        assert rule.remedy.endswith("."), name
        assert {text.language for text in texts if isinstance(text, Literal)} == {"en"}, name
        assert len(SHAPES_GRAPH.values(rule.iri, SH.severity)) == 1, name


TABLES = {f"{name.replace('_', '-')}.jsonl": rows for name, rows in get_type_hints(Tables).items()}
COLUMNS = re.compile(r"(?P<columns>[a-z0-9_]+(?: or [a-z0-9_]+)*) of (?P<table>[a-z-]+\.jsonl)")


def test_no_remedy_asks_to_edit_what_an_import_overwrites() -> None:
    for name, rule in RULES.items():
        for place in re.findall(r"data/[A-Za-z0-9_./-]*(?<![.,])", rule.remedy):
            path = ROOT / place
            assert place == "data/" or (path.is_file() and not is_imported(path)), name
        assert set(re.findall(r"[a-z-]+\.jsonl", rule.remedy)) <= TABLES.keys(), name
        for match in COLUMNS.finditer(rule.remedy):
            (row,) = get_args(TABLES[match["table"]])
            assert set(match["columns"].split(" or ")) <= row.model_fields.keys(), name


def test_each_rule_stands_in_the_file_of_its_class() -> None:
    for name in NAMES:
        path = ROOT / "shapes" / f"{name.partition('-')[0].lower()}.ttl"
        assert f"\nshape:{name}\n" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("Network-one-lead", Severity.VIOLATION),
        ("Network-lead-known", Severity.WARNING),
        ("Plan-city-is-partner", Severity.WARNING),
        ("Network-declared-and-counted", Severity.INFO),
    ],
)
def test_a_rule_has_the_severity_that_it_was_designed_with(name: str, severity: Severity) -> None:
    assert RULES[name].severity is severity


def test_rules_of_another_base_have_their_remedies() -> None:
    base = "https://example.org/g/"
    known = rules(load_shapes(GraphSources(ROOT, base)), base)
    assert len(known) == len(RULES)
    assert all(rule.iri.startswith(f"{base}shapes#") for rule in known.values())
    assert all(rule.remedy for rule in known.values())


# SHACL ----------------------------------------------------------------------------------------


def test_the_shapes_have_no_blank_node() -> None:
    assert not [node for triple in SHAPES for node in triple if isinstance(node, BlankNode)]


@pytest.mark.slow
def test_the_shapes_are_well_formed_shacl() -> None:
    conforms, _, text = pyshacl.validate(
        memory_graph(()), shacl_graph=memory_graph(SHAPES), advanced=True, meta_shacl=True
    )
    assert conforms, text


def test_a_malformed_shape_would_be_found() -> None:
    rule, count = NamedNode(RULES[NAMES[0]].iri), NamedNode(SH.minCount)
    wrong = memory_graph([*alone(rule.value), Triple(rule, count, NamedNode(SH.Violation))])
    with pytest.raises(ReportableRuntimeError):
        pyshacl.validate(memory_graph(()), shacl_graph=wrong, advanced=True, meta_shacl=True)


# Errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("e:a sh:path ; .", r"shapes/wrong\.ttl, line 2, column \d+"),
        ("e:s sh:property [] .", r"shapes/wrong\.ttl, line 2: .*blank node"),
        ("e:t sh:select 'SELECT {' .", r"wrong\.ttl, line 2: <http://e\.org/t> .* is not SPARQL"),
        (
            'e:t sh:select """\nSELECT ?this\nWHERE { ?this a none:x }""" .',
            r"http://e\.org/t> .* line 3, column .*The prefix is not declared",
        ),
        (
            "e:s sh:target e:t . e:t sh:select 'SELECT ?that WHERE { ?that a ?kind }' .",
            r"shapes/wrong\.ttl, line 2: <http://e\.org/t> does not select \?this",
        ),
        (
            "e:s sh:target e:t . e:t sh:select 'ASK { ?this a ?kind }' .",
            r"<http://e\.org/t> has another query than SELECT",
        ),
    ],
)
def test_an_error_in_a_shape_file_names_file_and_shape(
    tmp_path: Path, text: str, message: str
) -> None:
    (tmp_path / "shapes").mkdir()
    (tmp_path / "shapes" / "wrong.ttl").write_text(PREFIX + text, encoding="utf-8")
    with pytest.raises(SourceError, match=message):
        load_shapes(GraphSources(tmp_path))


def test_a_query_has_the_prefixes_of_its_own_ontology_alone(tmp_path: Path) -> None:
    path = tmp_path / "one.ttl"
    path.write_text(
        PREFIX + "e:one sh:declare e:p . e:p sh:prefix 'p' ; sh:namespace 'http://p.org/' .\n"
        "e:t sh:select 'SELECT ?this { ?this a p:x }' ; sh:prefixes e:two .",
        encoding="utf-8",
    )
    with pytest.raises(SourceError, match="The prefix is not declared"):
        load_files([path], GraphSources(tmp_path))
    path.write_text(path.read_text(encoding="utf-8").replace("e:two", "e:one"), encoding="utf-8")
    assert len(load_files([path], GraphSources(tmp_path))) == 5


def test_an_unknown_severity_is_an_error_that_names_the_shape() -> None:
    shape, severity = NamedNode("http://e.org/s"), NamedNode(SH.severity)
    with pytest.raises(SourceError, match=r"http://e\.org/s.*sh:Warning"):
        rules([Triple(shape, severity, NamedNode(SH.Grave))], BASE)
