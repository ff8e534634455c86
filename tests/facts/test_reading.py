"""Mistakes in fact tables: each is reported with file, line and remedy; nothing is written."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from urbact_graph.errors import FactsError
from urbact_graph.facts.importing import import_facts
from urbact_graph.facts.reading import read_tables

FIXTURE = Path(__file__).parent / "tables"
BASE = "https://w3id.org/urbact-graph/"
TABLES = [
    *("networks.jsonl", "partnerships.jsonl", "cities.jsonl", "plans.jsonl"),
    *("recommendations.jsonl", "calls.jsonl", "themes.jsonl", "network-themes.jsonl"),
    *("recommendation-themes.jsonl", "glossary.md"),
]


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    """Copy the tables, to be spoilt."""
    return Path(shutil.copytree(FIXTURE, tmp_path / "facts"))


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def problems(facts: Path) -> list[str]:
    """Import the tables into a data folder with a file, and return the mistakes."""
    data = facts.parent / "data"
    import_facts(FIXTURE, data, BASE)
    (data / "networks" / "old.ttl").write_bytes((data / "calls.ttl").read_bytes())
    before = contents(data)
    with pytest.raises(FactsError) as caught:
        import_facts(facts, data, BASE)
    assert contents(data) == before
    assert sorted(path.name for path in facts.parent.iterdir()) == ["data", "facts"]
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


def lines_of(facts: Path, table: str) -> list[str]:
    return (facts / table).read_text(encoding="utf-8").splitlines()


def write(facts: Path, table: str, lines: list[str]) -> None:
    (facts / table).write_text("\n".join(lines) + "\n", encoding="utf-8")


def change(facts: Path, table: str, number: int, **cells: Any) -> None:
    lines = lines_of(facts, table)
    row = json.loads(lines[number - 1]) | cells
    lines[number - 1] = json.dumps(row, ensure_ascii=False)
    write(facts, table, lines)


def append(facts: Path, table: str, number: int, **cells: Any) -> int:
    """Add a copy of the row ``number`` with other ``cells``, and return the copy's number."""
    lines = lines_of(facts, table)
    write(facts, table, [*lines, json.dumps(json.loads(lines[number - 1]) | cells)])
    return len(lines) + 1


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


# A row that fits no row before it, or no other table -----------------------------------------

KEYS: list[tuple[str, int, dict[str, Any], str]] = [
    ("networks", 1, {"name": "Other"}, "network 'alpha'"),
    ("cities", 1, {"name": "Other"}, "city 'fr/exampleville'"),
    ("themes", 2, {"label": "Other"}, "theme 'mobility'"),
    ("calls", 1, {"budget": "2"}, "call 'URBACT IV / First call'"),
    ("partnerships", 3, {"role": "partner"}, "partner of the network 'alpha / Πόλη'"),
    ("network-themes", 1, {"basis": "assigned"}, "theme of the network 'alpha / mobility'"),
    ("recommendation-themes", 1, {"theme": None}, "text 'Mobility'"),
    ("recommendations", 3, {"addressee": "EU"}, "recommendation 'alpha / Plant trees.'"),
    ("plans", 6, {}, "plan 'transfer-plan / gamma / https://example.org/plans'"),
]


@pytest.mark.parametrize(("table", "number", "cells", "key"), KEYS)
def test_a_row_with_the_key_of_an_earlier_one(
    facts: Path, table: str, number: int, cells: dict[str, Any], key: str
) -> None:
    last = append(facts, f"{table}.jsonl", number, **cells)
    assert problems(facts) == [
        f"{table}.jsonl:{last}: the {key} stands already at {table}.jsonl:{number}; "
        "keep one of the two rows"
    ]


