"""The magic ``%%sparql`` of notebooks: a cell of SPARQL, answered by a table, a chart or a map.

``%load_ext urbact_graph`` loads it (IPython, "Creating extensions").
"""

from keyword import iskeyword
from typing import TYPE_CHECKING, Any, cast

from IPython.core.magic import Magics, cell_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring

from urbact_graph.client.charts import chart_of, map_of
from urbact_graph.client.graph import Graph
from urbact_graph.errors import QueryError

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

# The variable of the notebook that is queried, if it is a graph.
_GRAPH = "graph"


@magics_class
class SparqlMagics(Magics):
    """The magic ``%%sparql``, for the graph that the notebook calls ``graph``, or else opens."""

    @cell_magic
    @magic_arguments()
    @argument("name", nargs="?", help="the variable that the answer is assigned to")
    @argument("--chart", action="store_true", help="draw the numbers by the first column")
    @argument("--map", action="store_true", help="draw the places")
    @argument("--short", action="store_true", help="write IRIs as prefixed names and paths")
    @argument("--bind", action="append", default=[], metavar="NAME=EXPRESSION", help="bind ?NAME")
    def sparql(self, line: str, cell: str) -> Any:
        """Answer the cell, a SPARQL query.

        ``%%sparql found --chart --bind theme=graph.iri("theme/food")`` binds ?theme, draws the
        answer and keeps it as ``found``. An expression has no spaces.

        Raises:
            QueryError: an option does not fit.
            ProblemError: the query has a mistake, or met a limit.
        """
        given = parse_argstring(self.sparql, line)
        if given.chart and given.map:
            raise QueryError("A cell is drawn as a chart or as a map; give one of the options.")
        if given.name and (not given.name.isidentifier() or iskeyword(given.name)):
            raise QueryError(f"{given.name!r} cannot be the name of a variable; write another.")
        terms = dict(self._bound(text) for text in given.bind)
        graph = self._graph()
        answer = graph.sparql(cell, short=given.short, as_geo=given.map, **terms)
        if given.name:
            self._namespace[given.name] = answer
        if given.chart:
            return chart_of(answer)
        return map_of(answer) if given.map else answer

    @property
    def _namespace(self) -> dict[str, Any]:
        return cast("dict[str, Any]", self.shell.user_ns)

    def _graph(self) -> Graph:
        found = self._namespace.get(_GRAPH)
        if isinstance(found, Graph):
            return found
        from urbact_graph import client  # noqa: PLC0415 - it imports this room

        opened = client.open()
        self._namespace[_GRAPH] = opened
        return opened

    def _bound(self, text: str) -> tuple[str, Any]:
        name, equals, expression = text.partition("=")
        if not (name and equals and expression):
            raise QueryError(f"--bind {text} binds nothing; write --bind NAME=EXPRESSION.")
        return name.lstrip("?$"), self.shell.ev(expression)


def load_ipython_extension(shell: "InteractiveShell") -> None:
    """Register the magics of this module in ``shell``."""
    shell.register_magics(SparqlMagics)
