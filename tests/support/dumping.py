"""What tests of the dumps share: dumps of the real graph, and editions to serve them from."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from urbact_graph.description.distributions import DumpFile
from urbact_graph.release.dumps import write_dumps
from urbact_graph.release.release import MANIFEST_NAME, release_folder

VERSION = "2026-11-23-0123456789ab"


def write_edition(
    dataset: Path,
    build_folder: Path,
    digest: str,
    base: str,
    *,
    version: str = VERSION,
    modified: datetime | None = None,
) -> dict[str, DumpFile]:
    """Write the edition of ``dataset``, whose digest is given; return its files by their keys."""
    folder = release_folder(build_folder, digest)
    files = write_dumps(dataset, version, base, folder / "dumps")
    manifest = {
        "version": version,
        "modified": modified.isoformat() if modified else None,
        "files": [asdict(file) for file in files],
    }
    (folder / MANIFEST_NAME).write_text(json.dumps(manifest))
    return {file.key: file for file in files}
