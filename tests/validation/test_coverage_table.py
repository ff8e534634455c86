"""The tables of how complete the graph is, in Markdown."""

from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, Store, serialize

from urbact_graph.dataset.building import Build
from urbact_graph.description import measure_quality
from urbact_graph.errors import SourceError
from urbact_graph.settings import WRITTEN_BASE as BASE
from urbact_graph.validation.coverage_table import coverage_table, update_coverage

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "data-quality.md"
GRAPH = f"""
    @base <{BASE}> .
    @prefix urb: <{BASE}ontology#> .
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    <network/a> a urb:Network ; urb:programme <programme/four> .
    <programme/four> rdfs:label "A | B"@en .
    urb:NetworksMeasure rdfs:label "Number of networks"@en .
    <total/four/networks> a urb:OfficialTotal ; urb:totalOf <programme/four> ;
        urb:measure urb:NetworksMeasure ; urb:total 3 .
"""
SHAPES = f"""
    @prefix sh: <http://www.w3.org/ns/shacl#> .
    <{BASE}shapes#a> sh:group <{BASE}shapes#expected> ;
        sh:targetClass <{BASE}ontology#Network> ; sh:path <{BASE}ontology#start> .
"""


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    store, shapes = Store(), Store()
    store.load(GRAPH, format=RdfFormat.TURTLE)
    shapes.load(SHAPES, format=RdfFormat.TURTLE)
    triples = measure_quality(store, BASE, (quad.triple for quad in shapes))
    assert any(
        triple.subject == NamedNode(f"{BASE}quality/metric/completeness") for triple in triples
    )
    file = tmp_path / "graph.nt"
    serialize(sorted(triples, key=str), file, format=RdfFormat.N_TRIPLES)
    return file


def test_there_is_a_table_for_each_metric(dataset: Path) -> None:
    table = coverage_table(dataset)
    assert "| network with “start” | 0 | 1 | 0 % |\n" in table
    assert "| Number of networks, A \\| B | 1 | 3 | 33 % |\n" in table
    assert table.count("| What | Here | Of | Share |") == 2
    # What is under one programme is in the graph, and on its page.
    assert "start”, A" not in table


def test_a_document_is_changed_between_its_markers_alone(dataset: Path) -> None:
    before = "A.\n<!-- begin: coverage -->\nstale\n<!-- end -->\nB.\n"
    after = update_coverage(before, dataset)
    assert after.startswith("A.\n<!-- begin: coverage -->\n**")
    assert after.endswith("<!-- end -->\nB.\n")
    assert "stale" not in after
    assert update_coverage(after, dataset) == after


def test_a_document_without_that_part_stays_as_it_is(dataset: Path) -> None:
    assert update_coverage("A.\n", dataset) == "A.\n"
    with pytest.raises(SourceError, match="begin: coverage"):
        update_coverage("<!-- begin: coverage -->", dataset)


@pytest.mark.graph
def test_the_document_is_up_to_date(built: Build) -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    assert "<!-- begin: coverage -->" in document
    assert document == update_coverage(document, built.dataset), (
        "docs/data-quality.md is out of date; run urbact-graph validate --markdown with it."
    )
