"""Why a file of RDF cannot be read, and in which line; for files of any origin.

The parser says neither that a file is something else than its name says (a page, an archive, a
pointer of Git LFS), nor in which line RDF/XML is wrong, nor in which line a triple stands.
"""

import codecs
import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast
from xml.parsers import expat

from pyoxigraph import Quad, RdfFormat, parse

# The first bytes of files that are something else, and what to do about it. The mark of UTF-32
# begins like that of UTF-16.
_STARTS = {
    **{
        start: f"it is compressed ({name}); decompress it"
        for start, name in (
            (b"\x1f\x8b", "gzip"),
            (b"PK\x03\x04", "ZIP"),
            (b"BZh", "bzip2"),
            (b"\xfd7zXZ\x00", "xz"),
            (b"\x28\xb5\x2f\xfd", "Zstandard"),
            (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
        )
    },
    **{
        mark: f"it is {name}; save it as UTF-8"
        for mark, name in (
            (codecs.BOM_UTF32_LE, "UTF-32"),
            (codecs.BOM_UTF32_BE, "UTF-32"),
            (codecs.BOM_UTF16_LE, "UTF-16"),
            (codecs.BOM_UTF16_BE, "UTF-16"),
        )
    },
    b"version https://git-lfs.github.com/spec/": (
        "it is a pointer of Git LFS, not the file itself; run `git lfs pull`"
    ),
}
# What the beginning of a text shows it to be; the first that matches counts.
_LOOKS = (
    ("an HTML page", re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)),
    ("RDF/XML", re.compile(rb"(?:<\?xml\b(?:(?!<html).)*)?<(?:\w+:)?RDF\b", re.DOTALL)),
    ("XML", re.compile(rb"<\?xml\b|<!DOCTYPE\b|<!--")),
    ("JSON", re.compile(rb'\{\s*(?:"|\})|\[\s*[{"]')),
    (
        "Turtle",
        re.compile(rb"(?:(?:\s|#[^\n]*\n)*)(?:@prefix|@base|prefix\s|base\s)", re.IGNORECASE),
    ),
)
# The formats that a text may be in, by what it looks like.
_FITTING = {
    "RDF/XML": {RdfFormat.RDF_XML},
    "XML": {RdfFormat.RDF_XML},
    "JSON": {RdfFormat.JSON_LD},
    "Turtle": {RdfFormat.TURTLE, RdfFormat.TRIG},
}
_HEAD_BYTES = 4096
_CONTEXT = re.compile(rb'"@(?:context|import)"\s*:\s*(?:\[[^\]{]*?)?"(?P<address>[^"\s]+)"')
_REMOTE_CONTEXT = re.compile("No LoadDocumentCallback|Invalid remote context URL")
_NAMED_GRAPH = (
    "a named graph or a formula begins, which Turtle does not have; state the facts alone"
)
# The parser's reasons in plainer words, with a remedy; the first that begins so counts.
_REASONS = (
    (
        "No scheme found in an absolute IRI",
        "an IRI is relative; write it in full, or declare a base",
    ),
    ("error while parsing IRI", "an IRI is not valid ({})"),
    ("{ is not a valid", _NAMED_GRAPH),
    ("GRAPH is not a valid", _NAMED_GRAPH),
)


class LineReader:
    """Reads ``content`` line by line, so that ``line`` is the one that a parser has reached.

    A parser asks for more only when it needs more, so that this is the line of the triple that it
    returned last.
    """

    def __init__(self, content: bytes) -> None:
        self._lines = iter(content.splitlines(keepends=True))
        self.line = 0

    def read(self, _size: int = -1) -> bytes:
        """Return the next line, empty at the end."""
        content = next(self._lines, b"")
        self.line += bool(content)
        return content


def without_mark(content: bytes) -> bytes:
    """Return ``content`` without a byte order mark of UTF-8 (RFC 3629, section 6)."""
    return content.removeprefix(codecs.BOM_UTF8)


def rdf_format(media_type: str) -> RdfFormat:
    """Return the parser's format with this media type.

    Raises:
        ValueError: there is none.
    """
    form = RdfFormat.from_media_type(media_type)
    if form is None:
        raise ValueError(f"{media_type} is no format of graphs")
    return form


