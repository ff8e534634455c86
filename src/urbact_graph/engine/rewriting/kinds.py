"""Which values the engine compares rightly: those of one kind; and which calls have only such."""

from urbact_graph.engine.rewriting.structure import Structure

# The values of these functions are of one kind: what has no value is not compared.
_OF_ONE_KIND = frozenset(
    (
        *("ABS", "AVG", "BOUND", "CEIL", "CONCAT", "CONTAINS", "COUNT", "DAY", "ENCODE_FOR_URI"),
        *("FLOOR", "GROUP_CONCAT", "HOURS", "IRI", "ISBLANK", "ISIRI", "ISLITERAL", "ISNUMERIC"),
        *("ISURI", "LANG", "LANGMATCHES", "LCASE", "MD5", "MINUTES", "MONTH", "RAND", "REGEX"),
        *("REPLACE", "ROUND", "SECONDS", "SHA1", "SHA256", "SHA384", "SHA512", "STR", "STRAFTER"),
        *("STRBEFORE", "STRENDS", "STRLEN", "STRSTARTS", "STRUUID", "SUBSTR", "TIMEZONE", "TZ"),
        *("UCASE", "URI", "UUID", "YEAR"),
    )
)


def is_call_of_one_kind(query: Structure, start: int, end: int) -> bool:
    """Tell whether the tokens from ``start`` to ``end`` call a function of values of one kind."""
    is_call = query.is_text(start + 1, "(") and query.partner[start + 1] == end - 1
    return is_call and query.word(start) in _OF_ONE_KIND
