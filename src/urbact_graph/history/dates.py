"""When the facts of each entity last changed: by the commits of a working copy, or as recorded.

In a working copy the history is read from the present backwards, commit by commit, until every
entity has its date. A package has no git; there the dates stand in history.json, which is written
when the package is made.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath

from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, parse

from urbact_graph.errors import DatasetError
from urbact_graph.history.commits import (
    CommitsError,
    FileChange,
    Repository,
    blob_name,
    moment_of,
)
from urbact_graph.rdf.reading import without_mark
from urbact_graph.rdf.resources import resource_of
from urbact_graph.rdf.terms import moment_text
from urbact_graph.sources import ONTOLOGY, GraphSources, rebase

RECORD_NAME = "history.json"

_NONE: frozenset[Quad] = frozenset()
_RULES = PurePosixPath("ontology/rules")
_SHAPES = PurePosixPath("shapes")


@dataclass(frozen=True)
class History:
    """When the stated facts of each entity last changed, and when any fact or rule did; in UTC.

    Entities whose date is not known are left out. ``modified`` also covers facts that were removed.
    """

    entities: Mapping[str, datetime] = field(default_factory=dict)
    modified: datetime | None = None


def read_history(sources: GraphSources) -> History:
    """Read when each entity of ``sources`` last changed, to the second.

    In a working copy it is the time of the last commit on the main line that changed its facts,
    or that of the file where they are not committed yet. Elsewhere it is the time that was recorded
    when the package was made, if the sources are the same. Otherwise the history is empty.
    """
    repository = _repository(sources)
    if repository is None:
        return _recorded(sources)
    try:
        contents = _contents(sources)
        walk = _Walk(sources.base, contents, repository)
        walk.step(_uncommitted(sources, repository.files("HEAD"), contents))
        return walk.follow("HEAD")
    except CommitsError:
        return History()


def extract(repository: Repository, revision: str, base: str, folder: Path) -> GraphSources:
    """Write the sources and shapes of the graph in ``revision`` to ``folder``, with the history.

    Raises:
        CommitsError: there is no such revision, or it cannot be read.
        DatasetError: it holds no graph.
        OSError: the folder cannot be written.
    """
    committed = repository.files(revision).items()
    files = {name: blob for name, blob in committed if _is_source(name) or _is_shape(name)}
    if ONTOLOGY not in files:
        raise DatasetError(f"{revision} holds no {ONTOLOGY}; name a later revision.")
    contents = dict(zip(files, repository.contents(files.values()), strict=True))
    stated = {name: text for name, text in contents.items() if _is_source(name)}
    history = _Walk(base, stated, repository).follow(revision)
    for name, content in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    sources = GraphSources(folder, base)
    (folder / RECORD_NAME).write_bytes(record(history, sources))
    return sources


def history_key(sources: GraphSources) -> str:
    """Return a key of what the history depends on beside the files as they are.

    Equal keys of equal sources mean an equal history. A record has the key of the working copy that
    it was made in, so that what was built there is known to be right for a package, too.
    """
    repository = _repository(sources)
    if repository is None:
        return _recorded_key(sources)
    try:
        changed = _uncommitted(sources, repository.files("HEAD"), _contents(sources))
        dirty = [f"{file.name} {moment_text(file.moment)}" for file in changed]
        return "\n".join([repository.latest("HEAD"), *dirty])
    except CommitsError:
        return ""


def record(history: History, sources: GraphSources) -> bytes:
    """Return ``history`` as the content of history.json, which goes with ``sources``."""
    entities = {
        entity.removeprefix(sources.base): moment_text(moment)
        for entity, moment in sorted(history.entities.items())
    }
    modified = history.modified and moment_text(history.modified)
    content = {
        "sources": _digest(sources),
        "key": history_key(sources),
        "modified": modified,
        "entities": entities,
    }
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def _repository(sources: GraphSources) -> Repository | None:
    return None if sources.is_packaged else Repository.find(sources.root)


def _contents(sources: GraphSources) -> dict[str, bytes]:
    """Return the contents of the files that the graph is built from, by name."""
    contents = {}
    for path in (*sources.ontology_files(), *sources.data_files(), *sources.rules()):
        # A file that was removed meanwhile is left out.
        with suppress(OSError):
            contents[sources.name(path)] = path.read_bytes()
    return contents


def _uncommitted(
    sources: GraphSources, committed: Mapping[str, str], contents: Mapping[str, bytes]
) -> Iterator[FileChange]:
    """Yield the files that differ from the last commit."""
    like = next(iter(committed.values()), "")
    for name in sorted({*filter(_is_source, committed), *contents}):
        blob = committed.get(name, "")
        if name not in contents or blob_name(contents[name], like) != blob:
            yield FileChange(name, blob, _touched(sources.root / name))


def _touched(path: Path) -> datetime:
    """Return when the file changed; for one that was removed, when its folder did."""
    while not path.exists():
        path = path.parent
    return moment_of(path.stat().st_mtime)


def _recorded(sources: GraphSources) -> History:
    """Return the recorded history, if it is that of exactly these sources."""
    try:
        content = json.loads((sources.root / RECORD_NAME).read_text(encoding="utf-8"))
        if content["sources"] != _digest(sources):
            return History()
        entities = {
            f"{sources.base}{path}": datetime.fromisoformat(moment)
            for path, moment in content["entities"].items()
        }
        modified = content["modified"] and datetime.fromisoformat(content["modified"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return History()
    return History(entities, modified)


def _recorded_key(sources: GraphSources) -> str:
    """Return the key in the record; the digest of the record where it has none."""
    try:
        content = (sources.root / RECORD_NAME).read_bytes()
    except OSError:
        return ""
    with suppress(ValueError, KeyError, TypeError):
        return str(json.loads(content)["key"] or hashlib.sha256(content).hexdigest())
    return hashlib.sha256(content).hexdigest()


def _digest(sources: GraphSources) -> str:
    digest = hashlib.sha256()
    for name, content in _contents(sources).items():
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _is_source(name: str) -> bool:
    """Tell whether the graph is built from the file; GraphSources lists the same ones."""
    path = PurePosixPath(name)
    # git itself never writes such a name, but a prepared repository may hold one.
    if ".." in path.parts:
        return False
    if path.suffix == ".rq":
        return path.parent == _RULES
    return path.suffix == ".ttl" and (path.parts[0] == "data" or path.parent == _RULES.parent)


def _is_shape(name: str) -> bool:
    path = PurePosixPath(name)
    return path.suffix == ".ttl" and path.parent == _SHAPES


class _Walk:
    """The facts at a point of the history that moves backwards, and the dates found so far."""

    def __init__(self, base: str, contents: Mapping[str, bytes], repository: Repository) -> None:
        self.base = base
        self._repository = repository
        self._dates: dict[str, datetime] = {}
        self._latest: datetime | None = None
        self._files = {name: self._facts(name, text) or _NONE for name, text in contents.items()}
        # In how many files each fact is stated.
        self._places = Counter(fact for facts in self._files.values() for fact in facts)
        # The time since which a file has had the facts held here, for files that could not be read
        # in later steps.
        self._since: dict[str, datetime] = {}
        entities = {self._entity(fact) for fact in self._places}
        self._wanted = {entity for entity in entities if entity.startswith(base)}

    def follow(self, revision: str) -> History:
        """Undo the commits of ``revision`` until every entity has its date; return the dates."""
        for changes in self._repository.commits(revision):
            if not self._wanted and self._latest is not None:
                break
            self.step(change for change in changes if _is_source(change.name))
        return History(self._dates, self._latest)

    def step(self, changes: Iterable[FileChange]) -> None:
        """Undo ``changes``, made at one time, and date the entities whose facts they changed."""
        places: Counter[Quad] = Counter()
        moments: dict[Quad, datetime] = {}
        changes = list(changes)
        contents = self._repository.contents(x.before for x in changes if x.before)
        for change in changes:
            moment = self._since.pop(change.name, change.moment)
            now = self._files.get(change.name, _NONE)
            before = self._facts(change.name, next(contents)) if change.before else _NONE
            if before is None or any(map(_is_blank, lost := before - now)):
                self._since[change.name] = moment
                continue
            if change.name.endswith(".rq"):
                self._latest = max(self._latest or moment, moment)
            self._files[change.name] = before
            gained = now - before
            places.update(lost)
            places.subtract(gained)
            for fact in (*lost, *gained):
                moments[fact] = max(moments.get(fact, moment), moment)
        dated: dict[str, datetime] = {}
        for fact, difference in places.items():
            held = self._places[fact]
            self._places[fact] += difference
            # A fact that moved from one file to another did not change.
            if bool(held) != bool(self._places[fact]):
                entity, moment = self._entity(fact), moments[fact]
                dated[entity] = max(dated.get(entity, moment), moment)
                self._latest = max(self._latest or moment, moment)
        self._dates |= {entity: dated[entity] for entity in dated.keys() & self._wanted}
        self._wanted -= dated.keys()

    def _entity(self, fact: Quad) -> str:
        subject = fact.subject
        return resource_of(subject.value, self.base) if isinstance(subject, NamedNode) else ""

    def _facts(self, name: str, content: bytes) -> frozenset[Quad] | None:
        """Return the facts of a file; None if it cannot be parsed, as old versions may be."""
        if name.endswith(".rq"):
            return _NONE
        try:
            text = without_mark(rebase(content, self.base))
            return frozenset(parse(text, format=RdfFormat.TURTLE))
        except SyntaxError:
            return None


def _is_blank(fact: Quad) -> bool:
    return isinstance(fact.subject, BlankNode) or isinstance(fact.object, BlankNode)
