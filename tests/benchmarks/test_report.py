"""The report of a comparison: ratios, claims, and the document that they are written into."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from benchmarks.comparison import Cold, Comparison, Measured
from benchmarks.load import Run
from benchmarks.report import Report
from benchmarks.tables import put, ratio

if TYPE_CHECKING:
    from pathlib import Path


def _server(name: str, seconds: float, fault: str = "") -> Measured:
    times = [seconds] * 100
    cold = {
        "a": Cold("", Run(times, seconds=1), Run(times, seconds=1)),
        "b": Cold(fault, Run(times, seconds=1), Run(times, seconds=1)),
    }
    return Measured(name, name, "1", 1.0, 1_000_000, cold, Run(times, seconds=seconds))


def test_ratios_leave_out_what_a_server_answers_wrongly() -> None:
    servers = [
        _server("urbact-graph", 0.02),
        _server("oxigraph-memory", 0.01),
        _server("virtuoso", 0.03, "wrong values"),
    ]
    report = Report(Comparison(servers, [], ["a", "b"], 10, Run()))
    assert [report.summed(server, lambda cold: cold.crowd.median) for server in servers] == (
        pytest.approx([2, 1, 3])
    )
    assert report.common(servers[2]) == ["a"]
    held = {claim.sentence: (claim.seen, claim.holds) for claim in report.claims()}
    assert list(held.values()) == [
        ("0 of 2 queries", False),
        ("0 of 2 queries", False),
        ("0.67 × of it", True),
        ("0.50 ×", False),
    ]
    medians = report.details()[0].markdown()
    assert "| b | 10 ms | 2.00 × | 3.00 × wrong values |" in medians


@pytest.mark.parametrize(
    ("value", "shown"), [(0.123, "0.12 ×"), (9.99, "9.99 ×"), (12.3, "12 ×"), (4321, "4,321 ×")]
)
def test_a_ratio_has_the_digits_that_matter(value: float, shown: str) -> None:
    assert ratio(value, 1) == shown


def test_a_document_keeps_what_stands_around_the_results(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text("# Title\n\nWords.\n")
    put(document, "servers", "one")
    put(document, "growth", "two")
    first = document.read_text()
    assert first.startswith("# Title\n\nWords.\n\n<!-- servers")
    put(document, "servers", r"three \1")
    assert document.read_text() == first.replace("one", r"three \1")
