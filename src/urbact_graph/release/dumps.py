"""The dumps: the whole graph in every format, its tables, and the checksums of them all."""

import hashlib
import re
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from pyoxigraph import DefaultGraph, Quad, RdfFormat, Store, Triple, parse, serialize

from urbact_graph.dataset.building import Progress
from urbact_graph.release.csvw import describe_tables
from urbact_graph.description.distributions import (
    CHECKSUMS_KEY,
    CHECKSUMS_NAME,
    DISTRIBUTIONS,
    METADATA_KEY,
    DumpFile,
    tables_metadata_name,
)
from urbact_graph.release.tables import make_tables
from urbact_graph.errors import DatasetError
from urbact_graph.rdf.namespaces import NAMESPACES, namespaces, used_prefixes

# Of 33 MB in four formats level 9 leaves 2.42 MB in 0.43 s, level 6 2.50 MB in 0.22 s: made once
# and fetched often, the smaller it is.
_GZIP_LEVEL = 9
_GZIP_WINDOW = 31
_ORDER = {form.key: place for place, form in enumerate(DISTRIBUTIONS)}
_RDF_TYPE = NAMESPACES["rdf"] + "type"
# What no XML 1.0 document can hold (section 2.2).
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def write_dumps(
    dataset: Path, version: str, base: str, folder: Path, progress: Progress = lambda *_: None
) -> tuple[DumpFile, ...]:
    """Write the dumps of ``dataset``, sorted N-Triples, into ``folder``; return its files.

    ``version`` is the edition's. Equal datasets give equal bytes. Nothing is written until all is
    made; other files of a folder that stands already are left as they are.

    Raises:
        DatasetError: the dataset cannot be read or be put into one of the formats, or the folder
            cannot be written.
    """
    files: list[DumpFile] = []

    def write(place: Path, key: str, name: str, content: bytes) -> None:
        (place / name).write_bytes(content)
        files.append(DumpFile(key, name, len(content), hashlib.sha256(content).hexdigest()))

    dumps = _Dumps(dataset, version, base)
    try:
        with _filled(folder) as place:
            for key, name, content in dumps.files():
                progress(name, len(files), len(DISTRIBUTIONS) + 2)
                write(place, key, name, content)
            files.sort(key=lambda file: _ORDER.get(file.key, len(_ORDER)))
            write(place, CHECKSUMS_KEY, CHECKSUMS_NAME, checksums(files))
    except OSError as error:
        raise DatasetError(
            f"The dumps cannot be written to {folder} ({error.strerror}); name another folder, or "
            "make room in this one."
        ) from None
    progress("done", len(files), len(files))
    return tuple(files)


def checksums(files: list[DumpFile]) -> bytes:
    """Return the checksums of ``files`` in the form that ``sha256sum --check`` reads."""
    lines = (f"{file.sha256}  {file.name}\n" for file in sorted(files, key=lambda x: x.name))
    return "".join(lines).encode()


class _Dumps:
    """The contents of the dumps of one dataset."""

    def __init__(self, dataset: Path, version: str, base: str) -> None:
        self._version = version
        self._base = base
        try:
            self._lines = dataset.read_bytes()
            self._triples = [q.triple for q in parse(self._lines, format=RdfFormat.N_TRIPLES)]
        except OSError as error:
            raise DatasetError(f"{dataset} cannot be read: {error.strerror}.") from None
        except SyntaxError as error:
            raise DatasetError(f"{dataset} is no N-Triples ({error}); build it anew.") from None
        self._prefixes = used_prefixes(self._triples, namespaces(base))
        # The type first, which a reader looks for first.
        self._triples.sort(key=lambda t: (t.subject.value, t.predicate.value != _RDF_TYPE))

    def files(self) -> Iterator[tuple[str, str, bytes]]:
        """Make the files one after the other: key, name and content."""
        store = Store()
        store.extend(Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in self._triples)
        tables = make_tables(store, self._base)
        with ThreadPoolExecutor(2) as threads:
            # zlib lets others work meanwhile.
            waiting: list[tuple[str, str, Callable[[], bytes]]] = []
            plain = b""
            for form in DISTRIBUTIONS:
                name = form.file_name(self._version)
                # A compressed one always comes after what it is compressed from.
                if form.gzip:
                    waiting.append((form.key, name, threads.submit(compressed, plain).result))
                    continue
                plain = tables[form.part].content if form.part else self._graph(form.rdf_format)
                yield form.key, name, plain
            for key, name, content in waiting:
                yield key, name, content()
        metadata = describe_tables(store, tables, self._version, self._base)
        yield METADATA_KEY, tables_metadata_name(self._version), metadata

    def _graph(self, form: RdfFormat | None) -> bytes:
        if form in (None, RdfFormat.N_TRIPLES, RdfFormat.N_QUADS):
            # Triples of the default graph are the same in both.
            return self._lines
        content = serialize(self._triples, format=form, prefixes=self._prefixes) or b""
        return _valid_xml(content, self._triples) if form == RdfFormat.RDF_XML else content


def compressed(content: bytes) -> bytes:
    """Compress ``content`` by gzip, with nothing in the header that changes from time to time."""
    compressor = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP_WINDOW)
    return compressor.compress(content) + compressor.flush()


def _valid_xml(content: bytes, triples: list[Triple]) -> bytes:
    """Have ``content`` say what it means when it is read as XML 1.0.

    Raises:
        DatasetError: a text holds a character that XML has no way to write.
    """
    if _NOT_IN_XML.search(content.decode()):
        texts = ((t.subject, getattr(t.object, "value", "")) for t in triples)
        subject = next(subject for subject, text in texts if _NOT_IN_XML.search(text))
        raise DatasetError(
            f"A text of {subject} holds a control character, which RDF/XML cannot; take it out."
        )
    # Not written as a reference, it would be read as a line feed (section 2.11).
    return content.replace(b"\r", b"&#xD;")


@contextmanager
def _filled(folder: Path) -> Iterator[Path]:
    """Give a folder to write to, whose files are those of ``folder`` once the block is done.

    Raises:
        OSError: it cannot be written; nothing is left of what was.
    """
    is_new = not folder.exists()
    folder.parent.mkdir(parents=True, exist_ok=True)
    # One that stands may be all that we may write to, so that nothing can be put beside it.
    place = Path(tempfile.mkdtemp(prefix=".dumps-", dir=folder.parent if is_new else folder))
    try:
        place.chmod(0o755)
        yield place
        if is_new:
            place.rename(folder)
        else:
            # The checksums last, so that they are never those of files to come.
            for file in sorted(place.iterdir(), key=lambda file: file.name == CHECKSUMS_NAME):
                file.replace(folder / file.name)
    finally:
        shutil.rmtree(place, ignore_errors=True)
