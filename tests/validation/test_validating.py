"""Validation of datasets: small ones with planted mistakes, and the real graph."""

from pathlib import Path

import pytest
from pyoxigraph import BlankNode, NamedNode, RdfFormat, Triple, parse, serialize

from tests.validation.examples import BASE, KNOWN, ROOT, SOURCES, URB
from urbact_graph.dataset.building import Build
from urbact_graph.errors import DatasetError, SourceError
from urbact_graph.rdf.parsing import parse_n_triples
from urbact_graph.sources import GraphSources
from urbact_graph.validation.report import DERIVED, Report, Result, Severity, shorten
from urbact_graph.validation.table import update_document
from urbact_graph.validation.validating import check, validate

PLANTED = """
@base <https://w3id.org/urbact-graph/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix urb: <https://w3id.org/urbact-graph/ontology#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<network/greenplace> a urb:Network ;
    urb:start "2023-06-01"^^xsd:date ;
    urb:end "2022-12-31"^^xsd:date ;
    urb:leadCity <city/pl/wroclaw>, <city/sk/nitra> ;
    urb:partnerCity <city/pl/wroclaw>, <city/sk/nitra>, <city/xx/nowhere> ;
    urb:ledBy <city/sk/nitra> .
<partnership/greenplace/wroclaw> a urb:Partnership ;
    urb:network <network/greenplace> ; urb:city <city/pl/wroclaw> ; urb:role urb:LeadPartner .
<partnership/greenplace/nitra> a urb:Partnership ;
    urb:network <network/greenplace> ; urb:city <city/sk/nitra> ;
    urb:role urb:LeadPartner, urb:ProjectPartner .
<city/xx/nowhere> a urb:City .
"""


def dataset(path: Path, turtle: str) -> Path:
    quads = parse(turtle, format=RdfFormat.TURTLE)
    path.write_bytes(serialize([q.triple for q in quads], format=RdfFormat.N_TRIPLES) or b"")
    return path


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Validate a graph with a wrong date, a second lead, an undefined term and a new city."""
    path = dataset(tmp_path_factory.mktemp("planted") / "graph.nt", PLANTED)
    with path.open("ab") as file:
        for ontology in SOURCES.ontology_files():
            quads = parse(path=str(ontology), format=RdfFormat.TURTLE)
            file.write(serialize([q.triple for q in quads], format=RdfFormat.N_TRIPLES) or b"")
    return validate(path, SOURCES)


def found(report: Report, rule: str) -> list[Result]:
    return [result for result in report.results if result.rule_name == rule]


# Planted mistakes -----------------------------------------------------------------------------


def test_a_wrong_date_is_reported_with_rule_value_and_file(planted: Report) -> None:
    (result,) = found(planted, "Network-end-not-before-start")
    assert result.severity is Severity.VIOLATION
    assert result.entity == f"{BASE}network/greenplace"
    assert result.path == f"{URB}end"
    assert shorten(result.value, BASE) == '"2022-12-31"^^xsd:date'
    assert result.file == "data/networks/greenplace.ttl"
    rule = KNOWN[result.rule]
    assert (result.title, result.message, result.remedy) == (rule.title, rule.message, rule.remedy)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (
            "Network-one-lead",
            {("network/greenplace", "city/pl/wroclaw"), ("network/greenplace", "city/sk/nitra")},
        ),
        # SHACL reports too many values without saying which; the report has each of them.
        (
            "Partnership-role",
            {
                ("partnership/greenplace/nitra", "urb:LeadPartner"),
                ("partnership/greenplace/nitra", "urb:ProjectPartner"),
            },
        ),
        ("Entity-term", {("urb:ledBy", "none")}),
        # Of many derived values only the one without a partnership is wrong.
        ("Network-derived", {("network/greenplace", "city/xx/nowhere")}),
    ],
)
def test_a_mistake_is_reported_with_each_wrong_value(
    planted: Report, rule: str, expected: set[tuple[str, str]]
) -> None:
    results = found(planted, rule)
    assert {(shorten(r.focus, BASE), shorten(r.value, BASE)) for r in results} == expected
    assert len(results) == len(expected)


def test_an_entity_in_no_file_is_derived(planted: Report) -> None:
    results = [r for r in planted.results if r.entity == f"{BASE}city/xx/nowhere"]
    assert "City-name" in {r.rule_name for r in results}
    assert {r.file for r in results} == {DERIVED}


def test_violations_come_first_and_the_graph_does_not_conform(planted: Report) -> None:
    ranks = [result.severity.rank for result in planted.results]
    assert ranks == sorted(ranks)
    assert ranks[0] == 0
    assert not planted.conforms
    assert planted.rules == len(KNOWN)


def test_a_fault_stands_once(planted: Report) -> None:
    keys = [(r.entity, r.rule, r.value) for r in planted.results]
    assert len(keys) == len(set(keys))


def test_ill_typed_literals_are_reported_without_a_traceback(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    path = dataset(
        tmp_path / "graph.nt",
        f"""@prefix urb: <{URB}> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        <{BASE}network/a> a urb:Network ;
            urb:start "2023-06-31"^^xsd:date ;
            urb:end "2023-06"^^xsd:date ;
            urb:declaredPartnerCount "seven"^^xsd:integer ;
            urb:intendedPlanCount "7" .
        <{BASE}city/xx/a> a urb:City ;
            urb:population "5,000"^^xsd:decimal ;
            <http://www.w3.org/2003/01/geo/wgs84_pos#lat> "47,5"^^xsd:decimal .""",
    )
    results = validate(path, SOURCES).results
    assert not caplog.records
    assert capfd.readouterr() == ("", "")
    shown = {r.rule_name: shorten(r.value, BASE) for r in results if r.value is not None}
    assert shown["Network-start"] == '"2023-06-31"^^xsd:date'
    assert shown["Network-end"] == '"2023-06"^^xsd:date'
    assert shown["Network-declared-count"] == '"seven"^^xsd:integer'
    assert shown["Network-intended-plan-count"] == '"7"'
    assert shown["City-population"] == '"5,000"^^xsd:decimal'
    assert shown["City-latitude"] == '"47,5"^^xsd:decimal'


