"""Build the dataset: parse the sources, apply the rules, write one sorted N-Triples file."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from urbact_graph.dataset.fingerprint import fingerprint
from urbact_graph.dataset.inventory import check_inventory, check_stated
from urbact_graph.dataset.packaged import unpack
from urbact_graph.dataset.rules import derive
from urbact_graph.dataset.similarity import similarities
from urbact_graph.description import describe, measure_quality
from urbact_graph.errors import DatasetError
from urbact_graph.files import write_whole
from urbact_graph.history.dates import History, history_key, read_history
from urbact_graph.progress import Progress
from urbact_graph.rdf.n_triples import statement, statements
from urbact_graph.rdf.namespaces import DCT
from urbact_graph.rdf.parsing import parse_turtle
from urbact_graph.rdf.terms import date_time, moment_text
from urbact_graph.sources import PACKAGED_BUILD, GraphSources
from urbact_graph.stored.loading import load_query

DATASET_NAME = "urbact-graph.nt"
MANIFEST_NAME = "build.json"

# Stands for the version in the lines that the version is the hash of.
_PLACEHOLDER = Literal("version of this release")
_HASH_DIGITS = 12


@dataclass(frozen=True)
class Build:
    """A built dataset.

    ``inputs`` is the digest of everything it was made from, ``sha256`` that of its bytes;
    ``stated`` and ``derived`` count the triples read and those added by the build. ``version`` is
    the release's, which the graph itself and its files name, ``modified`` when the facts or rules
    last changed, as far as that is known. ``empty`` names the files that state nothing. It is
    ``fresh`` unless it was there already.
    """

    dataset: Path
    inputs: str
    sha256: str
    stated: int
    derived: int
    version: str
    modified: datetime | None = None
    empty: tuple[str, ...] = ()
    fresh: bool = True

    @property
    def triples(self) -> int:
        """The number of triples in the dataset."""
        return self.stated + self.derived


def build(sources: GraphSources, folder: Path, progress: Progress = lambda *_: None) -> Build:
    """Build the dataset of ``sources`` in ``folder``, unless it stands there already.

    Equal sources give equal bytes. Until the new dataset is complete the old one stays. If the
    package came with the build of just these sources, that is copied.

    Raises:
        SourceError: a source has a mistake, and the message has file, line and column; or the
            facts, the vocabulary or the rules are missing.
        QueryError: the header of a stored query has a mistake.
        DatasetError: the folder cannot be written.
    """
    check_inventory(sources)
    facts = _contents(sources, [*sources.ontology_files(), *sources.data_files()])
    rules = _contents(sources, sources.rules())
    shapes_sha256 = sources.shapes_sha256()
    examples = _contents(sources, sources.query_files())
    inputs = _inputs({**facts, **rules, **examples}, shapes_sha256, history_key(sources))
    standing = _standing(folder, inputs) or _packaged(folder, inputs)
    if standing:
        return standing
    steps = len(facts) + len(rules) + 1
    store, stated, empty = _graph(facts, rules, lambda name, done: progress(name, done, steps))
    progress("writing the dataset", steps - 1, steps)
    _add(store, similarities(store, sources.base))
    history = read_history(sources)
    _add(store, _dates(store, history))
    _add(store, measure_quality(store, sources.base, _shapes(sources)))
    version, lines = _described(store, sources, shapes_sha256, history.modified)
    content = "".join(f"{line}\n" for line in lines).encode()
    built = Build(
        dataset=folder / DATASET_NAME,
        inputs=inputs,
        sha256=hashlib.sha256(content).hexdigest(),
        stated=stated,
        derived=len(lines) - stated,
        version=version,
        modified=history.modified,
        empty=empty,
    )
    try:
        write_whole(built.dataset, content)
        # The manifest comes last: without it a dataset counts as not built.
        write_whole(folder / MANIFEST_NAME, _manifest(built))
    except OSError as error:
        raise unwritable(folder, error) from None
    progress("done", steps, steps)
    return built


def release_version(lines: Iterable[str], shapes_sha256: str, modified: datetime | None) -> str:
    """Return the version of a release: of its graph, in ``lines`` of N-Triples, and its shapes.

    It is the date of the last change, if known, and the start of a hash: equal graphs with equal
    shapes and history have equal versions. The lines have a placeholder where the graph names it.
    """
    content = "".join(f"{line}\n" for line in [*sorted(lines), shapes_sha256])
    digits = hashlib.sha256(content.encode()).hexdigest()[:_HASH_DIGITS]
    return f"{modified.astimezone(UTC):%Y-%m-%d}-{digits}" if modified else digits


def unwritable(folder: Path, error: OSError) -> DatasetError:
    """Make the error of a build folder that cannot be written."""
    return DatasetError(
        f"{folder} cannot be written ({error.strerror}); name another folder with --build-folder."
    )


def _graph(
    facts: Mapping[str, bytes], rules: Mapping[str, bytes], progress: Callable[[str, int], None]
) -> tuple[Store, int, tuple[str, ...]]:
    """Return the graph of the files, how many triples are stated, and the files without any."""
    store = Store()
    counts = []
    for done, (name, content) in enumerate(facts.items()):
        progress(name, done)
        triples = list(parse_turtle(content, name))
        counts.append((name, len(triples)))
        _add(store, triples)
    empty = check_stated(counts)
    stated = len(store)
    for done, (name, content) in enumerate(rules.items(), start=len(facts)):
        progress(name, done)
        _add(store, derive(store, content, name))
    return store, stated, empty


def _described(
    store: Store, sources: GraphSources, shapes_sha256: str, modified: datetime | None
) -> tuple[str, list[str]]:
    """Return the version, and the sorted statements of ``store`` with the graph's description.

    The description counts all other triples, so it comes last.
    """
    queries = [load_query(path, sources.base) for path in sources.query_files()]
    described = describe(store, sources.base, _PLACEHOLDER.value, modified, queries)
    stated = sorted(statements(store))
    # The facts may state some of it already, such as the name of a theme of catalogues.
    with_placeholder = {*stated, *map(statement, described)}
    version = release_version(with_placeholder, shapes_sha256, modified)
    named = Literal(version)
    # Written by a store too, which has one form for each number.
    added = Store()
    _add(
        added,
        (
            Triple(t.subject, t.predicate, named if t.object == _PLACEHOLDER else t.object)
            for t in described
        ),
    )
    return version, sorted({*stated, *statements(added)})


def _add(store: Store, triples: Iterable[Triple]) -> None:
    store.extend(Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in triples)


def _dates(store: Store, history: History) -> Iterator[Triple]:
    """Yield when each entity that the graph describes last changed."""
    modified = NamedNode(DCT.modified)
    for entity, moment in history.entities.items():
        node = NamedNode(entity)
        if next(store.quads_for_pattern(node, None, None), None) is not None:
            yield Triple(node, modified, date_time(moment))


def _shapes(sources: GraphSources) -> Iterator[Triple]:
    for path in sources.shape_files():
        yield from parse_turtle(sources.read(path), sources.name(path))


def _contents(sources: GraphSources, paths: list[Path]) -> dict[str, bytes]:
    return {sources.name(path): sources.read(path) for path in paths}


def _inputs(files: Mapping[str, bytes], shapes_sha256: str, history: str) -> str:
    """Return the digest of all that a build is made from."""
    digest = hashlib.sha256(f"{fingerprint()} {shapes_sha256} {history}".encode())
    for name, content in files.items():
        digest.update(f"\0{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _standing(folder: Path, inputs: str) -> Build | None:
    """Return the build in ``folder`` if it is whole and was made from the same inputs."""
    dataset = folder / DATASET_NAME
    try:
        manifest = json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8"))
        whole = hashlib.sha256(dataset.read_bytes()).hexdigest() == manifest["sha256"]
        if manifest["inputs"] != inputs or not whole:
            return None
        return Build(
            dataset=dataset,
            inputs=inputs,
            sha256=str(manifest["sha256"]),
            stated=int(manifest["stated"]),
            derived=int(manifest["derived"]),
            version=str(manifest["version"]),
            modified=manifest["modified"] and datetime.fromisoformat(manifest["modified"]),
            empty=tuple(map(str, manifest["empty"])),
            fresh=False,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _packaged(folder: Path, inputs: str) -> Build | None:
    """Copy the build that came with the package to ``folder``, if it was made from ``inputs``."""
    try:
        unpack(PACKAGED_BUILD, inputs, DATASET_NAME, MANIFEST_NAME, folder)
    except OSError as error:
        raise unwritable(folder, error) from None
    found = _standing(folder, inputs)
    return found and replace(found, fresh=True)


def _manifest(built: Build) -> bytes:
    kept = {
        "inputs": built.inputs,
        "sha256": built.sha256,
        "stated": built.stated,
        "derived": built.derived,
        "version": built.version,
        "modified": built.modified and moment_text(built.modified),
        "empty": built.empty,
    }
    return (json.dumps(kept, indent=2) + "\n").encode()
