"""Corrections of paths of length zero that start or end at a term that the graph does not hold.

Such a path leads from the term to itself, whether the graph has it or not (SPARQL 1.1, section
9.3); the engine finds it only if the graph does.
"""

from collections.abc import Callable, Iterator

from urbact_graph.engine.rewriting.structure import Edit, Structure

Span = tuple[int, int]

_ENDS = frozenset(".{}")
_BEGINNINGS = frozenset(".{})")
_TERMS = frozenset(("iri", "name", "variable", "string", "number"))
_CONSTANTS = frozenset(("iri", "name", "string", "number"))
_LITERALS = frozenset(("string", "number"))


def path_edits(query: Structure, is_missing: Callable[[int], bool]) -> list[Edit]:
    """Add the solution of length zero to patterns whose path may have that length.

    ``is_missing`` tells whether the graph may not hold the constant that a token stands for.
    """
    edits = []
    for start, end in blocks(query):
        found = triples(query, start, end)
        texts = [_corrected(query, *triple, is_missing) for triple in found]
        if any(texts):
            plain = [
                f"{query.text(*subject)} {query.text(*verb)} {query.text(*term)}"
                for text, (subject, verb, term) in zip(texts, found, strict=True)
                if not text
            ]
            groups = [text for text in texts if text]
            # A full stop may follow.
            written = " ".join([*groups, " . ".join(plain)])
            edits.append(query.edit(start, end, f"{written} "))
    return edits


def blocks(query: Structure) -> Iterator[Span]:
    """Yield the tokens of each subject with its properties and objects, if all are plain terms."""
    index = 1
    while index < len(query.tokens):
        token = query.tokens[index]
        begins = query.tokens[index - 1].text in _BEGINNINGS and token.kind in _TERMS
        if not begins or query.word(index):
            index += 1
            continue
        end = index
        while end < len(query.tokens) and query.tokens[end].text not in _ENDS:
            if end > index and query.word(end) not in ("", "A"):
                break
            end = query.partner[end] + 1 if query.tokens[end].kind == "open" else end + 1
        yield index, end
        index = end + 1


def triples(query: Structure, start: int, end: int) -> list[tuple[Span, Span, Span]]:
    """Return subject, verb and object of each pattern of a block; none if it is not plain."""
    subject, found = (start, start + 1), []
    for number, (begin, stop) in enumerate(query.split(start, end, ";")):
        if begin == stop:
            continue
        first = begin + 1 if number == 0 else begin
        (a, b), *others = query.split(first, stop, ",")
        object_start = _term_before(query, b)
        verb = (a, object_start)
        terms = [(object_start, b), *others]
        plain = all(
            x < y and _term_before(query, y) == x and query.tokens[x].kind in _TERMS
            for x, y in terms
        )
        if a >= object_start or not plain:
            return []
        found += [(subject, verb, term) for term in terms]
    return found


def _term_before(query: Structure, end: int) -> int:
    """Return where the term begins that ends before ``end``; a literal has several tokens."""
    if query.tokens[end - 1].kind == "language":
        return end - 2
    is_typed = query.is_text(end - 2, "^") and query.is_text(end - 3, "^")
    return end - 4 if is_typed and query.tokens[end - 4].kind == "string" else end - 1


def _corrected(
    query: Structure, subject: Span, verb: Span, term: Span, is_missing: Callable[[int], bool]
) -> str:
    """Return the pattern with the solution of length zero, or nothing if it needs none."""
    (s, _), (o, _) = subject, term
    constants = [index for index in (s, o) if query.tokens[index].kind in _CONSTANTS]
    if not constants or not _may_be_empty(query, *verb):
        return ""
    from_text, to_text = query.text(*subject), query.text(*term)
    if len(constants) > 1 and from_text != to_text:
        return ""
    constant = constants[0]
    if query.tokens[constant].kind not in _LITERALS and not is_missing(constant):
        return ""
    path, same = query.text(*verb), from_text if constant == s else to_text
    variable = "" if len(constants) > 1 else (to_text if constant == s else from_text)
    binding = f"BIND({same} AS {variable}) " if variable else ""
    # A literal cannot be a subject, so that the path is followed from behind.
    return (
        f"{{ {from_text} {path} {to_text} }} UNION "
        f"{{ {binding}FILTER NOT EXISTS {{ {same} {path} {same} }} }}"
    )


def _may_be_empty(query: Structure, start: int, end: int) -> bool:
    """Tell whether the path of these tokens may have length zero (SPARQL 1.1, rules 88 to 96)."""
    return any(
        all(_element(query, *element) for element in query.split(*alternative, "/"))
        for alternative in query.split(start, end, "|")
    )


def _element(query: Structure, start: int, end: int) -> bool:
    while start < end and query.tokens[start].text == "^":
        start += 1
    if start >= end:
        return False
    last = query.tokens[end - 1].text
    if last in ("*", "?"):
        return True
    if last == "+":
        end -= 1
    is_group = query.is_text(start, "(") and query.partner[start] == end - 1
    return is_group and _may_be_empty(query, start + 1, end - 1)
