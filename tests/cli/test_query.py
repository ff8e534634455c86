"""``urbact-graph query``.

Only the tests that are marked ``process`` evaluate in a worker process, as the command does for a
user; all others evaluate in their own, which answers alike.
"""

import json
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner
from pyoxigraph import Store

from tests.support.commands import run
from tests.support.evaluating import InProcessEngine
from urbact_graph.cli import main
from urbact_graph.engine import local
from urbact_graph.settings import Settings
from urbact_graph.sources import GraphSources

pytestmark = pytest.mark.usefixtures("at_demo")

NETWORK = "https://w3id.org/urbact-graph/network/greenplace"


@pytest.fixture(autouse=True)
def _evaluated_here(
    request: pytest.FixtureRequest, demo_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Evaluate in this process, on the demo, unless the test is marked ``process``."""
    if not request.node.get_closest_marker("process"):
        monkeypatch.setattr(local, "LocalEngine", lambda *_: InProcessEngine(demo_store))


def test_without_a_query_the_stored_ones_are_listed(demo_sources: GraphSources) -> None:
    text = run("query").output
    for file in demo_sources.queries.glob("*.rq"):
        assert file.stem in text


@pytest.mark.process
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


@pytest.mark.process
def test_another_dataset_can_be_queried(tmp_path: Path) -> None:
    file = tmp_path / "other.ttl"
    file.write_text("<a:b> <a:c> 48 .")
    text = run("query", "SELECT ?n { ?s ?p ?n }", "--dataset", str(file), "-f", "csv").output
    assert text.split() == ["n", "48"]


@pytest.mark.process
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


@pytest.mark.parametrize("columns", ["1", "80", "100000"])
def test_a_table_in_a_pipe_has_a_line_for_each_row(
    columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    lines = run("query", "partners-of-network").output.splitlines()
    rows = [line for line in lines if "partnership/greenplace/" in line]
    assert len(rows) == 5
    assert any("Wroclaw" in row and "city/pl/wroclaw" in row for row in rows)


@pytest.mark.parametrize(
    ("ending", "mark"), [("rq", ""), ("sparql", "\ufeff"), ("RQ", "\ufeff"), ("txt", "")]
)
def test_a_file_is_named_by_its_path(tmp_path: Path, ending: str, mark: str) -> None:
    file = tmp_path / f"my queries.{ending}"
    file.write_text(f"{mark}ASK {{ ?s ?p ?o }}\r\n", encoding="utf-8", newline="")
    assert run("query", str(file)).output == "yes\n"


def test_a_file_in_the_current_folder_and_a_file_with_a_header(
    tmp_path: Path, demo_sources: GraphSources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("URBACT_GRAPH_SOURCES", str(demo_sources.root))
    stored = (demo_sources.queries / "networks-of-city.rq").read_text()
    (tmp_path / "own.sparql").write_text(f"\ufeff{stored}")
    (tmp_path / "networks").write_text("ASK { FILTER(false) }")
    (tmp_path / "other").write_text("ASK { FILTER(false) }")
    monkeypatch.chdir(tmp_path)
    assert "GreenPlace" in run("query", "./own.sparql", "-p", "city=Wrocław").output
    assert "GreenPlace" in run("query", "own.sparql", "-p", "city=Wrocław").output
    # A stored query comes before a file of its name.
    assert "GreenPlace" in run("query", "networks").output
    assert run("query", "./networks").output == "no\n"
    assert run("query", "other").output == "no\n"


@pytest.mark.parametrize("typed", ["\ufeffASK {}", "ASK {}", "# note\nASK {}\r\n"])
def test_standard_input_may_begin_with_a_byte_order_mark(typed: str) -> None:
    assert run("query", "-", typed=typed).output == "yes\n"
    assert run("query", typed).output == "yes\n"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "latin-1"])
def test_another_encoding_is_named(tmp_path: Path, encoding: str) -> None:
    content = "ASK { ?s ?p 'Tromsø' }".encode(encoding)
    (tmp_path / "q.rq").write_bytes(content)
    from_file = run("query", str(tmp_path / "q.rq"), code=2).stderr
    from_input = CliRunner().invoke(main, ["query", "-"], input=content)
    assert from_input.exit_code == 2
    for sentence in (from_file, from_input.stderr):
        assert sentence.endswith("save it as UTF-8.\n")
        assert ("UTF-16" in sentence or "UTF-32" in sentence) == encoding.startswith("utf")


@pytest.mark.parametrize("city", ["Wroclaw", "WROCŁAW", "pl/wroclaw", "city/pl/wroclaw"])
def test_a_parameter_is_taken_by_any_name(city: str) -> None:
    result = run("query", "networks-of-city", "-p", f"city={city}", "-f", "csv")
    assert "network/greenplace" in result.stdout
    assert result.stderr == ""


FORMATS_OF_ROWS = ("table", "csv", "tsv", "json", "xml")
FORMATS_OF_GRAPHS = ("table", "ttl", "nt", "nq", "trig", "rdf", "jsonld")


@pytest.mark.parametrize("form", FORMATS_OF_ROWS)
def test_an_answer_without_a_row_is_said_to_be_empty(form: str) -> None:
    query = ("networks", "-p", "lastYear=1999", "-f", form)
    assert run("query", *query).stderr == (
        "The graph has nothing with lastYear=1999: the answer is empty.\n"
    )
    for full in (
        "SELECT ?s { ?s ?p ?o } LIMIT 1",
        "SELECT ('' AS ?x) {}",
        "ASK {}",
        "ASK { FILTER(1=2) }",
    ):
        assert run("query", full, "-f", form).stderr == ""


@pytest.mark.parametrize("form", FORMATS_OF_GRAPHS)
def test_an_answer_without_a_triple_is_said_to_be_empty(form: str) -> None:
    query = f"CONSTRUCT WHERE {{ <{NETWORK}> a ?type }} LIMIT "
    assert "the answer is empty" in run("query", f"{query}0", "-f", form).stderr
    assert run("query", f"{query}1", "-f", form).stderr == ""


@pytest.mark.slow
@pytest.mark.process
def test_the_timeout_is_that_of_the_server_unless_it_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    default = Settings.model_fields["query_timeout_seconds"].default
    assert f"{default:g} s [" in " ".join(run("query", "--help").output.split())
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    for given in (("--timeout", "0.2"), ()):
        monkeypatch.setenv("URBACT_GRAPH_QUERY_TIMEOUT_SECONDS", "60" if given else "0.2")
        assert run("query", endless, *given, code=2).stderr == (
            "Error: The query was stopped after 0.2 s; allow it more with --timeout SECONDS, or "
            "any time with --timeout 0.\n"
        )
    assert run("query", "ASK {}", "--timeout", "0").output == "yes\n"
    assert run("query", "ASK {}", "--timeout", "inf").output == "yes\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["partnersofnetwork"], "did you mean partners-of-network"),
        (["zzzz"], "lists them"),
        (["ASK {}", "-p", "a=b"], "Only stored queries"),
        (["partners-of-network", "-p", "network"], "no value"),
        (["partners-of-network", "-p", "nettwork=x"], "network"),
        (["ASK {}", "-f", "ttl"], "json, xml, csv, tsv"),
        (["ASK { ?s ?p '\udcff' }"], "not UTF-8"),
        (["partners-of-network", "-p", "network=a", "-p", "network=b"], "twice"),
        (["nowhere.rq"], "nowhere.rq cannot be read (No such file or directory)"),
        (["./nowhere"], "nowhere cannot be read (No such file or directory)"),
        (["nowhere.sparql"], "nowhere.sparql cannot be read"),
        (["some where/no where.rq"], "no where.rq cannot be read"),
        (["change.ru"], "change.ru is an update by its name, and the graph is only read"),
        (["./queries"], "queries cannot be read (Is a directory)"),
        (["x" * 5_000], "There is no stored query"),
        ([""], "holds no query"),
        (["# only a note"], "holds no query"),
        (["/dev/null"], "holds no query"),
        (["ASK {}", "--timeout", "-1"], "The timeout cannot be -1"),
        (["ASK {}", "--timeout", "nan"], "The timeout cannot be nan"),
        (["networks-of-city", "-p", "city=Wroclav"], "did you mean city/pl/wroclaw"),
        (["networks-of-city", "-p", "city=network/greenplace"], "is no city"),
        (["cities-on-theme", "-p", "theme=bio"], "the graph has no theme 'bio'"),
        (["networks", "-p", "firstYear=12"], "takes a year"),
    ],
)
def test_a_wrong_query_is_reported_in_a_sentence(arguments: list[str], words: str) -> None:
    check_sentence(arguments, words)


@pytest.mark.process
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["SELECT * {"], "line 1, column"),
        (["SELECT * { SERVICE <x:y> {} }"], "SERVICE"),
        (["DROP ALL; ASK {}"], "DROP"),
        (["ASK { FILTER(1" + "+1" * 28_000 + " = 1) }", "--timeout", "0"], "shorten it"),
        (["ASK {}", "--dataset", "/nowhere.ttl"], "/nowhere.ttl"),
        (["ASK {}", "--dataset", "/nowhere.doc"], "/nowhere.doc"),
    ],
)
def test_what_a_worker_refuses_is_reported_in_a_sentence(arguments: list[str], words: str) -> None:
    check_sentence(arguments, words)


def check_sentence(arguments: list[str], words: str) -> None:
    result = run("query", *arguments, code=2)
    assert words in result.stderr
    assert result.stderr.startswith("Error: ")
    assert len(result.stderr.splitlines()) == 1
