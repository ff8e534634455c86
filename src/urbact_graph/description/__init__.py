"""What describes the graph, in the graph itself: VoID, DCAT-AP and DQV, with true counts."""

from collections.abc import Iterable
from datetime import datetime
from itertools import chain

from pyoxigraph import Store, Triple

from urbact_graph.description.counting import state_counts
from urbact_graph.description.coverage import read_coverage
from urbact_graph.description.dcat import CatalogueWriter
from urbact_graph.description.examples import write_examples
from urbact_graph.description.instance import instance_description
from urbact_graph.description.quality import measure_quality
from urbact_graph.description.statistics import Statistics
from urbact_graph.description.structure import read_structure
from urbact_graph.description.void import VoidWriter
from urbact_graph.rdf.builder import Statements
from urbact_graph.rdf.n_triples import statement
from urbact_graph.rdf.n_triples import statements as lines
from urbact_graph.stored.query import StoredQuery

__all__ = ["describe", "instance_description", "measure_quality"]


def describe(
    store: Store,
    base: str,
    version: str,
    modified: datetime | None,
    queries: Iterable[StoredQuery] = (),
) -> list[Triple]:
    """Describe the graph in ``store``, whose own IRIs lie below ``base``, in sorted triples.

    ``version`` is the release's, ``modified`` when the graph last changed, if that is known;
    ``queries`` are stated as examples. Every count is true of the graph with the description in it.
    """
    stated = set(lines(store))
    statistics = Statistics(stated, base)
    coverage = read_coverage(store, base, statistics)
    statements = Statements(base)
    CatalogueWriter(statements, version, modified).write(coverage)
    void = VoidWriter(statements)
    void.write_access(coverage)
    write_examples(statements, queries)
    void.write_structure(read_structure(chain(stated, map(statement, statements.triples)), base))
    state_counts(void, stated, statistics)
    return sorted(void.triples(), key=str)
