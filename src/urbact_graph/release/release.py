"""A release: everything that is published with one version of the graph, in one folder.

A build folder holds ``releases/VERSION/`` for each, and the symbolic link ``releases/current`` to
the newest. Nothing in the folder of a release is ever changed; making.py writes it.
"""

import contextlib
import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from urbact_graph.description.distributions import DumpFile
from urbact_graph.errors import DatasetError
from urbact_graph.release.stream import STREAM_FOLDER

RELEASES_FOLDER = "releases"
CURRENT_NAME = "current"
MANIFEST_NAME = "release.json"
GRAPH_NAME = "urbact-graph.nt"
SHAPES_NAME = "shapes.nt"


@dataclass(frozen=True)
class Release:
    """What is published with one version of the graph.

    ``version`` is the one that the graph names itself by, ``sha256`` the digest of its file in
    hexadecimal, ``modified`` the time of its last change, where that is known; ``files`` are those
    of the dumps; ``fingerprint`` names the code that made the release.
    """

    folder: Path
    version: str
    sha256: str
    modified: datetime | None
    files: tuple[DumpFile, ...]
    fingerprint: str

    @property
    def build_folder(self) -> Path:
        """The build folder that holds this release and others."""
        return self.folder.parents[1]

    @property
    def graph(self) -> Path:
        """The graph, in sorted N-Triples."""
        return self.folder / GRAPH_NAME

    @property
    def dumps(self) -> Path:
        """The folder of the dumps."""
        return self.folder / "dumps"

    @property
    def shapes(self) -> Path:
        """The shapes that the graph was checked against, in N-Triples."""
        return self.folder / SHAPES_NAME

    @property
    def core_shapes(self) -> Path:
        """The same for validators without SPARQL-based targets, in N-Triples."""
        return self.folder / "shapes-core.nt"

    @property
    def report(self) -> Path:
        """The report of that check, in N-Triples."""
        return self.folder / "validation.nt"

    @property
    def cooperation(self) -> Path:
        """The layout of the cities that worked together: their places by path, in JSON."""
        return self.folder / "cooperation.json"

    @property
    def stream(self) -> Path:
        """The state of the event stream up to this release (``StreamState.from_json``)."""
        return self.folder / "stream.json"

    @property
    def stream_pages(self) -> Path:
        """The folder of the stream's pages, which all releases of a build folder share."""
        return self.build_folder / STREAM_FOLDER

    def touch(self) -> None:
        """Note that the release is in use, which keeps it for a day.

        The note is the time of modification of its folder. A folder of another user, or on a
        read-only disk, is left as it is: what cannot be touched from here is not removed from here.
        """
        with contextlib.suppress(OSError):
            os.utime(self.folder)


def read_release(folder: Path) -> Release:
    """Read the release in ``folder``, which may be the link to the current one.

    Raises:
        DatasetError: there is no whole release.
    """
    folder = folder.resolve()
    try:
        manifest = json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8"))
        modified = manifest["modified"]
        return Release(
            folder,
            str(manifest["version"]),
            str(manifest["sha256"]),
            datetime.fromisoformat(modified) if modified else None,
            tuple(DumpFile(**file) for file in manifest["files"]),
            str(manifest["fingerprint"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        raise DatasetError(
            f"{folder} holds no whole release; make one with `urbact-graph serve` or `export`."
        ) from None


def manifest(release: Release) -> bytes:
    """Return the content of the manifest of ``release``, which ``read_release`` reads."""
    facts = {
        "version": release.version,
        "sha256": release.sha256,
        "modified": release.modified.isoformat() if release.modified else None,
        "fingerprint": release.fingerprint,
        "files": [asdict(file) for file in release.files],
    }
    return (json.dumps(facts, indent=2) + "\n").encode()


def current_release(build_folder: Path) -> Release | None:
    """Return the newest release in ``build_folder``; None if there is none, or it is damaged."""
    with contextlib.suppress(DatasetError):
        return read_release(build_folder / RELEASES_FOLDER / CURRENT_NAME)
    return None


def releases(build_folder: Path) -> list[Release]:
    """Return the whole releases in ``build_folder``: the current one, then the latest by name."""
    newest = current_release(build_folder)
    found = [newest] if newest else []
    for folder in release_folders(build_folder):
        with contextlib.suppress(DatasetError):
            release = read_release(folder)
            if release != newest:
                found.append(release)
    return found


def release_folders(build_folder: Path) -> list[Path]:
    """Return the folders of releases in ``build_folder``, whole or not, the latest name first."""
    try:
        entries = sorted((build_folder / RELEASES_FOLDER).iterdir(), reverse=True)
    except OSError:
        return []
    return [
        entry
        for entry in entries
        if not entry.name.startswith(".") and entry.name != CURRENT_NAME and entry.is_dir()
    ]
