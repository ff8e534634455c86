"""``urbact-graph query``."""

import difflib
import re
import sys
from pathlib import Path
from typing import Any

import click

from urbact_graph.cli.options import setting_options
from urbact_graph.cli.results import print_queries, print_results
from urbact_graph.dataset.building import build
from urbact_graph.engine.protocol import Answer, Request
from urbact_graph.errors import QueryError
from urbact_graph.progress import progress_bar
from urbact_graph.queries import StoredQuery, load_queries, load_query
from urbact_graph.rdf.formats import FORMATS, RESULTS_JSON, format_named
from urbact_graph.settings import Settings
from urbact_graph.sources import GraphSources, build_folder, find_sources

_FORMATS = ("table", *dict.fromkeys(form.name for form in FORMATS))
_NO_DEADLINE = 1e6
# The largest length that a message between processes can have.
_LARGEST_ANSWER = 2**32 - 1
# The first line of a stored query's header; a file without it is plain SPARQL.
_TITLE = re.compile(r"\s*# title:")


@click.command("query")
@click.argument("query", required=False)
@click.option(
    "--param", "-p", "params", multiple=True, metavar="NAME=VALUE", help="A parameter's value."
)
@click.option(
    "--format", "-f", "wanted", type=click.Choice(_FORMATS), default="table", show_default=True
)
@setting_options("dataset", "sources", "build_folder")
def command(query: str | None, params: tuple[str, ...], wanted: str, **given: Any) -> None:
    """Query the graph without a server.

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
    if query is None:
        print_queries(load_queries(sources.queries, sources.base))
        return
    text, terms, names = _question(query, params, sources, settings)
    is_table = wanted == "table"
    # A table is made from JSON; the results that cannot be a table are shown as Turtle.
    results = format_named("json" if is_table else wanted, "results")
    graph = format_named("ttl" if is_table else wanted, "graph")
    request = Request(
        query=text,
        results_format=results.media_type if results else None,
        graph_format=graph.media_type if graph else None,
        max_result_bytes=_LARGEST_ANSWER,
        substitutions=terms,
    )
    dataset = settings.dataset
    if dataset is None:
        with progress_bar("Building") as progress:
            dataset = build(sources, build_folder(settings, sources), progress).dataset
    answer = _evaluated(request, dataset, settings)
    if is_table and answer.media_type == RESULTS_JSON:
        print_results(answer.content, settings.base_iri, hidden=names)
    else:
        click.echo(answer.content, nl=not answer.content.endswith(b"\n"))


def _evaluated(request: Request, dataset: Path, settings: Settings) -> Answer:
    """Evaluate in a worker process, which a query can crash, and which no query can leave."""
    # The engine takes longer to import than the help may.
    from urbact_graph.engine.local import LocalEngine, Source  # noqa: PLC0415

    # No other query waits for this one, so it has no time limit.
    limits = {"max_running_queries": 1, "query_timeout_seconds": _NO_DEADLINE}
    with LocalEngine(settings.model_copy(update=limits), Source(dataset)) as engine:
        return engine.query(request)


def _question(
    query: str, params: tuple[str, ...], sources: GraphSources, settings: Settings
) -> tuple[str, dict[str, str], set[str]]:
    """Return the query's text, the terms of its parameters in N-Triples, and all their names."""
    given: dict[str, str] = {}
    for param in params:
        name, equals, value = param.partition("=")
        if not equals:
            raise QueryError(f"The parameter '{param}' has no value; write --param {param}=VALUE.")
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
    # A name is one word, SPARQL never is.
    if query == "-" or re.search(r"[\s{]", query):
        return None
    known = load_queries(sources.queries, sources.base)
    if query in known:
        return known[query]
    close = difflib.get_close_matches(query, known, n=3)
    hint = f"did you mean {' or '.join(close)}?" if close else "`urbact-graph query` lists them."
    raise QueryError(f"There is no stored query '{query}'; {hint}")


def _text(query: str) -> str:
    """Return the SPARQL that the argument is, or that the file it names holds."""
    try:
        if query == "-":
            text = sys.stdin.read()
        elif query.endswith(".rq"):
            text = Path(query).read_text(encoding="utf-8-sig")
        else:
            text = query
        text.encode()
    except UnicodeError:
        raise QueryError("The query is not UTF-8; write it in UTF-8.") from None
    except OSError as error:
        raise QueryError(
            f"The query file {query} cannot be read ({error.strerror}); name one that can."
        ) from None
    return text
