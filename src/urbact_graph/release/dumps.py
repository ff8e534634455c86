"""The dumps: the whole graph in every format, its tables, and the checksums of them all.

It is also a program, ``python -m urbact_graph.release.dumps`` (see process.py).
"""

import gc
import hashlib
import json
import os
import shutil
import signal
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from functools import lru_cache, partial
from pathlib import Path

from pyoxigraph import RdfFormat, Store, parse

from urbact_graph.description.distributions import (
    CHECKSUMS_KEY,
    CHECKSUMS_NAME,
    DISTRIBUTIONS,
    METADATA_KEY,
    DumpFile,
    tables_metadata_name,
)
from urbact_graph.errors import DatasetError, FormatError
from urbact_graph.progress import Progress
from urbact_graph.rdf.namespaces import RDF, namespaces, used_prefixes
from urbact_graph.rdf.writing import write_graph
from urbact_graph.release.csvw import describe_tables
from urbact_graph.release.kept_tables import keep_tables
from urbact_graph.release.process import follow_parent
from urbact_graph.release.tables import Table, make_tables
from urbact_graph.release.tables_process import forked

# 33 MB in four formats become 2.42 MB in 0.43 s with level 9, 2.50 MB in 0.22 s with level 6. A
# dump is made once and fetched often, so the smaller size is worth the time.
_GZIP_LEVEL = 9
_GZIP_WINDOW = 31
# Returns the tables of the graph in a store; they may come later.
_MakeTables = Callable[[Store], Mapping[str, Table]]
_ORDER = {form.key: place for place, form in enumerate(DISTRIBUTIONS)}


def write_dumps(
    dataset: Path,
    version: str,
    base: str,
    folder: Path,
    progress: Progress = lambda *_: None,
    *,
    build_folder: Path | None = None,
    forks: bool = False,
) -> tuple[DumpFile, ...]:
    """Write the dumps of ``dataset``, sorted N-Triples, into ``folder``; return its files.

    ``version`` is the release's. Equal datasets give equal bytes. Files appear in ``folder`` once
    all are made; other files there stay as they are. The tables are read from ``build_folder``
    if they are kept there, and kept there otherwise. With ``forks`` another process makes them in
    the meantime, which only a process without threads may ask for.

    Raises:
        DatasetError: the dataset cannot be read or cannot be written in one of the formats, or the
            folder cannot be written.
    """
    files: list[DumpFile] = []

    def write(place: Path, key: str, name: str, content: bytes) -> None:
        (place / name).write_bytes(content)
        files.append(DumpFile(key, name, len(content), hashlib.sha256(content).hexdigest()))

    dumps = _Dumps(dataset, version, base)

    def tables(store: Store) -> Mapping[str, Table]:
        if build_folder is None:
            return make_tables(store, base)
        return keep_tables(build_folder, dumps.sha256, store, base)

    def begun(store: Store) -> Mapping[str, Table]:
        return forked(partial(tables, store)) if forks else tables(store)

    with _filled(folder) as place:
        for key, name, content in dumps.files(begun):
            progress(name, len(files), len(DISTRIBUTIONS) + 2)
            write(place, key, name, content)
        files.sort(key=lambda file: _ORDER.get(file.key, len(_ORDER)))
        write(place, CHECKSUMS_KEY, CHECKSUMS_NAME, checksums(files))
    progress("done", len(files), len(files))
    return tuple(files)


def copy_dumps(release: Path, files: Iterable[DumpFile], folder: Path) -> None:
    """Copy ``files`` of the dumps in the folder ``release`` to ``folder``.

    They appear there once all are copied; other files in ``folder`` stay as they are.

    Raises:
        DatasetError: the folder cannot be written.
    """
    with _filled(folder) as place:
        for file in files:
            shutil.copyfile(release / file.name, place / file.name)


def checksums(files: list[DumpFile]) -> bytes:
    """Return the checksums of ``files`` in the format of ``sha256sum --check``."""
    lines = (f"{file.sha256}  {file.name}\n" for file in sorted(files, key=lambda x: x.name))
    return "".join(lines).encode()


