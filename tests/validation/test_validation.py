"""Validation of the real graph, and of one with planted mistakes: report, table, document."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import RdfFormat
from rdflib import RDF, SH, XSD, BNode, Graph, Literal, URIRef
from rich.console import Console

from urbact_graph.errors import DatasetError, SourceError
from urbact_graph.sources import GraphSources
from urbact_graph.validation.report import DERIVED, Report, Result, Severity, shorten
from urbact_graph.validation.table import markdown_table, print_table, update_document
from urbact_graph.validation.validating import check, validate

if TYPE_CHECKING:
    from pathlib import Path

    from urbact_graph.dataset.building import Build

URB = "https://w3id.org/urbact-graph/ontology#"


@pytest.fixture(scope="module")
def planted(
    built: Build, sources: GraphSources, base: str, tmp_path_factory: pytest.TempPathFactory
) -> Report:
    """Return the report on a copy with a wrong date, a second lead, a wrong term and a new city."""
    text = built.dataset.read_text(encoding="utf-8")
    end = f'<{base}network/greenplace> <{URB}end> "2025-12-31"'
    assert end in text
    text = text.replace(end, end.replace("2025", "2022"))
    text += (
        f"<{base}partnership/greenplace/nitra> <{URB}role> <{URB}LeadPartner> .\n"
        f"<{base}network/greenplace> <{URB}leadCity> <{base}city/sk/nitra> .\n"
        f"<{base}network/greenplace> <{URB}ledBy> <{base}city/sk/nitra> .\n"
        f"<{base}city/xx/nowhere> <{RDF.type}> <{URB}City> .\n"
        f"<{base}network/greenplace> <{URB}partnerCity> <{base}city/xx/nowhere> .\n"
    )
    copy = tmp_path_factory.mktemp("planted") / "graph.nt"
    copy.write_text(text, encoding="utf-8")
    return validate(copy, sources)


def violations(report: Report) -> list[Result]:
    return [result for result in report.results if result.severity is Severity.VIOLATION]


def printed(report: Report, width: int) -> str:
    console = Console(file=io.StringIO(), width=width)
    print_table(report, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


# The real graph -------------------------------------------------------------------------------


def test_the_real_graph_has_no_violation(report: Report) -> None:
    assert not violations(report)
    assert report.conforms


def test_validation_takes_less_than_twenty_seconds(timed: tuple[Report, float]) -> None:
    assert timed[1] < 20


def test_every_known_kind_of_warning_is_found(report: Report) -> None:
    warned = {r.rule_name for r in report.results if r.severity is Severity.WARNING}
    assert {"Network-lead-known", "Plan-city-is-partner"} <= warned


def test_every_result_says_where_and_what_to_do(report: Report, sources: GraphSources) -> None:
    for result in report.results:
        assert (sources.root / result.file).is_file()
        assert result.message
        assert result.remedy


def test_the_document_lists_what_is_open(report: Report, sources: GraphSources) -> None:
    document = (sources.root / "docs" / "data-quality.md").read_text(encoding="utf-8")
    assert document == update_document(document, report), (
        "run: urbact-graph validate --markdown docs/data-quality.md"
    )


def test_the_document_needs_its_markers(report: Report) -> None:
    with pytest.raises(SourceError, match="begin: warnings"):
        update_document("nothing to replace", report)


# Planted mistakes -----------------------------------------------------------------------------


def test_a_wrong_date_is_told_with_rule_value_and_file(planted: Report, base: str) -> None:
    found = [r for r in planted.results if r.rule_name == "Network-end-not-before-start"]
    assert len(found) == 1
    assert found[0].severity is Severity.VIOLATION
    assert found[0].entity == URIRef(f"{base}network/greenplace")
    assert found[0].path == URIRef(f"{URB}end")
    assert str(found[0].value) == "2022-12-31"
    assert found[0].file == "data/networks/greenplace.ttl"


def test_two_leads_are_told_with_both_cities(planted: Report, base: str) -> None:
    found = [r for r in planted.results if r.rule_name == "Network-one-lead"]
    assert {str(r.value) for r in found} == {f"{base}city/pl/wroclaw", f"{base}city/sk/nitra"}
    assert {r.entity for r in found} == {URIRef(f"{base}network/greenplace")}


def test_two_values_where_one_is_allowed_are_both_told(planted: Report, base: str) -> None:
    found = [r for r in planted.results if r.rule_name == "Partnership-role"]
    assert {r.entity for r in found} == {URIRef(f"{base}partnership/greenplace/nitra")}
    assert {str(r.value) for r in found} == {f"{URB}LeadPartner", f"{URB}ProjectPartner"}


def test_a_term_that_is_not_defined_is_told(planted: Report) -> None:
    found = [r for r in planted.results if r.rule_name == "Entity-term"]
    assert [r.entity for r in found] == [URIRef(f"{URB}ledBy")]


def test_of_many_derived_values_only_the_unfounded_is_told(planted: Report, base: str) -> None:
    found = [r for r in planted.results if r.rule_name == "Network-derived"]
    assert [(str(r.entity), str(r.value)) for r in found] == [
        (f"{base}network/greenplace", f"{base}city/xx/nowhere")
    ]


def test_an_entity_in_no_file_is_derived(planted: Report, base: str) -> None:
    found = [r for r in planted.results if r.entity == URIRef(f"{base}city/xx/nowhere")]
    assert "City-name" in {r.rule_name for r in found}
    assert {r.file for r in found} == {DERIVED}


def test_violations_come_first_and_the_graph_does_not_conform(planted: Report) -> None:
    ranks = [result.severity.rank for result in planted.results]
    assert ranks == sorted(ranks)
    assert ranks[0] == 0
    assert not planted.conforms
    assert planted.counts[Severity.VIOLATION] == len(violations(planted))


def test_a_fault_stands_once_though_it_breaks_two_constraints(planted: Report) -> None:
    keys = [(r.entity, r.rule, r.value) for r in planted.results]
    assert len(keys) == len(set(keys))


def test_impossible_literals_are_told_without_a_traceback(
    sources: GraphSources,
    base: str,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    node = f"<{base}network/a>"
    dataset = tmp_path / "graph.nt"
    dataset.write_text(
        f"{node} <{RDF.type}> <{URB}Network> .\n"
        f'{node} <{URB}start> "2023-06-31"^^<{XSD.date}> .\n'
        f'{node} <{URB}end> "2023-06"^^<{XSD.date}> .\n'
        f'{node} <{URB}declaredPartnerCount> "seven"^^<{XSD.integer}> .\n'
        f'{node} <{URB}intendedPlanCount> "7" .\n',
        encoding="utf-8",
    )
    results = validate(dataset, sources).results
    assert not caplog.records
    assert capfd.readouterr() == ("", "")
    shown = {r.rule_name: shorten(r.value, base) for r in results if r.value is not None}
    assert shown["Network-start"] == '"2023-06-31"^^xsd:date'
    assert shown["Network-end"] == '"2023-06"^^xsd:date'
    assert shown["Network-declared-count"] == '"seven"^^xsd:integer'
    assert shown["Network-intended-plan-count"] == '"7"'


# The report as RDF ----------------------------------------------------------------------------


def test_the_rdf_holds_every_result_without_blank_nodes(planted: Report, base: str) -> None:
    graph = Graph().parse(planted.to_rdf(base), format="turtle")
    node = URIRef(f"{base}validation")
    assert (node, RDF.type, SH.ValidationReport) in graph
    assert not [term for triple in graph for term in triple if isinstance(term, BNode)]
    results = set(graph.objects(node, SH.result))
    assert len(results) == len(planted.results)
    for result in results:
        assert str(result).startswith(f"{base}validation/")
        for predicate in (SH.focusNode, SH.resultSeverity, SH.sourceShape, SH.resultMessage):
            assert len(list(graph.objects(result, predicate))) == 1


def test_the_rdf_says_that_it_does_not_conform_when_anything_was_found(
    report: Report, base: str
) -> None:
    assert report.results
    graph = Graph().parse(report.to_rdf(base), format="turtle")
    assert graph.value(URIRef(f"{base}validation"), SH.conforms) == Literal(lexical_or_value=False)
    clean = Graph().parse(Report((), 1, 1).to_rdf(base), format="turtle")
    assert clean.value(URIRef(f"{base}validation"), SH.conforms) == Literal(lexical_or_value=True)


def test_the_rdf_is_the_same_every_time(report: Report, base: str) -> None:
    shuffled = Report.of(reversed(report.results), report.rules, report.triples)
    assert shuffled == report
    for form in (RdfFormat.TURTLE, RdfFormat.N_TRIPLES):
        assert shuffled.to_rdf(base, form) == report.to_rdf(base, form)


def test_the_base_of_the_report_is_the_one_asked_for(report: Report) -> None:
    text = report.to_rdf("https://example.org/g/", RdfFormat.N_TRIPLES).decode()
    assert text.startswith("<https://example.org/g/validation> ")


# The table ------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [80, 160])
def test_the_table_shows_all_a_curator_needs(planted: Report, width: int) -> None:
    text = printed(planted, width)
    flat = " ".join(text.split())
    assert max(len(line) for line in text.splitlines()) <= width
    for result in violations(planted):
        assert result.rule_name in flat
        assert result.message in flat
        assert result.remedy in flat
        assert result.file in flat
    assert "VIOLATION" in flat
    assert "network/greenplace" in flat
    assert "2022-12-31" in flat
    assert flat.index("VIOLATION") < flat.index("WARNING") < flat.index("INFO")
    last = text.splitlines()[-1]
    assert last.startswith(f"Does not conform: {len(violations(planted))} violations")


def test_text_with_square_brackets_is_printed_as_it_is(report: Report) -> None:
    strange = replace(report.results[0], value=Literal("[red]x[/red]"))
    assert "[red]x[/red]" in printed(Report((strange,), 1, 1), 160)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Literal("7"), '"7"'),
        (Literal("seven", lang="en"), '"seven"@en'),
        (Literal("7", datatype=XSD.integer), "7"),
        (Literal("47.5", datatype=XSD.decimal), "47.5"),
        (Literal("2023-06-01", datatype=XSD.date), '"2023-06-01"^^xsd:date'),
        (URIRef("https://example.org/g/city/pl/lodz"), "city/pl/lodz"),
        (URIRef("https://example.org/g/ontology#Open"), "urb:Open"),
    ],
)
def test_a_value_is_shown_with_its_datatype(value: URIRef | Literal, shown: str) -> None:
    assert shorten(value, "https://example.org/g/") == shown


def test_nothing_found_is_one_line() -> None:
    text = printed(Report((), 155, 1000), 80)
    assert text == "Conforms: 0 violations, 0 warnings, 0 infos (155 rules).\n"


def test_a_value_cannot_break_the_markdown_table(report: Report) -> None:
    strange = replace(report.results[0], value=Literal("a|b\nc"))
    assert '| "a\\|b c" |' in markdown_table(Report((strange,), 1, 1))


# What stops it --------------------------------------------------------------------------------


def test_a_missing_dataset_is_an_error(sources: GraphSources, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="Build the dataset first"):
        validate(tmp_path / "none.nt", sources)


def test_a_broken_dataset_is_an_error(sources: GraphSources, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.nt"
    wrong.write_text("<http://e.org/a> <http://e.org/b> .\n", encoding="utf-8")
    with pytest.raises(DatasetError, match="line 1"):
        validate(wrong, sources)


def test_a_shape_that_is_no_shape_is_an_error() -> None:
    shapes = Graph().parse(
        data="@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://e.org/> ."
        "e:s a sh:NodeShape ; sh:targetNode e:n ; sh:property e:p .",
        format="turtle",
    )
    with pytest.raises(SourceError, match="not well-formed"):
        check(Graph(), shapes)


def test_a_shape_without_a_severity_is_a_violation(tmp_path: Path, built: Build) -> None:
    (tmp_path / "shapes").mkdir()
    (tmp_path / "shapes" / "own.ttl").write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://e.org/> .\n"
        "e:s a sh:NodeShape ; sh:targetNode e:n ; sh:nodeKind sh:Literal .\n",
        encoding="utf-8",
    )
    results = validate(built.dataset, GraphSources(tmp_path)).results
    assert [(str(r.rule), r.severity) for r in results] == [("http://e.org/s", Severity.VIOLATION)]
    assert results[0].message
