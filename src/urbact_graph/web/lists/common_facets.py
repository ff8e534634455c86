"""Facets that several lists have: programme, theme, country, kind, bands of a number, a choice."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from slugify import slugify

from urbact_graph.web.atlas.atlas import Atlas
from urbact_graph.web.lists.facets import Facet

# Bands of a number: its word in addresses, its label, and the least and the first too large number.
Band = tuple[str, str, int, int]


def path_slug(path: str) -> str:
    """Return the part of ``path`` after its first slash."""
    return path.partition("/")[2]


def iri_of(kind: str) -> Callable[[str, Atlas], str]:
    """Make what writes the IRI of a slug of ``kind`` in SPARQL."""
    return lambda value, atlas: f"<{atlas.base}{kind}/{value}>"


def word_of(local: str, atlas: Atlas) -> str:
    """Return the slug of the label of a term of the vocabulary, empty if it has none."""
    return slugify(atlas.words[local]) if local in atlas.words else ""


def term_of_word(value: str, atlas: Atlas) -> str:
    """Return the prefixed name of the term whose label has the slug ``value``."""
    return next(f"urb:{local}" for local, label in atlas.words.items() if slugify(label) == value)


def words_of(atlas: Atlas, suffixes: tuple[str, ...]) -> dict[str, str]:
    """Return the labels of the terms whose names end with ``suffixes``, by their slugs."""
    return {slugify(w): w for local, w in sorted(atlas.words.items()) if local.endswith(suffixes)}


def programme_facet(values: Callable[[Any], Iterable[str]], pattern: str) -> Facet:
    """Make the facet of programmes, of the paths that ``values`` gives."""
    return Facet(
        "programme",
        "Programme",
        lambda thing, _: (path_slug(path) for path in values(thing) if path),
        lambda atlas: {path_slug(path): one.name for path, one in atlas.programmes.items()},
        pattern,
        iri_of("programme"),
    )


def theme_facet(pattern: str) -> Facet:
    """Make the facet of themes; what has a theme has the topic above it."""
    return Facet(
        "theme",
        "Theme",
        _themes_of,
        lambda atlas: {
            path_slug(p): t.name
            for p, t in sorted(atlas.themes.items(), key=lambda one: one[1].name)
        },
        pattern,
        iri_of("theme"),
    )


def _themes_of(thing: Any, atlas: Atlas) -> Iterable[str]:
    themes = [atlas.themes[path] for path in thing.themes if path in atlas.themes]
    return {path_slug(path) for one in themes for path in (one.path, one.topic) if path}


def country_facet(values: Callable[[Any], Iterable[str]], pattern: str) -> Facet:
    """Make the facet of countries, of the codes that ``values`` gives."""
    return Facet(
        "country",
        "Country",
        lambda thing, _: (code.lower() for code in values(thing) if code),
        lambda atlas: {
            code.lower(): one.name
            for code, one in sorted(atlas.countries.items(), key=lambda item: item[1].name)
        },
        pattern,
        lambda value, atlas: f"<{atlas.countries[value.upper()].iri}>",
    )


def kind_facet(suffixes: tuple[str, ...], pattern: str, patterns: Mapping[str, str]) -> Facet:
    """Make the facet of kinds, whose terms end with ``suffixes``."""
    return Facet(
        "kind",
        "Kind",
        lambda thing, atlas: filter(None, [word_of(thing.kind, atlas)]),
        lambda atlas: words_of(atlas, suffixes),
        pattern,
        term_of_word,
        patterns,
    )


def bands_facet(
    name: str, title: str, bands: tuple[Band, ...], of: Callable[[Any], int | None], pattern: str
) -> Facet:
    """Make a facet of the bands of a number; ``pattern`` has {least} and {bound}."""

    def values(thing: Any, _: Atlas) -> Iterable[str]:
        number = of(thing)
        return [word for word, _, a, b in bands if number is not None and a <= number < b]

    patterns = {
        word: pattern.replace("{least}", str(least)).replace("{bound}", str(bound))
        for word, _, least, bound in bands
    }
    options = {word: label for word, label, *_ in bands}
    return Facet(name, title, values, lambda _: options, patterns=patterns)


def choice_facet(
    name: str,
    title: str,
    options: Mapping[str, str],
    of: Callable[[Any], str],
    patterns: Mapping[str, str],
) -> Facet:
    """Make a facet of a few values, each with its graph pattern."""
    return Facet(name, title, lambda one, _: [of(one)], lambda _: options, patterns=patterns)
