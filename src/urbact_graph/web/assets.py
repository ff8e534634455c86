"""What browsers get beside the pages: styles, scripts, fonts and boundaries, as they were bundled.

The name of each file carries a digest of its content, so that what was fetched once is kept.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from urbact_graph.errors import UrbactGraphError

FOLDER = Path(__file__).parent / "static"
_MANIFEST = "manifest.json"
# By the end of a file's name; no file of the build has another one.
MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True)
class Asset:
    """A file that browsers get beside the pages."""

    content: bytes
    media_type: str


@dataclass(frozen=True)
class Assets:
    """All such files by the names that they are served under.

    ``names`` gives the name that a file of the front end is served under.
    """

    files: Mapping[str, Asset]
    names: Mapping[str, str]

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Self:
        """Read what the build has bundled into ``folder``.

        Raises:
            UrbactGraphError: the front end was not built.
        """
        try:
            names: dict[str, str] = json.loads((folder / _MANIFEST).read_bytes())
        except FileNotFoundError:
            raise UrbactGraphError(
                f"{folder} has no {_MANIFEST}: the front end was not built; install the package "
                "again, or run `python frontend_build.py` in the working copy."
            ) from None
        files = {
            file.name: Asset(file.read_bytes(), MEDIA_TYPES[file.suffix])
            for file in sorted(folder.iterdir())
            if file.suffix in MEDIA_TYPES and file.name != _MANIFEST
        }
        return cls(files, names)

    def path(self, name: str) -> str:
        """Return the path on this instance of the file that was bundled as ``name``.

        Raises:
            KeyError: the front end has no such file.
        """
        return f"static/{self.names[name]}"


def content_type(media_type: str) -> str:
    """Return the Content-Type of a file, all of whose texts are in UTF-8."""
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
