"""The result of a comparison: as text, as signed N-Triples, and as JSON."""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from rich.console import Console
from rich.text import Text

from urbact_graph.history.diff import DESCRIPTION, Change, Comparison, Kind
from urbact_graph.rdf.namespaces import XSD, namespaces, urb
from urbact_graph.rdf.resources import COMPUTED

# The literals that Turtle writes without quotes (1.1, section 2.5.2).
_BARE = {
    "boolean": re.compile(r"true|false"),
    "decimal": re.compile(r"[+-]?\d*\.\d+"),
    "integer": re.compile(r"[+-]?\d+"),
}
_LOCAL_NAME = re.compile(r"[\w-]*")
_STYLES = {"+": "green", "-": "red"}
# The heads of the columns of the table of classes.
_COLUMNS = ("added", "changed", "removed")
_NO_CLASS = "no class"


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
        "classes": [
            {
                "class": count.name,
                "added": count.added,
                "changed": count.changed,
                "removed": count.removed,
            }
            for count in found.classes()
        ],
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
    """Print the facts by entity, and a summary.

    What was computed, and what describes the dataset, changes with everything else; its facts are
    only counted.
    """
    console = Console(highlight=False, markup=False, emoji=False)
    for folder, changes in groupby(found.changes, lambda change: _computed(change, base)):
        # Each fact stays on one line, also for programs that read the output.
        some = list(changes)
        for text in [_counted(folder, some)] if folder else (_text(one, base) for one in some):
            console.print(text, soft_wrap=True)
            console.print()
    if found.changes:
        for line in _table(found, base):
            console.print(line, soft_wrap=True)
        console.print()
    console.print(_summary(found), soft_wrap=True)


def _computed(change: Change, base: str) -> str:
    """Return the folder of what was computed, such as "similarity/"; empty for other things."""
    path = change.entity.removeprefix(base)
    return next((folder for folder in COMPUTED if path.startswith(folder)), "")


def _counted(folder: str, changes: list[Change]) -> str:
    added = sum(len(change.added) for change in changes)
    removed = sum(len(change.removed) for change in changes)
    kinds = ", ".join(f"{sum(change.kind is kind for change in changes):,} {kind}" for kind in Kind)
    return f"{folder}…  ({kinds})\n{_counts(added, removed)}; --format nt prints them."


def _table(found: Comparison, base: str) -> Iterator[str]:
    """Yield the lines of a table: how many things each class gained, kept and lost."""
    vocabulary = str(urb(base))
    rows: list[tuple[str, ...]] = [("class", *_COLUMNS)]
    rows += [
        (
            _shown(NamedNode(count.name), base) if count.name else _NO_CLASS,
            *(f"{number:,}" for number in (count.added, count.changed, count.removed)),
        )
        # Those of the graph's own vocabulary first, and what has none last.
        for count in sorted(
            found.classes(), key=lambda one: (not one.name, not one.name.startswith(vocabulary))
        )
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for name, *numbers in rows:
        cells = (f"{text:>{width}}" for text, width in zip(numbers, widths[1:], strict=True))
        yield "  ".join((f"{name:<{widths[0]}}", *cells))


def _text(change: Change, base: str) -> Text:
    text = Text()
    if change.label:
        text.append(f"{_printable(change.label)}  ", style="bold")
    text.append(change.entity.removeprefix(base) or change.entity)
    if change.kind is not Kind.CHANGED:
        text.append(f"  ({change.kind})", style="dim")
    if change.entity.removeprefix(base) in DESCRIPTION:
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
