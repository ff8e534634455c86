"""Which entities a name may mean, how well each fits, and whether one is sure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Self

from urbact_graph.country_names import also_called
from urbact_graph.spelling import Spelt, folded, spellings
from urbact_graph.web.atlas.atlas import Atlas
from urbact_graph.web.atlas.things import City, Name
from urbact_graph.web.reconciling.agreeing import Held
from urbact_graph.web.reconciling.entities import TYPES, USUAL, Entities, names_of
from urbact_graph.web.reconciling.properties import Property
from urbact_graph.web.reconciling.queries import Asked, Candidate, Condition, Query
from urbact_graph.web.reconciling.readings import SURE, Reading, readings
from urbact_graph.web.search.entries import Entry
from urbact_graph.web.search.index import LONGEST_QUERY, reason_of
from urbact_graph.web.snapshot import Snapshot

# What a name in another language than that of the place and English takes from the score, as two
# cities may have it; and what is left where something beside the name is not understood.
_EXONYM, _WITH_UNKNOWN = 1.0, 85.0
# Names in other languages that are those of a city in Europe with 10,000 inhabitants or more, which
# is not in the graph (GeoNames): Bergen is Mons in Dutch, and Vienne is Vienna in French.
_ELSEWHERE = frozenset(
    (
        *("alexandria", "baiona", "bar", "bergen", "kronstadt", "ruma", "tolosa", "valence"),
        *("vienne", "yenisehir"),
    )
)
# What is left of the score for each thing that contradicts.
_CONTRADICTED = 0.6
# The likeness of similar spellings counts so much, from so many per cent on.
_OF_LIKENESS, _LEAST_LIKENESS, _MOST_SIMILAR = 0.9, 72.0, 20
# A name that is a part of the other: at least, and how much more for a larger part.
_PART, _MORE = 55.0, 25.0
# Of how many readings similar spellings are looked for.
_READINGS = 4
# An identifier that agrees is enough where the names are as like as this.
_ALIKE = 50.0
_Named = tuple[str, Name]
# A condition with the ids of the entities that are as it says.
_Chosen = tuple[Condition, frozenset[str]]


@dataclass(frozen=True, slots=True)
class _Fit:
    """How well an entity has a name: by which of its names, spelt the same or alike.

    ``is_whole`` tells that nothing of what was printed had to be left out, ``is_elsewhere`` that
    the name is also that of a city that the graph has not.
    """

    score: float
    name: Name | None = None
    is_similar: bool = False
    is_whole: bool = True
    is_elsewhere: bool = False


class Reconciler:
    """The names of the entities of a snapshot, by kind."""

    def __init__(self, entities: Entities) -> None:
        self.entities = entities
        self._called = tuple(_called(entities.atlas))
        self._countries = Spelt(self._called)
        self._spelt = {kind: Spelt(self._named(kind)) for kind in TYPES}
        # Those of a property are gathered when it is first asked.
        self._held: dict[str, Held] = {}
        self._own = {
            entry.thing.path: frozenset(_own_spellings(entry)) for entry in entities.all(("city",))
        }

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        """Read the names of ``snapshot``; to be called by ``snapshot.derive``.

        Raises:
            ProblemError: as the atlas raises it.
        """
        return cls(snapshot.derive(Entities.of))

    def candidates(self, query: Query) -> list[Candidate]:
        """Return what ``query`` may mean, the best first.

        The first is a match if it is sure: it has the name, whatever the case, accents and words
        for the kind of thing, no other entity has it, and nothing that the query says of it
        contradicts.
        """
        kinds = query.kinds or USUAL
        chosen = [(one, self._chosen(one)) for one in query.conditions if self._says(one)]
        fits = self._fits(query, kinds, chosen)
        found = []
        for path, fit in fits.items():
            judged = self._judged(self.entities.by_id[path], fit, query, chosen)
            if judged:
                found.append(judged)
        found.sort(
            key=lambda one: (
                -one.score,
                not fits[one.entry.thing.path].is_whole,
                -one.entry.importance,
                one.entry.thing.path,
            )
        )
        sure = [one for one in found if one.score >= SURE]
        # A whole name is that of the thing, though a part of it is the name of another.
        whole = [one for one in sure if fits[one.entry.thing.path].is_whole] or sure
        return [
            replace(
                one,
                is_match=whole == [one] and not self._is_doubtful(one, fits),
                namesakes=len(whole) - (one in whole),
            )
            for one in found[: query.limit]
        ]

    def _is_doubtful(self, one: Candidate, fits: Mapping[str, _Fit]) -> bool:
        """Tell whether a city elsewhere may be meant, and nothing beside the name says which."""
        return fits[one.entry.thing.path].is_elsewhere and not any(one.agrees.values())

    def _named(self, kind: str) -> Iterator[tuple[str, _Named]]:
        for entry in self.entities.all((kind,)):
            for name in names_of(entry):
                yield name.text, (entry.thing.path, name)
        if kind == "country":
            for text, code in self._called:
                yield text, (self.entities.atlas.countries[code].path, Name(text))

    def _fits(
        self, query: Query, kinds: tuple[str, ...], chosen: Iterable[_Chosen]
    ) -> dict[str, _Fit]:
        best: dict[str, _Fit] = {}
        for text in (*query.names, *query.ids):
            entry = self.entities.find(text)
            if entry and entry.kind in kinds:
                _keep(best, entry.thing.path, _Fit(100.0))
        for text in query.names:
            if len(text) <= LONGEST_QUERY:
                for kind in kinds:
                    self._add_named(best, text, kind)
        is_named = bool(query.names or query.ids)
        for condition, paths in chosen:
            # Without a name any property chooses, with one only what is of one entity alone.
            if is_named and (not condition.property.identifies or condition.quantifier != "any"):
                continue
            for path in paths:
                if self.entities.by_id[path].kind in kinds:
                    fit = best.get(path, _Fit(0.0 if is_named else 100.0))
                    score = 100.0 if fit.score >= _ALIKE else _ALIKE
                    _keep(best, path, replace(fit, score=score))
        return best

    def _add_named(self, best: dict[str, _Fit], text: str, kind: str) -> None:
        spelt, known = self._spelt[kind], readings(text, kind, self._countries)
        is_sure = False
        for reading in known:
            for spelling in spelt.same(reading.text):
                for path, name in spelt.things(spelling):
                    score = self._score(reading, path, spelling, kind)
                    fit = _Fit(
                        score,
                        name,
                        is_whole=reading.text == text,
                        is_elsewhere=self._is_elsewhere(reading, path, spelling, kind),
                    )
                    is_sure = is_sure or fit.score >= SURE
                    _keep(best, path, fit)
        if not is_sure:
            for path, fit in self._similar(known, kind):
                _keep(best, path, fit)

    def _is_elsewhere(self, reading: Reading, path: str, spelling: str, kind: str) -> bool:
        """Tell whether a name in another language may be that of another city, in any country."""
        is_exonym = kind == "city" and spelling not in self._own[path]
        return is_exonym and spelling in _ELSEWHERE and not reading.countries

    def _score(self, reading: Reading, path: str, spelling: str, kind: str) -> float:
        """Return how sure it is that the entity at ``path`` is meant by a name that it has."""
        score = reading.score
        if kind != "city":
            return score
        if spelling not in self._own[path]:
            score -= _EXONYM
        spelt = self._spelt[kind]
        if any(path not in {one for one, _ in spelt.named(other)} for other in reading.also):
            score = _WITH_UNKNOWN
        return score * self._in_country(reading, path)

    def _in_country(self, reading: Reading, path: str) -> float:
        thing = self.entities.by_id[path].thing
        is_other = (
            reading.countries
            and isinstance(thing, City)
            and thing.country
            and thing.country not in reading.countries
        )
        return _CONTRADICTED if is_other else 1.0

    def _similar(self, known: Iterable[Reading], kind: str) -> Iterator[tuple[str, _Fit]]:
        spelt = self._spelt[kind]
        for reading in list(known)[:_READINGS]:
            text = folded(reading.text)
            scores = dict(spelt.similar(text, _LEAST_LIKENESS, _MOST_SIMILAR))
            scores = {spelling: _OF_LIKENESS * likeness for spelling, likeness in scores.items()}
            for spelling, share in _parts(spelt, text):
                scores[spelling] = max(scores.get(spelling, 0.0), _PART + _MORE * share)
            for spelling, score in scores.items():
                for path, name in spelt.things(spelling):
                    likely = score * self._in_country(reading, path) * reading.score / 100
                    yield path, _Fit(likely, name, is_similar=True)

    def _says(self, condition: Condition) -> bool:
        """Tell whether a value of ``condition`` can be read; what is required is never left out."""
        held = self._held_of(condition.property)
        return condition.is_required or any(map(held.can_read, condition.values))

    def _chosen(self, condition: Condition) -> frozenset[str]:
        """Return the ids of the entities that are as ``condition`` says."""
        held, meant = self._held_of(condition.property), self._meant(condition)
        found = [held.having(asked, meant) for asked in condition.values]
        if condition.quantifier == "all":
            return frozenset(set.intersection(*found))
        some = frozenset().union(*found)
        return held.known - some if condition.quantifier == "none" else some

    def _held_of(self, asked: Property) -> Held:
        if asked.id not in self._held:
            self._held[asked.id] = Held(asked, self.entities)
        return self._held[asked.id]

    def _meant(self, condition: Condition) -> dict[Asked, frozenset[str]]:
        """Return the ids of the entities that each value of ``condition`` names."""
        kind = condition.property.refers
        found: dict[Asked, frozenset[str]] = {}
        for asked in condition.values if kind else ():
            entry = self.entities.find(str(asked))
            if entry:
                found[asked] = frozenset((entry.thing.path,))
                continue
            spelt = self._spelt[kind]
            bare = [str(asked), *(one.text for one in readings(str(asked), kind, self._countries))]
            named = next(filter(None, map(spelt.named, bare)), [])
            found[asked] = frozenset(path for path, _ in named)
        return found

    def _judged(
        self, entry: Entry, fit: _Fit, query: Query, chosen: Iterable[_Chosen]
    ) -> Candidate | None:
        """Return ``entry`` as a candidate, None if it lacks what is required."""
        path, score, known = entry.thing.path, fit.score, dict[str, bool]()
        for condition, paths in chosen:
            asked = condition.property
            has_none = entry.kind in asked.values and path not in self._held_of(asked).known
            if path not in paths and condition.is_required:
                return None
            if path not in paths and not has_none:
                score *= _CONTRADICTED
            elif has_none and not (query.names or query.ids):
                score *= _OF_LIKENESS
            if not has_none:
                known[asked.id] = path in paths and known.get(asked.id, True)
        reason = reason_of(entry, fit.name, is_similar=fit.is_similar) if fit.name else ""
        return Candidate(entry, score, fit.score, name=fit.name, reason=reason, agrees=known)


def _keep(best: dict[str, _Fit], path: str, fit: _Fit) -> None:
    if path not in best or fit.score > best[path].score:
        best[path] = fit


def _parts(spelt: Spelt[_Named], text: str) -> Iterator[tuple[str, float]]:
    """Yield the spellings that have all words of ``text``, or of which it has all the words.

    With each comes the share of the shorter in the longer.
    """
    words = frozenset(text.split())
    sharing: dict[str, int] = defaultdict(int)
    for word in words:
        for spelling in spelt.with_word(word):
            sharing[spelling] += 1
    for spelling, shared in sharing.items():
        if shared == len(words) or shared == len(frozenset(spelling.split())):
            lengths = len(text), len(spelling)
            yield spelling, min(lengths) / max(lengths)


def _own_spellings(entry: Entry) -> Iterator[str]:
    """Yield the spellings of a city's names at the place, in English, and in no language."""
    for name in entry.names:
        if name.language in ("", "en"):
            yield from spellings(name.text)
    if isinstance(entry.thing, City):
        yield from spellings(entry.thing.local_name)


def _called(atlas: Atlas) -> Iterator[tuple[str, str]]:
    """Yield what is written for each country, and its code."""
    for code, country in atlas.countries.items():
        for name in country.names:
            yield name.text, code
        yield code, code
        yield country.iri.rpartition("/")[2], code
        yield from ((other, code) for other in also_called(code))
