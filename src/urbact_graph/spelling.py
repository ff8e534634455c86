"""How names are compared everywhere: without case, accents and punctuation, then by likeness.

The search, the parameters of stored queries and the reconciliation all find things by this.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Hashable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Generic, TypeVar

# Letters that Unicode does not decompose, as they are written without them.
_LETTERS = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "æ": "ae",
        "œ": "oe",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
        "þ": "th",
        "ħ": "h",
    }
)
# The same letters as two, where a source has no accents (DIN 5007-2, and Danish usage).
_DIGRAPHS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_HAS_DIGRAPH = re.compile("[äöüøå]")
_SIGNS = str.maketrans({"&": " and ", "+": " plus "})
# Words that sources abbreviate, and numbers that they write in figures.
_SHORT_WORDS = {
    **dict.fromkeys(("saint", "sankt", "sint"), "st"),
    "sainte": "ste",
    "santa": "sta",
    "i": "1",
    "ii": "2",
    "iii": "3",
    "iv": "4",
}
_NO_WORD = re.compile(r"[^\w]+|_+")

Thing = TypeVar("Thing", bound=Hashable)


def folded(text: str) -> str:
    """Return ``text`` without case, accents and punctuation, its words divided by one space."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    # An apostrophe divides no word: "L'Aquila" is found as "laquila" by its joined form.
    return " ".join(_NO_WORD.sub(" ", bare.translate(_LETTERS)).split())


def spellings(text: str) -> tuple[str, ...]:
    """Return the ways in which ``text`` is spelt when it is folded, the usual one first.

    The others have two letters for one with an accent (Malmoe), a word for a sign (Brighton and
    Hove), the short form of a saint (St Etienne) and figures for Roman numerals (URBACT 4). Texts
    are spelt the same if they have a spelling in common.
    """
    lowered = unicodedata.normalize("NFC", text.casefold())
    found = [folded(text)]
    if "&" in lowered or "+" in lowered:
        found.append(folded(lowered.translate(_SIGNS)))
    if _HAS_DIGRAPH.search(lowered):
        found.append(folded(lowered.translate(_DIGRAPHS)))
    for spelling in tuple(found):
        first, *others = spelling.split() or [""]
        # A first word is no numeral: I Portici.
        words = [first if first == "i" else _SHORT_WORDS.get(first, first)]
        words += [_SHORT_WORDS.get(word, word) for word in others]
        found.append(" ".join(words))
    return tuple(dict.fromkeys(filter(None, found)))


class Spelt(Generic[Thing]):
    """Things by their names, found by how these are spelt.

    ``named`` are pairs of a name and its thing; a thing may have many names, and a name many
    things. What is asked for by ``text`` is spelt in any way.
    """

    def __init__(self, named: Iterable[tuple[str, Thing]]) -> None:
        self._things: dict[str, dict[Thing, None]] = {}
        self._joined: dict[str, str] = {}
        for name, thing in named:
            for spelling in spellings(name):
                self._things.setdefault(spelling, {})[thing] = None
                self._joined.setdefault(spelling.replace(" ", ""), spelling)

    def things(self, spelling: str) -> Sequence[Thing]:
        """Return the things with a name of this ``spelling``, which another method returned."""
        return tuple(self._things.get(spelling, ()))

    def same(self, text: str) -> list[str]:
        """Return the spellings of names that are spelt as ``text``, but for spaces."""
        asked = spellings(text)
        joined = (self._joined.get(spelling.replace(" ", "")) for spelling in asked)
        known = (spelling for spelling in asked if spelling in self._things)
        return list(dict.fromkeys((*known, *filter(None, joined))))

    def named(self, text: str) -> list[Thing]:
        """Return the things of a name that is spelt as ``text``, each once."""
        return list(dict.fromkeys(one for same in self.same(text) for one in self.things(same)))

    def similar(self, text: str, least: float, most: int) -> list[tuple[str, float]]:
        """Return at most ``most`` spellings like ``text``, the best first, with their likeness.

        That is the share of letters that are the same, in per cent, at least ``least``.
        """
        # Only what is not found otherwise needs it.
        from rapidfuzz import fuzz, process  # noqa: PLC0415

        alike = process.extract(
            folded(text), self._all, scorer=fuzz.ratio, score_cutoff=least, limit=most
        )
        return [(spelling, likeness) for spelling, likeness, _ in alike]

    def beginning(self, spelling: str) -> Iterator[str]:
        """Yield the spellings that begin with ``spelling``."""
        for place in range(bisect_left(self._all, spelling), len(self._all)):
            if not self._all[place].startswith(spelling):
                return
            yield self._all[place]

    def with_word(self, word: str) -> set[str]:
        """Return the spellings that have ``word``."""
        return self._by_word.get(word, set())

    def with_words(self, words: Iterable[str]) -> set[str]:
        """Return the spellings that have a word beginning with each of ``words``."""
        found: set[str] | None = None
        for word in words:
            holding: set[str] = set()
            for place in range(bisect_left(self._words, word), len(self._words)):
                if not self._words[place].startswith(word):
                    break
                holding |= self._by_word[self._words[place]]
            found = holding if found is None else found & holding
        return found or set()

    @cached_property
    def _all(self) -> list[str]:
        return sorted(self._things)

    @cached_property
    def _by_word(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for spelling in self._things:
            for word in spelling.split():
                found.setdefault(word, set()).add(spelling)
        return found

    @cached_property
    def _words(self) -> list[str]:
        return sorted(self._by_word)
