"""Editions: everything that is given out with one version of the dataset, in one folder."""

import contextlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

MANIFEST_NAME = "edition.json"
_VERSION_CHARACTERS = 16


@dataclass(frozen=True)
class DumpFile:
    """A file of an edition's dumps; ``key`` is that of its distribution."""

    key: str
    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Edition:
    """What is given out with a dataset: its dumps, its shapes, its report, its stream of changes.

    ``version`` is the one that the dataset calls itself by, ``modified`` the time of its last
    change, where that is known.
    """

    folder: Path
    version: str
    modified: datetime | None
    files: tuple[DumpFile, ...]

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


def edition_folder(build_folder: Path, dataset_version: str) -> Path:
    """Return where the edition of the dataset with this digest stands, or would stand."""
    return build_folder / "editions" / dataset_version[:_VERSION_CHARACTERS]


def find_edition(build_folder: Path, dataset_version: str) -> Edition | None:
    """Return the edition of the dataset with this digest, or its first 16 digits, if it stands."""
    folder = edition_folder(build_folder, dataset_version)
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        manifest = json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8"))
        modified = manifest["modified"]
        return Edition(
            folder,
            manifest["version"],
            datetime.fromisoformat(modified) if modified else None,
            tuple(DumpFile(**file) for file in manifest["files"]),
        )
    return None


def _manifest(edition: Edition) -> bytes:
    facts = {
        "version": edition.version,
        "modified": edition.modified.isoformat() if edition.modified else None,
        "files": [asdict(file) for file in edition.files],
    }
    return (json.dumps(facts, indent=2) + "\n").encode()
