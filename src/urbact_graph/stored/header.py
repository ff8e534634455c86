"""The comment lines at the top of a stored query's file, which say what it asks and answers."""

import re
from typing import Never

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from urbact_graph.errors import QueryError
from urbact_graph.names import KINDS
from urbact_graph.rdf.namespaces import XSD
from urbact_graph.rdf.terms import Term
from urbact_graph.stored.datatypes import DATATYPES, datatype_of
from urbact_graph.stored.query import RESERVED, SUBJECTS, Column, Parameter, StoredQuery
from urbact_graph.stored.view import TABLE, View, read_view

_KEYS = ("title", "question", "subject", "view", "phrase", "param", "column")
_HEADER_LINE = re.compile(r"#\s*(\w+):\s*(.*)")
_PARAMETER = re.compile(r'(\w+)\s+(\w+)\s+(-|<[^>]*>|"(?:[^"\\]|\\.)*"\S*|\S+)\s+(\S.*)')
_COLUMN = re.compile(r"(\w+)\s+(\S.*)")
_FORM = re.compile(r"^\s*(SELECT|ASK|CONSTRUCT|DESCRIBE)\b", re.MULTILINE | re.IGNORECASE)


class Header:
    """The comment lines at the top of a query's file, read one by one."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.single: dict[str, str] = {}
        self.parameters: list[Parameter] = []
        self.columns: list[Column] = []
        self.phrases: list[str] = []
        lines = text.splitlines()
        length = next((i for i, line in enumerate(lines) if line[:1] != "#"), len(lines))
        self.body = "\n".join(lines[length:])
        # The line that is read, and that of each key that was.
        self.number = 0
        self.line_of: dict[str, int] = {}
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
            self.single.get("subject", SUBJECTS[-1]),
            self._view(form[1].upper()),
            self._phrases(),
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
        elif key == "phrase":
            self.phrases.append(value)
            self.line_of[value] = self.number
        elif key in self.single:
            self._refuse(f"there is a second {key}; keep one")
        elif key == "subject" and value not in SUBJECTS:
            self._refuse(f"there is no subject {value}; use one of {', '.join(SUBJECTS)}")
        else:
            self.single[key] = value
            self.line_of[key] = self.number

    def _view(self, form: str) -> View:
        """Return how the header says that an answer is best shown; as a table if it does not."""
        if "view" not in self.single:
            return TABLE
        try:
            return read_view(self.single["view"], form, [column.name for column in self.columns])
        except ValueError as error:
            self.number = self.line_of["view"]
            self._refuse(str(error))

    def _phrases(self) -> tuple[str, ...]:
        """Return the phrases, unless one names a parameter that the query lacks."""
        names = [parameter.name for parameter in self.parameters]
        for phrase in self.phrases:
            self.number = self.line_of[phrase]
            if len(self.phrases) > len(set(self.phrases)) and self.phrases.count(phrase) > 1:
                self._refuse("the phrase stands there twice; keep one of the lines")
            braces = re.sub(r"\{\w+\}", "", phrase)
            if "{" in braces or "}" in braces:
                self._refuse("a phrase names a parameter as {NAME}; close the bracket")
            for name in re.findall(r"\{(\w+)\}", phrase):
                if name not in names:
                    self._refuse(
                        f"the phrase names {{{name}}}, which is no parameter; write one of "
                        f"{', '.join(names) or 'none, as the query has none'}"
                    )
        return tuple(self.phrases)

    def _add_parameter(self, value: str) -> None:
        match = _PARAMETER.fullmatch(value)
        if not match:
            self._refuse("a parameter needs a name, a type, a default or '-', and its meaning")
        name, datatype, default, meaning = match.groups()
        if datatype not in DATATYPES and datatype not in KINDS:
            known = ", ".join(dict.fromkeys((*DATATYPES, *KINDS)))
            self._refuse(f"there is no type {datatype}; use one of {known}")
        if name in RESERVED:
            self._refuse(f"requests use the name {name} for something else; choose another")
        self._check_name(name)
        if not re.search(rf"[$?]{name}\b", self.body):
            self._refuse(f"the query has no variable ${name}; use it or drop the line")
        term = None if default == "-" else self._default(datatype, default)
        self.parameters.append(Parameter(name, datatype_of(datatype), term, meaning, datatype))

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
        if isinstance(term, Literal) and term.datatype.value == XSD[datatype_of(datatype)]:
            try:
                return DATATYPES[datatype].read(term.value, "")
            except ValueError:
                pass
        return self._refuse(
            f"the default {written} is no {datatype}; write it as Turtle does, or '-'"
        )

    def _refuse(self, what: str) -> Never:
        raise QueryError(f"{self.file}, line {self.number}: {what}.")
