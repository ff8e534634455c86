"""What the graph covers: its languages, countries, years and themes, and examples of its things."""

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Store

from urbact_graph.description.authorities import (
    DATA_THEMES,
    REGIONS_AND_CITIES,
    REGIONS_AND_CITIES_LABEL,
)
from urbact_graph.description.statistics import Statistics
from urbact_graph.facts.authorities import COUNTRIES, is_language
from urbact_graph.rdf.graph import english_first
from urbact_graph.rdf.namespaces import RDF, SKOS, XSD, urb
from urbact_graph.rdf.terms import Term

# The classes of which an example is shown; themes come last, which have a scheme of their own.
_MAIN_CLASSES = (
    *("Network", "City", "Partnership", "Plan", "Recommendation", "Call", "Programme"),
    *("Person", "Document"),
)
# The least share of the texts, or of the themes, that a language or data theme needs to be stated.
_LANGUAGE_SHARE = 0.01
_THEME_SHARE = 0.1
_MATCHES = (SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch)
# The datatypes that dates of the graph have, as precise as each is known.
_DATES = (XSD.date, XSD.gYearMonth, XSD.gYear)
_YEAR_DIGITS = 4


@dataclass(frozen=True)
class Coverage:
    """What the graph covers; ``themes`` are data themes of the European Union with their names."""

    languages: tuple[str, ...]
    countries: tuple[NamedNode, ...]
    start: Literal | None
    end: Literal | None
    themes: tuple[tuple[NamedNode, str], ...]
    examples: tuple[NamedNode, ...]
    roots: tuple[NamedNode, ...]


class _Reader:
    """Reads what ``store`` says of the entities below ``base``."""

    def __init__(self, store: Store, base: str) -> None:
        self.store = store
        self.themes = NamedNode(f"{base}theme")
        self.urb = urb(base)

    def objects(self, predicate: str, subject: NamedNode | None = None) -> Iterator[Term]:
        for quad in self.store.quads_for_pattern(subject, NamedNode(predicate), None):
            if isinstance(quad.object, NamedNode | Literal):
                yield quad.object

    def subjects(self, predicate: str, value: NamedNode) -> list[NamedNode]:
        quads = self.store.quads_for_pattern(None, NamedNode(predicate), value)
        return [quad.subject for quad in quads if isinstance(quad.subject, NamedNode)]

    def instances(self, kind: str) -> list[NamedNode]:
        return self.subjects(RDF.type, NamedNode(kind))


def read_coverage(store: Store, base: str, statistics: Statistics) -> Coverage:
    """Read from ``store`` what the graph covers; ``statistics`` are those of its triples."""
    reader = _Reader(store, base)
    programmes = reader.instances(reader.urb.Programme)
    schemes = reader.instances(SKOS.ConceptScheme)
    roots = {*programmes, *(scheme for scheme in schemes if scheme.value.startswith(base))}
    return Coverage(
        languages=_languages(statistics),
        countries=_countries(reader),
        start=min(_dates(reader, reader.urb.start), key=_first_day, default=None),
        end=max(_dates(reader, reader.urb.end), key=_last_day, default=None),
        themes=_themes(reader),
        examples=_examples(reader, statistics),
        roots=tuple(sorted(roots, key=str)),
    )


def _languages(statistics: Statistics) -> tuple[str, ...]:
    """Return the languages in which at least one in a hundred of the tagged texts is written."""
    enough = statistics.of_language.total() * _LANGUAGE_SHARE
    tags = (tag for tag, texts in statistics.of_language.items() if texts >= enough)
    return tuple(sorted(tag for tag in tags if is_language(tag)))


def _countries(reader: _Reader) -> tuple[NamedNode, ...]:
    found = {value for value in reader.objects(reader.urb.country) if isinstance(value, NamedNode)}
    known = (country for country in found if country.value.startswith(f"{COUNTRIES}/"))
    return tuple(sorted(known, key=str))


def _dates(reader: _Reader, predicate: str) -> list[Literal]:
    found = {value for value in reader.objects(predicate) if isinstance(value, Literal)}
    return [value for value in found if value.datatype.value in _DATES]


# A year or month is filled up to a day, so that dates of all precisions compare as texts.
def _first_day(date: Literal) -> tuple[str, str]:
    return date.value + "-01-01"[len(date.value) - _YEAR_DIGITS :], str(date)


def _last_day(date: Literal) -> tuple[str, str]:
    return date.value + "-12-31"[len(date.value) - _YEAR_DIGITS :], str(date)


def _themes(reader: _Reader) -> tuple[tuple[NamedNode, str], ...]:
    """Return the data themes that a tenth of the themes or more fall under, and always REGI."""
    themes = set(reader.subjects(SKOS.inScheme, reader.themes))
    found: dict[str, set[NamedNode]] = {}
    for match in _MATCHES:
        for theme in themes:
            for value in reader.objects(match, theme):
                if value.value.startswith(f"{DATA_THEMES}/"):
                    found.setdefault(value.value, set()).add(theme)
    many = len(themes) * _THEME_SHARE
    chosen = {theme for theme, falling in found.items() if len(falling) >= many}
    labels = {theme: _english_label(reader, NamedNode(theme)) for theme in chosen}
    labels.setdefault(REGIONS_AND_CITIES, REGIONS_AND_CITIES_LABEL)
    return tuple((NamedNode(theme), label) for theme, label in sorted(labels.items()) if label)


def _english_label(reader: _Reader, node: NamedNode) -> str:
    """Return the label in English, or the empty text: others cannot be stated as English."""
    labels = (value for value in reader.objects(SKOS.prefLabel, node) if isinstance(value, Literal))
    first = next(iter(english_first(labels)), Literal(""))
    return first.value if first.language == "en" else ""


def _examples(reader: _Reader, statistics: Statistics) -> tuple[NamedNode, ...]:
    """Return of each main class the one with the most statements, of equals the first by IRI."""
    kinds = [reader.instances(reader.urb[name]) for name in _MAIN_CLASSES]
    kinds.append(reader.subjects(SKOS.inScheme, reader.themes))
    return tuple(
        min(nodes, key=lambda node: (-statistics.of_subject[node.value], node.value))
        for nodes in kinds
        if nodes
    )
