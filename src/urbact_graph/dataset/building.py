"""Build the dataset: parse the sources, apply the rules, write one sorted N-Triples file."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import pyoxigraph
from pyoxigraph import DefaultGraph, Quad, QueryTriples, Store, Triple

from urbact_graph import __version__
from urbact_graph.dataset.parsing import named, parse_turtle
from urbact_graph.errors import DatasetError, SourceError
from urbact_graph.files import write_whole
from urbact_graph.sources import GraphSources
from urbact_graph.syntax import mistake, tokens

DATASET_NAME = "urbact-graph.nt"
MANIFEST_NAME = "build.json"

# Called with what is being done, how many steps are done, and how many there are.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Build:
    """A built dataset.

    ``inputs`` is the digest of everything it was made from, ``version`` that of its bytes;
    ``stated`` and ``derived`` count the triples read and those added by rules.
    """

    dataset: Path
    inputs: str
    version: str
    stated: int
    derived: int
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
    inputs = _digest({**stating, **rules})
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
    lines = "".join(sorted(f"{quad.triple} .\n" for quad in store)).encode()
    version = hashlib.sha256(lines).hexdigest()
    built = Build(folder / DATASET_NAME, inputs, version, stated, len(store) - stated)
    try:
        write_whole(built.dataset, lines)
        # The manifest comes last: without it a dataset counts as not built.
        write_whole(folder / MANIFEST_NAME, _manifest(built))
    except OSError as error:
        raise unwritable(folder, error) from None
    progress("done", steps, steps)
    return built


def unwritable(folder: Path, error: OSError) -> DatasetError:
    """Make the error of a build folder that refuses a file."""
    return DatasetError(
        f"{folder} cannot be written ({error.strerror}); name another folder with --build-folder."
    )


def _add(store: Store, triples: Iterable[Triple]) -> None:
    store.extend(Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in triples)


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


def _digest(inputs: dict[str, bytes]) -> str:
    digest = hashlib.sha256(f"{__version__} {pyoxigraph.__version__}".encode())
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
            fresh=False,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _manifest(built: Build) -> bytes:
    facts = asdict(built)
    kept = {name: facts[name] for name in ("inputs", "version", "stated", "derived")}
    return (json.dumps(kept, indent=2) + "\n").encode()
