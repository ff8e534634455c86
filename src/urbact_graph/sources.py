"""The folder of the graph's sources: the ontology, rules, data, shapes and queries."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from urbact_graph.errors import SourceError
from urbact_graph.settings import WRITTEN_BASE, Settings

_PACKAGED = Path(__file__).resolve().parent / "graph"
# What the build of the package built and validated (dataset/packaged.py).
PACKAGED_BUILD = _PACKAGED / "built"
# The file without which a folder holds no graph.
ONTOLOGY = "ontology/urbact.ttl"


@dataclass(frozen=True)
class GraphSources:
    """A folder laid out as the project is; ``base`` is the base of the graph's IRIs."""

    root: Path
    base: str = WRITTEN_BASE

    @property
    def data(self) -> Path:
        """The facts."""
        return self.root / "data"

    @property
    def queries(self) -> Path:
        """The stored queries."""
        return self.root / "queries"

    def ontology_files(self) -> list[Path]:
        """Return the vocabulary's files."""
        return sorted((self.root / "ontology").glob("*.ttl"))

    def rules(self) -> list[Path]:
        """Return the CONSTRUCT rules, in the order they are applied."""
        return sorted((self.root / "ontology" / "rules").glob("*.rq"))

    def data_files(self) -> list[Path]:
        """Return the files of facts."""
        return sorted(self.data.rglob("*.ttl"))

    def shape_files(self) -> list[Path]:
        """Return the files of shapes."""
        return sorted((self.root / "shapes").glob("*.ttl"))

    def query_files(self) -> list[Path]:
        """Return the files of the stored queries."""
        return sorted(self.queries.glob("*.rq"))

    def shapes_sha256(self) -> str:
        """Return the SHA-256 of the files of shapes, one after the other, with the base in force.

        Raises:
            SourceError: a file cannot be read.
        """
        return hashlib.sha256(b"".join(map(self.read, self.shape_files()))).hexdigest()

    def name(self, path: Path) -> str:
        """Return the name of ``path`` in messages: its path relative to the root."""
        return path.relative_to(self.root).as_posix()

    def read(self, path: Path) -> bytes:
        """Return the content of one of the files, with the base in force.

        Raises:
            SourceError: the file cannot be read.
        """
        try:
            content = path.read_bytes()
        except OSError as error:
            raise SourceError(f"{self.name(path)} cannot be read: {error.strerror}.") from None
        return rebase(content, self.base)

    @property
    def is_packaged(self) -> bool:
        """Whether these are the installed package's own sources, which are not to be changed."""
        return self.root == _PACKAGED


def rebase(content: bytes, base: str) -> bytes:
    """Return ``content`` with ``base`` instead of the base that the files are written with."""
    return content.replace(WRITTEN_BASE.encode(), base.encode())


def find_sources(settings: Settings) -> GraphSources:
    """Find the sources: the folder set, else the current working copy, else the package's.

    Raises:
        SourceError: the folder holds no ontology/urbact.ttl.
    """
    for root in _candidates(settings):
        if (root / ONTOLOGY).is_file():
            return GraphSources(root, settings.base_iri)
    place = settings.sources or current_folder() or "This folder"
    raise SourceError(f"{place} holds no {ONTOLOGY}; name the folder that does with --sources.")


def build_folder(settings: Settings, sources: GraphSources) -> Path:
    """Return the folder that the built dataset of ``sources`` is written to.

    By default a working copy has it beside its sources. An installed package may lie in a read-only
    folder, so it has a folder of the user's cache.

    Raises:
        SourceError: the user has none, as neither the environment nor the system knows a home.
    """
    if settings.build_folder:
        return settings.build_folder
    if not sources.is_packaged:
        return sources.root / "build"
    place = hashlib.sha256(str(sources.root).encode()).hexdigest()[:12]
    try:
        return platformdirs.user_cache_path("urbact-graph") / place
    except RuntimeError:
        raise SourceError(
            "There is no home folder to keep the built graph in, as HOME is not set and the system "
            "does not know this user; name a folder with --build-folder."
        ) from None


def absolute(path: Path) -> Path:
    """Return ``path`` from the root of the file system, without symbolic links.

    Raises:
        SourceError: it is relative to a folder that has been removed.
    """
    try:
        return path.resolve()
    except FileNotFoundError:
        raise SourceError(
            f"{path} is relative to the current folder, which has been removed; go to another one."
        ) from None


def current_folder() -> Path | None:
    """Return the folder that the process stands in; None if it has been removed."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        return None


def _candidates(settings: Settings) -> Iterator[Path]:
    if settings.sources is not None:
        yield absolute(settings.sources)
        return
    here = current_folder()
    if here is not None:
        yield from (here, *here.parents)
    yield _PACKAGED
    # An editable install has no packaged copy; its sources are the repository's.
    yield Path(__file__).parents[2]
