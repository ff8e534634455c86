"""Texts and queries of the guide as HTML, with links to the terms of the ontology."""

import re
from collections.abc import Iterator

from markupsafe import Markup, escape

from urbact_graph.rdf.sparql import Token, tokens

# What a text may have: `code`, and [words](path) for a link below the root of the instance.
_PARTS = re.compile(r"`(?P<code>[^`]+)`|\[(?P<words>[^\]]+)\]\((?P<path>[^)\s]+)\)")
_PREFIX = "urb:"
_TERM = re.compile(r"urb:(\w+)")
# The kinds of tokens that have a colour of their own.
_COLOURED = ("variable", "string", "number", "language")


def prose(text: str, root: str) -> Markup:
    """Write ``text`` as HTML; ``root`` is the path of the instance.

    Terms of the ontology in code are links to their definitions.
    """
    parts, position = [], 0
    for found in _PARTS.finditer(text):
        parts.append(escape(text[position : found.start()]))
        parts.append(_code(found["code"], root) if found["code"] else _link(found, root))
        position = found.end()
    return Markup("").join([*parts, escape(text[position:])])


def highlighted(query: str, base: str, root: str) -> Markup:
    """Write ``query`` as HTML: its words in colours, and links to what it names.

    ``base`` is that of the graph's IRIs, ``root`` the path of the instance.
    """
    return Markup("").join(_tokens(query, base, root))


def _code(text: str, root: str) -> Markup:
    parts, position = [], 0
    for found in _TERM.finditer(text):
        parts += [escape(text[position : found.start()]), _term(found[0], root)]
        position = found.end()
    content = Markup("").join([*parts, escape(text[position:])])
    return Markup("<code>{}</code>").format(content)


def _link(found: re.Match[str], root: str) -> Markup:
    return Markup('<a href="{}{}">{}</a>').format(root, found["path"], found["words"])


def _term(name: str, root: str) -> Markup:
    local = name.removeprefix(_PREFIX)
    return Markup('<a href="{}ontology.html#{}">{}</a>').format(root, local, name)


def _tokens(query: str, base: str, root: str) -> Iterator[Markup]:
    position = 0
    for token in tokens(query):
        yield escape(query[position : token.start])
        yield _token(token, base, root)
        position = token.end
    yield escape(query[position:])


def _token(token: Token, base: str, root: str) -> Markup:
    kind, text = token.kind, token.text
    if kind == "name" and _TERM.fullmatch(text):
        return _term(text, root)
    if kind == "name" and ":" not in text:
        return Markup('<span class="keyword">{}</span>').format(text)
    path = text[1:-1].removeprefix(base)
    if kind == "iri" and text.startswith(f"<{base}") and "#" not in path:
        return Markup('<a href="{}{}.html">{}</a>').format(root, path, text)
    if kind in _COLOURED:
        return Markup('<span class="{}">{}</span>').format(kind, text)
    return escape(text)
