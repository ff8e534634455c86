"""Tables of results, at terminals of several widths."""

import io
import json
from typing import Any

import pytest
from rich.console import Console

from tests.queries.cases import BASE
from urbact_graph.cli.results import print_results, printable

COUNTRY = "http://publications.europa.eu/resource/authority/country/PRT"


def shown(rows: list[dict[str, Any]], width: int) -> list[str]:
    names = list(dict.fromkeys(name for row in rows for name in row))
    document = {"head": {"vars": names}, "results": {"bindings": rows}}
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    print_results(json.dumps(document).encode(), BASE, {"hidden"}, console)
    output = console.file
    assert isinstance(output, io.StringIO)
    return output.getvalue().splitlines()


def iri(value: str) -> dict[str, str]:
    return {"type": "uri", "value": value}


def text(value: str) -> dict[str, str]:
    return {"type": "literal", "value": value}


ROW = {
    "plan": iri(f"{BASE}plan/food-corridors/pt/coimbra/integrated-action-plan"),
    "city": iri(f"{BASE}city/pt/coimbra"),
    "cityLabel": text("Coimbra"),
    "kind": iri(f"{BASE}ontology#IntegratedActionPlan"),
    "country": iri(COUNTRY),
    "title": text("A plan for the food of the city and of the region around it " * 3),
    "hidden": text("x"),
}


def test_labels_come_first_and_iris_are_short() -> None:
    lines = shown([ROW], 400)
    assert lines[1].split() == ["plan", "cityLabel", "city", "kind", "country", "title"]
    assert " Coimbra     city/pt/coimbra   urb:IntegratedActionPlan   http" in lines[3]
    assert lines[-1] == "1 row"


@pytest.mark.parametrize("width", [20, 40, 80, 100, 132, 200, 400])
def test_no_iri_is_broken_and_nothing_is_left_out_without_its_label(width: int) -> None:
    lines = shown([ROW, ROW], width)
    output = "\n".join(lines)
    for word in ("plan/food-corridors/pt/coimbra/integrated-action-plan", "Coimbra", COUNTRY):
        assert output.count(word) == 2
    if "row 1" not in lines:
        assert max(map(len, lines)) <= width


def test_a_narrow_table_shows_labels_instead_of_iris() -> None:
    row = {"city": ROW["city"], "cityLabel": ROW["cityLabel"], "n": text("7")}
    assert any("city/pt/coimbra" in line for line in shown([row], 60))
    narrow = shown([row], 30)
    assert any("Coimbra" in line for line in narrow)
    assert not any("city/pt" in line for line in narrow)


def test_wide_characters_and_lines_count_as_the_terminal_counts_them() -> None:
    row = {"a": text("東京" * 6), "b": iri("urn:" + "x" * 20), "c": text("one\ntwo")}
    lines = shown([row], 60)
    assert any("urn:" + "x" * 20 in line for line in lines)


def test_no_data_controls_the_terminal() -> None:
    assert printable("a\x1b[31mb\x07\x9b\nc\td") == "a\\u001B[31mb\\u0007\\u009B\nc\td"
    assert "\x1b" not in "".join(shown([{"x": text("\x1b[2J")}, {"x": iri("urn:a")}], 80))
