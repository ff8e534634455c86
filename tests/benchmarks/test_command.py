"""The command of the benchmarks: it measures a server, the growth, and refuses wrong options."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from benchmarks.__main__ import main
from benchmarks.comparison import Plan, compare
from benchmarks.peers import PEERS, Peer, UrbactGraph
from benchmarks.processes import StartError
from benchmarks.report import Report
from click.testing import CliRunner

from benchmarks import growth, growth_report

if TYPE_CHECKING:
    from urbact_graph.dataset.building import Build
    from urbact_graph.sources import GraphSources

ROOT = Path(__file__).parents[2]
QUERIES = ROOT / "queries"
NAMES = len(list(QUERIES.glob("*.rq")))


PLAN = Plan(seconds=0.001, mix_seconds=0.01, rounds=1, requests=1)
# Less than any process of Python takes.
PROCESS_BYTES = 10_000_000


@pytest.mark.slow
@pytest.mark.process
def test_this_server_is_measured_by_itself(demo_build: Build, tmp_path: Path) -> None:
    steps: list[str] = []
    found = compare([UrbactGraph], demo_build.dataset, QUERIES, tmp_path, PLAN, steps.append)
    (server,) = found.servers
    assert [cold.fault for cold in server.cold.values()] == [""] * NAMES
    assert all(cold.crowd.times and cold.alone.times for cold in server.cold.values())
    assert not server.warm.errors
    assert len(server.warm.times) >= NAMES
    assert server.memory > PROCESS_BYTES
    assert found.triples == demo_build.triples
    assert any(f"cold {NAMES} of {NAMES}" in step for step in steps)
    assert Report(found).summary().markdown().count("1.00 ×") == 7


@pytest.mark.slow
@pytest.mark.process
def test_the_growth_is_measured(
    demo_build: Build,
    demo_sources: GraphSources,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(growth, "KINDS", (growth.PatientUrbactGraph,))
    extent = growth.Extent((2,), seconds=0.01, shacl_seconds=0)
    found = growth.grow(demo_build.dataset, demo_sources, tmp_path, extent, lambda _: None)
    (step,) = found.steps
    assert (step.scale, step.fault, len(step.points)) == (2, "", 10)
    assert step.triples > demo_build.triples
    assert step.memory >= step.largest > PROCESS_BYTES
    assert 0 < step.point_ratio <= step.worst_point_ratio
    written = growth_report.markdown(found, {})
    assert written.count("| urbact-graph |") == 1
    assert "not run" in written
    assert growth_report.claims(found) == []


@pytest.mark.parametrize("kind", PEERS[1:], ids=lambda kind: kind.name)
def test_a_server_that_is_not_installed_is_reported(
    kind: type[Peer], demo_build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    with pytest.raises(StartError, match=rf"^{kind.title}: .+ is not installed; .+\.$"):
        compare([kind], demo_build.dataset, QUERIES, tmp_path, PLAN, lambda _: None)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["peers", "--peers", "urbact-graph,fuseki"], "there is no fuseki; there are urbact-graph"),
        (["growth", "--scales", "1,x"], "write whole numbers from 1"),
        (["growth", "--scales", "0"], "write whole numbers from 1"),
    ],
)
def test_a_wrong_option_is_reported(options: list[str], sentence: str) -> None:
    result = CliRunner().invoke(main, options)
    assert result.exit_code == 2
    assert sentence in " ".join(result.output.split())