class _Dumps:
    """The contents of the dumps of one dataset."""

    def __init__(self, dataset: Path, version: str, base: str) -> None:
        self._version = version
        self._base = base
        try:
            self._lines = dataset.read_bytes()
            self._quads = list(parse(self._lines, format=RdfFormat.N_TRIPLES))
        except OSError as error:
            raise DatasetError(f"{dataset} cannot be read: {error.strerror}.") from None
        except SyntaxError as error:
            raise DatasetError(f"{dataset} is not N-Triples ({error}); build it again.") from None
        self.sha256 = hashlib.sha256(self._lines).hexdigest()
        self._triples = [quad.triple for quad in self._quads]
        self._prefixes = used_prefixes(self._triples, namespaces(base))
        # People look for the type first.
        self._triples.sort(key=lambda t: (t.subject.value, t.predicate.value != RDF.type))

    def files(self, make_tables: _MakeTables) -> Iterator[tuple[str, str, bytes]]:
        """Yield the files one after the other: key, name and content."""
        store = Store()
        store.bulk_extend(self._quads)
        tables = make_tables(store)
        with ThreadPoolExecutor(2) as threads:
            # zlib releases the global interpreter lock. N-Triples and N-Quads have the same bytes,
            # which are compressed once.
            compress = lru_cache(lambda content: threads.submit(compressed, content))
            waiting: list[tuple[str, str, Future[bytes]]] = []
            plain = b""
            for form in DISTRIBUTIONS:
                name = form.file_name(self._version)
                # A compressed file always follows the file that it is compressed from.
                if form.gzip:
                    waiting.append((form.key, name, compress(plain)))
                    continue
                plain = tables[form.part].content if form.part else self._graph(form.rdf_format)
                yield form.key, name, plain
            for key, name, content in waiting:
                yield key, name, content.result()
        metadata = describe_tables(store, tables, self._version, self._base)
        yield METADATA_KEY, tables_metadata_name(self._version), metadata

    def _graph(self, form: RdfFormat | None) -> bytes:
        if form is None or form in (RdfFormat.N_TRIPLES, RdfFormat.N_QUADS):
            # Triples of the default graph are written alike in both.
            return self._lines
        try:
            return write_graph(self._triples, form.media_type, self._prefixes)
        except FormatError as error:
            raise DatasetError(
                f"{error.reason}; change it in the data, as the dumps come in this format too."
            ) from None


def compressed(content: bytes) -> bytes:
    """Compress ``content`` by gzip, without a time or a name in the header."""
    compressor = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP_WINDOW)
    return compressor.compress(content) + compressor.flush()


@contextmanager
def _filled(folder: Path) -> Iterator[Path]:
    """Give a temporary folder, whose files are moved to ``folder`` once the block is done.

    If ``folder`` cannot be written, no new file stays there.
    """
    is_new = not folder.exists()
    place: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        # There may be no permission to write beside a folder that exists.
        place = Path(tempfile.mkdtemp(prefix=".dumps-", dir=folder.parent if is_new else folder))
        place.chmod(0o755)
        yield place
        if is_new:
            place.rename(folder)
        else:
            # The checksums come last: they are those of files that are there.
            for file in sorted(place.iterdir(), key=lambda file: file.name == CHECKSUMS_NAME):
                file.replace(folder / file.name)
    except OSError as error:
        raise DatasetError(
            f"The dumps cannot be written to {folder} ({error.strerror}); name another folder, or "
            "make room in this one."
        ) from None
    finally:
        if place is not None:
            shutil.rmtree(place, ignore_errors=True)


def main(arguments: Sequence[str]) -> int:
    """Write the dumps of a built dataset: its path, version and base IRI, and the folder to fill.

    Print the files as JSON, or an error as one sentence; return the exit code, 0 or 2.
    """
    dataset, version, base, folder = arguments
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    follow_parent("SIGKILL")
    # The process ends when it has written them, so that no memory needs to be freed before.
    gc.disable()
    try:
        # What Windows has not, and macOS advises against.
        forks = sys.platform == "linux" and hasattr(os, "fork")
        path = Path(dataset)
        files = write_dumps(
            path, version, base, Path(folder), build_folder=path.parent, forks=forks
        )
    except DatasetError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(json.dumps([asdict(file) for file in files]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
