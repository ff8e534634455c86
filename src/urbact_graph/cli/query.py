"""``urbact-graph query``."""

import difflib
import re
import sys
from pathlib import Path
from typing import Any

import click
from pyoxigraph import Literal, QueryResultsFormat, QuerySolutions, parse_query_results
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from urbact_graph.cli.curating import built
from urbact_graph.cli.options import setting_options
from urbact_graph.engine.local import Engine
from urbact_graph.engine.messages import Request
from urbact_graph.errors import QueryError
from urbact_graph.rdf.formats import FORMATS, RESULTS_JSON, format_named
from urbact_graph.queries import StoredQuery, load_queries, load_query
from urbact_graph.settings import Settings
from urbact_graph.sources import GraphSources, build_folder, find_sources

_FORMATS = ("table", *dict.fromkeys(form.name for form in FORMATS))
_NO_DEADLINE = 1e6
# What the length of a message can tell.
_LARGEST_ANSWER = 2**32 - 1
# The first line of a query with a header; others are plain SPARQL.
_TITLE = re.compile(r"\s*# title:")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


@click.command()
@click.argument("query", required=False)
@click.option(
    "--param", "-p", "params", multiple=True, metavar="NAME=VALUE", help="A parameter's value."
)
@click.option(
    "--format", "-f", "wanted", type=click.Choice(_FORMATS), default="table", show_default=True
)
@setting_options("dataset", "sources", "build_folder")
def query(query: str | None, params: tuple[str, ...], wanted: str, **given: Any) -> None:
    """Ask the graph, without a server.

    QUERY is SPARQL, a file (FILE.rq), the name of a stored query, or - for standard input;
    without it the stored queries are listed.

    \b
    Examples:
      urbact-graph query
      urbact-graph query partners-of-network -p network=network/cope
      urbact-graph query 'SELECT * WHERE { ?s ?p ?o } LIMIT 5' --format csv
    """
    settings = Settings.load(**given)
    sources = find_sources(settings)
    console = Console()
    if query is None:
        _list(load_queries(sources.queries, sources.base), console)
        return
    text, terms, names = _question(query, params, sources, settings)
    dataset = settings.dataset or built(sources, build_folder(settings, sources)).dataset
    table = wanted == "table"
    # A table is made from JSON; what cannot be one is shown as Turtle.
    results = format_named("json" if table else wanted, "results")
    graph = format_named("ttl" if table else wanted, "graph")
    request = Request(
        query=text,
        results_format=results.media_type if results else None,
        graph_format=graph.media_type if graph else None,
        max_result_bytes=_LARGEST_ANSWER,
        substitutions=terms,
        prefixes={"urb": f"{settings.base_iri}ontology#"},
    )
    # Nobody else waits for a query of one's own; but it may crash a worker, and call nobody.
    alone = settings.model_copy(update={"max_running_queries": 1, "query_timeout_seconds": _NO_DEADLINE})
    with Engine(alone, dataset) as engine:
        answer = engine.query(request)
    if table and answer.media_type == RESULTS_JSON:
        _print_table(answer.content, settings.base_iri, console, names)
    else:
        click.echo(answer.content, nl=not answer.content.endswith(b"\n"))


def _question(
    query: str, params: tuple[str, ...], sources: GraphSources, settings: Settings
) -> tuple[str, dict[str, str], set[str]]:
    """Return the query's text, what it binds (RDF terms in N-Triples), all its parameters."""
    given: dict[str, str] = {}
    for name, value in map(_pair, params):
        if name in given:
            raise QueryError(f"The parameter {name} is given twice; give it once.")
        given[name] = value
    stored = _stored(query, sources)
    if stored is not None:
        terms = stored.bind(given, settings.base_iri)
        bound = {name: str(term) for name, term in terms.items()}
        return stored.text, bound, {parameter.name for parameter in stored.parameters}
    if given:
        raise QueryError("Only stored queries take parameters; leave out --param.")
    return _text(query), {}, set()


def _stored(query: str, sources: GraphSources) -> StoredQuery | None:
    if query.endswith(".rq"):
        return load_query(Path(query), sources.base) if _TITLE.match(_text(query)) else None
    # A name is one word; SPARQL never is.
    if query == "-" or re.search(r"[\s{]", query):
        return None
    known = load_queries(sources.queries, sources.base)
    if query in known:
        return known[query]
    close = difflib.get_close_matches(query, known, n=3)
    hint = f"did you mean {' or '.join(close)}?" if close else "`urbact-graph query` lists them."
    raise QueryError(f"There is no stored query '{query}'; {hint}")


def _text(query: str) -> str:
    """Return the SPARQL that the argument is, or names."""
    try:
        if query == "-":
            text = sys.stdin.read()
        elif query.endswith(".rq"):
            text = Path(query).read_text(encoding="utf-8-sig")
        else:
            text = query
        text.encode()
    except UnicodeError:
        raise QueryError("The query is not UTF-8; save or type it as UTF-8.") from None
    except OSError as error:
        raise QueryError(f"The query {query} cannot be read: {error.strerror}.") from None
    return text


def _pair(param: str) -> tuple[str, str]:
    name, equals, value = param.partition("=")
    if not equals:
        raise QueryError(f"The parameter '{param}' has no value; write --param {param}=VALUE.")
    return name, value


def _list(queries: dict[str, StoredQuery], console: Console) -> None:
    rows = [
        [name, stored.question, ", ".join(p.name for p in stored.parameters)]
        for name, stored in sorted(queries.items())
    ]
    console.print(_table(["name", "question", "parameters"], rows))


def _print_table(content: bytes, base: str, console: Console, params: set[str]) -> None:
    results = parse_query_results(content, format=QueryResultsFormat.JSON)
    if not isinstance(results, QuerySolutions):
        console.print("yes" if results else "no")
        return
    # A parameter's column repeats in every row what was asked.
    names = [v.value for v in results.variables if v.value not in params]
    rows = [[_shown(solution[name], base) for name in names] for solution in results]
    table = _table(names, rows)
    if Measurement.get(console, console.options, table).maximum >= console.width:
        # Too wide: the name of a thing says more to a reader than its IRI.
        shown = [i for i, name in enumerate(names) if f"{name}Label" not in names]
        table = _table([names[i] for i in shown], [[row[i] for i in shown] for row in rows])
    console.print(table)
    console.print(f"{len(rows):,} row{'' if len(rows) == 1 else 's'}")


def _table(names: list[str], rows: list[list[str]]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for index, name in enumerate(names):
        numeric = bool(rows) and all(_NUMBER.fullmatch(row[index]) for row in rows)
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        # As text: what stands in the data is no markup.
        table.add_row(*map(Text, row))
    return table


def _shown(term: object, base: str) -> str:
    if term is None:
        return ""
    if isinstance(term, Literal):
        return term.value
    return str(getattr(term, "value", term)).removeprefix(base)