# What stops it --------------------------------------------------------------------------------


def test_a_missing_dataset_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="Build the dataset first"):
        validate(tmp_path / "none.nt", SOURCES)


def test_a_broken_dataset_is_an_error(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.nt"
    wrong.write_text("<http://e.org/a> <http://e.org/b> .\n", encoding="utf-8")
    with pytest.raises(DatasetError, match="line 1"):
        validate(wrong, SOURCES)


def own_shapes(root: Path, text: str) -> GraphSources:
    (root / "shapes").mkdir()
    prefixes = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://e.org/> .\n"
    (root / "shapes" / "own.ttl").write_text(prefixes + text, encoding="utf-8")
    return GraphSources(root)


def test_a_shape_that_is_not_well_formed_is_an_error(tmp_path: Path) -> None:
    text = "e:s a sh:NodeShape ; sh:targetNode e:n ; sh:property e:p ."
    path = dataset(tmp_path / "graph.nt", "<http://e.org/n> <http://e.org/p> 1 .")
    with pytest.raises(SourceError, match=r"<http://e\.org/p>, which is no shape"):
        validate(path, own_shapes(tmp_path, text))


def test_a_shape_without_a_severity_is_a_violation(tmp_path: Path) -> None:
    text = "e:s a sh:NodeShape ; sh:targetNode e:n ; sh:nodeKind sh:Literal ."
    path = dataset(tmp_path / "graph.nt", "<http://e.org/n> <http://e.org/p> 1 .")
    (result,) = validate(path, own_shapes(tmp_path, text)).results
    assert (result.rule, result.severity) == ("http://e.org/s", Severity.VIOLATION)
    assert (result.entity, result.file) == ("http://e.org/n", DERIVED)
    assert result.message


# Rules ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        # Without a severity it is sh:Violation.
        ("e:s a sh:NodeShape ; sh:targetNode e:n ; sh:nodeKind sh:IRI .", 1),
        ("e:s a sh:NodeShape ; sh:targetNode e:n ; sh:nodeKind sh:IRI ; sh:severity sh:Info .", 1),
        # A shape that only holds others is none.
        (
            "e:s a sh:NodeShape ; sh:targetNode e:n ; sh:property e:p, e:q . "
            "e:p sh:path e:x ; sh:maxCount 1 . e:q sh:path e:p ; sh:minCount 1 ; sh:node e:o . "
            "e:o a sh:NodeShape ; sh:nodeKind sh:Literal .",
            2,
        ),
        (
            "e:s a sh:NodeShape ; sh:targetNode e:n ; sh:nodeKind sh:IRI . "
            "e:r a sh:NodeShape ; sh:targetNode e:n ; sh:nodeKind sh:Literal ; "
            "sh:deactivated true .",
            1,
        ),
    ],
)
def test_rules_are_counted_with_and_without_a_severity(
    tmp_path: Path, text: str, rules: int
) -> None:
    path = dataset(tmp_path / "graph.nt", "<http://e.org/n> <http://e.org/p> 1 .")
    report = validate(path, own_shapes(tmp_path, text))
    assert report.rules == rules
    assert report.conforms


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# None yet.",
        "e:s a sh:NodeShape ; sh:targetNode e:n ; sh:nodeKind sh:IRI ; sh:deactivated true .",
    ],
)
def test_shapes_without_a_rule_are_an_error(tmp_path: Path, text: str) -> None:
    path = dataset(tmp_path / "graph.nt", "<http://e.org/n> <http://e.org/p> 1 .")
    with pytest.raises(SourceError, match=r"shapes hold no rule"):
        validate(path, own_shapes(tmp_path, text))


