"""The answers in README.md: run as a program, it writes them anew; a test compares them."""

import re
from pathlib import Path

from pyoxigraph import Literal, NamedNode, QuerySolutions, RdfFormat, Store

README = Path(__file__).parents[2] / "README.md"
_BLOCK = re.compile(
    r"(```sparql\n(?P<query>.*?)```\n\n)(?:<!-- answer -->\n|(?:\|[^\n]*\n)+)", re.DOTALL
)


def with_answers(text: str, store: Store) -> str:
    """Return ``text`` with the answer of ``store`` as a table behind each query."""
    return _BLOCK.sub(lambda match: match[1] + _table(match["query"], store) + "\n", text)


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
    README.write_text(with_answers(README.read_text(), graph))
