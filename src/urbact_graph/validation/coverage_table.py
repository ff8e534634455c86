"""Write for people how complete the graph is: a table in Markdown for each metric."""

from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import RdfFormat, Triple, parse

from urbact_graph.rdf.graph import IndexedGraph
from urbact_graph.rdf.namespaces import DQV, RDF, RDFS, SKOS, urb
from urbact_graph.settings import WRITTEN_BASE
from urbact_graph.validation.table import replace_part, table_line

_PART = "coverage"
_PER_CENT = 100


def coverage_table(dataset: Path, base: str = WRITTEN_BASE) -> str:
    """Return what is measured in ``dataset``, a file of sorted N-Triples, as Markdown tables.

    Completeness is given for the whole graph alone; /validation shows each programme.

    Raises:
        OSError: the dataset cannot be read.
    """
    graph = IndexedGraph(_measurements(dataset, base))
    lines = []
    for metric in graph.linking(DQV.Metric, RDF.type):
        rows = list(_rows(graph, metric, base))
        if rows:
            title = graph.text(metric, RDFS.label)
            lines += [f"**{title}.** {graph.text(metric, SKOS.definition)}", ""]
            lines += ["| What | Here | Of | Share |", "| --- | ---: | ---: | ---: |", *rows, ""]
    return "\n".join(lines).rstrip() + "\n"


def update_coverage(document: str, dataset: Path, base: str = WRITTEN_BASE) -> str:
    """Return ``document`` with the tables of ``dataset``, if it has the markers of that part.

    Raises:
        OSError: the dataset cannot be read.
        SourceError: only the first marker is there.
    """
    if f"<!-- begin: {_PART} -->" not in document:
        return document
    return replace_part(document, _PART, coverage_table(dataset, base))


def _measurements(dataset: Path, base: str) -> Iterator[Triple]:
    with dataset.open("rb") as lines:
        start = f"<{base}quality/".encode()
        found = b"".join(line for line in lines if line.startswith(start))
    return (quad.triple for quad in parse(found, format=RdfFormat.N_TRIPLES))


def _rows(graph: IndexedGraph, metric: str, base: str) -> Iterator[str]:
    """Yield the rows of a metric, sorted by the IRIs of what they show."""
    terms = urb(base)
    for node in sorted(graph.linking(metric, DQV.isMeasurementOf)):
        if graph.iris(node, terms.measuredClass) and graph.iris(node, terms.measuredOn):
            continue
        held, expected = (graph.text(node, terms[name]) for name in ("heldCount", "expectedCount"))
        label = graph.text(node, RDFS.label).removesuffix(f": {held} of {expected}")
        share = f"{int(held) * _PER_CENT // int(expected)} %"
        yield table_line(label, held, expected, share)
