"""Texts as vectors of weighted terms (TF-IDF), for the similarity of one text to another.

The weight of a term in a text is (1 + ln f) · ln (N / n), where the text has it f times and n of N
texts have it; then all weights of a text are divided by the length of its vector. This is "ltc.ltc"
in the SMART notation (Manning, Raghavan and Schütze, Introduction to Information Retrieval, 6.4.3).
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache

# Not ``stemmer("english")``, which takes another package, of another version, where it is there.
from snowballstemmer.english_stemmer import EnglishStemmer

# A term and its weight.
Vector = Mapping[str, float]

_WORD = re.compile(r"[a-z]{2,}")
# Words of closed classes, which say nothing of a subject: articles, pronouns, prepositions,
# conjunctions, auxiliaries and numerals. In short texts they are too rare to have low weights.
_FUNCTION_WORDS = """
about above across after against all along also although am among an and another any are as at
away be became because become becomes been before being below between both but by can cannot could
did do does down during each eight either eleven else etc even ever every few first five for four
from further had has have he her here him his how however if in instead into is it its itself just
less many may me might more most much must my near need neither nine no none nor not now of off on
once one only onto or other others our out over own per rather same seven several shall she should
since six so some such ten than that the their them themselves then there these they this those
three through thus to together too toward towards twelve two under until up upon us very via was
we were what when where whether which while who whom whose why will with within without would yet
you your
"""
_STOP_WORDS = frozenset(_FUNCTION_WORDS.split())


class TermVectors:
    """The vectors of ``texts``, by the same keys; a text whose terms all texts have has none."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        counts = {key: Counter(_terms(text)) for key, text in texts.items()}
        holders = Counter(term for found in counts.values() for term in found)
        rarity = {
            term: _ln(Decimal(len(texts)) / number)
            for term, number in holders.items()
            if number < len(texts)
        }
        self._vectors = {key: _vector(found, rarity) for key, found in counts.items()}
        self._holders: dict[str, list[tuple[str, float]]] = {}
        for key, vector in self._vectors.items():
            for term, weight in vector.items():
                self._holders.setdefault(term, []).append((key, weight))

    def cosines(self, key: str) -> dict[str, float]:
        """Return the cosine similarity of a text to each that has a term in common, itself too."""
        found: dict[str, float] = {}
        for term, weight in self._vectors[key].items():
            for other, its_weight in self._holders[term]:
                found[other] = found.get(other, 0) + weight * its_weight
        return found


def _terms(text: str) -> Iterable[str]:
    """Yield the stems of the words of a text, without accents and without stop words."""
    plain = unicodedata.normalize("NFKD", text.lower())
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return (_stem(word) for word in _WORD.findall(letters) if word not in _STOP_WORDS)


@lru_cache(maxsize=16_384)
def _stem(word: str) -> str:
    return str(EnglishStemmer().stemWord(word))


def _vector(counts: Mapping[str, int], rarity: Vector) -> Vector:
    # Sorted, as a sum of floating-point numbers depends on their order.
    known = sorted(term for term in counts if term in rarity)
    weights = {term: (1 + _ln(Decimal(counts[term]))) * rarity[term] for term in known}
    length = math.sqrt(sum(weight * weight for weight in weights.values()))
    return {term: weight / length for term, weight in weights.items()}


@lru_cache(maxsize=16_384)
def _ln(number: Decimal) -> float:
    """Return the natural logarithm, correctly rounded: ``math.log`` differs between machines."""
    return float(number.ln())
