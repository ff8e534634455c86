"""The import of fact tables: exact Turtle, equal bytes, small differences, files kept."""

from __future__ import annotations

import difflib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pyoxigraph import RdfFormat, Triple, parse
from rdflib import Graph

from tests.facts.changing import BASE, FIXTURE, NO_SUPPLEMENT, write_imported
from tests.support.marking import sampled
from urbact_graph.errors import FactsError
from urbact_graph.facts.importing import HEADER, Imported, import_facts

if TYPE_CHECKING:
    from collections.abc import Callable

# A file whole, so that a change of the layout is a decision.
EXAMPLEVILLE = r"""# Written by `urbact-graph import` from the fact tables; edit those and import again.
@base <https://w3id.org/urbact-graph/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix urb: <https://w3id.org/urbact-graph/ontology#> .
@prefix wgs: <http://www.w3.org/2003/01/geo/wgs84_pos#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<city/fr/exampleville>
    a urb:City ;
    skos:prefLabel "Exampleville"@en ;
    dct:source <https://ec.europa.eu/eurostat/web/gisco/geodata/statistical-units/territorial-units-statistics> ;
    dct:source <https://ec.europa.eu/eurostat/web/gisco/geodata/statistical-units/urban-audit> ;
    dct:source <https://ec.europa.eu/eurostat/web/nuts/local-administrative-units> ;
    dct:source <https://example.org/exampleville> ;
    dct:source <https://sws.geonames.org/1000001/> ;
    dct:source <https://unece.org/trade/uncefact/unlocode> ;
    foaf:page <https://example.org/exampleville> ;
    owl:sameAs <http://www.wikidata.org/entity/Q101> ;
    owl:sameAs <https://sws.geonames.org/1000001/> ;
    skos:altLabel "Beispielstadt"@de ;
    skos:altLabel "Example Town" ;
    skos:altLabel "Exempleville"@fr ;
    skos:altLabel "Exempleville-sur-Mer" ;
    skos:hiddenLabel "Beispielstadt" ;
    urb:country <http://publications.europa.eu/resource/authority/country/FRA> ;
    urb:functionalUrbanArea "FR019L2" ;
    urb:lau "FR_14118" ;
    urb:lauYear 2019 ;
    urb:localName "Exempleville" ;
    urb:nuts3 <http://data.europa.eu/nuts/code/FRD11> ;
    urb:nuts3In2021 <http://data.europa.eu/nuts/code/FRD11> ;
    urb:population 12345 ;
    urb:unlocode "FR E2L" ;
    urb:unlocodeLocation <https://vocabulary.uncefact.org/unlocode#FRE2L> ;
    urb:urbanAuditCity "FR019C" ;
    wgs:lat 48.5 ;
    wgs:long -0.00001 ;
.
"""  # noqa: E501
PLAN = r"""
<plan/alpha/fr/exampleville/integrated-action-plan>
    a urb:IntegratedActionPlan ;
    dct:title "Plan pour l'avenir"@fr ;
    urb:network <network/alpha> ;
    urb:city <city/fr/exampleville> ;
    dct:abstract "A plan with a\ttab and\r\na break."@en ;
    dct:issued "2025-11-30"^^xsd:date ;
    dct:language <http://publications.europa.eu/resource/authority/language/FRA> ;
    dct:source <https://example.org/plans> ;
    foaf:page <https://example.org/plan.pdf> ;
    skos:editorialNote "Two pages give two dates."@en ;
    urb:evidence urb:PlanDescribed ;
.
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Import the tables as they are."""
    write_imported(tmp_path / "data")
    return tmp_path / "data"