ROWS: list[tuple[str, int, dict[str, Any], str]] = [
    (
        "networks",
        1,
        {"programme": "URBACT V"},
        "'programme' names the unknown programme 'URBACT V'",
    ),
    ("partnerships", 5, {"network": "omega"}, "'network' names the unknown network 'omega'; corr"),
    ("partnerships", 4, {"city": "it/nowhere"}, "'city' names the unknown city 'it/nowhere'; corr"),
    ("plans", 4, {"network": "omega"}, "'network' names the unknown network 'omega'; correct it"),
    ("plans", 5, {"city": "it/nowhere"}, "'city' names the unknown city 'it/nowhere'; correct it"),
    ("recommendations", 1, {"network": "omega"}, "'network' names the unknown network 'omega'"),
    ("calls", 1, {"programme": "URBACT V"}, "'programme' names the unknown programme 'URBACT V'"),
    ("themes", 2, {"broader": "ships"}, "'broader' names the unknown theme 'ships'; correct it or"),
    ("network-themes", 3, {"network": "omega"}, "'network' names the unknown network 'omega'; cor"),
    ("network-themes", 3, {"theme": "ships"}, "'theme' names the unknown theme 'ships'; correct"),
    ("recommendation-themes", 3, {"theme": "ships"}, "'theme' names the unknown theme 'ships'"),
    ("recommendations", 3, {"theme": ["ships"]}, "the theme 'ships' has no row in recommendation-"),
    ("cities", 5, {"id": "fr/border-town"}, "the id 'fr/border-town' does not begin with its coun"),
    ("cities", 2, {"lat": None}, "latitude and longitude come together; give both or neither"),
    ("cities", 2, {"geonames": None}, "'geonames' and 'geonames_match' come together; give both"),
    (
        "partnerships",
        7,
        {"country": "FR"},
        "the country is FR, but the city 'gb/sampleton' lies in",
    ),
    (
        "plans",
        4,
        {"country": "FR"},
        "the country is FR, but the city 'gb/sampleton' lies in GB; co",
    ),
    ("partnerships", 4, {"country": "XX"}, "'XX' is no ISO 3166-1 country code; write one such"),
    ("plans", 5, {"country": "UK"}, "'UK' is no ISO 3166-1 country code; write one such as FR or"),
    ("plans", 1, {"language": "xx"}, "'xx' is no ISO 639-1 language code; write one such as fr or"),
    (
        "recommendations",
        1,
        {"addressee": "cities and trams"},
        "the addressee 'trams' is unknown; w",
    ),
    ("calls", 3, {"network_type": "pilot"}, "'pilot' names an unknown kind of network; write acti"),
]


@pytest.mark.parametrize(("table", "number", "cells", "message"), ROWS)
def test_a_row_that_does_not_fit_the_others(
    facts: Path, table: str, number: int, cells: dict[str, Any], message: str
) -> None:
    change(facts, f"{table}.jsonl", number, **cells)
    (problem,) = problems(facts)
    assert problem.startswith(f"{table}.jsonl:{number}: {message}")


def test_a_row_that_stands_twice(facts: Path) -> None:
    for table in TABLES:
        lines = lines_of(facts, table)
        write(facts, table, [*lines, lines[-1]])
        (problem,) = problems(facts)
        number = len(lines)
        assert problem.startswith(f"{table}:{number + 1}: the "), problem
        assert problem.endswith(f" stands already at {table}:{number}; keep one of the two rows")
        write(facts, table, lines)


def test_two_calls_that_would_share_an_iri(facts: Path) -> None:
    append(facts, "calls.jsonl", 1, title="First Call!")
    assert problems(facts) == [
        f"calls.jsonl:4: the row would get the IRI {BASE}call/urbact-iv-first-call, as the one at "
        "calls.jsonl:1 does; give them different names or titles"
    ]


def test_two_partnerships_that_would_share_an_iri(facts: Path) -> None:
    append(facts, "partnerships.jsonl", 4, partner="Region of «Nowhere»")
    append(facts, "partnerships.jsonl", 4, partner="Region-of-Nowhere")
    (problem,) = problems(facts)
    assert problem.startswith("partnerships.jsonl:9: the row would get the IRI")
    assert "region-of-nowhere, as the one at partnerships.jsonl:8 does" in problem


def test_two_plans_that_would_share_an_iri(facts: Path) -> None:
    append(facts, "plans.jsonl", 2, date="2024")
    (problem,) = problems(facts)
    assert problem.startswith("plans.jsonl:7: the row would get the IRI")


def test_two_terms_that_would_share_an_iri(facts: Path) -> None:
    lines = lines_of(facts, "glossary.md")
    write(facts, "glossary.md", [*lines, "- **Lead expert!** | Again. | https://example.org/g"])
    (problem,) = problems(facts)
    assert problem.startswith("glossary.md:7: the row would get the IRI")
    assert "glossary/lead-expert, as the one at glossary.md:6" in problem


def test_networks_take_no_name_that_stands_for_none(facts: Path) -> None:
    lines = lines_of(facts, "networks.jsonl")
    copy = json.loads(lines[2]) | {"id": "urbact"}
    write(facts, "networks.jsonl", [*lines, json.dumps(copy)])
    advice = lines_of(facts, "recommendations.jsonl")
    same = json.loads(advice[0]) | {"network": "urbact"}
    write(facts, "recommendations.jsonl", [*advice, json.dumps(same)])
    (problem,) = problems(facts)
    assert problem.startswith("recommendations.jsonl:4: the row would get the IRI")


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


def test_a_users_name_is_no_part_of_a_pages_address(facts: Path) -> None:
    change(facts, "networks.jsonl", 1, page="http://somebody@example.org/a@b")
    assert read_tables(facts).networks[0].page == "http://example.org/a@b"
