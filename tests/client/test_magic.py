"""The magic of notebooks: tables, charts and maps from cells of SPARQL."""

from collections.abc import Iterator
from typing import Any

import pytest

from urbact_graph.client.graph import Graph
from urbact_graph.errors import QueryError
from urbact_graph.problems import ProblemError

interactiveshell = pytest.importorskip("IPython.core.interactiveshell")
config = pytest.importorskip("traitlets.config")
pyplot = pytest.importorskip("matplotlib.pyplot")
pandas = pytest.importorskip("pandas")
pytest.importorskip("geopandas")

CITIES = """
SELECT ?name (COUNT(?network) AS ?networks)
{ ?city a urb:City ; rdfs:label ?name ; urb:inNetwork ?network }
GROUP BY ?name ORDER BY ?name LIMIT 5
"""
PLACES = "SELECT ?city ?point { ?city geo:hasGeometry/geo:asWKT ?point }"


@pytest.fixture
def shell(opened: Graph) -> Iterator[Any]:
    pyplot.switch_backend("Agg")
    settings = config.Config({"HistoryManager": {"enabled": False}})
    made = interactiveshell.InteractiveShell(config=settings)
    made.extension_manager.load_extension("urbact_graph")
    made.user_ns["graph"] = opened
    yield made
    pyplot.close("all")


def run(shell: Any, line: str, cell: str) -> Any:
    return shell.run_cell_magic("sparql", line, cell)


def test_a_cell_is_answered_by_a_table(shell: Any) -> None:
    table = run(shell, "", CITIES)
    assert list(table.columns) == ["name", "networks"]
    assert run(shell, "", "ASK { ?x a urb:City }") is True


def test_the_answer_is_kept_under_a_name(shell: Any) -> None:
    answer = run(shell, "found --short", "SELECT ?c { ?c a urb:City }")
    assert shell.user_ns["found"] is answer
    assert answer.c[0].startswith("city/")


def test_variables_are_bound_to_expressions(shell: Any) -> None:
    shell.user_ns["path"] = "network/greenplace"
    query = "SELECT ?city { ?network urb:partnerCity ?city }"
    some = run(shell, "--bind network=graph.iri(path)", query)
    assert 0 < len(some) < len(run(shell, "", query))


def test_numbers_are_drawn_as_bars(shell: Any) -> None:
    axes = run(shell, "--chart", CITIES)
    assert [label.get_text() for label in axes.get_yticklabels()] == list(
        run(shell, "", CITIES).name
    )
    assert [bar.get_width() for bar in axes.patches] == list(run(shell, "", CITIES).networks)


def test_years_are_drawn_as_lines(shell: Any) -> None:
    axes = run(shell, "--chart", "SELECT ?year ?n { VALUES (?year ?n) { (2003 7) (2002 5) } }")
    (line,) = axes.lines
    assert (list(line.get_xdata()), list(line.get_ydata())) == ([2002, 2003], [5, 7])


def test_places_are_drawn_on_a_map(shell: Any) -> None:
    axes = run(shell, "--map", PLACES)
    assert len(axes.collections[0].get_offsets()) == len(run(shell, "", PLACES))


def test_a_place_far_away_is_counted_instead(shell: Any) -> None:
    near = " ".join(f"({place} {place})" for place in range(1, 60))
    query = "SELECT ?lat ?long { VALUES (?lat ?long) { %s } }"
    assert run(shell, "--map", query % near).get_title() == ""
    axes = run(shell, "--map", query % f"{near} (-80 -90)")
    assert axes.get_title() == "1 place is not on this map"
    assert axes.get_xlim()[0] > -90


@pytest.mark.parametrize(
    ("line", "cell", "words"),
    [
        ("--chart --map", CITIES, "a chart or as a map"),
        ("--chart", "ASK {}", "has none"),
        ("--chart", "SELECT ?x { ?x a urb:Elephant }", "has none"),
        ("--chart", "SELECT ?x { ?x a urb:City }", "needs a column of numbers"),
        ("--chart", "SELECT ?x (1 AS ?n) { ?x ?p ?o }", "room for 60 rows"),
        ("--map", "SELECT ?x { ?x a urb:City }", "needs one column of WKT"),
        ("--map", "SELECT (?no AS ?lat) (?no AS ?long) {}", "No row"),
        ("--bind x", CITIES, "binds nothing"),
        ("--map", "ASK {}", "ask with SELECT"),
        ("--map", "CONSTRUCT WHERE { ?s ?p ?o }", "ask with SELECT"),
        ("1st", CITIES, "cannot be the name of a variable"),
        ("class", CITIES, "cannot be the name of a variable"),
        ("found.x", CITIES, "cannot be the name of a variable"),
    ],
)
def test_what_cannot_be_drawn_is_said(shell: Any, line: str, cell: str, words: str) -> None:
    with pytest.raises(QueryError, match=words):
        run(shell, line, cell)


def test_a_mistake_has_its_place(shell: Any) -> None:
    with pytest.raises(ProblemError, match="line 1"):
        run(shell, "", "SELECT * { ?s ?p }")
