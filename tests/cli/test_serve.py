"""``urbact-graph serve``, up to where it serves; tests/server has the rest."""

from pathlib import Path

import pytest

from tests.support.commands import run, spoil

pytestmark = pytest.mark.process


@pytest.mark.slow
def test_a_graph_with_violations_is_not_served(
    root: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    spoil(root)
    run("serve", "--port", "0", "--sources", str(root), code=1)
    # Printed by the process that prepares the release.
    assert "network/greenplace" in capfd.readouterr().err


def test_a_graph_that_cannot_be_built_is_not_served(
    root: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (root / "data" / "people.ttl").write_text("<nonsense")
    run("serve", "--port", "0", "--sources", str(root), code=2)
    printed = capfd.readouterr().err
    assert printed.startswith("Error: data/people.ttl, line 1")
    assert len(printed.splitlines()) == 1


def test_a_dataset_that_is_missing_is_reported() -> None:
    result = run("serve", "--port", "0", "--dataset", "/nowhere.nt", code=2)
    assert result.stderr == "Error: /nowhere.nt is no file; name an RDF file with --dataset.\n"
