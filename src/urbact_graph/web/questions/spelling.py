"""Misspelt words of questions: the known word that each is most like."""

from collections import defaultdict
from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

# A word of fewer letters is not corrected, one of as many may have two mistakes.
_SHORTEST, _LONG = 5, 8
# How alike the name of a place is that another language spells in another way.
_ALIKE_NAME = 0.9


class Spelling:
    """The words of the queries and names, to be found from misspelt ones.

    ``words`` are preferred to those of ``names``; ``correct`` are others that are no mistakes.
    """

    def __init__(self, words: Iterable[str], names: Iterable[str], correct: Iterable[str]) -> None:
        known = {word for word in words if len(word) >= _SHORTEST}
        of_names = {word for word in names if len(word) >= _SHORTEST} - known
        self._correct = known | of_names | set(correct)
        self._known = _by_letter(known)
        self._names = _by_letter(of_names)

    def corrected(self, word: str, *, is_name: bool) -> str:
        """Return the known word that ``word``, which is folded, was meant for; empty if none is.

        Where it ``is_name``, as its capital says, a name may be less alike.
        """
        if len(word) < _SHORTEST or word in self._correct or not word.isalpha():
            return ""
        mistakes = 2 if len(word) >= _LONG else 1
        for known in (self._known, self._names):
            found = process.extractOne(
                word, known[word[0]], scorer=OSA.distance, score_cutoff=mistakes
            )
            if found:
                return str(found[0])
        if is_name:
            alike = process.extractOne(
                word,
                self._names[word[0]],
                scorer=JaroWinkler.normalized_similarity,
                score_cutoff=_ALIKE_NAME,
            )
            return str(alike[0]) if alike else ""
        return ""


def _by_letter(words: Iterable[str]) -> dict[str, list[str]]:
    """Group ``words`` by their first letter, in which mistakes are rare."""
    found: dict[str, list[str]] = defaultdict(list)
    for word in sorted(words):
        found[word[0]].append(word)
    return found
