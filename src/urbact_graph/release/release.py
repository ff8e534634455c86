"""Editions: everything that is given out with one version of the dataset, in one folder."""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pyoxigraph import RdfFormat, Triple, parse

from urbact_graph.dataset.building import Build, Progress, unwritable
from urbact_graph.description.distributions import DumpFile
from urbact_graph.release.dumps import write_dumps
from urbact_graph.dataset.fingerprint import fingerprint
from urbact_graph.rdf.parsing import parse_turtle
from urbact_graph.release.stream import STREAM_FOLDER, extend_stream
from urbact_graph.errors import DatasetError
from urbact_graph.files import LOCK_NAME, write_whole
from urbact_graph.sources import GraphSources

MANIFEST_NAME = "edition.json"
_VERSION_CHARACTERS = 16
# So many editions stand beside each other.
_KEPT = 3


class Hold:
    """Holds the edition in ``folder`` while it is kept, in any number of processes.

    Raises:
        OSError: there is none.
    """

    def __init__(self, folder: Path) -> None:
        # Opened to be read, which is all that whoever serves it may do.
        self._file = os.open(folder / LOCK_NAME, os.O_RDONLY | os.O_CLOEXEC)
        fcntl.flock(self._file, fcntl.LOCK_SH)

    def __del__(self) -> None:
        if hasattr(self, "_file"):
            os.close(self._file)


@dataclass(frozen=True)
class Release:
    """What is given out with a dataset: its dumps, its shapes, its report, its stream of changes.

    ``version`` is the one that the dataset calls itself by, ``modified`` the time of its last
    change, where that is known, ``fingerprint`` what made it.
    """

    folder: Path
    version: str
    modified: datetime | None
    files: tuple[DumpFile, ...]
    fingerprint: str = field(default_factory=fingerprint)

    def hold(self) -> "Hold | None":
        """Keep it from being forgotten as long as what is returned is kept."""
        try:
            return Hold(self.folder)
        except OSError:
            return None

    @property
    def dumps(self) -> Path:
        """The folder of the dumps."""
        return self.folder / "dumps"

    @property
    def shapes(self) -> Path:
        """The shapes that the dataset was checked against, in N-Triples."""
        return self.folder / "shapes.nt"

    @property
    def validation(self) -> Path:
        """The report of that check, in N-Triples."""
        return self.folder / "validation.nt"

    @property
    def stream(self) -> Path:
        """The pages of the stream of changes, up to this dataset."""
        return self.folder / "stream.json"


def release_folder(build_folder: Path, dataset_version: str) -> Path:
    """Return where the edition of the dataset with this digest stands, or would stand."""
    return build_folder / "editions" / dataset_version[:_VERSION_CHARACTERS]


def find_release(build_folder: Path, dataset_version: str) -> Release | None:
    """Return the edition of the dataset with this digest, or its first 16 digits, if it stands."""
    folder = release_folder(build_folder, dataset_version)
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        manifest = json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8"))
        modified = manifest["modified"]
        return Release(
            folder,
            manifest["version"],
            datetime.fromisoformat(modified) if modified else None,
            tuple(DumpFile(**file) for file in manifest["files"]),
            str(manifest.get("fingerprint")),
        )
    return None


def make_release(
    graph: Build,
    sources: GraphSources,
    build_folder: Path,
    report: Path,
    progress: Progress = lambda *_: None,
) -> Release:
    """Make the edition of ``graph``, unless it stands; ``report`` is that of its validation.

    The stream of changes is carried on even where the edition stands, as the graph may have been
    another in between. Older editions are kept for those who are just downloading them.

    Raises:
        DatasetError: a folder cannot be written, or the dataset is another by now.
        SourceError: a shape cannot be read.
    """
    _ensure_still(graph)
    folder = release_folder(build_folder, graph.version)
    edition = _standing(build_folder, graph)
    try:
        if edition is None:
            # Until the manifest is written the edition counts as not made.
            (folder / MANIFEST_NAME).unlink(missing_ok=True)
            files = write_dumps(
                graph.dataset, graph.edition, sources.base, folder / "dumps", progress
            )
            edition = Release(folder, graph.edition, graph.modified, files)
        _write(edition.shapes, _shapes(sources))
        _write(edition.validation, _triples(report))
        moment = datetime.now(UTC)
        state = extend_stream(graph.dataset, sources.base, build_folder / STREAM_FOLDER, moment)
        _write(edition.stream, state.as_json())
        _write(folder / LOCK_NAME, b"")
        _write(folder / MANIFEST_NAME, _manifest(edition))
        _forget_oldest(folder)
    except OSError as error:
        raise unwritable(build_folder, error) from None
    return edition


def _ensure_still(graph: Build) -> None:
    """Check that the dataset is the one that was built, as its dumps bear its name for ever."""
    with graph.dataset.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != graph.version:
            raise DatasetError(f"{graph.dataset} was built anew meanwhile; try again.")


def _standing(build_folder: Path, graph: Build) -> Release | None:
    """Return the edition of ``graph`` if it is whole and was made by this very code."""
    edition = find_release(build_folder, graph.version)
    if edition is None or edition.fingerprint != fingerprint():
        return None
    with contextlib.suppress(OSError):
        if all((edition.dumps / file.name).stat().st_size == file.bytes for file in edition.files):
            return edition
    return None


def _manifest(edition: Release) -> bytes:
    facts = {
        "fingerprint": edition.fingerprint,
        "version": edition.version,
        "modified": edition.modified.isoformat() if edition.modified else None,
        "files": [asdict(file) for file in edition.files],
    }
    return (json.dumps(facts, indent=2) + "\n").encode()


def _shapes(sources: GraphSources) -> bytes:
    triples = (
        triple
        for path in sources.shape_files()
        for triple in parse_turtle(sources.read(path), sources.name(path))
    )
    return _lines(triples)


def _triples(turtle: Path) -> bytes:
    return _lines(quad.triple for quad in parse(path=str(turtle), format=RdfFormat.TURTLE))


def _lines(triples: Iterable[Triple]) -> bytes:
    return "".join(f"{triple} .\n" for triple in sorted(set(triples), key=str)).encode()


def _write(file: Path, content: bytes) -> None:
    """Write a file that others may be reading, if it is to be another."""
    with contextlib.suppress(FileNotFoundError):
        if file.read_bytes() == content:
            return
    write_whole(file, content)


def _forget_oldest(newest: Path) -> None:
    """Remove all editions but the last few that were made, and those that are served."""
    others = [folder for folder in newest.parent.iterdir() if folder != newest]
    others.sort(key=lambda folder: folder.stat().st_mtime, reverse=True)
    for folder in others[_KEPT - 1 :]:
        if not _is_held(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_held(folder: Path) -> bool:
    try:
        with (folder / LOCK_NAME).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        pass
    return False
