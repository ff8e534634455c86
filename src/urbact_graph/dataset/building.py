"""Build the dataset: parse the sources, apply the rules, write one sorted N-Triples file."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, QueryTriples, Store, Triple

from urbact_graph.description import Description, describe
from urbact_graph.history.dates import History, history_key, moment_text, read_history
from urbact_graph.dataset.fingerprint import fingerprint
from urbact_graph.rdf.parsing import named, parse_turtle
from urbact_graph.errors import DatasetError, SourceError
from urbact_graph.files import write_whole
from urbact_graph.sources import GraphSources
from urbact_graph.rdf.sparql import mistake, tokens

DATASET_NAME = "urbact-graph.nt"
MANIFEST_NAME = "build.json"

_MODIFIED = NamedNode("http://purl.org/dc/terms/modified")
_DATE_TIME = NamedNode("http://www.w3.org/2001/XMLSchema#dateTime")
# Stands for the version while that is not known.
_UNNAMED = Literal("version of this edition")
_HASH_DIGITS = 12

# Called with what is being done, how many steps are done, and how many there are.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Build:
    """A built dataset.

    ``inputs`` is the digest of everything it was made from, ``version`` that of its bytes;
    ``stated`` and ``derived`` count the triples read and those added by the build. ``edition`` is
    the version that the graph itself and its files name, ``modified`` when its sources last
    changed, as far as that is known.
    """

    dataset: Path
    inputs: str
    version: str
    stated: int
    derived: int
    edition: str
    modified: datetime | None = None
    fresh: bool = True

    @property
    def triples(self) -> int:
        """The number of triples in the dataset."""
        return self.stated + self.derived


def build(sources: GraphSources, folder: Path, progress: Progress = lambda *_: None) -> Build:
    """Build the dataset of ``sources`` in ``folder``, unless it stands there already.

    Equal sources give equal bytes. Until the new dataset is complete the old one stays.

    Raises:
        SourceError: a source has a mistake, told with file, line and column.
        DatasetError: the folder cannot be written.
    """
    stating = _contents(sources, [*sources.ontology_files(), *sources.data_files()])
    rules = _contents(sources, sources.rules())
    inputs = _digest({**stating, **rules}, history_key(sources))
    standing = _standing(folder, inputs)
    if standing:
        return standing
    steps = len(stating) + len(rules) + 1
    store = Store()
    for done, (name, content) in enumerate(stating.items()):
        progress(name, done, steps)
        _add(store, parse_turtle(content, name))
    stated = len(store)
    for done, (name, content) in enumerate(rules.items(), start=len(stating)):
        progress(name, done, steps)
        _add(store, _derive(store, content, name))
    progress("writing the dataset", steps - 1, steps)
    history = read_history(sources)
    _add(store, _dates(store, history))
    # What describes the dataset comes last, as it counts all the rest.
    described = describe(store, sources.base, Description(_UNNAMED.value, history.modified))
    edition = release_version([*_lines(store), *map(_line, described)], history.modified)
    _add(store, (_named_by(triple, edition) for triple in described))
    lines = "".join(_lines(store)).encode()
    version = hashlib.sha256(lines).hexdigest()
    derived = len(store) - stated
    built = Build(
        folder / DATASET_NAME, inputs, version, stated, derived, edition, history.modified
    )
    try:
        write_whole(built.dataset, lines)
        # The manifest comes last: without it a dataset counts as not built.
        write_whole(folder / MANIFEST_NAME, _manifest(built))
    except OSError as error:
        raise unwritable(folder, error) from None
    progress("done", steps, steps)
    return built


def release_version(lines: Iterable[str], modified: datetime | None) -> str:
    """Return the version of the graph that ``lines`` of N-Triples are, before it is named in them.

    It is the date of the last change, if known, and the start of a hash: equal graphs of equal
    history have equal versions.
    """
    digits = hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()[:_HASH_DIGITS]
    return f"{modified.astimezone(UTC):%Y-%m-%d}-{digits}" if modified else digits


def _named_by(triple: Triple, edition: str) -> Triple:
    """Return ``triple`` with the version ``edition`` where none could be named yet."""
    if triple.object != _UNNAMED:
        return triple
    return Triple(triple.subject, triple.predicate, Literal(edition))


def unwritable(folder: Path, error: OSError) -> DatasetError:
    """Make the error of a build folder that refuses a file."""
    return DatasetError(
        f"{folder} cannot be written ({error.strerror}); name another folder with --build-folder."
    )


def _add(store: Store, triples: Iterable[Triple]) -> None:
    store.extend(Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in triples)


def _dates(store: Store, history: History) -> Iterator[Triple]:
    """Yield when each entity that the graph describes last changed."""
    for entity, moment in history.entities.items():
        node = NamedNode(entity)
        if next(store.quads_for_pattern(node, None, None), None) is not None:
            yield Triple(node, _MODIFIED, Literal(moment_text(moment), datatype=_DATE_TIME))


def _lines(store: Store) -> list[str]:
    return sorted(_line(quad.triple) for quad in store)


def _line(triple: Triple) -> str:
    return f"{triple} .\n"


def _derive(store: Store, rule: bytes, name: str) -> list[Triple]:
    try:
        text = rule.decode()
    except UnicodeDecodeError:
        raise SourceError(f"{name} is not UTF-8; save it as UTF-8.") from None
    if any(token.text.upper() == "SERVICE" for token in tokens(text)):
        raise SourceError(f"{name} calls another service, which no rule may; take SERVICE out.")
    try:
        results = store.query(text)
        if not isinstance(results, QueryTriples):
            raise SourceError(f"{name} is no rule; a rule is a CONSTRUCT query.")
        # All of a rule's results are drawn before the first is added to what it reads.
        return [named(triple, name) for triple in results]
    except SyntaxError as error:
        wrong = mistake(text, error)
        raise SourceError(f"{name}: {wrong.sentence} Correct the rule there.") from None
    except (OSError, RuntimeError) as error:
        raise SourceError(f"{name} cannot be evaluated: {error}. Correct the rule.") from None


def _contents(sources: GraphSources, paths: list[Path]) -> dict[str, bytes]:
    return {sources.name(path): sources.read(path) for path in paths}


def _digest(inputs: dict[str, bytes], history: str) -> str:
    digest = hashlib.sha256(f"{fingerprint()} {history}".encode())
    for name, content in inputs.items():
        digest.update(f"\0{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _standing(folder: Path, inputs: str) -> Build | None:
    """Return the build in ``folder`` if it is whole and was made from the same inputs."""
    dataset = folder / DATASET_NAME
    try:
        manifest = json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8"))
        whole = hashlib.sha256(dataset.read_bytes()).hexdigest() == manifest["version"]
        if manifest["inputs"] != inputs or not whole:
            return None
        return Build(
            dataset,
            inputs,
            str(manifest["version"]),
            int(manifest["stated"]),
            int(manifest["derived"]),
            str(manifest["edition"]),
            manifest["modified"] and datetime.fromisoformat(manifest["modified"]),
            fresh=False,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _manifest(built: Build) -> bytes:
    kept = {
        "inputs": built.inputs,
        "version": built.version,
        "stated": built.stated,
        "derived": built.derived,
        "edition": built.edition,
        "modified": built.modified and moment_text(built.modified),
    }
    return (json.dumps(kept, indent=2) + "\n").encode()
