"""Compare what a store has with what was sent: counts, and a sample triple by triple."""

import itertools
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pyoxigraph import Literal, QueryBoolean, RdfFormat, Store, Triple, parse

from urbact_graph.progress import Progress
from urbact_graph.publishing.content import Content
from urbact_graph.publishing.endpoints import QueryEndpoint
from urbact_graph.publishing.graph_store import GraphStore
from urbact_graph.publishing.target import shown
from urbact_graph.rdf.namespaces import XSD

_SPACE = re.compile(r"\s+")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")


# What reads a graph of a store back.
Reader = QueryEndpoint | GraphStore


@dataclass
class Comparison:
    """How the graphs of a store differ from what was sent, and ``how`` that was found, a clause.

    ``triples`` counts those in the store, ``compared`` those of so many ``things`` that were
    compared one by one. ``differences`` are clauses; ``reformed`` are pairs of a statement that was
    sent and the one by which the store has the same value in another form, which is no difference.
    """

    how: str
    triples: int = 0
    compared: int = 0
    things: int = 0
    differences: list[str] = field(default_factory=list)
    reformed: list[tuple[str, str]] = field(default_factory=list)


def compare(
    reader: Reader,
    content: Content,
    places: Mapping[str, str | None],
    most: int,
    progress: Progress,
) -> Comparison:
    """Compare the graphs at ``places``, by their names in ``content``, with what was sent.

    All statements of at most ``most`` things are compared, at least of one a graph unless of none.

    Raises:
        StoreError: the store refuses, or does not answer.
    """
    share = max(1, most // len(content.graphs)) if most else 0
    samples = [[*itertools.islice(graph.sample, share)] for graph in content.graphs]
    number, total = itertools.count(), sum(map(len, samples))

    def reported(subjects: list[str]) -> Iterator[str]:
        for subject in subjects:
            progress("things", next(number), total)
            yield subject

    found = Comparison(reader.how, things=total)
    for graph, subjects in zip(content.graphs, samples, strict=True):
        place = places[graph.name]
        count, statements = reader.read(place, reported(subjects))
        compared = sum(len(graph.sample[subject]) for subject in subjects)
        parts = []
        if count != graph.triples:
            parts.append(f"the store has {count:,} triples where {graph.triples:,} were sent")
        missing: list[str] = []
        unexpected: list[str] = []
        for subject in subjects:
            lost, new, reformed = _compared(graph.sample[subject], statements[subject])
            missing += lost
            unexpected += new
            found.reformed += reformed
        for lines, what in ((missing, "are missing"), (unexpected, "were not sent")):
            if lines:
                parts.append(
                    f"{len(lines):,} of the {compared:,} that were compared {what}, such as "
                    f"{lines[0].removesuffix(' .')}"
                )
        if parts:
            found.differences.append(f"in {shown(place)} {'; '.join(parts)}")
        found.triples += count
        found.compared += compared
    return found


def _compared(
    sent: frozenset[str], found: set[str]
) -> tuple[list[str], list[str], list[tuple[str, str]]]:
    """Return what is missing of a thing, what was not sent, and what has another form."""
    new = {_folded(line): line for line in found}
    lost = {_folded(line): line for line in sent}
    for line in lost.keys() & new.keys():
        del lost[line], new[line]
    missing, reformed = [], []
    for line in sorted(lost.values()):
        other = next((one for one in sorted(new.values()) if _is_reformed(line, one)), None)
        if other is None:
            missing.append(line)
        else:
            reformed.append((line, other))
            del new[_folded(other)]
    return missing, sorted(new.values()), reformed


def _folded(line: str) -> str:
    """Return a statement with its language tag in lower case (RDF 1.1 Concepts, section 3.3)."""
    head, mark, language = line.removesuffix(" .").rpartition('"@')
    return f"{head}{mark}{language.lower()}" if mark and " " not in language else line


def _is_reformed(sent: str, found: str) -> bool:
    """Tell whether two statements of a thing differ only in the form of the same value.

    The values are equal by SPARQL, or their texts are but for white space and for what a number
    of 32 bits cannot hold: stores keep numbers, dates and geometries in forms, and with datatypes,
    of their own.
    """
    one, other = _triple(sent), _triple(found)
    if one is None or other is None or one.predicate != other.predicate:
        return False
    mine, theirs = one.object, other.object
    if not (isinstance(mine, Literal) and isinstance(theirs, Literal)):
        return False
    if mine.language or theirs.language:
        return False
    if _coarse(mine) == _coarse(theirs):
        return True
    equal = Store().query(f"ASK {{ FILTER({mine} = {theirs}) }}")
    return isinstance(equal, QueryBoolean) and bool(equal)


def _coarse(value: Literal) -> str:
    """Return a text without white space, and unless it is plain with numbers of 32 bits."""
    text = _SPACE.sub(" ", value.value)
    if value.datatype.value != XSD.string:
        text = _NUMBER.sub(lambda found: _as_single(found[0]), text)
    return text.replace(" ", "")


def _as_single(number: str) -> str:
    try:
        return str(struct.unpack("f", struct.pack("f", float(number)))[0])
    except OverflowError:
        return number


def _triple(line: str) -> Triple | None:
    try:
        return next((quad.triple for quad in parse(line, format=RdfFormat.N_TRIPLES)), None)
    except SyntaxError:
        return None
