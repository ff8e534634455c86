"""The command line, as a user types it."""

import json
import shutil
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pyoxigraph import RdfFormat, parse

from urbact_graph.cli import main
from urbact_graph.dataset.building import Build
from urbact_graph.sources import GraphSources

NETWORK = "https://w3id.org/urbact-graph/network/greenplace"


@pytest.fixture
def at_root(monkeypatch: pytest.MonkeyPatch, sources: GraphSources, built: Build) -> None:
    """Stand in the repository, with the session's build."""
    monkeypatch.chdir(sources.root)
    monkeypatch.setenv("URBACT_GRAPH_BUILD_FOLDER", str(built.dataset.parent))
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def copy(tmp_path: Path, sources: GraphSources) -> Path:
    """Copy the working tree's sources, to change them."""
    root = tmp_path / "graph"
    for folder in ("ontology", "data", "shapes", "queries"):
        shutil.copytree(sources.root / folder, root / folder)
    return root


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == code, result.output
    return result


def test_help_shows_examples_for_every_command() -> None:
    assert "Examples:" in run("--help").output
    for name in main.commands:
        text = run(name, "--help").output
        assert f"urbact-graph {name}" in text, name
        assert "Example" in text


def test_version() -> None:
    assert run("--version").output.startswith("urbact-graph, version ")


@pytest.mark.usefixtures("at_root")
def test_build_says_what_it_did(built: Build) -> None:
    text = run("build").output
    assert f"{built.triples:,} triples" in text
    assert "nothing changed" in text


def test_build_tells_file_line_and_column(copy: Path) -> None:
    file = copy / "data" / "networks" / "cope.ttl"
    file.write_text(file.read_text().replace("a urb:Partnership ;", "a urb:Partnership ,", 1))
    result = run("build", "--sources", str(copy), code=2)
    assert "data/networks/cope.ttl, line " in result.stderr
    assert "column" in result.stderr
    assert not (copy / "build").exists()


def test_validate_passes_and_fails_with_its_exit_codes(copy: Path) -> None:
    result = run("validate", "--sources", str(copy))
    assert "violation" in result.output
    report = copy / "build" / "validation.ttl"
    assert list(parse(path=str(report), format=RdfFormat.TURTLE))
    file = copy / "data" / "networks" / "cope.ttl"
    file.write_text(file.read_text().replace('urb:end "2025-12-31"', 'urb:end "2020-12-31"'))
    result = run("validate", "--sources", str(copy), code=1)
    assert "network/cope" in result.output
    assert "data/networks/cope.ttl" in result.output
    assert b"Violation" in report.read_bytes()
    (copy / "shapes" / "network.ttl").write_text("broken")
    assert "shapes/network.ttl" in run("validate", "--sources", str(copy), code=2).stderr