def contents(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def change(facts: Path, table: str, number: int, **cells: Any) -> None:
    path = facts / f"{table}.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    row = json.loads(lines[number - 1]) | cells
    lines[number - 1] = json.dumps(row, ensure_ascii=False)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def append(facts: Path, table: str, number: int, **cells: Any) -> None:
    """Add a copy of the row ``number`` with other ``cells`` at the end of the table."""
    path = facts / f"{table}.jsonl"
    text = path.read_text(encoding="utf-8")
    row = json.loads(text.splitlines()[number - 1]) | cells
    path.write_text(f"{text}{json.dumps(row)}\n", encoding="utf-8")


def remove(facts: Path, table: str, keep: Callable[[dict[str, Any]], bool]) -> None:
    path = facts / f"{table}.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if keep(json.loads(line))), encoding="utf-8")


def difference(before: dict[str, bytes], after: dict[str, bytes]) -> tuple[list[str], list[str]]:
    """Return the lines taken out and the lines put in, over all files."""
    taken, put = [], []
    for name in sorted(before.keys() | after.keys()):
        old, new = (files.get(name, b"").decode().split("\n") for files in (before, after))
        lines = list(difflib.unified_diff(old, new, n=0, lineterm=""))[2:]
        taken += [line[1:] for line in lines if line.startswith("-")]
        put += [line[1:] for line in lines if line.startswith("+")]
    return taken, put


# The Turtle written --------------------------------------------------------------------------


def test_a_city_is_written_so(data: Path) -> None:
    assert (data / "cities" / "fr.ttl").read_text(encoding="utf-8") == EXAMPLEVILLE


def test_a_plan_is_written_so(data: Path) -> None:
    assert PLAN.encode() in (data / "networks" / "alpha.ttl").read_bytes()


def test_the_files_are_those_of_the_layout(data: Path) -> None:
    single = ["themes", "concepts", "glossary", "programmes", "calls", "people", "documents"]
    single += ["official-totals"]
    networks = ["alpha", "beta", "gamma", "greenplace", "femact-cities"]
    assert set(contents(data)) == {
        *(f"{name}.ttl" for name in (*single, "countries", "languages", "regions")),
        "without-network.ttl",
        *(f"cities/{country}.ttl" for country in ("ba", "fr", "gb", "gr", "it")),
        *(f"networks/{name}.ttl" for name in networks),
    }


def test_every_file_begins_with_the_mark_of_the_import(data: Path) -> None:
    for name, content in contents(data).items():
        assert content.startswith(f"# {HEADER}\n@base <{BASE}> .\n".encode()), name


def test_every_file_declares_the_same_prefixes(data: Path) -> None:
    heads = {content.split(b"\n\n", 1)[0] for content in contents(data).values()}
    assert len(heads) == 1, "the first use of a prefix would change two lines"


def test_statements_are_sorted_and_stand_one_a_line(data: Path) -> None:
    first = ["a", "skos:prefLabel", "foaf:name", "dct:title", "urb:network", "urb:city"]
    for name, content in contents(data).items():
        for block in content.decode().split("\n\n")[1:]:
            facts = [line.strip() for line in block.splitlines()[1:-1]]
            assert all(fact.endswith(" ;") for fact in facts), name
            predicates = [fact.split(" ")[0] for fact in facts]
            ranks = [(first.index(p) if p in first else len(first), p) for p in predicates]
            assert ranks == sorted(ranks), block


def test_two_parsers_read_the_same_graph(data: Path) -> None:
    for path in data.rglob("*.ttl"):
        direct = triples(path.read_bytes(), RdfFormat.TURTLE)
        written = Graph().parse(path, format="turtle").serialize(format="nt", encoding="utf-8")
        assert direct == triples(written, RdfFormat.N_TRIPLES), path


def triples(content: bytes, syntax: RdfFormat) -> set[Triple]:
    return {quad.triple for quad in parse(content, format=syntax)}


def test_a_different_base_is_used_throughout(tmp_path: Path) -> None:
    import_facts(FIXTURE, tmp_path / "data", "https://example.net/graph/")
    for name, content in contents(tmp_path / "data").items():
        assert b"w3id.org" not in content, name
    assert b"<city/fr/exampleville>" in (tmp_path / "data" / "cities" / "fr.ttl").read_bytes()


# Same input, same bytes ----------------------------------------------------------------------


def test_importing_again_changes_nothing(data: Path) -> None:
    before = contents(data)
    stamps = {path: path.stat().st_mtime_ns for path in data.rglob("*.ttl")}
    done = import_facts(FIXTURE, data, BASE, NO_SUPPLEMENT)
    assert (done.added, done.changed, done.removed) == ([], [], [])
    assert done.unchanged == len(before)
    assert contents(data) == before
    assert {path: path.stat().st_mtime_ns for path in data.rglob("*.ttl")} == stamps


@pytest.mark.process
@pytest.mark.parametrize("seed", ["4711", pytest.param("0", marks=pytest.mark.slow)])
def test_the_hash_seed_has_no_influence(data: Path, tmp_path: Path, seed: str) -> None:
    code = (
        "import sys, pathlib; from urbact_graph.facts.importing import import_facts;"
        "facts, data, supplement = map(pathlib.Path, sys.argv[1:]);"
        f"import_facts(facts, data, {BASE!r}, supplement)"
    )
    subprocess.run(
        [sys.executable, "-c", code, str(FIXTURE), str(tmp_path / "other"), str(NO_SUPPLEMENT)],
        env={**os.environ, "PYTHONHASHSEED": seed},
        check=True,
    )
    assert contents(tmp_path / "other") == contents(data)


# A changed fact is a changed line ------------------------------------------------------------

ONE_LINE: list[tuple[str, int, dict[str, Any]]] = [
    ("networks", 1, {"name": "Alpha Prime"}),
    ("networks", 1, {"title": "Another title"}),
    ("networks", 1, {"type": "transfer"}),
    ("networks", 3, {"programme": "URBACT II"}),
    ("networks", 1, {"start": "2023-07"}),
    ("networks", 1, {"status": "open"}),
    ("networks", 1, {"summary": "Said otherwise."}),
    ("networks", 1, {"themes": ["Mobility", "Blue roofs"]}),
    ("networks", 1, {"declared_partner_count": 5}),
    ("networks", 1, {"source": ["https://example.org/networks/alpha", "https://example.org/z"]}),
    ("partnerships", 2, {"partner": "City of Exampleville"}),
    ("partnerships", 2, {"role": "lead"}),
    ("partnerships", 4, {"country": "FR"}),
    ("cities", 1, {"population": 12346}),
    ("cities", 1, {"lat": 48.25}),
    ("cities", 3, {"name": "Simpleton"}),
    ("nuts-labels", 1, {"label": "Calvados (14)"}),
    ("plans", 1, {"title": "Une autre"}),
    ("plans", 1, {"date": "2025"}),
    ("recommendations", 2, {"addressee": "cities and EU"}),
    ("networks", 1, {"call_basis": "assigned"}),
    ("networks", 1, {"reviewed": "2026-11-28"}),
    ("plans", 1, {"evidence": "network"}),
    ("plans", 1, {"note": "Three pages give three dates."}),
    ("plans", 3, {"reviewed": "2026-11-28"}),
    ("programmes", 1, {"budget_eur": 24760001}),
    ("official-totals", 1, {"value": 31}),
    ("city-names", 1, {"name": "Musterstadt"}),
    ("city-links", 1, {"value": "Q103"}),
    ("city-links", 4, {"value": "FR019L3"}),
    ("calls", 1, {"budget": "1 million"}),
    ("calls", 1, {"networks_approved": 29}),
    ("themes", 2, {"basis": "assigned"}),
    ("network-themes", 1, {"theme": "transport"}),
]


@pytest.mark.parametrize(("table", "number", "cells"), sampled(ONE_LINE, 4))
def test_a_changed_cell_changes_one_line(
    facts: Path, data: Path, table: str, number: int, cells: dict[str, Any]
) -> None:
    before = contents(data)
    change(facts, table, number, **cells)
    done = import_facts(facts, data, BASE, NO_SUPPLEMENT)
    taken, put = difference(before, contents(data))
    assert (len(taken), len(put)) == (1, 1)
    assert (len(done.changed), done.added, done.removed) == (1, [], [])


def test_added_facts_and_rows_only_add_lines(facts: Path, data: Path) -> None:
    before = contents(data)
    change(facts, "networks", 3, summary="Now known.", start="2004", page="https://example.org/g")
    change(facts, "cities", 3, population=3, lat=55.5, lon=-3.25)
    change(facts, "recommendation-themes", 3, theme="trees")
    append(facts, "networks", 3, id="delta", name="Delta", lead_expert="Cy New")
    append(facts, "partnerships", 2, network="delta")
    append(facts, "plans", 2, title="A third plan")
    append(facts, "cities", 1, id="fr/autreville", name="Autreville")
    append(facts, "network-themes", 1, network="delta")
    done = import_facts(facts, data, BASE, NO_SUPPLEMENT)
    taken, put = difference(before, contents(data))
    assert (taken, done.added, done.removed) == ([], ["networks/delta.ttl"], [])
    assert '    dct:abstract "Now known."@en ;' in put
    assert sum(line.startswith("<") for line in put) == 5


def test_a_network_taken_out_takes_its_file_along(facts: Path, data: Path) -> None:
    before = contents(data)
    for table in ("networks", "partnerships", "network-themes"):
        remove(facts, table, lambda row: "beta" not in (row.get("id"), row.get("network")))
    done = import_facts(facts, data, BASE, NO_SUPPLEMENT)
    assert done.removed == ["networks/beta.ttl"]
    assert not (data / "networks" / "beta.ttl").exists()
    assert contents(data).keys() == before.keys() - {"networks/beta.ttl"}
    # One spelling of a name that only this network had.
    assert done.changed == ["people.ttl"]


def test_a_file_of_the_import_edited_by_hand_is_written_anew(data: Path) -> None:
    path = data / "calls.ttl"
    good = path.read_bytes()
    for bad in (good + b"# note\n", good.replace(b"\n", b"\r\n", 3), good + b"\xff"):
        path.write_bytes(bad)
        done = import_facts(FIXTURE, data, BASE, NO_SUPPLEMENT)
        assert done.changed == ["calls.ttl"]
        assert path.read_bytes() == good


# Files written by hand -----------------------------------------------------------------------


def test_a_file_written_by_hand_is_kept(data: Path) -> None:
    path = data / "networks" / "mine.ttl"
    path.write_bytes(b"# by a curator \xff")
    done = import_facts(FIXTURE, data, BASE, NO_SUPPLEMENT)
    assert done.kept == ["networks/mine.ttl"]
    assert path.read_bytes() == b"# by a curator \xff"


def test_a_file_written_by_hand_is_never_overwritten(facts: Path, data: Path) -> None:
    (data / "networks" / "alpha.ttl").write_text("# by a curator\n", encoding="utf-8")
    change(facts, "networks", 2, name="Changed")
    before = contents(data)
    with pytest.raises(FactsError, match=r"networks/alpha\.ttl was written by hand.*move it"):
        import_facts(facts, data, BASE, NO_SUPPLEMENT)
    assert contents(data) == before


def test_a_folder_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FactsError, match=r"file/data cannot be written \(Not a directory\)"):
        import_facts(FIXTURE, tmp_path / "file" / "data", BASE)


