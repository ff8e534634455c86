"""The stored queries: SPARQL files whose header states question, parameters and columns."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Never

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from urbact_graph.errors import QueryError
from urbact_graph.names import KINDS, Names, UnknownNameError
from urbact_graph.rdf.namespaces import XSD
from urbact_graph.rdf.terms import Term, integer, typed
from urbact_graph.settings import WRITTEN_BASE
from urbact_graph.sources import rebase

# By the byte order mark that a text in it begins with; the longer marks first.
_OTHER_ENCODINGS = {
    b"\xff\xfe\0\0": "UTF-32",
    b"\0\0\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
_KEYS = ("title", "question", "param", "column")
_HEADER_LINE = re.compile(r"#\s*(\w+):\s*(.*)")
_PARAMETER = re.compile(r'(\w+)\s+(\w+)\s+(-|<[^>]*>|"(?:[^"\\]|\\.)*"\S*|\S+)\s+(\S.*)')
_COLUMN = re.compile(r"(\w+)\s+(\S.*)")
_FORM = re.compile(r"^\s*(SELECT|ASK|CONSTRUCT|DESCRIBE)\b", re.MULTILINE | re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


@dataclass(frozen=True)
class Parameter:
    """A variable that a user may give a value; without a value or default it is unbound.

    ``datatype`` is that of its values. ``kind`` is how its header types it: by the datatype, or
    more closely, as a year or as one of ``names.KINDS``.
    """

    name: str
    datatype: str
    default: Term | None
    meaning: str
    kind: str = ""


@dataclass(frozen=True)
class Column:
    """A variable of the answer and what it means."""

    name: str
    meaning: str


@dataclass(frozen=True)
class StoredQuery:
    """A query with its header.

    ``form`` is SELECT, ASK, CONSTRUCT or DESCRIBE; only a SELECT has columns. A SELECT projects its
    parameters after its columns, because the engine binds only variables that are projected;
    ``columns`` does not list them.
    """

    name: str
    title: str
    question: str
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    form: str
    text: str

    def bind(
        self, given: Mapping[str, str], base: str, names: Names | None = None
    ) -> dict[str, Term]:
        """Return the RDF terms of the texts that a user typed, by parameter.

        An IRI is written in any form that ``names`` resolves; without ``names`` in full, in angle
        brackets, or as a path below ``base``. A parameter that is left out or empty takes its
        default; one without a default is not in the result.

        Raises:
            QueryError: a parameter is not known, or its text does not fit its type, or names
                nothing of its kind.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in given:
            if name not in known:
                raise QueryError(
                    f"The query {self.name} has no parameter {name}; {_known(list(known))}."
                )
        terms: dict[str, Term] = {}
        for name, parameter in known.items():
            text = given.get(name, "").strip()
            term = self._term(parameter, text, base, names) if text else parameter.default
            if term is not None:
                terms[name] = term
        return terms

    def _term(self, parameter: Parameter, text: str, base: str, names: Names | None) -> Term:
        kind = parameter.kind or parameter.datatype
        if names is not None and kind in KINDS:
            try:
                return names.resolve(text, kind)
            except UnknownNameError as error:
                clause = str(error)
                raise QueryError(
                    f"The parameter {parameter.name} of {self.name}: {clause}"
                    f"{'' if clause.endswith('?') else '.'}"
                ) from None
        datatype = _DATATYPES["iri" if kind in KINDS else kind]
        try:
            return datatype.read(text, base)
        except ValueError:
            raise QueryError(
                f"The parameter {parameter.name} of {self.name} takes {datatype.article} "
                f"{datatype.name}, which {text!r} is not; write it like "
                f"{datatype.example.format(base=base)}."
            ) from None


@dataclass(frozen=True)
class _Datatype:
    """A type of parameter: what its texts look like, and the term of one, given the base."""

    article: str
    name: str
    example: str
    pattern: str
    term: Callable[[str, str], Term]

    def read(self, text: str, base: str) -> Term:
        if not re.fullmatch(self.pattern, text, re.DOTALL):
            raise ValueError(text)
        return self.term(text, base)