def test_missing_shapes_are_an_error(tmp_path: Path) -> None:
    path = dataset(tmp_path / "graph.nt", "<http://e.org/n> <http://e.org/p> 1 .")
    with pytest.raises(SourceError, match=r"shapes hold no rule"):
        validate(path, GraphSources(tmp_path))


KEPT = "e:k a sh:NodeShape ; sh:targetNode e:n ; sh:nodeKind sh:IRI .\n"
FACTS = """
@prefix e: <http://e.org/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
e:n a e:Used ; e:p 1 . e:Used rdfs:subClassOf e:Wider . e:Unused rdfs:comment "Nothing is one." .
"""


@pytest.mark.parametrize(
    ("target", "is_idle"),
    [
        ("sh:targetClass e:Used", False),
        ("sh:targetClass e:Wider", False),
        ("sh:targetClass e:Unused", True),
        ("sh:targetClass e:Unused, e:Used", False),
        ("sh:targetSubjectsOf e:p", False),
        ("sh:targetSubjectsOf e:q", True),
        ("sh:targetObjectsOf e:p", False),
        ("sh:targetObjectsOf e:q", True),
        ("sh:targetNode e:absent", False),
        ("sh:target e:t . e:t sh:select 'SELECT ?this { ?this <http://e.org/p> 1 }'", False),
        ("sh:target e:t . e:t sh:select 'SELECT ?this { ?this <http://e.org/q> 1 }'", True),
        ("sh:target e:t . e:t sh:select 'SELECT ?this { ?this a <http://e.org/Unused> }'", True),
        # Of targets that select offenders alone, those that could find one are not idle.
        (
            "sh:target e:t . e:t sh:select "
            "'SELECT ?this { ?this <http://e.org/p> ?x FILTER(?x > 1) }'",
            False,
        ),
        (
            "sh:target e:t . e:t sh:select "
            "'SELECT ?this { ?this <http://e.org/q> ?x FILTER(?x > 1) }'",
            True,
        ),
        (
            "sh:target e:t . e:t sh:select 'SELECT ?this { ?this <http://e.org/p> ?x "
            "FILTER NOT EXISTS { ?this a <http://e.org/Used> } } GROUP BY ?this "
            "HAVING (SUM(?x) > 9)'",
            False,
        ),
        (
            "sh:target e:t . e:t sh:select 'SELECT ?this { ?this <http://e.org/p> ?x , 2 }'",
            False,
        ),
    ],
)
def test_a_rule_that_has_nothing_to_check_is_named_as_info(
    tmp_path: Path, target: str, *, is_idle: bool
) -> None:
    text = f"{KEPT}e:s a sh:NodeShape ; sh:nodeKind sh:IRIOrLiteral ; {target} ."
    path = dataset(tmp_path / "graph.nt", FACTS)
    report = validate(path, own_shapes(tmp_path, text))
    assert report.conforms
    assert [result.entity for result in report.results] == ["http://e.org/s"] * is_idle
    for result in report.results:
        assert result.severity is Severity.INFO
        assert result.file == "shapes/own.ttl"
        assert result.message == "No entity of the graph is of the kind that this rule checks."
        assert result.remedy


