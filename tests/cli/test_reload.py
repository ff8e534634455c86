"""``urbact-graph reload``, with no server; tests/server has it with one."""

from pathlib import Path

import pytest

from tests.support.commands import run
from urbact_graph.cli.reload import DEFAULT_HOST, DEFAULT_PORT, PREFIX
from urbact_graph.settings import ENVIRONMENT_PREFIX, Settings


def test_its_defaults_are_those_of_the_settings() -> None:
    fields = Settings.model_fields
    assert (fields["host"].default, fields["port"].default) == (DEFAULT_HOST, DEFAULT_PORT)
    assert PREFIX == ENVIRONMENT_PREFIX


@pytest.mark.parametrize("variable", ["", "URBACT_GRAPH_HOST"])
def test_without_a_server_that_is_reported(
    variable: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    if variable:
        monkeypatch.setenv(variable, "127.0.0.2")
    result = run("reload", code=2)
    assert result.stderr.startswith("Error: No server of yours was found on port 8000;")
    assert len(result.stderr.splitlines()) == 1
