"""What runs without what only Linux has, as on Windows and macOS: all but the server.

The processes of these tests, and those that they start, lack fork, pidfd, prctl, /proc, symbolic
links, signals of Unix and the modules that Windows lacks (tests/support/elsewhere).
"""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.elsewhere import sitecustomize_folder
from tests.support.waiting import DEADLINE
from urbact_graph.release.release import Release, current_release

pytestmark = pytest.mark.process

PACKAGE = Path(__file__).parents[2] / "src"
# Modules of ours that only a server, or a query on Linux, may import.
LINUX_ONLY = (
    *(f"urbact_graph.engine.{name}" for name in ("local", "pool", "handles", "worker", "zygote")),
    *("urbact_graph.engine.memory", "urbact_graph.server"),
)
PROGRAM = """
import json, sys
import urbact_graph
from urbact_graph.client.graph import Graph
with urbact_graph.open() as graph:
    found = {
        "cities": len(graph.table("cities", frame="arrow")),
        "networks": len(graph.run("networks-of-city", city="Wroclaw", frame="arrow")),
        "search": len(graph.search("Wroclaw", kind="city", frame="arrow")),
        "describe": len(graph.describe("city/pl/wroclaw")),
        "ask": graph.sparql("ASK { ?s ?p ?o }"),
    }
print(json.dumps([found, sorted(sys.modules)]))
"""


@pytest.fixture
def environment(root: Path) -> dict[str, str]:
    paths = [str(sitecustomize_folder()), str(PACKAGE), *filter(None, [os.environ["PYTHONPATH"]])]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        "URBACT_GRAPH_SOURCES": str(root),
        "URBACT_GRAPH_BUILD_FOLDER": str(root / "build"),
    }


def run(environment: dict[str, str], *arguments: str, code: int = 0) -> tuple[str, str]:
    """Run Python with ``arguments``; return what it writes, and standard error."""
    done = subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        env=environment,
        timeout=DEADLINE,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done.stdout, done.stderr


def test_what_is_taken_is_gone(environment: dict[str, str]) -> None:
    program = "import os, signal, sys; print([hasattr(os, 'fork'), hasattr(signal, 'SIGKILL')])"
    assert run(environment, "-c", program)[0] == "[False, False]\n"
    for line in ("import fcntl", "import resource", "open('/proc/self/stat')"):
        assert (
            run(environment, "-c", line, code=1)[1]
            .splitlines()[-1]
            .startswith(("ModuleNotFoundError", "FileNotFoundError"))
        )


@pytest.mark.slow
def test_the_graph_is_built_checked_exported_and_queried(
    environment: dict[str, str], root: Path, tmp_path: Path, demo_release: Release
) -> None:
    command = ("-m", "urbact_graph")
    assert "built." in run(environment, *command, "build")[0]
    assert "Conforms: 0 violations" in run(environment, *command, "validate")[0]
    run(environment, *command, "export", str(tmp_path / "dumps"))
    written = {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in (tmp_path / "dumps").iterdir()
    }
    assert written == {file.name: file.sha256 for file in demo_release.files}
    assert (root / "build" / "releases" / "current").read_text() == demo_release.version
    current = current_release(root / "build")
    assert current
    assert current.version == demo_release.version
    # It is found, and not made again.
    run(environment, *command, "export", str(tmp_path / "dumps"))
    assert len(list((root / "build" / "releases").iterdir())) == 2
    arguments = ("query", "partners-of-network", "-p", "network=useact", "-f", "csv")
    found, _ = run(environment, *command, *arguments)
    assert found == run(dict(os.environ, **_sources(root)), *command, *arguments)[0]


def _sources(root: Path) -> dict[str, str]:
    return {
        "URBACT_GRAPH_SOURCES": str(root),
        "URBACT_GRAPH_BUILD_FOLDER": str(root / "build"),
        "PYTHONPATH": os.pathsep.join([str(PACKAGE), os.environ["PYTHONPATH"]]),
    }


@pytest.mark.slow
def test_the_graph_is_opened(environment: dict[str, str]) -> None:
    pytest.importorskip("pyarrow")
    found, modules = json.loads(run(environment, "-c", PROGRAM)[0])
    assert all(found.values())
    assert "urbact_graph.client.embedded" in modules
    assert not [name for name in modules if name.startswith(LINUX_ONLY)]


@pytest.mark.parametrize("command", ["serve", "reload"])
def test_the_server_says_what_it_needs(environment: dict[str, str], command: str) -> None:
    _, error = run(environment, "-m", "urbact_graph", command, code=2)
    assert error.startswith(f"Error: `{command}` needs Linux")
    assert len(error.splitlines()) == 1
