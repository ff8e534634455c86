"""The stems of the words of texts, which are found in any form."""

from functools import lru_cache

# Not ``stemmer("english")``, which takes another package, of another version, where it is there.
from snowballstemmer.english_stemmer import EnglishStemmer

from urbact_graph.spelling import folded

_FUNCTION_WORDS = """
a about an and are as at by can do does for from how in into is it its of on or our that the their
they this to urbact was we were what when where which who why will with your
"""
_STOP_WORDS = frozenset(_FUNCTION_WORDS.split())
# Stemming takes 10 µs a word; texts repeat words.
_MEMORY = 50_000


def stems(text: str) -> list[str]:
    """Return the stems of the words of ``text`` that say something, in order."""
    return [_stem(word) for word in folded(text).split() if word not in _STOP_WORDS]


@lru_cache(maxsize=_MEMORY)
def _stem(word: str) -> str:
    # The stemmer keeps its state in itself, so that each call has its own.
    found: str = EnglishStemmer().stemWord(word)
    return found
