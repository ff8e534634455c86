"""When the facts of each entity last changed: by the commits of a working copy, or as recorded."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, parse

from urbact_graph.history.commits import (
    ONTOLOGY,
    Blobs,
    CommitsError,
    Repository,
    blob_name,
    moment_of,
)
from urbact_graph.rdf.resources import resource_of
from urbact_graph.errors import DatasetError
from urbact_graph.sources import GraphSources, rebase

RECORD_NAME = "history.json"

_NONE: frozenset[Quad] = frozenset()
_RULES = PurePosixPath("ontology/rules")


@dataclass(frozen=True)
class History:
    """When the stated facts of each entity last changed, and when anything did; in UTC.

    What is not known is left out; ``modified`` also covers the rules and what was taken out.
    """

    entities: Mapping[str, datetime] = field(default_factory=dict)
    modified: datetime | None = None


def read_history(sources: GraphSources) -> History:
    """Read when each entity of ``sources`` last changed, in seconds.

    In a working copy it is the time of the last commit on the main line that changed its facts,
    or that of the file where they are not committed yet. Elsewhere it is what was recorded when
    the package was made, if the sources are still those. Otherwise nothing is known.
    """
    repository = _repository(sources)
    if repository is None:
        return _recorded(sources)
    try:
        contents = _contents(sources)
        with repository.blobs() as blobs:
            walk = _Walk(sources.base, contents)
            walk.step(_uncommitted(sources, repository.files("HEAD"), contents), blobs)
            _follow(walk, repository, "HEAD", blobs)
    except CommitsError:
        return History()
    return walk.history()


def extract(repository: Repository, revision: str, base: str, folder: Path) -> GraphSources:
    """Write what the graph was built from in ``revision`` to ``folder``, with its history.

    Raises:
        CommitsError: there is no such revision, or it cannot be read.
        DatasetError: it holds no graph.
        OSError: the folder cannot be written.
    """
    files = {name: blob for name, blob in repository.files(revision).items() if _counts(name)}
    if ONTOLOGY not in files:
        raise DatasetError(f"{revision} holds no {ONTOLOGY}; name a later revision.")
    with repository.blobs() as blobs:
        contents = dict(zip(files, blobs(list(files.values())), strict=True))
        walk = _Walk(base, contents)
        _follow(walk, repository, revision, blobs)
    for name, content in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    sources = GraphSources(folder, base)
    (folder / RECORD_NAME).write_bytes(record(walk.history(), sources))
    return sources


def history_key(sources: GraphSources) -> str:
    """Return what the history depends on beside the present sources; equal keys, equal history."""
    repository = _repository(sources)
    if repository is None:
        try:
            return hashlib.sha256((sources.root / RECORD_NAME).read_bytes()).hexdigest()
        except OSError:
            return ""
    try:
        changed = _uncommitted(sources, repository.files("HEAD"), _contents(sources))
        dirty = [f"{step.name} {moment_text(step.moment)}" for step in changed]
        return "\n".join([repository.latest("HEAD"), *dirty])
    except CommitsError:
        return ""


def record(history: History, sources: GraphSources) -> bytes:
    """Write ``history`` down, to travel with ``sources`` under the name history.json."""
    entities = {
        entity.removeprefix(sources.base): moment_text(moment)
        for entity, moment in sorted(history.entities.items())
    }
    modified = history.modified and moment_text(history.modified)
    said = {"sources": _digest(sources), "modified": modified, "entities": entities}
    return (json.dumps(said, indent=1, ensure_ascii=False) + "\n").encode()


def moment_text(moment: datetime) -> str:
    """Return ``moment`` in UTC as xsd:dateTime has it, to the second (XML Schema 1.1, 3.3.7)."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


# What the working copy and the record say ------------------------------------------------------


@dataclass(frozen=True)
class _Step:
    """A file that was other content before, ``blob`` (empty: none), and when it changed."""

    name: str
    blob: str
    moment: datetime


def _repository(sources: GraphSources) -> Repository | None:
    return None if sources.is_packaged else Repository.find(sources.root)


