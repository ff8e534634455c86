"""The files of the sources: whether each kind is there, and which files are not read."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from urbact_graph.errors import SourceError
from urbact_graph.sources import GraphSources

# Files that say something to git or to a file manager, not to a reader of the sources.
_NOT_OURS = frozenset((".gitkeep", ".gitignore", ".gitattributes", ".DS_Store"))
_TURTLE = "Turtle files, which end in .ttl"
_RULES = "CONSTRUCT queries, which end in .rq"


def check_inventory(sources: GraphSources) -> None:
    """Check that there are facts, a vocabulary and rules to build the graph from.

    Raises:
        SourceError: a kind is missing, or a folder cannot be read.
    """
    for folder, files, content in (
        (sources.data, sources.data_files(), f"the facts, {_TURTLE}"),
        (_ontology(sources), sources.ontology_files(), f"the vocabulary, {_TURTLE}"),
        (_rules(sources), sources.rules(), f"the rules, {_RULES}"),
    ):
        list(_below(folder, sources))
        if not files:
            name = sources.name(folder)
            lack = f"nothing to read in {name}/" if folder.is_dir() else f"no {name}/"
            raise SourceError(
                f"{sources.root} holds {lack}; {content}, stand there. Restore them, or name "
                "another folder with --sources."
            )


def remarks(sources: GraphSources, empty: Iterable[str] = ()) -> list[str]:
    """Return a sentence for each file that is not read, and for the ``empty`` that state nothing.

    Raises:
        SourceError: a folder cannot be read.
    """
    return [*left_out(sources), *(f"{name} states nothing." for name in empty)]


def left_out(sources: GraphSources) -> list[str]:
    """Return a sentence for each file of data/, ontology/ and shapes/ that is not read.

    Raises:
        SourceError: a folder cannot be read.
    """
    shapes = sources.root / "shapes"
    read = {*sources.data_files(), *sources.ontology_files(), *sources.rules()}
    read.update(sources.shape_files())
    return [
        f"{sources.name(path)} is left out: {_reason(path, sources)}."
        for folder in (sources.data, _ontology(sources), shapes)
        for path in _below(folder, sources)
        if path not in read and path.name not in _NOT_OURS
    ]


def check_stated(counts: Iterable[tuple[str, int]]) -> tuple[str, ...]:
    """Return the names of the files that state nothing, of files with their numbers of triples.

    Raises:
        SourceError: no file of data/, or none of ontology/, states anything.
    """
    counts = list(counts)
    for folder in ("data/", "ontology/"):
        if not any(count for name, count in counts if name.startswith(folder)):
            raise SourceError(f"The files in {folder} state nothing; restore their content.")
    return tuple(name for name, count in counts if not count)


def _reason(path: Path, sources: GraphSources) -> str:
    if path.is_dir():
        return "it is a symbolic link to a folder, which is not followed; move the files here"
    if path.parent == _rules(sources):
        return f"rules are {_RULES}"
    if path.suffix != ".ttl":
        return f"what is read here are {_TURTLE}"
    return "files are read here in the folder itself alone; move it there"


def _below(folder: Path, sources: GraphSources) -> Iterator[Path]:
    """Yield all files below ``folder``, and the links to folders, in the order of their names."""

    def fail(error: OSError) -> None:
        name = sources.name(Path(error.filename))
        raise SourceError(f"{name} cannot be read: {error.strerror}.") from None

    if not folder.is_dir():
        return
    found = []
    for place, folders, files in os.walk(folder, onerror=fail):
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        found += [Path(place) / name for name in (*files, *links)]
    yield from sorted(found)


def _ontology(sources: GraphSources) -> Path:
    return sources.root / "ontology"


def _rules(sources: GraphSources) -> Path:
    return sources.root / "ontology" / "rules"