def load_queries(folder: Path, base: str = WRITTEN_BASE) -> dict[str, StoredQuery]:
    """Load every stored query of ``folder``, by name and in the order of names.

    ``base`` takes the place of the base that the queries are written with.

    Raises:
        QueryError: the folder is missing, or a query's header has a mistake.
    """
    if not folder.is_dir():
        raise QueryError(f"{folder} is no folder; name the one that holds the stored queries.")
    return {path.stem: load_query(path, base) for path in sorted(folder.glob("*.rq"))}


def load_query(path: Path, base: str = WRITTEN_BASE) -> StoredQuery:
    """Load the stored query ``path``; its name is the file's, without the ending.

    Raises:
        QueryError: the file cannot be read, or its header has a mistake.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise QueryError(f"The query {path.name} cannot be read: {error.strerror}.") from None
    text = decoded(rebase(content, base), f"The query {path.name}")
    return _Header(path.name, text).query(path.stem)


def decoded(content: bytes, subject: str) -> str:
    """Return the text of a query; a byte order mark before it is left out.

    Raises:
        QueryError: it is not UTF-8; the sentence begins with ``subject``.
    """
    for mark, encoding in _OTHER_ENCODINGS.items():
        if content.startswith(mark):
            raise QueryError(f"{subject} cannot be read: it is {encoding}; save it as UTF-8.")
    if content[1:2] == b"\0" or content[:1] == b"\0":
        raise QueryError(
            f"{subject} cannot be read: it has zero bytes, as UTF-16 has; save it as UTF-8."
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise QueryError(
            f"{subject} cannot be read: it is not UTF-8 in line {line} "
            f"(byte {content[error.start]:#04x}); save it as UTF-8."
        ) from None


class _Header:
    """The comment lines at the top of a query's file, read one by one."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.single: dict[str, str] = {}
        self.parameters: list[Parameter] = []
        self.columns: list[Column] = []
        lines = text.splitlines()
        length = next((i for i, line in enumerate(lines) if line[:1] != "#"), len(lines))
        self.body = "\n".join(lines[length:])
        # The line that is read.
        self.number = 0
        for line in lines[:length]:
            self.number += 1
            self._read(line)

    def query(self, name: str) -> StoredQuery:
        """Return the query, unless something is missing in the header."""
        # What is missing should stand above the line below the header.
        self.number += 1
        for key in ("title", "question"):
            if key not in self.single:
                self._refuse(f"the header has no {key}; add '# {key}: …' above this line")
        form = _FORM.search(self.body)
        if not form:
            self._refuse("no query follows the header; write one below it")
        if form[1].upper() == "SELECT" and not self.columns:
            self._refuse("the header explains no column; add '# column: NAME MEANING'")
        return StoredQuery(
            name,
            self.single["title"],
            self.single["question"],
            tuple(self.parameters),
            tuple(self.columns),
            form[1].upper(),
            self.text,
        )

    def _read(self, line: str) -> None:
        match = _HEADER_LINE.fullmatch(line.rstrip())
        if not match or match[1] not in _KEYS:
            self._refuse(f"a header line starts with one of {', '.join(_KEYS)} and a colon")
        key, value = match[1], match[2]
        if not value:
            self._refuse(f"the {key} is empty; write it after the colon")
        if key == "param":
            self._add_parameter(value)
        elif key == "column":
            self._add_column(value)
        elif key in self.single:
            self._refuse(f"there is a second {key}; keep one")
        else:
            self.single[key] = value

    def _add_parameter(self, value: str) -> None:
        match = _PARAMETER.fullmatch(value)
        if not match:
            self._refuse("a parameter needs a name, a type, a default or '-', and its meaning")
        name, datatype, default, meaning = match.groups()
        if datatype not in _DATATYPES and datatype not in KINDS:
            known = ", ".join(dict.fromkeys((*_DATATYPES, *KINDS)))
            self._refuse(f"there is no type {datatype}; use one of {known}")
        self._check_name(name)
        if not re.search(rf"[$?]{name}\b", self.body):
            self._refuse(f"the query has no variable ${name}; use it or drop the line")
        term = None if default == "-" else self._default(datatype, default)
        self.parameters.append(Parameter(name, _datatype(datatype), term, meaning, datatype))

    def _add_column(self, value: str) -> None:
        match = _COLUMN.fullmatch(value)
        if not match:
            self._refuse("a column needs a name and its meaning")
        self._check_name(match[1])
        self.columns.append(Column(match[1], match[2]))

    def _check_name(self, name: str) -> None:
        if name in {p.name for p in self.parameters} | {c.name for c in self.columns}:
            self._refuse(f"{name} is explained twice; keep one of the lines")

    def _default(self, datatype: str, written: str) -> Term:
        document = f"@prefix xsd: <{XSD}> . <x:s> <x:p> {written} ."
        try:
            term: object = next(parse(document.encode(), format=RdfFormat.TURTLE)).object
        except (SyntaxError, StopIteration):
            term = None
        if isinstance(term, NamedNode) and datatype in KINDS:
            return term
        if isinstance(term, Literal) and term.datatype.value == XSD[_datatype(datatype)]:
            try:
                return _DATATYPES[datatype].read(term.value, "")
            except ValueError:
                pass
        return self._refuse(
            f"the default {written} is no {datatype}; write it as Turtle does, or '-'"
        )

    def _refuse(self, what: str) -> Never:
        raise QueryError(f"{self.file}, line {self.number}: {what}.")