def test_a_graph_with_violations_is_not_served(
    copy: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = copy / "data" / "networks" / "cope.ttl"
    file.write_text(file.read_text().replace('urb:end "2025-12-31"', 'urb:end "2020-12-31"'))
    run("serve", "--port", "0", "--sources", str(copy), code=1)
    # Said by the process that prepares it.
    assert "network/cope" in capfd.readouterr().err
    (copy / "data" / "networks" / "cope.ttl").write_text("<nonsense")
    run("serve", "--port", "0", "--sources", str(copy), code=2)
    said = capfd.readouterr().err
    assert said.startswith("Error: data/networks/cope.ttl, line 1")
    assert len(said.splitlines()) == 1


@pytest.mark.usefixtures("at_root")
def test_query_lists_the_stored_ones(sources: GraphSources) -> None:
    text = run("query").output
    for file in sources.queries.glob("*.rq"):
        assert file.stem in text


@pytest.mark.usefixtures("at_root")
def test_query_takes_text_file_name_and_standard_input(sources: GraphSources) -> None:
    assert run("query", "ASK {}").output.strip() == "yes"
    by_name = run("query", "partners-of-network").output
    by_file = run("query", str(sources.queries / "partners-of-network.rq")).output
    assert by_name == by_file
    assert "Wroclaw" in by_name
    assert "10 rows" in by_name
    result = CliRunner().invoke(main, ["query", "-"], input="ASK { FILTER(false) }")
    assert result.output.strip() == "no"


@pytest.mark.usefixtures("at_root")
def test_query_takes_a_file_of_plain_sparql(tmp_path: Path) -> None:
    file = tmp_path / "plain.rq"
    file.write_text("# a note of my own\nASK { ?s ?p ?o }", encoding="utf-8-sig")
    assert run("query", str(file)).output.strip() == "yes"


@pytest.mark.usefixtures("at_root")
def test_query_calls_no_other_service() -> None:
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.settimeout(0)
        address = f"<http://127.0.0.1:{canary.getsockname()[1]}/>"
        # Each is a call for the parser; what the look at the words let pass, the worker stops.
        for call in (f"SERVICE {address}", f"SERVICESILENT{address}", f"FROM {address} #"):
            CliRunner().invoke(main, ["query", f"SELECT * {call} {{ ?s ?p ?o }}"])
        with pytest.raises(BlockingIOError):
            canary.accept()


@pytest.mark.usefixtures("at_root")
def test_query_takes_parameters_and_hides_their_columns() -> None:
    text = run("query", "partners-of-network", "--param", "network=network/cope").output
    assert "Copenhagen" in text
    assert "network/cope " not in text.replace("partnership/cope", "")


@pytest.mark.usefixtures("at_root")
def test_query_answers_in_every_format() -> None:
    csv = run("query", f"SELECT ?t {{ <{NETWORK}> a ?t }} ORDER BY ?t", "-f", "csv").output
    assert csv.startswith("t\n")
    found = json.loads(run("query", "ASK {}", "--format", "json").output)
    assert found["boolean"] is True
    turtle = run("query", f"DESCRIBE <{NETWORK}>").output
    assert "@prefix urb:" in turtle
    triples = run("query", f"DESCRIBE <{NETWORK}>", "-f", "nt").output
    assert triples.startswith(f"<{NETWORK}>")


@pytest.mark.usefixtures("at_root")
def test_query_shows_markup_in_the_data_as_it_is() -> None:
    assert "[red]x[/red]" in run("query", "SELECT ('[red]x[/red]' AS ?x) {}").output


@pytest.mark.usefixtures("at_root")
def test_a_narrow_table_shows_names_instead_of_iris(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    text = run("query", "partners-of-network").output
    assert "cityLabel" in text
    assert "city/pl" not in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.usefixtures("at_root")
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
        (["ASK {}", "-f", "ttl"], "ask for json, xml, csv, tsv"),
        (["ASK { FILTER(1" + "+1" * 28_000 + " = 1) }"], "broke off"),
        (["ASK { ?s ?p '\udcff' }"], "not UTF-8"),
        (["partners-of-network", "-p", "network=a", "-p", "network=b"], "twice"),
        (["nowhere.rq"], "nowhere.rq"),
        (["ASK {}", "--dataset", "/nowhere.ttl"], "/nowhere.ttl"),
        (["ASK {}", "--dataset", "/nowhere.doc"], "/nowhere.doc"),
    ],
)
def test_a_wrong_question_gets_one_sentence(arguments: list[str], words: str) -> None:
    result = run("query", *arguments, code=2)
    assert words in result.stderr
    assert result.stderr.startswith("Error: ")
    assert len(result.stderr.splitlines()) == 1


def test_import_without_tables_writes_nothing(tmp_path: Path, copy: Path) -> None:
    before = sorted(copy.rglob("*"))
    result = run("import", str(tmp_path), "--sources", str(copy), code=2)
    assert "networks.jsonl is missing" in result.stderr
    assert "nothing was written" in result.stderr
    assert sorted(copy.rglob("*")) == before


def test_import_outside_a_working_copy_touches_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "no working copy" in run("import", str(tmp_path), code=2).stderr


@pytest.mark.usefixtures("at_root")
def test_a_document_without_markers_is_left_alone(tmp_path: Path) -> None:
    document = tmp_path / "notes.md"
    document.write_text("# Notes\n")
    result = run("validate", "--markdown", str(document), code=2)
    assert "lacks the lines" in result.stderr
    assert document.read_text() == "# Notes\n"


def test_a_misspelt_setting_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("URBACT_GRAPH_PROT", "8001")
    assert "is URBACT_GRAPH_PORT meant?" in run("build", code=2).stderr


def test_a_bad_setting_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("URBACT_GRAPH_QUERY_TIMEOUT_SECONDS", "soon")
    result = run("query", "ASK {}", code=2)
    assert "query_timeout_seconds" in result.stderr
    assert "URBACT_GRAPH_QUERY_TIMEOUT_SECONDS" in result.stderr
