"""The structure of a query: its tokens, brackets and prefixes; and edits of its text."""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urljoin

from urbact_graph.rdf.sparql import Token, tokens

_PAIRS = {"(": ")", "[": "]", "{": "}"}


class Edit(NamedTuple):
    """The replacement of the characters from ``start`` to ``end`` by ``text``."""

    start: int
    end: int
    text: str


class Structure:
    """The tokens of a query, and which brackets belong together.

    ``depth[i]`` is in how many brackets the token ``i`` stands; ``partner[i]`` is the token that
    closes or opens the bracket ``i``. ``is_sound`` is False where brackets do not match: either the
    query has a mistake, or a comparison without spaces was read as an IRI. Nothing can be said
    of such a query.
    """

    def __init__(self, query: str) -> None:
        self.query = query
        self.tokens = list(tokens(query))
        self._words = [
            token.text.upper() if token.kind == "name" and ":" not in token.text else ""
            for token in self.tokens
        ]
        self.depth: list[int] = []
        self.partner: dict[int, int] = {}
        open_brackets: list[int] = []
        self.is_sound = True
        for index, token in enumerate(self.tokens):
            if token.kind == "close":
                if not open_brackets or _PAIRS[self.tokens[open_brackets[-1]].text] != token.text:
                    self.is_sound = False
                    break
                opening = open_brackets.pop()
                self.partner[opening], self.partner[index] = index, opening
            self.depth.append(len(open_brackets))
            if token.kind == "open":
                open_brackets.append(index)
        self.is_sound = self.is_sound and not open_brackets

    def text(self, start: int, end: int) -> str:
        """Return the text of the tokens from ``start`` to ``end``, without the latter."""
        if start >= end:
            return ""
        return self.query[self.tokens[start].start : self.tokens[end - 1].end]

    def edit(self, start: int, end: int, text: str) -> Edit:
        """Return the replacement of the tokens from ``start`` to ``end`` by ``text``."""
        return Edit(self.tokens[start].start, self.tokens[end - 1].end, text)

    def word(self, index: int) -> str:
        """Return the token in upper case if it is a keyword or the name of a function."""
        return self._words[index] if 0 <= index < len(self._words) else ""

    def places(self, *words: str) -> list[int]:
        """Return the tokens that are one of ``words``, keywords or names of functions."""
        return [index for index, word in enumerate(self._words) if word in words]

    def is_text(self, index: int, text: str) -> bool:
        """Tell whether the token ``index`` exists and is ``text``."""
        return 0 <= index < len(self.tokens) and self.tokens[index].text == text

    def is_plain_text(self, start: int, end: int) -> bool:
        """Tell whether the tokens from ``start`` to ``end`` are a string without datatype."""
        return end - start == 1 and self.tokens[start].kind == "string"

    def split(self, start: int, end: int, separator: str) -> list[tuple[int, int]]:
        """Divide the tokens from ``start`` to ``end`` at those that are ``separator``.

        Separators inside of brackets do not count.
        """
        parts, begin, index = [], start, start
        while index < end:
            if self.tokens[index].text == separator:
                parts.append((begin, index))
                begin = index + 1
            index = self.partner[index] + 1 if self.tokens[index].kind == "open" else index + 1
        return [*parts, (begin, end)]

    def iri(self, index: int, base: str | None) -> str | None:
        """Return the IRI that the token ``index`` stands for; None if it is none, or not known.

        ``base`` is what relative IRIs start from where the query declares no BASE.
        """
        token = self.tokens[index]
        if token.kind == "iri":
            written = token.text[1:-1]
            # Codes of characters in an IRI are rare, and left to the parser.
            return None if "\\" in written else _resolved(written, self._base or base)
        if token.kind == "name" and ":" in token.text and "\\" not in token.text:
            prefix, _, local = token.text.partition(":")
            space = self._prefixes.get(prefix)
            return None if space is None else _resolved(space, self._base or base) + local
        return None

    @property
    def _base(self) -> str | None:
        return next((t.text[1:-1] for i, t in self._declared("BASE", 1) if t.kind == "iri"), None)

    @property
    def _prefixes(self) -> dict[str, str]:
        return {
            self.tokens[index + 1].text[:-1]: token.text[1:-1]
            for index, token in self._declared("PREFIX", 2)
            if token.kind == "iri"
        }

    def _declared(self, keyword: str, offset: int) -> Iterator[tuple[int, Token]]:
        for index in self.places(keyword):
            if index + offset < len(self.tokens):
                yield index, self.tokens[index + offset]


@lru_cache(maxsize=4)
def structure_of(query: str) -> Structure:
    """Return the structure of ``query``, which several corrections look at one after the other."""
    return Structure(query)


def edited(query: str, edits: list[Edit]) -> str:
    """Return ``query`` after ``edits``, which do not overlap."""
    parts, copied = [], 0
    for edit in sorted(edits):
        parts += [query[copied : edit.start], edit.text]
        copied = edit.end
    return "".join([*parts, query[copied:]])


def _resolved(iri: str, base: str | None) -> str:
    return urljoin(base, iri) if base else iri