def _contents(sources: GraphSources) -> dict[str, bytes]:
    """Return what the graph is built from, by the names of the files; one that is gone is none."""
    contents = {}
    for path in (*sources.ontology_files(), *sources.data_files(), *sources.rules()):
        with suppress(OSError):
            contents[sources.name(path)] = path.read_bytes()
    return contents


def _uncommitted(
    sources: GraphSources, committed: Mapping[str, str], contents: Mapping[str, bytes]
) -> Iterator[_Step]:
    """Yield the files that are not as they were committed."""
    like = next(iter(committed.values()), "")
    for name in sorted({*filter(_counts, committed), *contents}):
        blob = committed.get(name, "")
        if name not in contents or blob_name(contents[name], like) != blob:
            yield _Step(name, blob, _touched(sources.root / name))


def _touched(path: Path) -> datetime:
    """Return when the file changed; of one taken away, when its folder did."""
    while not path.exists():
        path = path.parent
    return moment_of(path.stat().st_mtime)


def _follow(walk: "_Walk", repository: Repository, revision: str, blobs: Blobs) -> None:
    for commit in repository.commits(revision):
        if walk.is_done:
            break
        changes = (change for change in commit.changes if _counts(change.name))
        walk.step((_Step(change.name, change.before, commit.moment) for change in changes), blobs)


def _recorded(sources: GraphSources) -> History:
    """Return what was recorded of just these sources."""
    try:
        said = json.loads((sources.root / RECORD_NAME).read_text(encoding="utf-8"))
        if said["sources"] != _digest(sources):
            return History()
        entities = {
            f"{sources.base}{path}": datetime.fromisoformat(moment)
            for path, moment in said["entities"].items()
        }
        modified = said["modified"] and datetime.fromisoformat(said["modified"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return History()
    return History(entities, modified)


def _digest(sources: GraphSources) -> str:
    digest = hashlib.sha256()
    for name, content in _contents(sources).items():
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _counts(name: str) -> bool:
    """Tell whether the graph is built from the file; GraphSources lists the same ones."""
    path = PurePosixPath(name)
    # A name that leads elsewhere is none that git itself would write.
    if ".." in path.parts:
        return False
    if path.suffix == ".rq":
        return path.parent == _RULES
    return path.suffix == ".ttl" and (path.parts[0] == "data" or path.parent == _RULES.parent)


# The way back through the changes --------------------------------------------------------------


class _Walk:
    """The facts as they were, from the present backwards, and the dates found on the way."""

    def __init__(self, base: str, contents: Mapping[str, bytes]) -> None:
        self.base = base
        self._dates: dict[str, datetime] = {}
        self._latest: datetime | None = None
        self._files = {name: self._facts(name, text) or _NONE for name, text in contents.items()}
        # In how many files each fact stands.
        self._places = Counter(fact for facts in self._files.values() for fact in facts)
        # From when the facts of a file are known to be those held, where they could not be read
        # in the commits passed since.
        self._since: dict[str, datetime] = {}
        entities = {self._entity(fact) for fact in self._places}
        self._wanted = {entity for entity in entities if entity.startswith(base)}

    @property
    def is_done(self) -> bool:
        """Whether every entity has its date."""
        return not self._wanted and self._latest is not None

    def history(self) -> History:
        """Return what was found."""
        return History(self._dates, self._latest)

    def step(self, changes: Iterable[_Step], blobs: Blobs) -> None:
        """Go back over ``changes``, made at once, and date the entities whose facts they changed.

        Raises:
            CommitsError: a blob is missing.
        """
        places: Counter[Quad] = Counter()
        moments: dict[Quad, datetime] = {}
        changes = list(changes)
        contents = blobs([change.blob for change in changes if change.blob])
        for change in changes:
            moment = self._since.pop(change.name, change.moment)
            now = self._files.get(change.name, _NONE)
            before = self._facts(change.name, next(contents)) if change.blob else _NONE
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
            # What has only moved from file to file is as it was.
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
        """Return what a file states; None if it cannot be read, as an old one well may."""
        if name.endswith(".rq"):
            return _NONE
        try:
            return frozenset(parse(rebase(content, self.base), format=RdfFormat.TURTLE))
        except SyntaxError:
            return None


def _is_blank(fact: Quad) -> bool:
    return isinstance(fact.subject, BlankNode) or isinstance(fact.object, BlankNode)
