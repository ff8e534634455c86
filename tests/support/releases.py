"""What takes seconds to make, made once for all processes of a session of tests."""

import os
import pickle
from pathlib import Path

import pytest

from urbact_graph.dataset.building import Build
from urbact_graph.release.making import make_release
from urbact_graph.release.release import Release, current_release
from urbact_graph.sources import GraphSources
from urbact_graph.validation.outcome import REPORT_NAME, record
from urbact_graph.validation.report import Report
from urbact_graph.validation.validating import validate


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """Return the folder that all processes of the session have in common."""
    folder = factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


def validated(built: Build, sources: GraphSources) -> Report:
    """Validate the graph ``built``, unless another process did; the caller holds its lock."""
    kept = built.dataset.with_name("report.pickle")
    if not kept.exists():
        kept.write_bytes(pickle.dumps(validate(built.dataset, sources)))
    report = pickle.loads(kept.read_bytes())  # noqa: S301 - it was written here
    assert isinstance(report, Report)
    return report


def released(built: Build, sources: GraphSources) -> Release:
    """Make the release of the graph ``built`` as ``urbact-graph serve`` does before it serves.

    It stands in the folder of the graph, on which the caller holds the lock. One that another
    process made is the same.
    """
    folder = built.dataset.parent
    if made := current_release(folder):
        return made
    report = validated(built, sources)
    assert report.conforms, report
    # A server of this folder need not validate it again.
    record(built, sources, folder, report.to_rdf(sources.base), conforms=report.conforms)
    return make_release(built, sources, folder, folder / REPORT_NAME)
