"""``urbact-graph query``."""

import json
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.support.commands import run
from urbact_graph.cli import main
from urbact_graph.sources import GraphSources

pytestmark = [pytest.mark.process, pytest.mark.usefixtures("at_demo")]

NETWORK = "https://w3id.org/urbact-graph/network/greenplace"


def test_without_a_query_the_stored_ones_are_listed(demo_sources: GraphSources) -> None:
    text = run("query").output
    for file in demo_sources.queries.glob("*.rq"):
        assert file.stem in text


def test_a_query_is_text_a_file_a_name_or_standard_input(demo_sources: GraphSources) -> None:
    assert run("query", "ASK {}").output == "yes\n"
    by_name = run("query", "partners-of-network").output
    by_file = run("query", str(demo_sources.queries / "partners-of-network.rq")).output
    assert by_name == by_file
    assert "Wroclaw" in by_name
    assert "5 rows" in by_name
    assert run("query", "-", typed="ASK { FILTER(false) }").output == "no\n"


def test_a_file_may_hold_plain_sparql(tmp_path: Path) -> None:
    file = tmp_path / "plain.rq"
    file.write_text("# a note of my own\nASK { ?s ?p ?o }", encoding="utf-8-sig")
    assert run("query", str(file)).output == "yes\n"


def test_another_dataset_can_be_queried(tmp_path: Path) -> None:
    file = tmp_path / "other.ttl"
    file.write_text("<a:b> <a:c> 48 .")
    text = run("query", "SELECT ?n { ?s ?p ?n }", "--dataset", str(file), "-f", "csv").output
    assert text.split() == ["n", "48"]


def test_no_other_service_is_called() -> None:
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.settimeout(0)
        address = f"<http://127.0.0.1:{canary.getsockname()[1]}/>"
        # Each is a call for the parser; the worker stops what the lexical check lets pass.
        for call in (f"SERVICE {address}", f"SERVICESILENT{address}", f"FROM {address} #"):
            CliRunner().invoke(main, ["query", f"SELECT * {call} {{ ?s ?p ?o }}"])
        with pytest.raises(BlockingIOError):
            canary.accept()


def test_the_columns_of_parameters_are_hidden() -> None:
    text = run("query", "partners-of-network", "--param", "network=network/useact").output
    assert "Viladecans" in text
    assert "network/useact " not in text.replace("partnership/useact", "")


def test_every_format_can_be_had() -> None:
    csv = run("query", f"SELECT ?t {{ <{NETWORK}> a ?t }} ORDER BY ?t", "-f", "csv").output
    assert csv.startswith("t\n")
    found = json.loads(run("query", "ASK {}", "--format", "json").output)
    assert found["boolean"] is True
    turtle = run("query", f"DESCRIBE <{NETWORK}>").output
    assert "@prefix urb:" in turtle
    triples = run("query", f"DESCRIBE <{NETWORK}>", "-f", "nt").output
    assert triples.startswith(f"<{NETWORK}>")


def test_a_table_shows_the_data_as_it_is() -> None:
    text = run("query", "SELECT ('[red]x[/red]' AS ?x) (48 AS ?n) ?u {}").output
    assert "[red]x[/red]" in text
    assert "1 row\n" in text


def test_a_narrow_table_shows_names_instead_of_iris(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    text = run("query", "partners-of-network").output
    assert "cityLabel" in text
    assert "city/pl" not in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["partnersofnetwork"], "did you mean partners-of-network"),
        (["zzzz"], "lists them"),
        (["SELECT * {"], "line 1, column"),
        (["SELECT * { SERVICE <x:y> {} }"], "SERVICE"),
        (["DROP ALL; ASK {}"], "DROP"),
        (["ASK {}", "-p", "a=b"], "Only stored queries"),
        (["partners-of-network", "-p", "network"], "no value"),
        (["partners-of-network", "-p", "nettwork=x"], "network"),
        (["ASK {}", "-f", "ttl"], "json, xml, csv, tsv"),
        (["ASK { FILTER(1" + "+1" * 28_000 + " = 1) }"], "shorten it"),
        (["ASK { ?s ?p '\udcff' }"], "not UTF-8"),
        (["partners-of-network", "-p", "network=a", "-p", "network=b"], "twice"),
        (["nowhere.rq"], "nowhere.rq"),
        (["ASK {}", "--dataset", "/nowhere.ttl"], "/nowhere.ttl"),
        (["ASK {}", "--dataset", "/nowhere.doc"], "/nowhere.doc"),
    ],
)
def test_a_wrong_query_is_reported_in_a_sentence(arguments: list[str], words: str) -> None:
    result = run("query", *arguments, code=2)
    assert words in result.stderr
    assert result.stderr.startswith("Error: ")
    assert len(result.stderr.splitlines()) == 1