def test_a_disk_that_fills_up_leaves_the_old_files(
    facts: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(data)
    change(facts, "networks", 1, name="Changed")
    change(facts, "cities", 1, name="Changed")
    genuine, written = Path.write_bytes, []

    def failing(path: Path, content: bytes) -> int:
        written.append(path)
        if len(written) > 1:
            raise OSError(28, "No space left on device")
        return genuine(path, content)

    monkeypatch.setattr(Path, "write_bytes", failing)
    with pytest.raises(FactsError, match="No space left on device"):
        import_facts(facts, data, BASE, NO_SUPPLEMENT)
    assert contents(data) == before
    assert sorted(path.name for path in data.parent.iterdir()) == ["data", "facts"]


# People and remarks --------------------------------------------------------------------------


def test_one_person_however_spelt(facts: Path, tmp_path: Path) -> None:
    change(facts, "networks", 3, lead_expert="Zoe Example & Di Third, BO SAMPLE (both)")
    import_facts(facts, tmp_path / "data", BASE, NO_SUPPLEMENT)
    text = (tmp_path / "data" / "people.ttl").read_text(encoding="utf-8")
    names = [line.strip() for line in text.splitlines() if line.startswith("    ")]
    assert [name for name in names if not name.startswith("a ")] == [
        'foaf:name "Bo Sample" ;',
        'skos:altLabel "BO SAMPLE" ;',
        'foaf:name "Di Third" ;',
        'foaf:name "Zoé Example" ;',
        'skos:altLabel "ZOE EXAMPLE" ;',
        'skos:altLabel "Zoe Example" ;',
    ]


def test_a_nuts_code_of_another_country_is_remarked(tmp_path: Path) -> None:
    done: Imported = import_facts(FIXTURE, tmp_path / "data", BASE)
    assert done.remarks[0].startswith("cities.jsonl:5: the NUTS code RS213 is not one of BA")
    assert "urb:nuts3" not in (tmp_path / "data" / "cities" / "ba.ttl").read_text("utf-8")


def test_a_code_without_a_name_is_remarked(facts: Path, data: Path) -> None:
    remove(facts, "nuts-labels", lambda row: row["code"] != "EL30A")
    remarks = import_facts(facts, data, BASE, NO_SUPPLEMENT).remarks
    expected = (
        "cities.jsonl:2: the NUTS code EL30A has no name in nuts-labels.jsonl; add a row there"
    )
    assert expected in remarks
    _, _, after = contents(data)["regions.ttl"].decode().partition("/EL30A>\n")
    assert "skos:prefLabel" not in after.partition("\n.\n")[0]


def test_two_cities_of_one_wikidata_item_are_remarked_and_not_linked(data: Path) -> None:
    (remark,) = (
        x for x in import_facts(FIXTURE, data, BASE, NO_SUPPLEMENT).remarks if "Wikidata" in x
    )
    assert remark.startswith(
        "city-links.jsonl:9: gr/poli and gb/sampleton have the same Wikidata item Q102; none of"
    )
    assert not [name for name, content in contents(data).items() if b"Q102" in content]
