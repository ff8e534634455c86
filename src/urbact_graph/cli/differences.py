"""The result of a comparison: as text, as signed N-Triples, and as JSON."""

import re
from collections.abc import Iterator
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from rich.console import Console
from rich.text import Text

from urbact_graph.history.diff import Change, Comparison, Kind
from urbact_graph.rdf.namespaces import XSD, namespaces

# The literals that Turtle writes without quotes (1.1, section 2.5.2).
_BARE = {
    "boolean": re.compile(r"true|false"),
    "decimal": re.compile(r"[+-]?\d*\.\d+"),
    "integer": re.compile(r"[+-]?\d+"),
}
_LOCAL_NAME = re.compile(r"[\w-]*")
_STYLES = {"+": "green", "-": "red"}
# The description of the dataset changes with everything else, so its facts are only counted.
_DESCRIPTION = {"catalog", "dataset"}


def signed_lines(found: Comparison) -> Iterator[str]:
    """Yield each fact in N-Triples behind its sign."""
    for change in found.changes:
        for sign, triple in _signed(change):
            yield f"{sign} {triple} .\n"


def as_document(found: Comparison) -> dict[str, Any]:
    """Return the comparison as a JSON object, by entity."""
    return {
        "added": found.added,
        "removed": found.removed,
        **{kind.value: found.count(kind) for kind in Kind},
        "entities": [
            {
                "entity": change.entity,
                "label": change.label,
                "kind": change.kind.value,
                "added": [_statement(triple) for triple in change.added],
                "removed": [_statement(triple) for triple in change.removed],
            }
            for change in found.changes
        ],
    }


def print_text(found: Comparison, base: str) -> None:
    """Print the facts by entity, and a summary."""
    console = Console(highlight=False, markup=False, emoji=False)
    for change in found.changes:
        # Each fact stays on one line, also for programs that read the output.
        console.print(_text(change, base), soft_wrap=True)
        console.print()
    console.print(_summary(found), soft_wrap=True)


def _text(change: Change, base: str) -> Text:
    text = Text()
    if change.label:
        text.append(f"{_printable(change.label)}  ", style="bold")
    text.append(change.entity.removeprefix(base) or change.entity)
    if change.kind is not Kind.CHANGED:
        text.append(f"  ({change.kind})", style="dim")
    if change.entity.removeprefix(base) in _DESCRIPTION:
        counts = _counts(len(change.added), len(change.removed))
        text.append(f"\n{counts}; --format nt prints them.")
    else:
        for sign, triple in _signed(change):
            text.append("\n").append(_line(sign, triple, change.entity, base), _STYLES[sign])
    return text


def _signed(change: Change) -> Iterator[tuple[str, Triple]]:
    """Yield the facts of a change with their signs, sorted, the removed before the added."""
    facts = [("-", triple) for triple in change.removed] + [("+", t) for t in change.added]
    yield from sorted(
        facts, key=lambda fact: (_node(fact[1].subject), str(fact[1].predicate), fact[0] == "+")
    )


def _statement(triple: Triple) -> dict[str, Any]:
    return {
        "subject": _node(triple.subject),
        "property": triple.predicate.value,
        "value": _value(triple.object),
    }


def _node(term: object) -> str:
    return term.value if isinstance(term, NamedNode) else str(term)


def _value(term: object) -> dict[str, str]:
    """Return a value as in SPARQL 1.1 Query Results JSON Format (section 3.2.2)."""
    if isinstance(term, NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, BlankNode):
        return {"type": "bnode", "value": term.value}
    if not isinstance(term, Literal):
        return {"type": "triple", "value": str(term)}
    if term.language:
        return {"type": "literal", "value": term.value, "xml:lang": term.language}
    return {"type": "literal", "value": term.value, "datatype": term.datatype.value}


def _line(sign: str, triple: Triple, entity: str, base: str) -> str:
    parts = [sign, _shown(triple.predicate, base), _shown(triple.object, base)]
    if (part := _node(triple.subject)) != entity:
        # The subject is a part of the entity, such as #geometry.
        parts.insert(1, part.removeprefix(entity))
    return " ".join(parts)


def _summary(found: Comparison) -> str:
    if not found.changes:
        return f"No difference: both have the same {_number(found.facts, 'fact')}."
    kinds = ", ".join(f"{found.count(kind):,} {kind}" for kind in Kind)
    return (
        f"{_counts(found.added, found.removed)}, in "
        f"{_number(len(found.changes), 'entity', 'entities')}: {kinds}."
    )


def _counts(added: int, removed: int) -> str:
    return f"{_number(added, 'fact')} added, {removed:,} removed"


def _number(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _shown(term: object, base: str) -> str:
    if isinstance(term, Literal):
        return _shown_literal(term, base)
    if not isinstance(term, NamedNode):
        return _printable(str(term))
    for prefix, namespace in namespaces(base).items():
        rest = term.value.removeprefix(namespace)
        if rest != term.value and _LOCAL_NAME.fullmatch(rest):
            return f"{prefix}:{rest}"
    return term.value.removeprefix(base) or term.value


def _shown_literal(term: Literal, base: str) -> str:
    datatype = term.datatype.value.removeprefix(str(XSD))
    if datatype in _BARE and _BARE[datatype].fullmatch(term.value):
        return term.value
    # As in N-Triples, where quotes and ends of lines are escaped.
    text = _printable(str(Literal(term.value)))
    if term.language:
        return f"{text}@{term.language}"
    return text if datatype == "string" else f"{text}^^{_shown(term.datatype, base)}"


def _printable(text: str) -> str:
    """Return ``text`` with every character that could control a terminal escaped as in Turtle."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04X}" for c in text)
