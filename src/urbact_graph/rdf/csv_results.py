"""Results in CSV that the usual readers neither lose nor split values of.

The engine leaves commas in IRIs unquoted, which makes two columns of one. RFC 4180 leaves it open
which other fields are quoted; readers differ in what they make of those that are not.
"""

import csv
import io
import re

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, Triple

# Where some readers end a line (Python's str.splitlines), among them that of rdflib.
_LINE_ENDS = tuple(map(str.encode, "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"))
# A mark at the beginning of a file is no part of a name there; a variable may begin with one.
_MARK = "\ufeff".encode()
# Possessive, so that a large field needs no memory for ways back.
_QUOTED = rb'(?<![^,\n])"[^"]*+(?:""[^"]*+)*+"'
_QUOTED_FIELD = re.compile(_QUOTED)
# What is to be quoted, or is already: a field in which some readers would end a line; the first, if
# it has a mark; a row of one empty or blank field, which many readers skip, as if it was no row.
_SPLIT = re.compile(
    rb"%b|(?<![^,\n])[^\",\r\n]*?(?:%b)[^\",\r\n]*+" % (_QUOTED, b"|".join(_LINE_ENDS))
)
_MARKED = re.compile(rb"\A%b[^\",\r\n]*+" % _MARK)
_BLANK_ROW = re.compile(rb"\n[ \t]*\r\n")
_BLANK = re.compile(rb"%b|(?<=\n)[ \t]*+(?=\r\n)" % _QUOTED)


class _Encoded:
    """Passes what is written on in UTF-8, row by row, so that ``output`` can refuse any."""

    def __init__(self, output: io.BytesIO) -> None:
        self._output = output

    def write(self, text: str) -> int:
        return self._output.write(text.encode())


def is_unambiguous(content: bytes, columns: int) -> bool:
    """Tell whether each row of ``content``, as the engine writes it, has so many ``columns``.

    Where the terms have no comma that is not quoted, it has.
    """
    bare = _QUOTED_FIELD.sub(b"", content) if b'"' in content else content
    # A quote that is left stands within a field, in a triple term.
    return b'"' not in bare and bare.count(b",") == bare.count(b"\n") * max(columns - 1, 0)


def write_csv(results: QuerySolutions, output: io.BytesIO) -> None:
    """Write ``results`` as the engine does, and every comma quoted that is part of a value.

    SPARQL 1.1 Query Results CSV and TSV Formats, section 3.
    """
    writer = csv.writer(_Encoded(output))
    writer.writerow(variable.value for variable in results.variables)
    writer.writerows(map(_value, solution) for solution in results)


def readable_csv(content: bytes, columns: int) -> bytes:
    """Return ``content``, unambiguous results of so many ``columns``, with more of it quoted."""
    if content.startswith(_MARK):
        content = _MARKED.sub(_quoted, content)
    if any(end in content for end in _LINE_ENDS):
        content = _SPLIT.sub(_quoted, content)
    if columns == 1 and _BLANK_ROW.search(content):
        content = _BLANK.sub(_quoted, content)
    return content


def _quoted(field: re.Match[bytes]) -> bytes:
    value = field[0]
    return value if value.startswith(b'"') else b'"%b"' % value


def _value(term: NamedNode | BlankNode | Literal | Triple | None) -> str:
    if term is None:
        return ""
    if isinstance(term, Triple):
        return " ".join(map(_value, term))
    return f"_:{term.value}" if isinstance(term, BlankNode) else term.value
