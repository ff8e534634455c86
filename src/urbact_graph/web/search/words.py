"""Words as they are compared: without case, accents and punctuation; and the stems of texts."""

import re
import unicodedata
from functools import lru_cache

# Not ``stemmer("english")``, which takes another package, of another version, where it is there.
from snowballstemmer.english_stemmer import EnglishStemmer

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
_NO_WORD = re.compile(r"[^\w]+|_+")
_FUNCTION_WORDS = """
a about an and are as at by can do does for from how in into is it its of on or our that the their
they this to urbact was we were what when where which who why will with your
"""
_STOP_WORDS = frozenset(_FUNCTION_WORDS.split())
# Stemming takes 10 µs a word; texts repeat words.
_MEMORY = 50_000


def folded(text: str) -> str:
    """Return ``text`` without case, accents and punctuation, its words divided by one space."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    # An apostrophe divides no word: "L'Aquila" is found as "laquila" by its joined form.
    return " ".join(_NO_WORD.sub(" ", bare.translate(_LETTERS)).split())


def stems(text: str) -> list[str]:
    """Return the stems of the words of ``text`` that say something, in order."""
    return [_stem(word) for word in folded(text).split() if word not in _STOP_WORDS]


@lru_cache(maxsize=_MEMORY)
def _stem(word: str) -> str:
    # The stemmer keeps its state in itself, so that each call has its own.
    found: str = EnglishStemmer().stemWord(word)
    return found
