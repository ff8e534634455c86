"""What a text that a user typed names in the graph: a city, a country, a theme, and so on.

A thing is named by its IRI in any of its forms, by a name that it has in any language, by a code,
or by the end of its IRI. Capitals, accents and punctuation do not matter. A deprecated IRI stands
for what replaces it. What names nothing, or several things, is an error that says what would.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from pyoxigraph import Literal, NamedNode

from urbact_graph.country_names import also_called
from urbact_graph.designations import without_designation
from urbact_graph.errors import QueryError
from urbact_graph.rdf.namespaces import DCT, FOAF, OWL, RDF, RDFS, SKOS, namespaces, urb
from urbact_graph.rdf.terms import Term, is_iri
from urbact_graph.spelling import Spelt, folded

# Answers a SELECT on the graph: for each solution its terms by variable, without unbound ones.
Select = Callable[[str], Iterable[Mapping[str, Term]]]

# The kinds of thing that a parameter can be, by their names in the headers of stored queries: the
# pattern that ?thing fits, where «class» is a class of the vocabulary. "iri" is anything.
_OF_CLASS = f"?thing <{RDF.type}> <«class»>"
_KIND_OF = f"?thing <{RDFS.subClassOf}> <«class»>"
KINDS: Mapping[str, tuple[str, str, str]] = {
    "addressee": ("addressee", "Addressee", _OF_CLASS),
    "call": ("call", "Call", _OF_CLASS),
    "city": ("city", "City", _OF_CLASS),
    "class": (
        "class",
        "",
        f'?thing <{RDF.type}> <{OWL.Class}> FILTER(STRSTARTS(STR(?thing), "«urb»"))',
    ),
    "country": ("country", "country", "?place <«class»> ?thing"),
    "document": ("document", "Document", _OF_CLASS),
    "network": ("network", "Network", _OF_CLASS),
    "networkKind": ("kind of network", "Network", _KIND_OF),
    "person": ("person", "Person", _OF_CLASS),
    "plan": ("plan", "Plan", _OF_CLASS),
    "planKind": ("kind of plan", "Plan", _KIND_OF),
    "programme": ("programme", "Programme", _OF_CLASS),
    "theme": ("theme", "", f"?thing <{SKOS.inScheme}> <«base»theme>"),
    "iri": (
        "thing",
        "",
        f"?thing ?property ?value FILTER NOT EXISTS {{ ?thing <{OWL.deprecated}> true }}",
    ),
}
# The properties that name a thing, the one that is shown first.
_NAMES = (
    SKOS.prefLabel,
    RDFS.label,
    DCT.title,
    FOAF.name,
    "«urb»localName",
    SKOS.altLabel,
    SKOS.notation,
    DCT.identifier,
)
_FULL_IRI = re.compile(r"<[^>]*>|[A-Za-z][A-Za-z0-9+.-]*://\S*|urn:\S*")
_CODE = re.compile("[A-Z]{2}")
_PREFIXED = re.compile(r"([A-Za-z][\w.-]*)?:(\S*)")
_SUGGESTED, _LISTED = 3, 12
_LONGEST_SHOWN = 200
# Of 100: how alike a name must be to be suggested.
_ALIKE = 65


class UnknownNameError(QueryError):
    """A text that names nothing of its kind in the graph, or several things; a clause."""


@dataclass(frozen=True)
class _Thing:
    """A thing of the graph: its IRI, its shortest form, and its names, the preferred one first.

    ``path`` has the parts of the IRI, without the base.
    """

    iri: str
    form: str
    path: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def shown(self) -> str:
        return f"{self.form} ({self.names[0]})" if self.names else self.form


class Names:
    """The names of the things in one version of a graph, each kind read when it is first asked for.

    ``base`` is the base of the graph's IRIs.
    """

    def __init__(self, select: Select, base: str) -> None:
        self._select = select
        self._base = base
        self._indexes: dict[str, _Index] = {}

    def resolve(self, text: str, kind: str) -> NamedNode:
        """Return the IRI of the thing of ``kind``, one of ``KINDS``, that ``text`` names.

        Raises:
            UnknownNameError: it names none, or more than one.
        """
        iri = self._iri(text)
        if iri is not None:
            return self._standing(text, iri, kind)
        index = self._index(kind)
        found = index.named(text)
        if len(found) == 1:
            return NamedNode(found[0].iri)
        if found:
            forms = "; ".join(thing.shown for thing in found[:_LISTED])
            raise UnknownNameError(
                f"'{_shown(text)}' names {len(found)} {_many(kind)}; write one of them as it "
                f"stands here: {forms}"
            )
        path = self._base + text.strip("/")
        if "/" in text and (replacement := self._replacement(text, path, kind)):
            return replacement
        if "/" in text and self._stands_in_graph(path):
            raise UnknownNameError(f"{_shown(text)} is no {KINDS[kind][0]}{index.hint(text)}")
        raise UnknownNameError(
            f"the graph has no {KINDS[kind][0]} '{_shown(text)}'{index.hint(text)}"
        )

    def nearest(self, text: str, kind: str) -> tuple[str, ...]:
        """Return what ``text`` may be meant for among the things of ``kind``, the most alike first.

        Each is written so that ``resolve`` finds it.
        """
        index = self._index(kind)
        things = index.named(text) or index.alike(_end(text))
        return tuple(thing.form for thing in things[:_SUGGESTED])

    def choices(self, kind: str) -> tuple[tuple[str, str], ...]:
        """Return all things of ``kind``: how each is written, and what it is called, by that."""
        things = self._index(kind).things.values()
        found = ((thing.form, thing.names[0] if thing.names else thing.form) for thing in things)
        return tuple(sorted(found, key=lambda one: (one[1].casefold(), one[0])))

    def written(self, term: Term, kind: str) -> str:
        """Return the name of ``term`` if it names this alone, else its shortest form.

        Either is resolved to ``term``; for what is no thing of ``kind`` the text is empty.
        """
        index = self._index(kind)
        thing = index.things.get(term.value)
        if thing is None:
            return ""
        name = thing.names[0] if thing.names else ""
        return name if name and index.named(name) == [thing] else thing.form

    def called(self, form: str, kind: str) -> str:
        """Return the name of the thing of ``kind`` with the shortest form ``form``, or else that.

        A name of several things has the form behind it.
        """
        if kind not in KINDS:
            return form
        index = self._index(kind)
        found = next((thing for thing in index.things.values() if thing.form == form), None)
        if found is None or not found.names:
            return form
        name = found.names[0]
        return name if index.named(name) == [found] else f"{name} ({form})"

    def _standing(self, text: str, iri: str, kind: str) -> NamedNode:
        """Return ``iri``, if it is that of a thing of ``kind``."""
        if kind == "iri":
            if self._stands_in_graph(iri):
                return NamedNode(iri)
        elif iri in self._index(kind).things:
            return NamedNode(iri)
        elif known := self._replacement(text, iri, kind) or self._same(iri, kind):
            return known
        hint = self._index(kind).hint(_end(iri))
        if self._stands_in_graph(iri):
            raise UnknownNameError(f"{_shown(text)} is no {KINDS[kind][0]}{hint}")
        raise UnknownNameError(f"{_shown(text)} is not in the graph{hint}")

    def _same(self, iri: str, kind: str) -> NamedNode | None:
        """Return the one thing of ``kind`` that another graph calls ``iri``, such as Wikidata."""
        if not is_iri(iri):
            return None
        rows = self._select(f"SELECT ?thing {{ ?thing <{OWL.sameAs}> <{iri}> }}")
        found = {row["thing"].value for row in rows} & self._index(kind).things.keys()
        return NamedNode(found.pop()) if len(found) == 1 else None

    def _replacement(self, text: str, iri: str, kind: str) -> NamedNode | None:
        """Return the one thing of ``kind`` that replaces ``iri``; None if that is not deprecated.

        Raises:
            UnknownNameError: it is deprecated, and nothing of that kind replaces it, or several.
        """
        if not is_iri(iri):
            return None
        rows = list(
            self._select(
                f"SELECT ?new {{ <{iri}> <{OWL.deprecated}> true "
                f"OPTIONAL {{ <{iri}> <{DCT.isReplacedBy}> ?new }} }}"
            )
        )
        if not rows:
            return None
        things = self._index(kind).things
        new = sorted(row["new"].value for row in rows if "new" in row)
        of_kind = [found for found in new if found in things]
        if len(of_kind) == 1:
            return NamedNode(of_kind[0])
        noun = KINDS[kind][0]
        if of_kind:
            forms = " and ".join(things[found].shown for found in of_kind)
            raise UnknownNameError(f"{_shown(text)} was replaced by {forms}; write one of them")
        if new:
            forms = " and ".join(found.removeprefix(self._base) for found in new)
            raise UnknownNameError(
                f"{_shown(text)} is deprecated; what replaces it is no {noun}: {forms}"
            )
        raise UnknownNameError(
            f"{_shown(text)} is deprecated, and nothing replaces it; name another {noun}"
        )

    def _index(self, kind: str) -> "_Index":
        if kind not in self._indexes:
            self._indexes[kind] = _Index(self._read(kind), kind)
        return self._indexes[kind]

    def _read(self, kind: str) -> list[_Thing]:
        properties = [name.replace("«urb»", str(urb(self._base))) for name in _NAMES]
        query = (
            f"SELECT DISTINCT ?thing ?p ?name {{ "
            f"{{ SELECT DISTINCT ?thing {{ {self._pattern(kind)} }} }} OPTIONAL {{ "
            f"VALUES ?p {{ {' '.join(f'<{name}>' for name in properties)} }} ?thing ?p ?name }} }}"
        )
        names: dict[str, list[tuple[int, bool, str]]] = {}
        for row in self._select(query):
            if not isinstance(thing := row["thing"], NamedNode):
                continue
            known = names.setdefault(thing.value, [])
            if isinstance(name := row.get("name"), Literal):
                rank = properties.index(row["p"].value)
                known.append((rank, name.language not in (None, "en"), name.value))
        return [self._thing(iri, sorted(names[iri]), kind) for iri in sorted(names)]

    def _thing(self, iri: str, names: list[tuple[int, bool, str]], kind: str) -> _Thing:
        path = iri.removeprefix(self._base)
        parts = [part for part in re.split("[/#]", path) if part]
        form = path if path != iri else parts[-1] if kind == "country" else f"<{iri}>"
        vocabulary = str(urb(self._base))
        if iri.startswith(vocabulary):
            form = f"urb:{iri.removeprefix(vocabulary)}"
        return _Thing(iri, form, tuple(parts), tuple(name for *_, name in names))

    def _pattern(self, kind: str) -> str:
        _, name, pattern = KINDS[kind]
        vocabulary = urb(self._base)
        return (
            pattern.replace("«class»", vocabulary[name])
            .replace("«urb»", str(vocabulary))
            .replace("«base»", self._base)
        )

    def _iri(self, text: str) -> str | None:
        """Return the IRI that ``text`` is in full or as a prefixed name; None if it is neither."""
        if _FULL_IRI.fullmatch(text):
            iri = text.strip("<>")
        elif (match := _PREFIXED.fullmatch(text)) and match[1] in namespaces(self._base):
            iri = namespaces(self._base)[match[1]] + match[2]
        else:
            return None
        try:
            return NamedNode(iri).value
        except ValueError:
            raise UnknownNameError(
                f"{_shown(text)!r} is no valid IRI; correct it, or write a name"
            ) from None

    def _stands_in_graph(self, iri: str) -> bool:
        if not is_iri(iri):
            return False
        places = f"{{ <{iri}> ?p ?o }} UNION {{ ?s <{iri}> ?o }} UNION {{ ?s ?p <{iri}> }}"
        return any(True for _ in self._select(f"SELECT * {{ {places} }} LIMIT 1"))


def _shown(text: str) -> str:
    """Return as much of ``text`` as an error repeats."""
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _end(iri: str) -> str:
    """Return the last parts of an IRI; of a text that is none, the text.

    An address of this graph's documents is one of its IRIs, but for its beginning and its suffix.
    """
    return re.sub(r"\.(html|ttl|jsonld|nt|rdf)$", "", "/".join(iri.strip("<>").split("/")[-2:]))


class _Index:
    """Things by each of their names, spelt alike."""

    def __init__(self, things: Sequence[_Thing], kind: str) -> None:
        self.things = {thing.iri: thing for thing in things}
        self._kind = kind

    @cached_property
    def _names(self) -> Spelt[str]:
        """The IRIs by names and codes, and by whole paths."""
        return Spelt((name, one.iri) for one in self.things.values() for name in _names_of(one))

    @cached_property
    def _others(self) -> Spelt[str]:
        """The IRIs by what people call countries beside their names in the graph."""
        is_country = self._kind == "country"
        codes = (
            (name, one.iri)
            for one in (self.things.values() if is_country else ())
            for name in one.names
            if _CODE.fullmatch(name)
        )
        return Spelt((other, iri) for code, iri in codes for other in also_called(code))

    @cached_property
    def _ends(self) -> Spelt[str]:
        """The IRIs by ends of paths, and by names with the folder that the thing is in."""
        return Spelt((end, one.iri) for one in self.things.values() for end in _ends(one))

    def named(self, text: str) -> list[_Thing]:
        """Return the things that ``text`` names, with words for the kind of thing or without."""
        known = (self._names, self._ends, self._others)
        found = next(filter(None, (spelt.named(text) for spelt in known)), [])
        for bare in () if found else without_designation(folded(text), self._kind):
            if found := self._names.named(bare):
                break
        return [self.things[iri] for iri in found]

    def alike(self, text: str) -> list[_Thing]:
        """Return the things whose names are like ``text``, or have it as a word, the best first."""
        both = [
            (likeness, spelling, spelt)
            for spelt in (self._names, self._ends)
            for spelling, likeness in spelt.similar(text, _ALIKE, _LISTED)
        ]
        both.sort(key=lambda one: -one[0])
        found = [iri for _, spelling, spelt in both for iri in spelt.things(spelling)]
        if not found:
            for spelt in (self._names, self._ends):
                spellings = sorted(spelt.with_word(folded(text)))
                found += [iri for spelling in spellings for iri in spelt.things(spelling)]
        return [self.things[iri] for iri in dict.fromkeys(found)]

    def hint(self, text: str) -> str:
        """Return the end of a sentence that suggests what ``text`` may be meant for."""
        found = self.alike(text)
        if found:
            forms = [thing.shown for thing in found[:_SUGGESTED]]
            return f"; did you mean {' or '.join(forms)}?"
        if 0 < len(self.things) <= _LISTED:
            return f"; it has {', '.join(thing.form for thing in self.things.values())}"
        if not self.things:
            return f", nor any other {KINDS[self._kind][0]}"
        return "; the stored query `find` looks for a part of a name"


def _many(kind: str) -> str:
    noun = KINDS[kind][0]
    if noun.startswith("kind of"):
        return noun.replace("kind of", "kinds of") + "s"
    return f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}{'es' if noun[-1] == 's' else 's'}"


def _names_of(thing: _Thing) -> Iterator[str]:
    yield from thing.names
    yield "-".join(thing.path)


def _ends(thing: _Thing) -> Iterator[str]:
    """Yield what may stand for the thing's whole path, and its names with the folder that it is in.

    The folder is, for example, the code of a country.
    """
    for start in range(1, len(thing.path)):
        yield "-".join(thing.path[start:])
    if len(thing.path) > 2:  # noqa: PLR2004 - as in city/pl/wroclaw
        yield from (f"{name} {thing.path[-2]}" for name in thing.names)
