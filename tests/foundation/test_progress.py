"""The progress of long work: shown on a terminal, and nowhere else."""

import pytest

from urbact_graph.progress import Stage, progress_bar, quiet

_STEP = "data/" + "x" * 60 + "/the-end.ttl"


def work(stage: Stage) -> None:
    with stage("Building") as report:
        report("begin", 0, 2)
        report(_STEP, 1, 2)
    with stage("Comparing"):
        pass


@pytest.mark.parametrize("stage", [progress_bar, quiet])
def test_nothing_is_shown_where_there_is_no_terminal(
    stage: Stage, capfd: pytest.CaptureFixture[str]
) -> None:
    work(stage)
    assert capfd.readouterr() == ("", "")


def test_a_terminal_shows_the_title_the_count_and_the_end_of_the_step(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    work(progress_bar)
    output, errors = capfd.readouterr()
    assert output == ""
    assert "Building" in errors
    assert "1/2" in errors
    assert "the-end.ttl" in errors
    assert "data/x" not in errors
    assert "Comparing" in errors
