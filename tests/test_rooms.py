"""The rooms of the package: each imports only from those before it, and has its own libraries."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = "urbact_graph"
SOURCE = Path(__file__).parents[1] / "src" / PACKAGE
# The modules at the top count as one room, the first.
TOP = "(top)"
ROOMS = (
    TOP,
    "rdf",
    "stored",
    "facts",
    "history",
    "description",
    "dataset",
    "validation",
    "release",
    "publishing",
    "engine",
    "web",
    "client",
    "assistants",
    "server",
    "cli",
)
# These modules at the top stand on the words of RDF: the sources, and the names that the parameters
# of queries take.
ON_RDF = {"sources", "names"}
# The doors of the package: they lead to what users call.
DOORS = {"__init__": "client", "__main__": "cli"}
# What a room may import from those before it, where that is not everything.
ONLY = {
    "rdf": {"errors", "problems", "settings"},
    "engine": {"rdf", "errors", "parent_death", "problems", "retry_after", "settings"},
    "publishing": {"rdf", "errors", "files", "progress", "retry_after", "settings"},
}
# What the web knows of the engine.
PROTOCOL = {"protocol", "messages", "cancellation"}
# The rooms that may import a library; every other one is open to all.
LIBRARIES = {
    "flask": {"web"},
    "werkzeug": {"web"},
    "jinja2": {"web"},
    "granian": {"server"},
    "uvloop": {"server"},
    "pyshacl": {"validation"},
    "shacl": {"validation"},
    "pyarrow": {"web"},
    "geopandas": {"client"},
    "pandas": {"client"},
    "polars": {"client"},
    "SPARQLWrapper": {"client"},
    "mcp": {"assistants"},
    "uvicorn": {"assistants"},
    "subprocess": {"history", "release", "engine", "server", "cli"},
    "multiprocessing": {"engine", "server", "release"},
}
FILES = sorted(SOURCE.rglob("*.py"))


@cache
def imports(file: Path) -> tuple[tuple[int, str], ...]:
    """Return the line and the full name of each module that ``file`` imports, wherever it does."""
    return tuple(_imports(file))


def _imports(file: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}, line {node.lineno}: a relative import"
            yield from ((node.lineno, _module(f"{node.module}", alias)) for alias in node.names)


def _module(parent: str, alias: ast.alias) -> str:
    """Return the module that a name is imported from, or is itself."""
    if not parent.startswith(PACKAGE):
        return parent
    path = SOURCE.joinpath(*parent.split(".")[1:], alias.name)
    is_module = path.is_dir() or path.with_suffix(".py").is_file()
    return f"{parent}.{alias.name}" if is_module else parent


def room(parts: tuple[str, ...]) -> str:
    """Return the room of a module, given by the parts of its name below the package."""
    return parts[0] if parts and parts[0] in ROOMS else TOP


def parts_of(file: Path) -> tuple[str, ...]:
    return file.relative_to(SOURCE).with_suffix("").parts


def own(file: Path) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the line, and the parts below the package, of each module of ours that is imported."""
    for line, name in imports(file):
        if name.split(".")[0] == PACKAGE:
            yield line, tuple(name.split(".")[1:])


def test_every_folder_is_a_room() -> None:
    folders = {path.parent.name for path in SOURCE.glob("*/__init__.py")}
    assert folders <= set(ROOMS)


def test_a_module_imports_only_from_rooms_before_its_own() -> None:
    wrong = []
    for file in FILES:
        parts = parts_of(file)
        here = DOORS.get(parts[0]) or ("rdf" if parts[0] in ON_RDF else room(parts))
        order = ROOMS.index(here)
        wrong += [
            f"{file.relative_to(SOURCE)}, line {line}: {'.'.join(found)} is of a later room"
            for line, found in own(file)
            if ROOMS.index(room(found)) > order
        ]
    assert not wrong


@pytest.mark.parametrize("name", ONLY)
def test_a_room_of_few_needs_keeps_to_them(name: str) -> None:
    allowed = {name, *ONLY[name]}
    wrong = [
        f"{file.relative_to(SOURCE)}, line {line}: {'.'.join(found)}"
        for file in (SOURCE / name).rglob("*.py")
        for line, found in own(file)
        if found and found[0] not in allowed
    ]
    assert not wrong


def test_the_web_knows_only_the_protocol_of_the_engine() -> None:
    wrong = [
        f"{file.relative_to(SOURCE)}, line {line}: {'.'.join(found)}"
        for file in (SOURCE / "web").rglob("*.py")
        for line, found in own(file)
        if found[:1] == ("engine",) and not set(found[1:2]) & PROTOCOL
    ]
    assert not wrong


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_stays_in_its_rooms(library: str) -> None:
    wrong = [
        f"{file.relative_to(SOURCE)}, line {line}"
        for file in FILES
        for line, name in imports(file)
        if name.split(".")[0] == library and room(parts_of(file)) not in LIBRARIES[library]
    ]
    assert not wrong


def test_no_module_is_a_drawer_for_all_sorts() -> None:
    names = {"utils", "util", "helpers", "helper", "misc", "common"}
    assert not [file for file in FILES if names & set(parts_of(file))]
