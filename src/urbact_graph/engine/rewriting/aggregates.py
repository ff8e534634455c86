"""Corrections of aggregates over values that are no plain strings, or have errors among them."""

from urbact_graph.engine.rewriting.structure import Edit, Structure


def aggregate_edits(query: Structure) -> list[Edit]:
    """Write what GROUP_CONCAT and COUNT aggregate so that the engine finds a value.

    GROUP_CONCAT joins the texts of terms (SPARQL 1.1, section 18.5.1.7); the engine joins strings
    only, and keeps their language. COUNT leaves out what has no value (section 18.5.1.2); the
    engine does so for variables only.
    """
    edits = []
    for index in query.places("GROUP_CONCAT", "COUNT"):
        if not query.is_text(index + 1, "("):
            continue
        (start, end), *_ = query.split(index + 2, query.partner[index + 1], ";")
        is_distinct = query.word(start) == "DISTINCT"
        value = query.text(start + is_distinct, end)
        if not value:
            continue
        if query.word(index) == "GROUP_CONCAT":
            edits.append(query.edit(start + is_distinct, end, f"STR({value})"))
        elif not is_distinct and end - start > 1:
            counted = f"SUM(COALESCE(IF(isIRI({value}),1,1),0))"
            edits.append(query.edit(index, query.partner[index + 1] + 1, counted))
    return edits
