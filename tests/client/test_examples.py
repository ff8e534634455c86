"""The examples in docstrings have the answers that stand there: on the real graph, or the demo."""

import doctest
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import rdflib

import urbact_graph
from tests.support.servers import Server
from urbact_graph import client
from urbact_graph.client import europe
from urbact_graph.client import graph as graph_module
from urbact_graph.dataset.building import Build
from urbact_graph.sources import GraphSources

pandas = pytest.importorskip("pandas")

# The address of the examples' server, in whose place the tests' own stands.
ADDRESS = "http://127.0.0.1:8000"


def _examples() -> Iterator[doctest.DocTest]:
    finder = doctest.DocTestFinder()
    for module in (client, europe, graph_module):
        yield from (test for test in finder.find(module) if test.examples)


EXAMPLES = {test.name.removeprefix("urbact_graph.client."): test for test in _examples()}
METHODS = {
    f"graph.Graph.{name}"
    for name in (
        "describe",
        "iri",
        "reconcile",
        "run",
        "search",
        "sparql",
        "table",
        "queries",
        "stored_query",
    )
}


def test_each_method_has_an_example() -> None:
    assert {*METHODS, "connect", "open", "europe.boundaries"} <= set(EXAMPLES)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(EXAMPLES.keys() - {"connect"}))
def test_an_example_on_the_real_graph(
    name: str, built: Build, sources: GraphSources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("URBACT_GRAPH_SOURCES", str(sources.root))
    monkeypatch.setenv("URBACT_GRAPH_BUILD_FOLDER", str(built.dataset.parent))
    _run(EXAMPLES[name])


@pytest.mark.slow
def test_the_examples_in_the_document(
    built: Build, sources: GraphSources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("URBACT_GRAPH_SOURCES", str(sources.root))
    monkeypatch.setenv("URBACT_GRAPH_BUILD_FOLDER", str(built.dataset.parent))
    document = Path(sources.root) / "docs" / "python.md"
    blocks = re.findall(r"```pycon\n(.*?)```", document.read_text(encoding="utf-8"), re.DOTALL)
    test = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, "python.md", None, 0)
    assert len(test.examples) > 8
    _run(test)


@pytest.mark.process
def test_the_example_with_a_server(demo_server: Server) -> None:
    pytest.importorskip("SPARQLWrapper")
    test = EXAMPLES["connect"]
    for example in test.examples:
        example.source = example.source.replace(ADDRESS, demo_server.url)
    _run(test)


def _run(test: doctest.DocTest) -> None:
    test.globs = {"urbact_graph": urbact_graph, "rdflib": rdflib}
    # It would read the command's own -v.
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    wrong: list[str] = []
    with pandas.option_context("display.width", 100, "display.max_columns", 20):
        assert runner.run(test, out=wrong.append).attempted == len(test.examples)
    assert not wrong, "".join(wrong)
