"""How complete the graph is, as the pages show it: its measurements in tables.

The measurements are those that the build states in the Data Quality Vocabulary.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from pyoxigraph import Literal, NamedNode

from urbact_graph.rdf.namespaces import DQV, urb
from urbact_graph.rdf.terms import Term
from urbact_graph.web.documents.document import HTML
from urbact_graph.web.documents.index import Index
from urbact_graph.web.pages.entity_page import Vocabulary
from urbact_graph.web.snapshot import Snapshot

_MEASUREMENTS = """
SELECT ?node ?property ?value
WHERE { ?node a ?measurement ; ?property ?value }
"""
_METRICS = "quality/metric/"
_PER_CENT = 100


@dataclass(frozen=True)
class Share:
    """A part of a whole: how many are ``held`` of those ``expected``."""

    held: int
    expected: int

    @property
    def width(self) -> int:
        """The length of its bar, in per cent; a bar is full where more are held than expected."""
        return min(self._per_cent, _PER_CENT)

    @property
    def text(self) -> str:
        """The share in per cent, 100 % only where all are held."""
        return f"{self._per_cent} %"

    @property
    def _per_cent(self) -> int:
        if not self.expected:
            return 0
        return self.held * _PER_CENT // self.expected


@dataclass(frozen=True)
class Total:
    """An official total of one measure, and what is held by each kind of evidence."""

    measure: str
    share: Share
    parts: tuple[tuple[str, Share], ...] = ()


@dataclass(frozen=True)
class Scope:
    """A call or programme with its totals; ``address`` is that of its document."""

    label: str
    address: str
    totals: tuple[Total, ...]


@dataclass(frozen=True)
class Completeness:
    """How complete a class is: for each property the shares, the first in the whole graph.

    The others are under ``programmes``; None where none of the class is under one.
    """

    label: str
    programmes: tuple[str, ...]
    properties: tuple[tuple[str, tuple[Share | None, ...]], ...]


@dataclass(frozen=True)
class Coverage:
    """What the measurements of one version of the graph say."""

    scopes: tuple[Scope, ...] = ()
    classes: tuple[Completeness, ...] = ()
    reviewed: tuple[tuple[str, Share], ...] = ()

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        """Query the measurements of ``snapshot``; there are none in a graph of others.

        Raises:
            ProblemError: as the engine raises it.
        """
        found: dict[str, dict[str, Term]] = {}
        rows = snapshot.rows(_MEASUREMENTS, measurement=NamedNode(DQV.QualityMeasurement))
        for node, property_, value in rows:
            if isinstance(node, NamedNode) and property_ and value:
                found.setdefault(node.value, {})[property_.value] = value
        if not found:
            return cls()
        reader = _Reader(
            snapshot, [_Measurement(found[node], snapshot.base) for node in sorted(found)]
        )
        return cls(reader.scopes(), reader.classes(), reader.reviewed())


class _Measurement:
    """A measurement: what is stated of it by the local names of our properties."""

    def __init__(self, stated: Mapping[str, Term], base: str) -> None:
        start = str(urb(base))
        self._values = {
            name.removeprefix(start): value.value
            for name, value in stated.items()
            if name.startswith(start)
        }
        metric = stated.get(DQV.isMeasurementOf, Literal("")).value
        self.metric = metric.removeprefix(base + _METRICS)
        self.share = Share(self._number("heldCount"), self._number("expectedCount"))

    def of(self, name: str) -> str:
        """Return the IRI that one of our properties has, or the empty text."""
        return self._values.get(name, "")

    def _number(self, name: str) -> int:
        text = self.of(name)
        return int(text) if text.isdecimal() else 0


class _Reader:
    """Arranges ``measurements``, with the names that the graph has for what they are about."""

    def __init__(self, snapshot: Snapshot, measurements: Sequence[_Measurement]) -> None:
        self._index = snapshot.derive(Index.of)
        self._vocabulary = snapshot.derive(Vocabulary.of)
        self._base = snapshot.base
        self._measurements = measurements

    def scopes(self) -> tuple[Scope, ...]:
        """Return the calls and programmes with official totals, by their paths."""
        found: dict[str, dict[str, list[_Measurement]]] = {}
        for one in self._by_metric("official-totals"):
            found.setdefault(one.of("measuredOn"), {}).setdefault(one.of("measure"), []).append(one)
        return tuple(
            Scope(
                self._label(scope),
                self._address(scope),
                tuple(
                    self._total(measure, found[scope][measure]) for measure in sorted(found[scope])
                ),
            )
            for scope in sorted(found)
        )

    def classes(self) -> tuple[Completeness, ...]:
        """Return the completeness of each class, by its name."""
        found: dict[str, dict[str, dict[str, Share]]] = {}
        for one in self._by_metric("completeness"):
            properties = found.setdefault(one.of("measuredClass"), {})
            shares = properties.setdefault(one.of("measuredProperty"), {})
            shares[one.of("measuredOn")] = one.share
        return tuple(self._completeness(kind, found[kind]) for kind in sorted(found))

    def reviewed(self) -> tuple[tuple[str, Share], ...]:
        """Return the share of each class that was reviewed."""
        found = self._by_metric("reviewed")
        return tuple((self._label(one.of("measuredClass")), one.share) for one in found)

    def _by_metric(self, metric: str) -> list[_Measurement]:
        return [one for one in self._measurements if one.metric == metric]

    def _total(self, measure: str, found: Iterable[_Measurement]) -> Total:
        # The whole comes first, as its IRI is the beginning of those of its parts.
        whole, *parts = found
        parts.sort(key=lambda part: (not part.of("evidence"), part.of("evidence")))
        return Total(
            self._label(measure),
            whole.share,
            tuple((self._evidence(part.of("evidence")), part.share) for part in parts),
        )

    def _evidence(self, iri: str) -> str:
        return self._label(iri) if iri else "Not graded yet"

    def _completeness(
        self, kind: str, properties: Mapping[str, Mapping[str, Share]]
    ) -> Completeness:
        programmes = sorted({iri for shares in properties.values() for iri in shares} - {""})
        rows = [
            (self._label(name), tuple(shares.get(iri) for iri in ("", *programmes)))
            for name, shares in properties.items()
        ]
        rows.sort(key=lambda row: row[0].casefold())
        return Completeness(
            self._label(kind), tuple(self._label(iri) for iri in programmes), tuple(rows)
        )

    def _label(self, iri: str) -> str:
        entity = self._index.of_iri(iri)
        return entity.label if entity else self._vocabulary.name(iri)

    def _address(self, iri: str) -> str:
        entity = self._index.of_iri(iri)
        return f"{entity.address}.{HTML}" if entity else ""
