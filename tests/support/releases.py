"""Make a release as ``urbact-graph serve`` does before it serves."""

from urbact_graph.dataset.building import Build
from urbact_graph.files import alone
from urbact_graph.release.making import make_release
from urbact_graph.release.release import Release
from urbact_graph.sources import GraphSources
from urbact_graph.validation.outcome import REPORT_NAME, record
from urbact_graph.validation.report import Report


def released(built: Build, sources: GraphSources, report: Report) -> Release:
    """Make the release of the graph ``built``, in the folder that it stands in."""
    assert report.conforms, report
    folder = built.dataset.parent
    with alone(folder):
        # A server of this folder need not validate it again.
        record(built, sources, folder, report.to_rdf(sources.base), conforms=report.conforms)
        return make_release(built, sources, folder, folder / REPORT_NAME)
