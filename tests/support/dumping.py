"""Releases of small datasets that no sources were built from, to be served."""

import hashlib
import shutil
from datetime import datetime
from pathlib import Path

from urbact_graph.release.dumps import write_dumps
from urbact_graph.release.release import (
    CURRENT_NAME,
    GRAPH_NAME,
    MANIFEST_NAME,
    RELEASES_FOLDER,
    Release,
    manifest,
)

VERSION = "2026-11-23-0123456789ab"


def write_release(
    dataset: Path,
    build_folder: Path,
    base: str,
    *,
    version: str = VERSION,
    modified: datetime | None = None,
) -> Release:
    """Write a release of ``dataset`` alone, without shapes, report and stream; make it current."""
    folder = build_folder.resolve() / RELEASES_FOLDER / version
    files = write_dumps(dataset, version, base, folder / "dumps")
    shutil.copyfile(dataset, folder / GRAPH_NAME)
    sha256 = hashlib.sha256(dataset.read_bytes()).hexdigest()
    release = Release(folder, version, sha256, modified, files, "a test")
    (folder / MANIFEST_NAME).write_bytes(manifest(release))
    current = folder.with_name(CURRENT_NAME)
    current.unlink(missing_ok=True)
    current.symlink_to(version)
    return release
