"""The fingerprint: a change of any module that results depend on changes it."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import urbact_graph
from urbact_graph.dataset import fingerprint as module
from urbact_graph.dataset.fingerprint import ROOMS, code_digest, fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(urbact_graph.__file__).parent
# The rooms that serve and show what was made, and make none of it.
OTHERS = ("engine", "web", "client", "assistants", "publishing", "server", "cli")


def imported(path: Path) -> Iterator[Path]:
    """Yield the modules of the package that ``path`` imports, at its top or in a function."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names = [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{name.name}" for name in node.names)]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == PACKAGE.name:
                # With a module its packages are imported, too.
                for count in range(len(parts)):
                    place = PACKAGE.joinpath(*parts[1 : count + 1])
                    yield from filter(
                        Path.is_file, (place / "__init__.py", place.with_suffix(".py"))
                    )


def dependencies() -> list[Path]:
    """Return all modules that a build or a release can run."""
    found: set[Path] = set()
    # It imports what it offers to notebooks only for those.
    root = PACKAGE / "__init__.py"
    new = {PACKAGE / "dataset" / "building.py", *(PACKAGE / "release").glob("*.py")}
    while new:
        found |= new
        new = {other for path in new - {root} for other in imported(path)} - found
    return sorted(path.relative_to(PACKAGE) for path in found)


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    unwanted = shutil.ignore_patterns("__pycache__", "graph", "static", "templates")
    return Path(shutil.copytree(PACKAGE, tmp_path_factory.mktemp("code") / "p", ignore=unwanted))


def test_the_dependencies_are_found() -> None:
    names = {path.as_posix() for path in dependencies()}
    assert {
        "dataset/building.py",
        "facts/authorities.py",
        "rdf/formats.py",
        "rdf/sparql.py",
        "sources.py",
    } < names


def test_a_changed_byte_changes_the_digest(copied: Path) -> None:
    before, unseen = code_digest(copied), []
    for path in dependencies():
        content = (copied / path).read_bytes()
        (copied / path).write_bytes(content + b"\n")
        if code_digest(copied) == before:
            unseen.append(path)
        (copied / path).write_bytes(content)
    assert not unseen
    assert code_digest(copied) == before


def test_a_renamed_or_new_module_changes_the_digest(copied: Path) -> None:
    before = code_digest(copied)
    new = copied / "rdf" / "new.py"
    new.touch()
    with_new = code_digest(copied)
    new = new.rename(copied / "rdf" / "other.py")
    assert len({before, with_new, code_digest(copied)}) == 3
    new.unlink()


@pytest.mark.parametrize("room", OTHERS)
def test_code_that_only_serves_does_not_count(copied: Path, room: str) -> None:
    before = code_digest(copied)
    new = copied / room / "new.py"
    new.parent.mkdir(exist_ok=True)
    new.touch()
    assert code_digest(copied) == before
    new.unlink()


def test_every_room_counts_or_only_serves() -> None:
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert rooms <= {*ROOMS, *OTHERS}


@pytest.mark.parametrize("library", ["pycountry", "pyoxigraph", "pyshacl", "rdflib"])
def test_another_version_of_a_library_changes_the_fingerprint(
    monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    monkeypatch.setattr(module, "version", lambda name: "0.0.0" if name == library else "1")
    fingerprint.cache_clear()
    changed = fingerprint()
    monkeypatch.setattr(module, "version", lambda _: "1")
    fingerprint.cache_clear()
    assert fingerprint() != changed
    assert fingerprint().startswith(f"{urbact_graph.__version__} ")
    fingerprint.cache_clear()
