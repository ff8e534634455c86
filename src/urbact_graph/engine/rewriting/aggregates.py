"""Corrections of aggregates over values that are no plain strings, or have errors among them."""

from urbact_graph.engine.rewriting.kinds import is_call_of_one_kind
from urbact_graph.engine.rewriting.structure import Edit, Structure

_STRING = "<http://www.w3.org/2001/XMLSchema#string>"
# Noncharacters, which no text that is exchanged holds (Unicode, section 23.7): between them stands
# what tells terms of the same text apart.
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
_TERM = (
    f'CONCAT(STR({{x}}),"{_OPEN}",'
    'COALESCE(CONCAT(STR(DATATYPE({x}))," ",LANG({x})," ",COALESCE(LANGDIR({x}),"")),""),'
    f'"{_CLOSE}")'
)
_WITHOUT_KINDS = f'"{_OPEN}[^{_CLOSE}]*{_CLOSE}",""'
_IS_NUMBER = "(isNumeric({x})&&{x}={x})"
_IS_TEXT = f'COALESCE(LANG({{x}})!=""||DATATYPE({{x}})={_STRING},false)'
# The least value is one that is neither number nor text; if there is none, the least number; if
# there is none, a text. Texts behind all others stand for the latter two.
_NUMBERS, _TEXTS = '"\U0010ffff1"', '"\U0010ffff2"'
_LEAST = f"MIN(IF({_IS_NUMBER},{_NUMBERS},IF({_IS_TEXT},{_TEXTS},{{x}})))"
_LEAST_NUMBER = f"MIN(IF({_IS_NUMBER},{{x}},1e0/0))"
_MIN = (
    f"IF(sameTerm({_LEAST},{_NUMBERS}),{_LEAST_NUMBER},"
    f"IF(sameTerm({_LEAST},{_TEXTS}),MIN({{x}}),{_LEAST}))"
)
# The greatest value is a text or a triple term; if there is none, the greatest number. IRIs, which
# are before all literals, stand for what is no text.
_NUMBER, _OTHER = "<urn:x:2>", "<urn:x:1>"
_GREATEST = f"MAX(IF({_IS_TEXT}||isTRIPLE({{x}}),{{x}},IF({_IS_NUMBER},{_NUMBER},{_OTHER})))"
_GREATEST_NUMBER = f"MAX(IF({_IS_NUMBER},{{x}},-1e0/0))"
_MAX = (
    f"IF(sameTerm({_GREATEST},{_NUMBER}),{_GREATEST_NUMBER},"
    f"IF(sameTerm({_GREATEST},{_OTHER}),MAX({{x}}),{_GREATEST}))"
)
_EXTREMES = {"MIN": _MIN, "MAX": _MAX}
# A longer expression is aggregated as it is, as the text would grow by many times its length.
_LONGEST_VALUE = 500


def aggregate_edits(query: Structure) -> list[Edit]:
    """Write what is aggregated so that the engine finds the value.

    GROUP_CONCAT joins the texts of terms (SPARQL 1.1, section 18.5.1.7), with DISTINCT those of
    different terms (18.5.1); the engine joins strings only, and keeps their language. COUNT leaves
    out what has no value (18.5.1.2); the engine does so for variables only. MIN and MAX are the
    first and the last by ORDER BY (18.5.1.5); the engine compares values of different kinds by
    their text, so that the result hangs on the order of the rows.
    """
    edits = []
    for index in query.places("GROUP_CONCAT", "COUNT", "MIN", "MAX"):
        if not query.is_text(index + 1, "("):
            continue
        closing = query.partner[index + 1]
        (start, end), *_ = query.split(index + 2, closing, ";")
        is_distinct = query.word(start) == "DISTINCT"
        start += is_distinct
        value, word = query.text(start, end), query.word(index)
        if not value:
            continue
        if word == "GROUP_CONCAT":
            edits += _joined(query, index, (start, end), is_distinct=is_distinct)
        elif word == "COUNT":
            if not is_distinct and end - start > 1:
                counted = f"SUM(COALESCE(IF(isIRI({value}),1,1),0))"
                edits.append(query.edit(index, closing + 1, counted))
        elif len(value) <= _LONGEST_VALUE and not is_call_of_one_kind(query, start, end):
            written = _EXTREMES[word].replace("{x}", value if end - start == 1 else f"({value})")
            edits.append(query.edit(index, closing + 1, written))
    return edits


def _joined(
    query: Structure, index: int, value: tuple[int, int], *, is_distinct: bool
) -> list[Edit]:
    """Write the GROUP_CONCAT at ``index``; its value are the tokens in ``value``."""
    text = query.text(*value)
    is_text = query.word(value[0]) == "STR" and is_call_of_one_kind(query, *value)
    if not is_distinct or is_text or len(text) > _LONGEST_VALUE:
        return [query.edit(*value, f"STR({text})")]
    first, last = query.tokens[index], query.tokens[query.partner[index + 1]]
    return [
        Edit(first.start, first.start, "REPLACE("),
        query.edit(*value, _TERM.replace("{x}", f"({text})")),
        Edit(last.end, last.end, f",{_WITHOUT_KINDS})"),
    ]
