"""Properties of corrections that hold for any text, and for any query made of stored ones."""

import re
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st
from pyoxigraph import Store

from tests.support.tables import for_each
from urbact_graph.engine.admission import admit
from urbact_graph.engine.rewriting import corrected
from urbact_graph.engine.rewriting.structure import Structure
from urbact_graph.problems import ProblemError
from urbact_graph.rdf.sparql import tokens

QUERIES = [
    path.read_text(encoding="utf-8")
    for path in sorted((Path(__file__).parents[3] / "queries").glob("*.rq"))
]
PIECES = sorted(
    {token.text for query in QUERIES for token in tokens(query)}
    | {"ORDER BY", "GRAPH ?g", "REPLACE(", "<x:a>", "*", "?", "TRUE", "||", "GROUP_CONCAT(", "<<"}
)
TEXTS = (
    st.text(st.sampled_from(" \n\t\"'\\<>{}()[]?$:;,.|&!^*+-/#@ab1é\ufeff\U0001f600")) | st.text()
)


def is_query(text: str) -> bool:
    try:
        admit(text, max_query_bytes=64_000, max_nesting_depth=100)
        Store().query(text)
    except (ProblemError, SyntaxError):
        return False
    return True


@given(TEXTS | st.lists(st.sampled_from(PIECES)).map(" ".join))
@example("'")
@example('"""a')
@example("<a> <")
@example("a:%")
def test_tokens_are_parts_of_the_text_in_turn(text: str) -> None:
    end = 0
    for token in tokens(text):
        assert text[token.start : token.end] == token.text
        assert token.start >= end
        # Between them are only spaces, and comments, which end with the line.
        between = re.sub(r"#[^\r\n]*", "", text[end : token.start])
        assert not between.replace("\ufeff", "").strip()
        end = token.end


@given(TEXTS | st.lists(st.sampled_from(PIECES)).map(" ".join))
def test_any_text_has_a_structure_and_can_be_corrected(text: str) -> None:
    structure = Structure(text)
    for index, other in structure.partner.items():
        assert structure.partner[other] == index
    for is_thorough in (False, True):
        assert isinstance(
            corrected(text, lambda _: True, lambda: ["x:g"], is_thorough=is_thorough), str
        )


@given(st.data())
def test_what_is_a_query_stays_one(data: st.DataObject) -> None:
    query = data.draw(st.sampled_from(QUERIES))
    found = list(tokens(query))
    start = data.draw(st.integers(0, len(found) - 1))
    end = data.draw(st.integers(start, min(start + 3, len(found))))
    inserted = data.draw(st.lists(st.sampled_from(PIECES), max_size=3))
    last = found[end].start if end < len(found) else len(query)
    text = f"{query[: found[start].start]} {' '.join(inserted)} {query[last:]}"
    if is_query(text):
        new = corrected(text, lambda _: True, lambda: ["x:g"], is_thorough=True)
        Store().query(new)


@for_each("query", QUERIES)
def test_stored_queries_stay_queries(query: str) -> None:
    Store().query(corrected(query, lambda _: True, lambda: ["x:g"], is_thorough=True))
