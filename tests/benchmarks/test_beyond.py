"""The larger sizes: a release of a scaled graph is made, served, and asked for a mix."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from benchmarks.limited import limited
from benchmarks.peers import Virtuoso
from benchmarks.popularity import costs, crowd, site_mix
from benchmarks.sizes import Embedded, Extent, OnVirtuoso, measure

from benchmarks import beyond_report as report
from benchmarks import sizes

if TYPE_CHECKING:
    from pathlib import Path

    from urbact_graph.dataset.building import Build
    from urbact_graph.sources import GraphSources

pytestmark = [pytest.mark.slow, pytest.mark.process]


def test_work_is_measured_and_ended_in_time() -> None:
    done = limited(60, sorted, [2, 1])
    assert (done.value, done.fault) == ([1, 2], "")
    assert done.memory > 1_000_000
    assert limited(60, int, "seven").fault.startswith("ValueError: ")
    assert "stopped after" in limited(-9.0, time.sleep, 60).fault


def test_a_size_is_measured_and_its_mix_is_sent(
    demo_build: Build,
    demo_sources: GraphSources,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sizes, "SERVERS", (Embedded,))
    extent = Extent((2,), seconds=0.0, patience=300, validators=("fast",))
    found = measure(demo_build, demo_sources, tmp_path, extent, lambda _: None)
    (work,), (service,) = found.work, found.services
    assert work.triples > demo_build.triples
    assert work.steps["SHACL, fast"].value > 0
    assert {"release", "dumps and tables", "stream of changes"} <= set(work.steps)
    assert all(step.seconds > 0 for step in work.steps.values()), work.steps
    assert service.fault == ""
    assert all(isinstance(each, float) for each in service.queries.values()), service.queries
    assert isinstance(service.pages["search"], tuple)
    assert isinstance(service.pages["cities"], tuple)
    assert service.used > service.fresh > 10_000_000
    written = report.sizes_markdown(found)
    assert "| 2× | embedded |" in written
    assert work.release
    with Embedded(tmp_path / "mix", work.release) as peer:
        mix = site_mix(peer, demo_sources.queries, seed=1)
        kinds = {wanted.kind for wanted in mix.requests}
        assert kinds == {"page", "document", "search", "list", "stored query"}
        known = costs(peer, mix, each=1)
        assert set(known) == {*kinds, "query written anew"}
        assert all(cost.web > 0 for found in known.values() for cost in found)
        sent = crowd(peer, mix, clients=2, seconds=1.0)
    # The defaults of some stored queries name what the demo lacks, which is an error there.
    assert sent.run.times
    assert not sent.run.timeouts
    assert sent.hits + sent.misses >= len(sent.run.times)
    assert report.costs_table(known).rows


def test_what_cannot_be_served_is_skipped_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Virtuoso, "missing", classmethod(lambda _: "it is not there"))
    assert OnVirtuoso.missing()
