"""The file that a dataset is loaded from."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from urbact_graph.engine.messages import Load
from urbact_graph.errors import EngineError
from urbact_graph.rdf.formats import format_of_file
from urbact_graph.rdf.namespaces import namespaces
from urbact_graph.settings import Settings

_VERSION_DIGITS = 16


@dataclass(frozen=True)
class Source:
    """A dataset: the RDF file that it is called by, and its version where that is known.

    Without a version, the first digits of the file's SHA-256 stand for it. ``content`` is where
    the content is read from if that is not the file itself: a descriptor that is held open gives
    the same content when the file is replaced.
    """

    file: Path
    version: str | None = None
    content: Path | None = None

    @property
    def path(self) -> Path:
        """Where the content is read from."""
        return self.content or self.file

    @property
    def media_type(self) -> str:
        """The media type that the file's name stands for.

        Raises:
            DatasetError: it is not the name of an RDF file.
        """
        return format_of_file(self.file).media_type

    def with_version(self) -> "Source":
        """Return this source with its version, which is computed if it is not known.

        Raises:
            DatasetError: the file's name is not that of an RDF file.
            EngineError: the file cannot be read.
        """
        format_of_file(self.file)
        if self.version is not None:
            return self
        try:
            with self.path.open("rb") as content:
                digest = hashlib.file_digest(content, "sha256").hexdigest()
        except OSError as error:
            raise self._unreadable(error) from None
        return replace(self, version=digest[:_VERSION_DIGITS])

    def load(self, settings: Settings) -> Load:
        """Return what is loaded, with what holds by ``settings`` for all queries of it.

        Raises:
            DatasetError: the file's name is not that of an RDF file.
        """
        return Load(
            content=str(self.path),
            name=str(self.file),
            media_type=self.media_type,
            prefixes=namespaces(settings.base_iri),
            max_query_bytes=settings.max_query_bytes,
            max_nesting_depth=settings.max_nesting_depth,
            max_query_memory_bytes=settings.max_query_memory_bytes,
            allow_unknown_graphs=settings.allow_unknown_graphs,
        )

    def modified(self) -> float:
        """Return when the content took its place in the file system, in seconds since 1970.

        That is not when it was written: a file that is put back is older than what it replaces.

        Raises:
            EngineError: the file cannot be read.
        """
        try:
            return self.path.stat().st_ctime
        except OSError as error:
            raise self._unreadable(error) from None

    def _unreadable(self, error: OSError) -> EngineError:
        return EngineError(f"{self.file} cannot be loaded: {error.strerror}.")
