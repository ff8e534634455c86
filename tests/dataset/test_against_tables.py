"""The graph says what the whole fact tables say: the same bytes of data/, the same counts.

The tables are not in the repository. They are read from the folder that the environment variable
URBACT_FACTS names; without it these tests are skipped.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Literal, NamedNode, QuerySolutions, Store

from tests.conftest import ROOT
from tests.dataset.test_data import PREFIXES
from tests.facts.expectation import EVIDENCE, MEASURES, Expectation, Row
from urbact_graph.facts.importing import HEADER, import_facts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

VARIABLE = "URBACT_FACTS"
DATA = ROOT / "data"
BASE = "https://w3id.org/urbact-graph/"
pytestmark = pytest.mark.skipif(
    VARIABLE not in os.environ,
    reason=f"{VARIABLE} does not name the folder of the fact tables (see CONTRIBUTING.md)",
)

Tables = dict[str, list[Row]]
Count = Counter[str]


@pytest.fixture(scope="module")
def folder() -> Path:
    return Path(os.environ[VARIABLE])


@pytest.fixture(scope="module")
def tables(folder: Path) -> Tables:
    return Expectation(folder).tables


# The files -------------------------------------------------------------------------------------


def contents(data: Path) -> dict[str, bytes]:
    return {path.relative_to(data).as_posix(): path.read_bytes() for path in data.rglob("*.ttl")}


def test_the_import_writes_the_files_that_stand_in_data(folder: Path, tmp_path: Path) -> None:
    import_facts(folder, tmp_path / "data", BASE)
    written = contents(tmp_path / "data")
    begin = f"# {HEADER}\n".encode()
    standing = {name: text for name, text in contents(DATA).items() if text.startswith(begin)}
    assert written.keys() == standing.keys()
    assert [name for name, text in written.items() if text != standing[name]] == []


# The counts ------------------------------------------------------------------------------------


def camel(slug: str, suffix: str = "") -> str:
    """Return the term of the vocabulary for a kind as the tables name it."""
    name = "".join(part.capitalize() for part in slug.split("-"))
    has_suffix = name.endswith((suffix, "Pilot", "Framework"))
    return name if has_suffix else name + suffix


def stated(rows: Iterable[Row], column: str, suffix: str) -> Count:
    """Count the kinds that a column names, by the names of their terms."""
    return Counter(camel(row[column], suffix) for row in rows)


def plans(tables: Tables, *, announced: bool) -> list[Row]:
    return [row for row in tables["plans"] if (row["evidence"] == "announced") == announced]


def classes(tables: Tables) -> Count:
    """Count the rows by class, and networks and plans also by kind."""
    kinds = stated(tables["networks"], "type", "Network")
    kinds += stated(plans(tables, announced=False), "type", "Plan")
    return kinds + Counter(
        {
            "Network": len(tables["networks"]),
            "Partnership": len(tables["partnerships"]),
            "City": len(tables["cities"]),
            "Plan": len(plans(tables, announced=False)),
            "AnnouncedPlan": len(plans(tables, announced=True)),
            "Recommendation": len(tables["recommendations"]),
            "Call": len(tables["calls"]),
            "Programme": len(tables["programmes"]),
            "OfficialTotal": len(tables["official-totals"]),
            "Document": len({row["document"] for row in tables["recommendations"]}),
        }
    )


def evidence(tables: Tables) -> Count:
    rows = plans(tables, announced=False)
    return Counter((EVIDENCE.get(row["evidence"]) or [""])[0] for row in rows)


def call_basis(tables: Tables) -> Count:
    return Counter(row["call_basis"] or "" for row in tables["networks"])


def networks_by_call(tables: Tables) -> Count:
    return Counter(row["call"] for row in tables["networks"] if row["call"])


def themes(tables: Tables) -> Count:
    return Counter(row["basis"] for row in tables["network-themes"])


def identifiers(tables: Tables) -> Count:
    """Count the codes by scheme; an item of Wikidata that two cities have is linked to neither."""
    links = tables["city-links"]
    items = Counter(row["value"] for row in links if row["scheme"] == "wikidata")
    shared = sum(count for count in items.values() if count > 1)
    exact = sum(row["geonames_match"] == "exact" for row in tables["cities"] if row["geonames"])
    kohesio = len(tables["network-links"])
    found = Counter({"kohesio": kohesio, "geonames": exact, "wikidata": -shared})
    found.update(row["scheme"] for row in links)
    return found


def names(tables: Tables) -> Count:
    """Count the names by language; those that a city has already are no more names of it."""
    cities = {row["id"]: row for row in tables["cities"]}
    found = set()
    for row in tables["city-names"]:
        city, text, lang = cities[row["city"]], row["name"], row["lang"]
        own = [city["name"], city["local_name"], *city["aliases"]]
        if (text, lang) != (city["name"], "en") and (lang or text not in own):
            found.add((row["city"], (lang or "").lower(), text))
    return Counter(lang for _, lang, _ in found)


def reviewed(tables: Tables) -> Count:
    rows = {
        "Network": tables["networks"],
        "Partnership": tables["partnerships"],
        "Plan": plans(tables, announced=False),
        "AnnouncedPlan": plans(tables, announced=True),
        "Recommendation": tables["recommendations"],
    }
    return Counter({name: sum(bool(x["reviewed"]) for x in found) for name, found in rows.items()})


def begins(tables: Tables) -> Count:
    return Counter((row["start"] or "")[:4] for row in tables["networks"])


# What is counted: how the tables count it, and the query whose rows are a name and a count.
COUNTS: dict[str, tuple[Callable[[Tables], Count], str]] = {
    "evidence": (evidence, "?x a urb:Plan OPTIONAL { ?x urb:evidence ?name }"),
    "call basis": (
        call_basis,
        """?x a urb:Network
        OPTIONAL { ?x urb:call ?call BIND(EXISTS { ?x urb:statedCall ?call } AS ?stated) }
        BIND(IF(BOUND(?call), IF(?stated, "stated", "assigned"), "") AS ?name)""",
    ),
    "networks by call": (networks_by_call, "?x a urb:Network ; urb:call ?name"),
    "themes by basis": (
        themes,
        """?n a urb:Network ; urb:theme ?theme BIND(CONCAT(STR(?n), STR(?theme)) AS ?x)
        BIND(IF(EXISTS { ?n urb:declaredTheme ?theme }, "printed", "assigned") AS ?name)""",
    ),
    "identifiers by scheme": (
        identifiers,
        """VALUES (?property ?name) {
            (urb:wikidata "wikidata") (urb:geonames "geonames") (urb:lau "lau")
            (urb:unlocode "unlocode") (urb:functionalUrbanArea "fua")
            (urb:urbanAuditCity "urban-audit") (urb:kohesio "kohesio")
        }
        ?thing ?property ?code BIND(CONCAT(STR(?thing), ?code) AS ?x)""",
    ),
    "names by language": (
        names,
        """?city a urb:City
        { ?city skos:altLabel ?label FILTER(LANG(?label) != "") }
        UNION { ?city skos:hiddenLabel ?label }
        BIND(CONCAT(STR(?city), STR(?label)) AS ?x) BIND(LANG(?label) AS ?name)""",
    ),
    "reviewed": (
        reviewed,
        """VALUES ?name {
            urb:Network urb:Partnership urb:Plan urb:AnnouncedPlan urb:Recommendation
        }
        ?x a ?name ; urb:reviewed ?day""",
    ),
    "networks by year": (
        begins,
        """?x a urb:Network
        OPTIONAL { ?x urb:startYear ?year } BIND(COALESCE(STR(?year), "") AS ?name)""",
    ),
}


def served(store: Store, pattern: str) -> Count:
    """Count what matches by name: the last step of an IRI, or a text."""
    query = f"SELECT ?name (COUNT(DISTINCT ?x) AS ?n) {{ {pattern} }} GROUP BY ?name"
    results = store.query(PREFIXES + query)
    assert isinstance(results, QuerySolutions)
    found: Count = Counter()
    for solution in results:
        name, count = solution["name"], solution["n"]
        assert isinstance(count, Literal)
        text = name.value if isinstance(name, NamedNode | Literal) else ""
        found[text.rpartition("#")[2].rpartition("/")[2]] += int(count.value)
    return found


@pytest.mark.parametrize("what", COUNTS)
def test_the_graph_counts_as_the_tables_do(store: Store, tables: Tables, what: str) -> None:
    count, pattern = COUNTS[what]
    expected = count(tables)
    assert sum(expected.values()) > 0
    assert +served(store, pattern) == +expected


def test_the_graph_has_a_thing_a_row(store: Store, tables: Tables) -> None:
    expected = classes(tables)
    found = served(store, "?x a ?name FILTER(STRSTARTS(STR(?name), STR(urb:)))")
    assert {name: found[name] for name in expected} == expected


def test_the_graph_has_the_official_totals(store: Store, tables: Tables) -> None:
    pattern = "?x urb:totalOf ?of ; urb:measure ?measure ; urb:total ?total"
    query = f"SELECT ?of ?measure ?total {{ {pattern} }}"
    results = store.query(PREFIXES + query)
    assert isinstance(results, QuerySolutions)
    found = [
        tuple(str(solution[name].value) for name in ("of", "measure", "total"))
        for solution in results
    ]
    kinds = {"urbact-i": "programme"}
    assert sorted(found) == sorted(
        (
            f"{BASE}{kinds.get(row['scope'], 'call')}/{row['scope']}",
            f"{BASE}ontology#{MEASURES[row['measure']]}",
            str(row["value"]),
        )
        for row in tables["official-totals"]
    )