def test_a_deactivated_rule_is_named_as_info(tmp_path: Path) -> None:
    text = (
        f"{KEPT}e:s a sh:NodeShape ; sh:targetNode e:n ; sh:nodeKind sh:IRI ; sh:deactivated true ."
    )
    report = validate(dataset(tmp_path / "graph.nt", FACTS), own_shapes(tmp_path, text))
    (result,) = report.results
    assert (result.entity, result.message) == ("http://e.org/s", "This rule is deactivated.")


def test_a_target_class_that_nothing_knows_is_an_error(tmp_path: Path) -> None:
    text = f"{KEPT}e:s a sh:NodeShape ; sh:targetClass e:Gone ; sh:nodeKind sh:IRI ."
    path = dataset(tmp_path / "graph.nt", FACTS)
    with pytest.raises(SourceError, match=r"http://e\.org/s has the target class .*Gone, which"):
        validate(path, own_shapes(tmp_path, text))


@pytest.mark.slow
def test_every_rule_of_the_graph_has_something_to_check(report: Report) -> None:
    assert [each for each in report.results if each.entity.startswith(f"{BASE}shapes#")] == []


def test_a_blank_node_that_breaks_a_rule_is_an_error(tmp_path: Path) -> None:
    text = "e:s a sh:NodeShape ; sh:targetClass e:C ; sh:nodeKind sh:IRI ; sh:severity sh:Info ."
    kind = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    triples = [Triple(BlankNode("b"), kind, NamedNode("http://e.org/C"))]
    sources = own_shapes(tmp_path, text)
    shapes = [
        quad.triple for quad in parse(path=str(sources.shape_files()[0]), format=RdfFormat.TURTLE)
    ]
    with pytest.raises(DatasetError, match=r"blank node breaks the rule http://e\.org/s"):
        check(triples, shapes, {})


# The demo and the real graph ------------------------------------------------------------------


def test_the_demo_conforms(demo_build: Build, demo_sources: GraphSources) -> None:
    report = validate(demo_build.dataset, demo_sources)
    assert report.conforms
    assert report.triples == len(list(parse_n_triples(demo_build.dataset)))


def test_the_real_graph_has_no_violation(report: Report) -> None:
    assert [r for r in report.results if r.severity is Severity.VIOLATION] == []
    assert report.conforms


def test_the_warnings_that_the_sources_cause_are_found(report: Report) -> None:
    warned = {r.rule_name for r in report.results if r.severity is Severity.WARNING}
    assert {"Network-lead-known", "Plan-city-is-partner"} <= warned


def test_every_result_says_where_and_what_to_do(report: Report) -> None:
    for result in report.results:
        assert (ROOT / result.file).is_file()
        assert result.message
        assert result.remedy


def test_the_document_lists_what_is_open(report: Report) -> None:
    document = (ROOT / "docs" / "data-quality.md").read_text(encoding="utf-8")
    assert document == update_document(document, report), (
        "run: urbact-graph validate --markdown docs/data-quality.md"
    )