def is_compressed(name: str) -> bool:
    """Tell whether a file called ``name`` is compressed by gzip."""
    return name.lower().endswith(".gz")


def begins_with_mark(path: Path) -> bool:
    """Tell whether a file begins with a byte order mark of UTF-8.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return file.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8


def opened(path: Path, *, compressed: bool) -> IO[bytes]:
    """Open a file behind its byte order mark, if it has one; ``compressed`` by gzip or not.

    Raises:
        OSError: it cannot be read; while it is read, also EOFError and zlib.error.
    """
    # The caller closes it.
    file = cast("IO[bytes]", gzip.open(path)) if compressed else path.open("rb")  # noqa: SIM115
    if file.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
        file.seek(0)
    return file


def parse_lines(content: bytes, form: RdfFormat) -> Iterator[tuple[int, Quad]]:
    """Parse ``content``, and yield each quad with the line on which it ends.

    Raises:
        SyntaxError: it is not in the format ``form``.
    """
    reader = LineReader(content)
    for quad in parse(cast("IO[bytes]", reader), format=form):
        yield reader.line, quad


def xml_mistake(content: bytes) -> tuple[int, str] | None:
    """Return the line and the description of what is not well-formed XML in ``content``, if any.

    The RDF/XML parser takes a file that was cut off for a whole one.
    """
    parser = expat.ParserCreate()
    try:
        parser.Parse(content, True)  # noqa: FBT003 - it has no name
    except expat.ExpatError as error:
        return error.lineno, f"it is not well-formed XML ({expat.ErrorString(error.code)})"
    return None


def mistake_in(content: bytes, form: RdfFormat, error: Exception) -> tuple[int | None, str]:
    """Return the line, if one can be named, and the reason for the parser's ``error``.

    ``content`` is what it was to read in the format ``form``. The reason is a clause without full
    stop.
    """
    if other := disguise(content, form):
        return None, other
    message = str(getattr(error, "msg", None) or error)
    if _REMOTE_CONTEXT.search(message):
        return _remote_context(content)
    if form == RdfFormat.RDF_XML:
        if wrong := xml_mistake(content):
            return wrong
        return _line_of_error(content, form), plain(message)
    return getattr(error, "lineno", None), plain(message)


def plain(message: str) -> str:
    """Return the parser's ``message`` as a clause, without the place in front."""
    reason = message.split(": ", 1)[-1] if message.startswith("Parser error at ") else message
    for start, clause in _REASONS:
        if reason.startswith(start):
            return clause.format(reason.removeprefix(start).strip())
    return reason.rstrip(".")


def disguise(content: bytes, form: RdfFormat) -> str:
    """Return what ``content`` is, if it is evidently not in the format ``form``; else nothing.

    It is a clause about "it" that says how to correct that.
    """
    head = without_mark(content[:_HEAD_BYTES])
    for start, reason in _STARTS.items():
        if head.startswith(start):
            return reason
    # Text in UTF-16 without a mark has a zero in each pair of bytes.
    if b"\0" in head[:2]:
        return "it is UTF-16 or no text; save it as UTF-8"
    text = head.lstrip()
    name = next((name for name, look in _LOOKS if look.match(text)), "")
    if not name or form in _FITTING.get(name, ()):
        return ""
    remedy = "download the file itself" if "HTML" in name else "convert it or rename it"
    return f"it is {name}, not {form.name}; {remedy}"


def _remote_context(content: bytes) -> tuple[int | None, str]:
    """Say of which context the parser wanted the content (JSON-LD 1.1 API, section 9.4)."""
    match = _CONTEXT.search(content)
    if match is None:
        return None, "a context that it names is not fetched; put it into the file"
    line = content.count(b"\n", 0, match.start("address")) + 1
    address = match["address"].decode(errors="replace")
    return line, f"the context <{address}> is not fetched; put it into the file"


def _line_of_error(content: bytes, form: RdfFormat) -> int | None:
    reader = LineReader(content)
    try:
        for _ in parse(cast("IO[bytes]", reader), format=form):
            pass
    except SyntaxError:
        return reader.line
    return None
