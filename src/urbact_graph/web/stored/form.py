"""The form of a stored query: a field for each of its parameters."""

from collections.abc import Mapping
from dataclasses import dataclass

from urbact_graph.names import KINDS, Names
from urbact_graph.rdf.terms import Term
from urbact_graph.stored.query import Parameter, StoredQuery

# Kinds of which there are few: one is chosen from all. The others are searched.
_CHOSEN = frozenset(("addressee", "call", "class", "networkKind", "planKind", "programme", "theme"))
# The kinds that the search knows by the same name.
_SEARCHED = frozenset(("city", "country", "document", "network", "person", "plan"))
_INPUTS = {
    "date": ("date", ""),
    "decimal": ("number", "any"),
    "integer": ("number", "1"),
    "year": ("number", "1"),
}


@dataclass(frozen=True)
class Choice:
    """A value that may be chosen, and what it is called."""

    value: str
    name: str
    is_chosen: bool = False


@dataclass(frozen=True)
class Field:
    """A field of a form.

    ``kind`` is that of its values. ``input`` is the type of its element, or "select", of
    ``choices``; ``step`` is that of a number; ``search`` the kind of things that are suggested.
    ``value`` is what stands in it. ``error`` says what is wrong with it, and ``nearest`` what it
    may be meant for.
    """

    name: str
    kind: str
    label: str
    meaning: str
    input: str
    value: str
    step: str = ""
    search: str = ""
    choices: tuple[Choice, ...] = ()
    error: str = ""
    nearest: tuple[str, ...] = ()


def fields(
    query: StoredQuery,
    given: Mapping[str, str],
    names: Names,
    error: Mapping[str, object] | None = None,
) -> list[Field]:
    """Return the fields of ``query`` with the texts that were ``given``, or else the defaults.

    ``error`` is the body of a problem with one of the parameters.
    """
    return [_field(one, given.get(one.name), names, error or {}) for one in query.parameters]


def label_of(name: str) -> str:
    """Return the name of a parameter or column as words: "first year" for firstYear."""
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
    return words[:1].upper() + words[1:]


def shown_value(term: Term | None, kind: str, names: Names) -> str:
    """Return ``term`` as people write it: a thing by its name; empty if the graph has it not."""
    if term is None:
        return ""
    return names.written(term, kind) if kind in KINDS else term.value


def _field(
    parameter: Parameter, text: str | None, names: Names, error: Mapping[str, object]
) -> Field:
    kind = parameter.kind or parameter.datatype
    value = shown_value(parameter.default, kind, names) if text is None else text
    shape, step = "text", ""
    choices: tuple[Choice, ...] = ()
    if kind in _INPUTS:
        shape, step = _INPUTS[kind]
    elif kind == "boolean":
        shape = "select"
        choices = tuple(
            Choice(one, word, is_chosen=one == value.lower())
            for one, word in (("true", "yes"), ("false", "no"))
        )
    elif kind in _CHOSEN:
        shape, choices = "select", _choices(parameter, kind, value, names)
    is_wrong = error.get("parameter") == parameter.name
    if is_wrong and shape in ("number", "date", "select"):
        # An element of another type would not show what is wrong.
        shape, choices = "text", ()
    found = error.get("nearest") if is_wrong else ()
    return Field(
        parameter.name,
        kind,
        label_of(parameter.name),
        parameter.meaning,
        shape,
        value,
        step,
        kind if kind in _SEARCHED else "",
        choices,
        str(error.get("detail", "")) if is_wrong else "",
        tuple(map(str, found)) if isinstance(found, (list, tuple)) else (),
    )


def _choices(parameter: Parameter, kind: str, value: str, names: Names) -> tuple[Choice, ...]:
    """Return all things of ``kind``, and that none is chosen where one is not needed."""
    chosen = _form(value, kind, names)
    found = [Choice(form, name, is_chosen=form == chosen) for form, name in names.choices(kind)]
    any_of_them = [] if parameter.default else [Choice("", "any", is_chosen=not value)]
    return (*any_of_them, *found)


def _form(value: str, kind: str, names: Names) -> str:
    """Return the shortest form of what ``value``, a text that was accepted, names."""
    nearest = names.nearest(value, kind) if value else ()
    return nearest[0] if nearest else value
