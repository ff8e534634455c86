"""The fast validator: the same reports as pySHACL's, and pySHACL wherever that is not known."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, NamedNode, RdfFormat, Triple, serialize

from tests.support.marking import sampled
from tests.validation.examples import EXAMPLES, FAIL, KNOWN, PROPERTIES, RULES, SHAPES, SOURCES
from tests.validation.mutations import VALUES, with_mistakes
from tests.validation.test_candidates import BASE as OTHER
from tests.validation.test_candidates import CONSTRAINTS, PARTS, data_of, parsed
from tests.validation.test_validating import own_shapes
from urbact_graph.dataset.building import Build
from urbact_graph.errors import DatasetError, SourceError, UrbactGraphError
from urbact_graph.rdf.graph import IndexedGraph
from urbact_graph.rdf.namespaces import RDF
from urbact_graph.rdf.parsing import parse_n_triples
from urbact_graph.validation import fast_validator
from urbact_graph.validation.candidates import narrowed, read_by
from urbact_graph.validation.report import Report
from urbact_graph.validation.shapes import Rule, rules
from urbact_graph.validation.targets import loaded, with_selected
from urbact_graph.validation.validating import check, fast_results, is_fast, validate

pytestmark = pytest.mark.skipif(
    not fast_validator.is_installed(), reason="the extra fast has no wheel for this platform"
)
MESSAGE = 'sh:message "wrong" ; sh:severity sh:Warning ;'


def assert_equal_reports(
    dataset: Iterable[Triple], folder: Path, shapes: Sequence[Triple], known: dict[str, Rule]
) -> Report:
    """Compare the reports of both validators in every field; return the report."""
    store = loaded(dataset)
    file = folder / "graph.nt"
    # As the build does it: literals in the forms that the store writes.
    serialize((quad.triple for quad in store), str(file), RdfFormat.N_TRIPLES)
    selected = with_selected(shapes, store)
    narrow = narrowed(selected, store)
    found = dict.fromkeys(
        [
            *fast_validator.judge(fast_validator.without_queries(shapes), file),
            *fast_validator.judge_selected(selected, store, file),
        ]
    )
    assert set(found) == set(fast_validator.judge(selected, file))
    fast = fast_results(found, shapes, store, known)
    slow = check(read_by(IndexedGraph(narrow), store), narrow, known)
    reports = [Report.of(found, len(known), len(store)) for found in (fast, slow)]
    assert set(reports[0].results) - set(reports[1].results) == set()
    assert set(reports[1].results) - set(reports[0].results) == set()
    assert reports[0] == reports[1]
    return reports[0]


# Equal reports --------------------------------------------------------------------------------


OF_CORE = "sh:targetClass :Class ; sh:targetNode :a ; sh:targetSubjectsOf :other ;"
QUERY = "sh:target :selected ;"
SELECTED = f":selected sh:select 'SELECT DISTINCT ?this {{ ?this a <{OTHER}Class> }}' ."


@pytest.mark.parametrize("constraint", sampled([each for each, _ in CONSTRAINTS], 3))
@pytest.mark.parametrize(
    ("good", "targets"),
    [
        ("", OF_CORE),
        ("", QUERY),
        (":a, :b, :c, 7, 'seven', 'seven'@en", OF_CORE + QUERY),
    ],
    ids=["of core", "a query", "both, good values"],
)
def test_each_constraint_judges_each_kind_of_value_alike(
    constraint: str, good: str, targets: str, tmp_path: Path
) -> None:
    shapes = parsed(
        f":shape {targets} sh:targetObjectsOf :r ; {MESSAGE} {constraint} . {PARTS} {SELECTED}"
    )
    known = rules(shapes, OTHER)
    against = fast_validator.reason_against(shapes, known)
    # Paths of several steps and look-around are left to pySHACL, and so are ranges of anything.
    words = ("sh:path :back", "(?!", "clusive")
    assert bool(against) == any(word in constraint for word in words), against
    if not against:
        assert assert_equal_reports(data_of(good), tmp_path, shapes, known).results


@pytest.mark.parametrize(
    "constraint",
    sampled(
        [
            "sh:datatype xsd:integer ; sh:minInclusive 7",
            "sh:datatype xsd:decimal ; sh:maxInclusive 47.5",
            "sh:datatype xsd:date ; sh:minInclusive '2023-06-02'^^xsd:date",
            "sh:datatype xsd:gYear ; sh:maxInclusive '2022'^^xsd:gYear",
            "sh:datatype xsd:integer ; sh:minExclusive 7 ; sh:maxExclusive 9",
        ],
        2,
    ),
)
def test_a_range_of_a_datatype_judges_each_kind_of_value_alike(
    constraint: str, tmp_path: Path
) -> None:
    shapes = parsed(f":shape sh:targetClass :Class ; {MESSAGE} sh:path :p ; {constraint} .")
    known = rules(shapes, OTHER)
    assert not fast_validator.reason_against(shapes, known)
    report = assert_equal_reports(data_of(""), tmp_path, shapes, known)
    assert len(report.results) > len(VALUES) / 2


def test_a_literal_is_a_focus_node_alike(tmp_path: Path) -> None:
    shapes = parsed(f":shape sh:targetObjectsOf :p ; {MESSAGE} sh:path :q ; sh:minCount 1 .")
    subject, predicate = NamedNode(f"{OTHER}x"), NamedNode(f"{OTHER}p")
    data = [Triple(subject, predicate, value) for value in VALUES.values()]
    report = assert_equal_reports(data, tmp_path, shapes, rules(shapes, OTHER))
    assert len(report.results) > len(VALUES) / 2


@pytest.mark.parametrize(
    ("constraint", "query"),
    [
        (
            "sh:path :p ; sh:sparql :query",
            "SELECT $this ?value { $this :p ?value . ?value a :Kind }",
        ),
        # The value is found by a link that leads to it, along which no path of the shape leads.
        ("sh:path :p ; sh:node :other", "SELECT $this { ?linked :p $this . $this a :Kind }"),
    ],
)
def test_a_query_that_judges_what_another_selects_reads_the_whole_dataset(
    constraint: str, query: str, tmp_path: Path
) -> None:
    written = query.replace(" :p", f" <{OTHER}p>").replace(":Kind", f"<{OTHER}Kind>")
    shapes = parsed(
        f":shape {QUERY} {MESSAGE} {constraint} . :other sh:sparql :query . {SELECTED} "
        f":query sh:select '{written}' ."
    )
    report = assert_equal_reports(data_of(""), tmp_path, shapes, rules(shapes, OTHER))
    assert {result.entity for result in report.results} == {f"{OTHER}bad"}


def test_what_links_lead_to_is_a_focus_node_though_no_pattern_stands_for_the_constraint(
    tmp_path: Path,
) -> None:
    shapes = parsed(f":shape sh:targetObjectsOf :p ; {MESSAGE} sh:path :q ; sh:equals :r .")
    report = assert_equal_reports(data_of(""), tmp_path, shapes, rules(shapes, OTHER))
    assert {result.entity for result in report.results} == {f"{OTHER}{name}" for name in "ab"}


def test_reports_on_the_examples_that_break_a_rule_are_equal(tmp_path: Path) -> None:
    together = {t for name, example in EXAMPLES.items() if FAIL in name for t in example}
    report = assert_equal_reports(together, tmp_path, SHAPES, KNOWN)
    assert len({result.rule for result in report.results}) > 0.9 * len(RULES)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.exhaustive)])
def test_reports_on_examples_with_mistakes_are_equal(tmp_path: Path, seed: int) -> None:
    together = {t for example in EXAMPLES.values() for t in example}
    planted = with_mistakes(together, set(sorted(PROPERTIES)[seed::8]), seed)
    assert_equal_reports(_without_capitals(planted), tmp_path, SHAPES, KNOWN)


@pytest.mark.slow
def test_reports_on_the_demo_with_mistakes_are_equal(demo_build: Build, tmp_path: Path) -> None:
    planted = with_mistakes(parse_n_triples(demo_build.dataset), PROPERTIES, seed=3)
    report = assert_equal_reports(_without_capitals(planted), tmp_path, SHAPES, KNOWN)
    assert len({result.rule for result in report.results}) > 0.5 * len(RULES)


def _without_capitals(triples: Iterable[Triple]) -> list[Triple]:
    # rdflib takes this, which is no xsd:boolean, for true.
    return [triple for triple in triples if '"TRUE"' not in str(triple.object)]


@pytest.mark.slow
@pytest.mark.graph
def test_reports_on_the_real_graph_are_equal(built: Build, report: Report) -> None:
    assert report.results
    assert validate(built.dataset, SOURCES, "fast") == report
    assert validate(built.dataset, SOURCES, "pyshacl") == report


# What it is used for --------------------------------------------------------------------------


def test_all_shapes_of_the_graph_are_for_it() -> None:
    assert fast_validator.reason_against(SHAPES, KNOWN) == ""
    assert is_fast("auto", SHAPES, KNOWN)
    assert is_fast("fast", SHAPES, KNOWN)
    assert not is_fast("pyshacl", SHAPES, KNOWN)


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        (f":s sh:targetClass :C ; {MESSAGE} sh:closed true .", "has sh:closed"),
        (f":s sh:targetClass :C ; {MESSAGE} sh:xone () .", "has sh:xone"),
        (f":s sh:targetClass :C ; {MESSAGE} sh:nodeKind sh:IRI ; sh:rule :r .", "has sh:rule"),
        (
            f":s sh:targetClass :C ; {MESSAGE} sh:path :i ; sh:minCount 1 . :i sh:inversePath :p .",
            "has a path of several steps",
        ),
        (f":s sh:targetClass :C ; {MESSAGE} sh:path :p ; sh:maxInclusive 7 .", "has a range"),
        (
            f":s sh:target :t ; {MESSAGE} sh:nodeKind sh:IRI . :t a :Other .",
            "has a target that is no query",
        ),
        (
            f":s sh:targetClass :C ; {MESSAGE} sh:sparql :q . "
            ":q sh:select 'SELECT $this ?path { $this ?path 1 }' .",
            "has a query that binds ?path",
        ),
        (":s sh:targetClass :C ; sh:nodeKind sh:IRI .", "has no sh:message"),
        (f":s sh:targetClass :C ; {MESSAGE} sh:pattern '(?=x)' .", "refuses a shape"),
    ],
)
def test_other_shapes_are_left_to_pyshacl(shape: str, reason: str) -> None:
    shapes = parsed(shape)
    known = rules(shapes, OTHER)
    assert not is_fast("auto", shapes, known)
    with pytest.raises(UrbactGraphError, match=rf"^The fast .*{re.escape(reason)}.*pyshacl\.$"):
        is_fast("fast", shapes, known)


def test_without_the_package_pyshacl_judges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast_validator, "find_spec", lambda _: None)
    assert not is_fast("auto", SHAPES, KNOWN)
    with pytest.raises(UrbactGraphError, match=r"not installed; run pip install .*\[fast\]"):
        is_fast("fast", SHAPES, KNOWN)


# What it would pass over ----------------------------------------------------------------------

WRONG = "e:s sh:target e:t ; sh:message 'm' ; sh:nodeKind sh:Literal . e:t sh:select '{}' ."


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?this WHERE { ?this <http://e.org/p> ?x",
        "SELECT ?this WHERE { ?this e:p ?x }",
        "SELECT ?this WHERE { ?this <http://e.org/p> ?x FILTER(?x >) }",
        "ASK { ?this <http://e.org/p> ?x }",
    ],
)
def test_a_target_that_is_no_query_is_an_error(tmp_path: Path, query: str) -> None:
    file = tmp_path / "graph.nt"
    file.write_text("<http://e.org/n> <http://e.org/p> <http://e.org/o> .\n")
    with pytest.raises(SourceError, match=r"own\.ttl.* has "):
        validate(file, own_shapes(tmp_path, WRONG.format(query)), "fast")


def test_a_target_that_is_one_selects(tmp_path: Path) -> None:
    file = tmp_path / "graph.nt"
    file.write_text("<http://e.org/n> <http://e.org/p> <http://e.org/o> .\n")
    text = WRONG.format("SELECT ?this { ?this <http://e.org/p> ?x }")
    (result,) = validate(file, own_shapes(tmp_path, text), "fast").results
    assert result.entity == "http://e.org/n"


def test_a_blank_node_that_breaks_a_rule_is_an_error(tmp_path: Path) -> None:
    shapes = parsed(f":s sh:targetClass :C ; {MESSAGE} sh:nodeKind sh:IRI .")
    triple = Triple(BlankNode("b"), NamedNode(RDF.type), NamedNode(f"{OTHER}C"))
    file = tmp_path / "graph.nt"
    serialize([triple], str(file), RdfFormat.N_TRIPLES)
    with pytest.raises(DatasetError, match=rf"blank node breaks the rule {OTHER}s"):
        fast_validator.judge(shapes, file)


# What the engine does not check, since the validator does -------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "<e> <http://e.org/p> 'x' .",
        "<e> <http://e.org/p> <http://e.org/o> .",
        "<http://e.org/a b> <http://e.org/p> <http://e.org/o> .",
        "<http://e.org/{}> <http://e.org/p> <http://e.org/o> .",
        "<http://e.org/%zz> <http://e.org/p> <http://e.org/o> .",
        "<http://e.org:x/> <http://e.org/p> <http://e.org/o> .",
        "<http://e.org/\\u0020> <http://e.org/p> <http://e.org/o> .",
        "<> <http://e.org/p> <http://e.org/o> .",
        "<http://e.org/s> <http://e.org/p> <http://e.org/o>",
        "<http://e.org/s> <http://e.org/p> 7 .",
        '<http://e.org/s> <http://e.org/p> "x"^^<datatype> .',
        '<http://e.org/s> <http://e.org/p> "x"@toolongalanguage .',
        '<http://e.org/s> <http://e.org/p> "x"@en-x .',
        '<http://e.org/s> <http://e.org/p> "x"@en_GB .',
        '<http://e.org/s> <http://e.org/p> "two\nlines" .',
        '<http://e.org/s> <http://e.org/p> "\\uD800" .',
        f'<http://e.org/s> <http://e.org/p> "x"^^<{RDF.langString}> .',
    ],
)
def test_what_is_no_n_triples_is_the_same_error_for_each_validator(
    tmp_path: Path, line: str
) -> None:
    file = tmp_path / "graph.nt"
    file.write_text(f"<http://e.org/n> <http://e.org/p> <http://e.org/o> .\n{line}\n")
    sources = own_shapes(tmp_path, WRONG.format("SELECT ?this { ?this <http://e.org/p> ?x }"))
    said = []
    for validator in ("fast", "pyshacl"):
        with pytest.raises(DatasetError, match=r"line 2|line 3") as error:
            validate(file, sources, validator)
        said.append(str(error.value))
    assert said[0] == said[1]


def test_shapes_that_are_left_to_pyshacl_are_checked_on_a_checked_dataset(tmp_path: Path) -> None:
    file = tmp_path / "graph.nt"
    file.write_text("<http://e.org/a b> <http://e.org/p> <http://e.org/o> .\n")
    other = "e:s sh:targetNode e:n ; sh:message 'm' ; sh:xone ( e:s ) ."
    with pytest.raises(DatasetError, match="line 1"):
        validate(file, own_shapes(tmp_path, other.replace("( e:s )", "()")), "auto")