def _datatype(kind: str) -> str:
    """Return the datatype of the values of a parameter that its header types as ``kind``."""
    return "integer" if kind == "year" else "iri" if kind in KINDS else kind


def _known(names: list[str]) -> str:
    if not names:
        return "it takes none"
    return f"it takes {' and '.join([', '.join(names[:-1]), names[-1]] if names[1:] else names)}"


def _iri(text: str, base: str) -> NamedNode:
    if text.startswith("<") and text.endswith(">"):
        full = text[1:-1]
    elif "://" in text:
        full = text
    elif _SCHEME.match(text) or text.startswith(("/", ".", "#", "?")):
        # A prefixed name or a path such as ``../x`` would silently give another IRI.
        raise ValueError(text)
    else:
        full = base + text
    if not _SCHEME.match(full):
        raise ValueError(text)
    return NamedNode(full)


_DATATYPES = {
    "iri": _Datatype("an", "iri", "network/greenplace or <{base}network/greenplace>", ".*", _iri),
    "string": _Datatype("a", "string", "food", ".*", lambda text, _: Literal(text)),
    # The engine computes with 64 bits; a longer number would silently match nothing.
    "integer": _Datatype(
        "an", "integer", "3", "[+-]?[0-9]{1,18}", lambda text, _: integer(int(text))
    ),
    # The vocabulary compares years as numbers.
    "year": _Datatype("a", "year", "2023", "[12][0-9]{3}", lambda text, _: integer(int(text))),
    "decimal": _Datatype(
        "a",
        "decimal",
        "53.5",
        r"[+-]?(?=\.?[0-9])[0-9]{0,18}(\.[0-9]{0,18})?",
        lambda text, _: typed(text, XSD.decimal),
    ),
    "date": _Datatype(
        "a",
        "date",
        "2024-01-31",
        "[0-9]{4}-[0-9]{2}-[0-9]{2}",
        lambda text, _: typed(dt.date.fromisoformat(text).isoformat(), XSD.date),
    ),
    "boolean": _Datatype(
        "a",
        "boolean",
        "true or false",
        "(?i:true|false|0|1)",
        lambda text, _: typed("true" if text.lower() in ("true", "1") else "false", XSD.boolean),
    ),
}
