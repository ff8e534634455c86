"""What describes the graph, in the graph itself: VoID and DCAT-AP, with true counts."""

from dataclasses import dataclass
from datetime import datetime

from pyoxigraph import Store, Triple

from urbact_graph.description.counting import state_counts
from urbact_graph.description.coverage import read_coverage
from urbact_graph.description.dcat import CatalogueWriter
from urbact_graph.description.instance import instance_description
from urbact_graph.description.statistics import Statistics
from urbact_graph.description.void import VoidWriter
from urbact_graph.rdf.builder import Statements

__all__ = ["Description", "describe", "instance_description"]


@dataclass(frozen=True)
class Description:
    """What a description says of the graph beyond its triples: its version and last change."""

    version: str
    modified: datetime | None


def describe(store: Store, base: str, description: Description) -> list[Triple]:
    """Describe the graph in ``store``, whose own IRIs lie below ``base``, in sorted triples.

    Every count is true of the graph with the description in it.
    """
    statistics = Statistics((quad.triple for quad in store), base)
    coverage = read_coverage(store, base, statistics)
    statements = Statements(base)
    CatalogueWriter(statements, description.version, description.modified).write(coverage)
    void = VoidWriter(statements)
    void.write_access(coverage)
    state_counts(void, store, statistics)
    return sorted(void.triples(), key=str)
