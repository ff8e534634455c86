"""Standard streams that are closed, full, abandoned, or of an encoding that lacks characters."""

import os
import pwd
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.waiting import DEADLINE
from urbact_graph import sources
from urbact_graph.dataset.building import Build
from urbact_graph.errors import SourceError
from urbact_graph.settings import Settings
from urbact_graph.sources import GraphSources

pytestmark = pytest.mark.process

FULL = (
    "Error: Standard output cannot be written (No space left on device), so the answer is lost; "
    "send it to a file or a program that takes it.\n"
)
CLOSED = FULL.replace("No space left on device", "it is closed")
LODZ = "SELECT ('Łódź' AS ?x) {}"


@pytest.fixture
def environment(demo_sources: GraphSources, demo_build: Build, tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "URBACT_GRAPH_SOURCES": str(demo_sources.root),
        "URBACT_GRAPH_BUILD_FOLDER": str(demo_build.dataset.parent),
        "XDG_RUNTIME_DIR": str(tmp_path),
    }


def shell(
    line: str, environment: dict[str, str], *arguments: str, folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run ``line`` in bash, where $G is the command with ``arguments``."""
    return subprocess.run(
        ["bash", "-c", line.replace("$G", '"$0" -m urbact_graph "$@"'), sys.executable, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        env=environment,
        timeout=DEADLINE,
        cwd=folder,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "redirection", "sentence"),
    [
        (("--version",), ">/dev/full", FULL),
        (("query", "--help"), ">&-", CLOSED),
        (("query",), ">/dev/full", FULL),
        (("query", "ASK {}"), ">&-", CLOSED),
        (("query", "ASK {}"), ">/dev/full", FULL),
        (("query", "ASK {}", "-f", "json"), ">/dev/full", FULL),
        (("build",), ">&-", CLOSED),
        (("build",), ">/dev/full", FULL),
        (("diff", "build", "build", "-f", "json"), ">/dev/full", FULL),
    ],
)
def test_an_answer_that_cannot_be_written_is_an_error(
    environment: dict[str, str],
    demo_sources: GraphSources,
    arguments: tuple[str, ...],
    redirection: str,
    sentence: str,
) -> None:
    done = shell(f"$G {redirection}", environment, *arguments, folder=demo_sources.root)
    assert (done.returncode, done.stderr) == (2, sentence)


@pytest.mark.slow
@pytest.mark.parametrize("redirection", ["<&- 2>&-", "2>/dev/full"])
def test_an_answer_needs_no_other_stream(environment: dict[str, str], redirection: str) -> None:
    done = shell(f"$G {redirection}", environment, "query", "ASK {}")
    assert (done.returncode, done.stdout) == (0, "yes\n")


@pytest.mark.slow
@pytest.mark.parametrize("redirection", ["<&- >&- 2>&-", ">/dev/full 2>/dev/full"])
def test_the_exit_code_is_right_where_nothing_can_be_written(
    environment: dict[str, str], redirection: str
) -> None:
    assert shell(f"$G {redirection}", environment, "--version").returncode == 2


@pytest.mark.slow
def test_standard_input_that_is_closed_is_an_error(environment: dict[str, str]) -> None:
    done = shell("$G <&-", environment, "query", "-")
    assert done.returncode == 2
    assert done.stderr.startswith("Error: Standard input cannot be read (Bad file descriptor)")


@pytest.mark.slow
@pytest.mark.parametrize("form", ["table", "csv"])
def test_a_reader_that_ends_is_no_error(environment: dict[str, str], form: str) -> None:
    query = ("query", "SELECT * { ?s ?p ?o } LIMIT 5000", "-f", form)
    done = shell("$G | head -1; exit ${PIPESTATUS[0]}", environment, *query)
    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, "")
    assert done.stdout.count("\n") == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "locale",
    [
        {"PYTHONIOENCODING": "ascii:strict"},
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    ],
    ids=["ascii", "C"],
)
def test_an_encoding_without_a_character_gets_a_question_mark(
    environment: dict[str, str], locale: dict[str, str]
) -> None:
    table = shell("$G", environment | locale, "query", LODZ)
    assert (table.returncode, table.stderr) == (0, "")
    assert "??d?" in table.stdout
    # What programs read is UTF-8 everywhere, as are arguments.
    assert shell("$G", environment | locale, "query", LODZ, "-f", "csv").stdout == "x\nŁódź\n"


@pytest.mark.slow
def test_other_terminals_are_no_trouble(environment: dict[str, str]) -> None:
    variables = {"TERM": "dumb", "NO_COLOR": "1", "COLUMNS": "0"}
    done = shell("$G", environment | variables, "query", LODZ)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Łódź" in done.stdout


@pytest.mark.slow
def test_without_a_home_a_sentence_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # An installed package keeps its build in the user's cache; its sources are no working copy.
    monkeypatch.setattr(sources, "_PACKAGED", tmp_path)
    installed = sources.GraphSources(tmp_path)
    for name in ("HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    # As for a user that the system does not know.
    monkeypatch.setattr(pwd, "getpwuid", {}.__getitem__)
    with pytest.raises(SourceError, match=r"There is no home folder .* with --build-folder"):
        sources.build_folder(Settings(), installed)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert sources.build_folder(Settings(), installed).is_relative_to(tmp_path)


@pytest.mark.slow
def test_a_current_folder_that_is_gone_is_no_trouble(
    environment: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    done = shell('rmdir "$PWD"; $G', environment, "query", "ASK {}", folder=folder)
    assert (done.returncode, done.stdout) == (0, "yes\n")
    folder.mkdir()
    done = shell('rmdir "$PWD"; $G', environment, "build", "--sources", "x", folder=folder)
    assert done.returncode == 2
    assert "x is relative to the current folder, which has been removed" in done.stderr


@pytest.mark.slow
def test_ctrl_c_ends_a_query_quietly(environment: dict[str, str]) -> None:
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    script = (
        "import os, signal, sys, threading, urbact_graph.engine.local as local\n"
        "from urbact_graph.cli import main\n"
        # A shell has what it starts in the background ignore the signal.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "begin = local.LocalEngine.query\n"
        "def query(*arguments):\n"
        "    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "    return begin(*arguments)\n"
        "local.LocalEngine.query = query\n"
        "main(sys.argv[1:])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "query", endless, "--timeout", "0"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr.strip()) == (128 + signal.SIGINT, "", "")
