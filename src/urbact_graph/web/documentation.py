"""The site of the documentation, as it was built from docs/, which is served at /docs/."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from urbact_graph.web.assets import MEDIA_TYPES

FOLDER = Path(__file__).parent / "docs"
INDEX = "index.html"
_OTHER_TYPES = {
    ".html": "text/html",
    ".ipynb": "application/x-ipynb+json",
    ".md": "text/markdown",
    ".png": "image/png",
    ".rq": "application/sparql-query",
    ".ttl": "text/turtle",
}
_UNKNOWN = "application/octet-stream"


@dataclass(frozen=True)
class Documentation:
    """The files of the site by their paths in it; none where it was not built."""

    files: Mapping[str, Path]

    @classmethod
    def find(cls, folder: Path = FOLDER) -> Self:
        """Look up what has been built in ``folder``."""
        if not (folder / INDEX).is_file():
            return cls({})
        found = (file for file in folder.rglob("*") if file.is_file())
        return cls({file.relative_to(folder).as_posix(): file for file in found})

    def __bool__(self) -> bool:
        return bool(self.files)


def media_type_of(name: str) -> str:
    """Return the media type of a file of the site by its name."""
    suffix = Path(name).suffix
    return MEDIA_TYPES.get(suffix) or _OTHER_TYPES.get(suffix, _UNKNOWN)
