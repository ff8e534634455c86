"""Declares the customary prefixes that a query uses without declaring them."""

from collections.abc import Mapping

from urbact_graph.rdf.sparql import tokens


def declared(query: str, prefixes: Mapping[str, str]) -> str:
    """Return ``query`` with a declaration of each of ``prefixes`` that it uses and lacks.

    They stand in the query's first line, so that lines keep their numbers in messages.
    """
    used: set[str] = set()
    known: set[str] = set()
    previous = ""
    for token in tokens(query):
        if token.kind == "name" and ":" in token.text:
            prefix = token.text.partition(":")[0]
            (known if previous == "PREFIX" else used).add(prefix)
        previous = token.text.upper() if token.kind == "name" else ""
    missing = [name for name in prefixes if name in used - known]
    return "".join(f"PREFIX {name}: <{prefixes[name]}> " for name in missing) + query
