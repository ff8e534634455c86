"""Regular expressions that the engine cannot read are refused, not evaluated to nothing."""

import pytest

from tests.engine.rewriting.asking import PREFIXES, column
from urbact_graph.problems import ProblemError


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        ('REGEX(?x, "(")', r'the regular expression "\(" cannot be read'),
        ('REGEX(?x, "[a")', "cannot be read"),
        ('regex(?x, "*a")', "cannot be read"),
        ('REGEX(?x, "a{2,1}")', "cannot be read"),
        (r'REGEX(?x, "\\")', "cannot be read"),
        (r'REGEX(?x, "\\p{Nowhere}")', "cannot be read"),
        ("REGEX(STR(?x), '''a(''', 'i')", "cannot be read"),
        ('REGEX(?x, "a", "g")', "no flag 'g'"),
        ('REGEX(?x, "(?!a)")', "no look-ahead"),
        ('REGEX(?x, "(?<=a)b")', "no look-ahead and look-behind"),
        (r'REGEX(?x, "(a)\\1")', "no references to their groups"),
        (r'REGEX(?x, "\\i\\c*")', r"no \\i and \\c"),
        ('REPLACE(?x, "+", "")', "cannot be read"),
        ('REPLACE(?x, "a", "", "z")', "no flag 'z'"),
        ('(EXISTS { FILTER(REGEX(?x, ")")) })', "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_a_mistake_at_its_place(call: str, reason: str) -> None:
    with pytest.raises(ProblemError, match=reason) as caught:
        column(f'SELECT ({call} AS ?y) {{ VALUES ?x {{ "a" }} }}')
    line, column_of_it = (caught.value.extensions[name] for name in ("line", "column"))
    assert line == 1
    assert isinstance(column_of_it, int)
    assert column_of_it > len(PREFIXES)


@pytest.mark.parametrize(
    ("call", "value"),
    [
        ('REGEX("C++", "+", "q")', "true"),
        ('REGEX("a.b", "A.B", "ix")', "true"),
        (r'REGEX("(", "\\(")', "true"),
        ("REGEX('x', '''x''')", "true"),
        ('REGEX("x", ?pattern)', ""),
        ('CONCAT("REGEX(", "(")', "REGEX(("),
    ],
)
def test_others_are_evaluated(call: str, value: str) -> None:
    assert column(f"SELECT ({call} AS ?y) {{ VALUES ?pattern {{ '(' }} }}") == [value]
