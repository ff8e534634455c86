"""Mistakes in fact tables: each is reported with file, line and remedy; nothing is written."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.facts.changing import BASE, FIXTURE, TABLES, change, lines_of, problems, write
from urbact_graph.errors import FactsError
from urbact_graph.facts.importing import import_facts
from urbact_graph.facts.reading import read_tables

if TYPE_CHECKING:
    from pathlib import Path

# A file as other programs write it --------------------------------------------------------------


def test_a_byte_order_mark_is_skipped(facts: Path) -> None:
    for table in TABLES:
        path = facts / table
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_tables(facts) == read_tables(FIXTURE)


@pytest.mark.parametrize(
    ("table", "row", "key"),
    [
        ("networks", '{"id": "a", "id": "b"}', "id"),
        ("networks", '{"id": "a", "name": "A", "id": "a"}', "id"),
        ("cities", '{"lat": 1.0, "lat": null}', "lat"),
        ("themes", '{"links": [{"target": "http://a/", "target": "http://b/"}]}', "target"),
        ("calls", r'{"title": "A", "t\u0069tle": "B"}', "title"),
    ],
)
def test_a_key_that_stands_twice_is_a_mistake(facts: Path, table: str, row: str, key: str) -> None:
    number = len(lines_of(facts, f"{table}.jsonl")) + 1
    write(facts, f"{table}.jsonl", [*lines_of(facts, f"{table}.jsonl"), row])
    expected = f"{table}.jsonl:{number}: '{key}' stands twice; keep one of the two"
    assert problems(facts) == [expected]


def test_equal_keys_of_two_objects_are_no_mistake(facts: Path) -> None:
    rows = [json.loads(line) for line in lines_of(facts, "themes.jsonl")]
    link = {"relation": "exactMatch", "target": "http://a/", "target_label": "A", "source": []}
    write(facts, "themes.jsonl", [json.dumps(row | {"links": [link, link]}) for row in rows])
    assert len(read_tables(facts).themes) == len(rows)


def test_tables_without_a_row_are_a_mistake(facts: Path) -> None:
    for path in facts.glob("*.*"):
        path.write_text("")
    (only,) = problems(facts)
    assert only == f"{facts} holds no row in any table; name the folder with the facts"


def test_a_single_table_may_be_empty_and_is_named(facts: Path, tmp_path: Path) -> None:
    (facts / "plans.jsonl").write_text("\n")
    assert import_facts(facts, tmp_path / "data", BASE).remarks[0] == "plans.jsonl has no row."


# A cell that does not fit its column ---------------------------------------------------------

CELLS: list[tuple[str, int, dict[str, Any], str]] = [
    ("networks", 1, {"id": "Alpha!"}, "'id': String should match pattern"),
    ("networks", 1, {"type": "thematics"}, "'type': Input should be 'action-planning', 'transf"),
    ("networks", 1, {"start": "2023-13"}, "'start': '2023-13' is no date; write YYYY, YYYY-MM or"),
    ("networks", 2, {"end": "2023-02-30"}, "'end': '2023-02-30' is no date; write YYYY"),
    ("networks", 2, {"end": "23-02-03"}, "'end': '23-02-03' is no date; write YYYY"),
    ("networks", 2, {"end": "٢٠٢٣"}, "'end': '٢٠٢٣' is no date; write YYYY"),
    ("networks", 2, {"start": "0000"}, "'start': '0000' is no date; write YYYY"),
    ("networks", 1, {"status": "done"}, "'status': Input should be 'open' or 'closed'"),
    ("networks", 1, {"name": ""}, "'name': String should have at least 1 character"),
    ("networks", 1, {"name": " \u00a0"}, "'name': String should have at least 1 character that is"),
    ("networks", 1, {"note": "a\u0007b"}, "'note': the character U+0007 cannot be published as"),
    ("partnerships", 1, {"partner": "\uffff"}, "'partner': the character U+FFFF cannot be"),
    ("networks", 1, {"name": 7}, "'name': Input should be a valid string (found 7)"),
    ("networks", 1, {"declared_partner_count": "4"}, "'declared_partner_count': Input should be"),
    ("networks", 1, {"declared_partner_count": -1}, "'declared_partner_count': Input should be"),
    ("networks", 1, {"page": "urbact.eu"}, "'page': 'urbact.eu' is no web address; it must start"),
    ("networks", 1, {"page": "http://a/b c"}, "'page': 'http://a/b c' is no web address (Invalid"),
    ("networks", 1, {"source": ["http://a/%zz"]}, "'source.0': 'http://a/%zz' is no web address ("),
    ("networks", 1, {"source": []}, "'source': List should have at least 1 item"),
    ("networks", 1, {"source": "https://a/"}, "'source': Input should be a valid"),
    ("partnerships", 3, {"role": "leader"}, "'role': Input should be 'lead' or 'partner'"),
    ("partnerships", 3, {"kind": "town"}, "'kind': Input should be 'city', 'agency'"),
    ("partnerships", 3, {"country": "gr"}, "'country': String should match pattern"),
    ("partnerships", 3, {"colour": "red"}, "'colour' is no column of this table; take it out or"),
    ("cities", 2, {"id": "poli"}, "'id': String should match pattern"),
    ("cities", 2, {"lat": 91}, "'lat': Input should be less than or equal to 90"),
    ("cities", 2, {"lon": "23.75"}, "'lon': Input should be a valid number"),
    ("cities", 2, {"lat": float("nan")}, "'lat': Input should be"),
    ("cities", 2, {"nuts3_2021": "EL30"}, "'nuts3_2021': String should match pattern"),
    ("cities", 2, {"nuts3_2024": "EL30"}, "'nuts3_2024': String should match pattern"),
    ("networks", 1, {"call": "First call"}, "'call': String should match pattern"),
    ("networks", 1, {"call_basis": "printed"}, "'call_basis': Input should be 'stated' or 'assig"),
    ("networks", 1, {"reviewed": "2026-11"}, "'reviewed': '2026-11' is no day; write YYYY-MM-DD"),
    ("networks", 1, {"reviewed": "2026-11-31"}, "'reviewed': '2026-11-31' is no date; write YYYY"),
    ("partnerships", 1, {"reviewed": "2026"}, "'reviewed': '2026' is no day; write YYYY-MM-DD"),
    ("plans", 1, {"reviewed": "soon"}, "'reviewed': 'soon' is no date; write YYYY, YYYY-MM or"),
    ("recommendations", 1, {"reviewed": 2026}, "'reviewed': Input should be a valid string"),
    ("plans", 1, {"evidence": "seen"}, "'evidence': Input should be 'plan', 'network' or 'announ"),
    ("plans", 1, {"note": " "}, "'note': String should have at least 1 character that is seen"),
    ("calls", 1, {"id": "First!"}, "'id': String should match pattern"),
    ("programmes", 1, {"budget_eur": "24"}, "'budget_eur': Input should be a valid integer"),
    ("programmes", 1, {"erdf_eur": -1}, "'erdf_eur': Input should be greater than or equal to 0"),
    ("programmes", 1, {"start": None}, "'start': Input should be a valid string"),
    ("official-totals", 1, {"measure": "cities"}, "'measure': Input should be 'networks', 'partn"),
    ("official-totals", 1, {"value": None}, "'value': Input should be a valid integer"),
    ("official-totals", 1, {"source": []}, "'source': List should have at least 1 item"),
    ("city-names", 1, {"lang": "deu"}, "'lang': String should match pattern"),
    ("city-names", 1, {"name": ""}, "'name': String should have at least 1 character"),
    ("city-links", 1, {"scheme": "osm"}, "'scheme': Input should be 'wikidata', 'lau', 'unlocode'"),
    ("network-links", 1, {"value": "4296842"}, "'value': String should match pattern"),
    ("network-links", 1, {"scheme": "cordis"}, "'scheme': Input should be 'kohesio'"),
    ("nuts-labels", 1, {"version": "2016"}, "'version': Input should be '2021' or '2024'"),
    ("plans", 6, {"language": "fra"}, "'language': String should match pattern"),
    ("themes", 1, {"level": "top"}, "'level': Input should be 'topic' or 'theme'"),
    ("network-themes", 3, {"basis": None}, "'basis': Input should be 'assigned' or 'printed'"),
]


@pytest.mark.parametrize(("table", "number", "cells", "message"), CELLS)
def test_a_cell_that_does_not_fit(
    facts: Path, table: str, number: int, cells: dict[str, Any], message: str
) -> None:
    change(facts, f"{table}.jsonl", number, **cells)
    (problem,) = problems(facts)
    assert problem.startswith(f"{table}.jsonl:{number}: {message}")


def test_a_cell_of_a_link_that_does_not_fit(facts: Path) -> None:
    link = {
        "relation": "closeMatch",
        "target": "eurovoc",
        "target_label": "x",
        "source": ["EuroVoc"],
    }
    change(facts, "themes.jsonl", 1, links=[link])
    found = problems(facts)
    assert [problem.split("' is")[0] for problem in found] == [
        "themes.jsonl:1: 'links.0.target': 'eurovoc",
        "themes.jsonl:1: 'links.0.source.0': 'EuroVoc",
    ]


# A line or file that cannot be read ----------------------------------------------------------


@pytest.mark.parametrize("line", ['{"id": "x"', "[1]", '"text"', '{"id": "\\ud800"}', "{'id': 1}"])
def test_a_line_that_is_no_json_object(facts: Path, line: str) -> None:
    lines = lines_of(facts, "networks.jsonl")
    write(facts, "networks.jsonl", [*lines, "", line])
    (problem,) = problems(facts)
    number = len(lines) + 2
    assert problem.startswith(f"networks.jsonl:{number}: ")
    assert re.search("no JSON object|should be an object", problem)


def test_a_column_that_is_missing(facts: Path) -> None:
    lines = lines_of(facts, "cities.jsonl")
    row = json.loads(lines[1])
    del row["population"]
    write(facts, "cities.jsonl", [lines[0], json.dumps(row), *lines[2:]])
    (problem,) = problems(facts)
    assert problem == "cities.jsonl:2: 'population' is missing; write null where it is unknown"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("- Term | meaning | https://example.org/", "write '- **term** | meaning | web addresses'"),
        ("- **Term** | meaning", "write '- **term** | meaning | web addresses'"),
        ("- **Term** | meaning | a book", "write '- **term** | meaning | web addresses'"),
        ("- **Term** | meaning | https://a/%zz", "'source.0': 'https://a/%zz' is no web address ("),
    ],
)
def test_a_line_that_is_no_term(facts: Path, line: str, message: str) -> None:
    write(facts, "glossary.md", [*lines_of(facts, "glossary.md"), line])
    (problem,) = problems(facts)
    assert problem.startswith(f"glossary.md:7: {message}")


@pytest.mark.parametrize("table", TABLES)
def test_a_table_that_is_missing(facts: Path, table: str) -> None:
    (facts / table).unlink()
    (problem,) = problems(facts)
    assert problem == f"{facts / table} is missing; every table must be there, if only empty"


@pytest.mark.parametrize("table", ["networks.jsonl", "glossary.md"])
def test_a_table_that_is_not_utf_8(facts: Path, table: str) -> None:
    path = facts / table
    text = path.read_text(encoding="utf-8")
    path.write_bytes(text.encode() + b"caf\xe9\n")
    (problem,) = problems(facts)
    number = text.count("\n") + 1
    assert problem == f"{table}:{number}: the line is not UTF-8; save the file as UTF-8"


def test_a_folder_in_the_place_of_a_table(facts: Path) -> None:
    (facts / "calls.jsonl").unlink()
    (facts / "calls.jsonl").mkdir()
    (problem,) = problems(facts)
    assert problem.startswith(f"{facts / 'calls.jsonl'} cannot be read (Is a directory)")


def test_no_folder_at_all(tmp_path: Path) -> None:
    with pytest.raises(FactsError, match=r"nowhere is no folder; name the folder that holds"):
        import_facts(tmp_path / "nowhere", tmp_path / "data", BASE)
    assert not list(tmp_path.iterdir())


def test_all_mistakes_are_reported_at_once(facts: Path) -> None:
    change(facts, "networks.jsonl", 1, start="soon", status="done")
    change(facts, "cities.jsonl", 2, lat=100)
    (facts / "calls.jsonl").unlink()
    found = problems(facts)
    places = [problem.split(": ")[0] for problem in found]
    assert places[:3] == ["networks.jsonl:1", "networks.jsonl:1", "cities.jsonl:2"]
    assert len(found) == 4


# What is no mistake --------------------------------------------------------------------------


def test_line_ends_within_a_text_do_not_end_the_row(facts: Path) -> None:
    text = "One\u2028two\u0085three"
    change(facts, "networks.jsonl", 1, summary=text)
    path = facts / "networks.jsonl"
    # json.dumps with ensure_ascii=False leaves them as they are.
    assert text in path.read_bytes().decode()
    assert read_tables(facts).networks[0].summary == text


def test_a_table_may_be_empty_or_have_windows_line_ends(facts: Path) -> None:
    (facts / "plans.jsonl").write_text("\n  \n", encoding="utf-8")
    calls = facts / "calls.jsonl"
    calls.write_bytes(calls.read_bytes().replace(b"\n", b"\r\n"))
    found = read_tables(facts)
    assert found.plans == []
    assert [row.where for row in found.calls] == [f"calls.jsonl:{n}" for n in (1, 2, 3)]


def test_a_partnership_or_plan_in_a_city_need_not_repeat_the_country(facts: Path) -> None:
    change(facts, "partnerships.jsonl", 1, country=None)
    change(facts, "plans.jsonl", 1, country=None)
    assert read_tables(facts).plans[0].country is None


def test_the_supplement_adds_to_networks_of_the_tables_alone(facts: Path) -> None:
    assert {x.network for x in read_tables(facts).listing} == {"greenplace", "femact-cities"}


@pytest.mark.parametrize(
    ("found", "page"),
    [
        ("http://somebody@example.org/a@b", "http://example.org/a@b"),
        ("https://example.org./a./b", "https://example.org/a./b"),
        ("https://example.org.", "https://example.org"),
        ("https://example.org.:8080/", "https://example.org:8080/"),
        ("https://somebody@example.org.?a", "https://example.org?a"),
        ("https://example.org/.", "https://example.org/."),
    ],
)
def test_an_address_is_that_of_the_page_alone(facts: Path, found: str, page: str) -> None:
    change(facts, "networks.jsonl", 1, page=found)
    assert read_tables(facts).networks[0].page == page


def test_spaces_around_a_code_are_no_part_of_it(facts: Path) -> None:
    change(facts, "city-links.jsonl", 4, value=" FR019L2\u00a0")
    assert read_tables(facts).city_links[3].value == "FR019L2"


def test_a_recommendation_may_have_no_addressee_but_not_an_empty_one(facts: Path) -> None:
    change(facts, "recommendations.jsonl", 1, addressee=None)
    assert read_tables(facts).recommendations[0].addressee is None
    change(facts, "recommendations.jsonl", 1, addressee="")
    (problem,) = problems(facts)
    assert problem.startswith("recommendations.jsonl:1: 'addressee': String should have at least 1")
