"""Corrections of ORDER BY: values of several kinds get a total order.

The engine compares two numbers, or two dates, by value, and values of different kinds by their
text. So 9 < 10 and "10" < "5" < "9" form a circle: short lists come in a wrong order, and long ones
end the process. A key before each such key keeps the kinds apart. SPARQL 1.1 (section 15.1) leaves
open which kind of literal comes first.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from urbact_graph.engine.rewriting.kinds import is_call_of_one_kind
from urbact_graph.engine.rewriting.structure import Edit, Structure

_STRING = "<http://www.w3.org/2001/XMLSchema#string>"
# Texts are one kind; numbers another, after NaN, which is not even equal to itself. Other literals
# are of the kind of their datatype. Triple terms come last (SPARQL 1.2, section 15.1). Other terms
# have no kind: their order is total.
_KIND = (
    'IF(isTRIPLE({x}),3,IF(LANG({x})!="",2,IF(isNumeric({x}),IF({x}={x},1,0),'
    f"IF(DATATYPE({{x}})={_STRING},2,DATATYPE({{x}})))))"
)
# Times with a zone and those without have no order among each other; triple terms are compared by
# their objects, which may be of several kinds, too.
_HAS_ZONE = 'COALESCE(TZ({x})!="",false)'
_KIND_OF_OBJECT = _KIND.replace("{x}", "OBJECT({x})")
_TERM_KINDS = frozenset(("iri", "name", "variable"))


@dataclass(frozen=True)
class _Condition:
    """A condition of ORDER BY: its tokens from ``start`` to ``end``, and the value to order by."""

    start: int
    end: int
    value: tuple[int, int]
    direction: str


def order_edits(query: Structure, *, is_thorough: bool) -> list[Edit]:
    """Put a key for the kind before each key of ORDER BY whose values can be of several kinds.

    With ``is_thorough`` so do kinds that hardly ever meet, at the cost of time.
    """
    edits = []
    for index in query.places("ORDER"):
        if query.word(index + 1) != "BY":
            continue
        for condition in _conditions(query, index + 2):
            if not _is_of_one_kind(query, index, condition):
                value = query.text(*condition.value)
                rare = [_HAS_ZONE, _KIND_OF_OBJECT] if is_thorough else []
                keys = [_KIND, *rare, "{x}"]
                text = " ".join(f"{condition.direction}({key})" for key in keys)
                edits.append(
                    query.edit(condition.start, condition.end, text.replace("{x}", f"({value})"))
                )
    return edits


def _conditions(query: Structure, start: int) -> Iterator[_Condition]:
    """Yield the conditions that follow ORDER BY (SPARQL 1.1, rule 24)."""
    index = start
    while index < len(query.tokens):
        token, word = query.tokens[index], query.word(index)
        has_brackets = query.is_text(index + 1, "(")
        if word in ("ASC", "DESC") and has_brackets:
            end = query.partner[index + 1] + 1
            yield _Condition(index, end, (index + 2, end - 1), word)
        elif token.kind == "variable":
            end = index + 1
            yield _Condition(index, end, (index, end), "ASC")
        elif token.text == "(":
            end = query.partner[index] + 1
            yield _Condition(index, end, (index + 1, end - 1), "ASC")
        elif token.kind in ("name", "iri") and has_brackets:
            end = query.partner[index + 1] + 1
            yield _Condition(index, end, (index, end), "ASC")
        else:
            return
        index = end


def _is_of_one_kind(query: Structure, order: int, condition: _Condition) -> bool:
    start, end = condition.value
    while query.is_text(start, "(") and query.partner[start] == end - 1:
        start, end = start + 1, end - 1
    if is_call_of_one_kind(query, start, end):
        return True
    if end - start != 1 or query.tokens[start].kind != "variable":
        return False
    name = query.tokens[start].text[1:]
    # The group of patterns is the last one before: between are GROUP BY and HAVING.
    closings = (
        index
        for index in range(order - 1, -1, -1)
        if query.tokens[index].text == "}" and query.depth[index] == query.depth[order]
    )
    closing = next(closings, None)
    if closing is None:
        return False
    opening = query.partner[closing]
    return _is_subject(query, name, opening, closing) or _is_alias_of_one_kind(query, name, opening)


def _is_subject(query: Structure, name: str, opening: int, closing: int) -> bool:
    """Tell whether a pattern of the group itself has the variable as its subject."""
    for index in range(opening + 1, closing - 1):
        token = query.tokens[index]
        if (
            token.kind == "variable"
            and token.text[1:] == name
            and query.depth[index] == query.depth[opening] + 1
            and query.tokens[index - 1].text in ("{", "}", ".")
            and (query.tokens[index + 1].kind in _TERM_KINDS)
        ):
            return True
    return False


def _is_alias_of_one_kind(query: Structure, name: str, opening: int) -> bool:
    """Tell whether the SELECT before the group ``opening`` computes the variable as of one kind."""
    for index in range(opening - 1, -1, -1):
        if query.depth[index] != query.depth[opening]:
            continue
        if query.word(index) == "SELECT":
            return False
        if query.tokens[index].text == "(":
            end = query.partner[index]
            if query.word(end - 2) == "AS" and query.tokens[end - 1].text[1:] == name:
                return is_call_of_one_kind(query, index + 1, end - 2)
    return False
