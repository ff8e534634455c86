"""Make a release as ``urbact-graph serve`` does before it serves."""

from urbact_graph.dataset.building import Build
from urbact_graph.release.release import Release, make_release
from urbact_graph.sources import GraphSources
from urbact_graph.validation.standing import REPORT_NAME, record
from urbact_graph.validation.validating import validate


def released(built: Build, sources: GraphSources) -> Release:
    """Validate the graph ``built`` and make its release, in the folder that it stands in."""
    report = validate(built.dataset, sources)
    assert report.conforms, report
    folder = built.dataset.parent
    # A server of this folder need not validate it again.
    record(built, sources, folder, report.to_rdf(sources.base), conforms=report.conforms)
    return make_release(built, sources, folder, folder / REPORT_NAME)
