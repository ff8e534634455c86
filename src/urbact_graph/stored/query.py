"""A stored query: a question with its parameters and columns, and the terms of given values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from urbact_graph.errors import QueryError
from urbact_graph.names import KINDS, Names, UnknownNameError
from urbact_graph.rdf.terms import Term
from urbact_graph.stored.datatypes import DATATYPES
from urbact_graph.stored.view import TABLE, View

# What requests are further told by, so that no parameter of a query may have these names.
RESERVED = ("format", "limit", "offset")
# What stored queries are about, one of these each, in the order in which they are listed.
SUBJECTS = (
    "networks",
    "cities",
    "countries",
    "themes",
    "plans",
    "advice",
    "people",
    "calls",
    "programmes",
    "data",
)


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

    @property
    def takes(self) -> str:
        """What its values are, in words, such as "city" or "date"."""
        kind = self.kind or self.datatype
        return KINDS[kind][0] if kind in KINDS else DATATYPES[kind].name


@dataclass(frozen=True)
class Column:
    """A variable of the answer and what it means."""

    name: str
    meaning: str


class ParameterError(QueryError):
    """A value that a parameter does not take.

    ``nearest`` has what the value may be meant for, as it may be written, the most alike first.
    """

    def __init__(self, sentence: str, parameter: Parameter, nearest: Sequence[str]) -> None:
        super().__init__(sentence)
        self.parameter = parameter
        self.nearest = tuple(nearest)


class UnknownParameterError(QueryError):
    """A parameter that a query does not have; ``known`` are those that it has."""

    def __init__(self, query: str, name: str, known: tuple[str, ...]) -> None:
        super().__init__(f"The query {query} has no parameter {name}; {_known(known)}.")
        self.name = name
        self.known = known


@dataclass(frozen=True)
class StoredQuery:
    """A query with its header.

    ``form`` is SELECT, ASK, CONSTRUCT or DESCRIBE; only a SELECT has columns. A SELECT projects its
    parameters after its columns, because the engine binds only variables that are projected;
    ``columns`` does not list them.

    ``subject`` is one of ``SUBJECTS``, ``view`` how the answer is best shown, and ``phrases`` are
    ways to ask the question, with ``{NAME}`` where the value of a parameter stands.
    """

    name: str
    title: str
    question: str
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    form: str
    text: str
    subject: str = SUBJECTS[-1]
    view: View = TABLE
    phrases: tuple[str, ...] = ()

    @property
    def defaults(self) -> dict[str, Term]:
        """The terms of the parameters that have a default."""
        return {one.name: one.default for one in self.parameters if one.default is not None}

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
                raise UnknownParameterError(self.name, name, tuple(known))
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
                sentence = (
                    f"The parameter {parameter.name} of {self.name}: {clause}"
                    f"{'' if clause.endswith('?') else '.'}"
                )
                raise ParameterError(sentence, parameter, names.nearest(text, kind)) from None
        datatype = DATATYPES["iri" if kind in KINDS else kind]
        try:
            return datatype.read(text, base)
        except ValueError:
            sentence = (
                f"The parameter {parameter.name} of {self.name} takes {datatype.article} "
                f"{datatype.name}, which {text!r} is not; write it like "
                f"{datatype.example.format(base=base)}."
            )
            raise ParameterError(sentence, parameter, ()) from None


def _known(names: Sequence[str]) -> str:
    if not names:
        return "it takes none"
    return f"it takes {' and '.join([', '.join(names[:-1]), names[-1]] if names[1:] else names)}"
