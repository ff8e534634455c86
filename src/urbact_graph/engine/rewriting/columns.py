"""The columns of SELECT *, in the order in which the query names them."""

from urbact_graph.engine.rewriting.structure import Edit, Structure


def star_of(query: Structure) -> int | None:
    """Return the token that is the star of the outermost SELECT; None if there is none."""
    for index in query.places("SELECT"):
        if query.depth[index] == 0:
            at = index + 1
            while query.word(at) in ("DISTINCT", "REDUCED"):
                at += 1
            return at if query.is_text(at, "*") else None
    return None


def column_edits(query: Structure, star: int, variables: list[str]) -> list[Edit]:
    """Write ``variables``, which the star stands for, in the place of it.

    The engine orders them by alphabet; every other one orders them as the query has them.
    """
    first: dict[str, int] = {}
    for index, token in enumerate(query.tokens):
        if token.kind == "variable":
            first.setdefault(token.text[1:], index)
    # What only an expression binds stands in the text, too.
    ordered = sorted(variables, key=lambda name: first.get(name, len(query.tokens)))
    text = "".join(f" ?{name}" for name in ordered)
    return [query.edit(star, star + 1, f"{text} ")] if ordered else []
