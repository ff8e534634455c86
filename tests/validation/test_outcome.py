"""The recorded outcome of a validation: when a graph needs no second one."""

from dataclasses import replace
from pathlib import Path

import pytest

from urbact_graph.dataset.building import Build
from urbact_graph.sources import GraphSources
from urbact_graph.validation import outcome
from urbact_graph.validation.outcome import REPORT_NAME, is_known_valid, record


@pytest.fixture
def sources(tmp_path: Path) -> GraphSources:
    (tmp_path / "shapes").mkdir()
    (tmp_path / "shapes" / "city.ttl").write_text("# Cities.\n", encoding="utf-8")
    return GraphSources(tmp_path)


def test_a_valid_graph_is_known_as_long_as_nothing_changes(
    demo_build: Build, sources: GraphSources, tmp_path: Path
) -> None:
    assert not is_known_valid(demo_build, sources, tmp_path)
    record(demo_build, sources, tmp_path, b"# A report.\n", conforms=True)
    assert is_known_valid(demo_build, sources, tmp_path)
    assert (tmp_path / REPORT_NAME).read_bytes() == b"# A report.\n"


def test_another_dataset_is_not_known(
    demo_build: Build, sources: GraphSources, tmp_path: Path
) -> None:
    record(demo_build, sources, tmp_path, b"", conforms=True)
    assert not is_known_valid(replace(demo_build, version="2"), sources, tmp_path)


def test_other_shapes_make_it_unknown(
    demo_build: Build, sources: GraphSources, tmp_path: Path
) -> None:
    record(demo_build, sources, tmp_path, b"", conforms=True)
    (tmp_path / "shapes" / "plan.ttl").write_text("# Plans.\n", encoding="utf-8")
    assert not is_known_valid(demo_build, sources, tmp_path)


def test_a_graph_with_violations_is_not_known_as_valid(
    demo_build: Build, sources: GraphSources, tmp_path: Path
) -> None:
    record(demo_build, sources, tmp_path, b"", conforms=False)
    assert not is_known_valid(demo_build, sources, tmp_path)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff"])
def test_a_damaged_record_makes_it_unknown(
    demo_build: Build, sources: GraphSources, tmp_path: Path, content: bytes
) -> None:
    record(demo_build, sources, tmp_path, b"", conforms=True)
    (tmp_path / "validation.json").write_bytes(content)
    assert not is_known_valid(demo_build, sources, tmp_path)


def test_other_code_makes_it_unknown(
    demo_build: Build, sources: GraphSources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(demo_build, sources, tmp_path, b"", conforms=True)
    monkeypatch.setattr(outcome, "fingerprint", lambda: "other code")
    assert not is_known_valid(demo_build, sources, tmp_path)
