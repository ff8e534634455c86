"""The answers in the documents: run as a program, it writes them anew; a test compares them."""

import re
from pathlib import Path

from pyoxigraph import Literal, NamedNode, QuerySolutions, RdfFormat, Store

_ROOT = Path(__file__).parents[2]
DOCUMENTS = (_ROOT / "README.md", _ROOT / "docs" / "data-changes.md")
_ONTOLOGY = "https://w3id.org/urbact-graph/ontology#"
_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_BLOCK = r"(```{fence}\n(?P<query>[^`]*)```\n\n)(?:<!-- answer -->\n|(?:\|[^\n]*\n)+)"


def with_answers(text: str, store: Store, fence: str = "sparql") -> str:
    """Return ``text`` with the answer of ``store`` as a table behind each query.

    The queries are those in blocks of code that begin with ``fence``: ``sparql before`` marks those
    of docs/data-changes.md that are for the edition before.
    """
    block = re.compile(_BLOCK.replace("{fence}", fence))
    return block.sub(lambda match: match[1] + _table(match["query"], store) + "\n", text)


def count_of(store: Store, name: str) -> int:
    """Count the things of a class that docs/data-changes.md names, such as urb:City."""
    term = NamedNode(f"{_ONTOLOGY}{name.strip('`').removeprefix('urb:')}")
    return len(set(store.quads_for_pattern(None, _TYPE, term, None)))


def _table(query: str, store: Store) -> str:
    results = store.query(query)
    assert isinstance(results, QuerySolutions)
    names = [variable.value for variable in results.variables]
    rows = [[_shown(solution[name]) for name in names] for solution in results]
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _shown(term: object) -> str:
    return term.value.replace("|", "\\|") if isinstance(term, (Literal, NamedNode)) else ""


if __name__ == "__main__":
    graph = Store()
    graph.load(path="build/urbact-graph.nt", format=RdfFormat.N_TRIPLES)
    for document in DOCUMENTS:
        document.write_text(with_answers(document.read_text(), graph))
