"""The steps of a validation, measured one by one and together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from benchmarks.limited import Done
from benchmarks.processes import core_share
from benchmarks.tables import circumstances
from benchmarks.validation import steps, table, whole

from urbact_graph.validation.fast_validator import is_installed

if TYPE_CHECKING:
    from urbact_graph.dataset.building import Build
    from urbact_graph.sources import GraphSources


@pytest.mark.skipif(not is_installed(), reason="the extra fast has no wheel for this platform")
def test_every_step_is_in_the_table(demo_build: Build, demo_sources: GraphSources) -> None:
    found = steps(demo_build.dataset, demo_sources)
    assert len(found) > 8
    results = whole(demo_build.dataset, demo_sources)
    assert results
    apart, together = Done(2.0, 10**9, found, 3.0), Done(1.0, 10**9, results, 3.0)
    rows = table([(1, demo_build.triples, apart, together)]).rows
    assert [row[0] for row in rows[:-3]] == [name for name, *_ in found]
    assert rows[-2][2] == "**3.0 s (1.0 s)**, 1.0 GB"
    assert rows[-1][2] == f"{results:,}"


def test_a_size_that_fails_stands_in_the_table_with_the_reason() -> None:
    failed = Done(fault="stopped after 60 minutes")
    rows = table([(100, 10, failed, failed)]).rows
    assert [row[2] for row in rows] == ["stopped after 60 minutes"] * 2 + ["–"]


def test_a_document_says_that_other_programs_ran() -> None:
    assert "under load" not in circumstances("command", 1, ["version"], 0.02)
    assert "kept the processors 60% busy" in circumstances("command", 1, ["version"], 0.6)


@pytest.mark.process
def test_the_share_of_a_core_is_a_share() -> None:
    assert 0 < core_share(0.05) <= 1.01
