"""``urbact-graph query``."""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from urbact_graph.cli.options import setting_options
from urbact_graph.cli.question import Question, read_question
from urbact_graph.cli.results import is_empty, print_queries, print_results
from urbact_graph.dataset.building import build
from urbact_graph.engine.protocol import Answer, Request
from urbact_graph.engine.system import can_fork_workers
from urbact_graph.errors import QueryError
from urbact_graph.names import Names
from urbact_graph.problems import QUERY_TIMEOUT, ProblemError
from urbact_graph.progress import progress_bar
from urbact_graph.rdf.formats import FORMATS, RESULTS_JSON, format_named
from urbact_graph.rdf.solutions import solutions
from urbact_graph.rdf.terms import Term
from urbact_graph.settings import Settings
from urbact_graph.sources import build_folder, find_sources
from urbact_graph.stored.loading import load_queries

if TYPE_CHECKING:
    from urbact_graph.engine.protocol import Dataset

_FORMATS = ("table", *dict.fromkeys(form.name for form in FORMATS))
# Seconds; as good as none.
_NO_TIMEOUT = 1e6
# The largest length that a message between processes can have.
_LARGEST_ANSWER = 2**32 - 1


@click.command("query")
@click.argument("query", required=False)
@click.option(
    "--param",
    "-p",
    "params",
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter's value; a thing by its name, code or IRI.",
)
@click.option(
    "--format", "-f", "wanted", type=click.Choice(_FORMATS), default="table", show_default=True
)
@click.option(
    "--timeout",
    type=float,
    metavar="SECONDS",
    help="Longest time that the query may run; 0 for no limit. By default that of the server, "
    "10 s [URBACT_GRAPH_QUERY_TIMEOUT_SECONDS].",
)
@setting_options("dataset", "sources", "build_folder")
def command(
    query: str | None, params: tuple[str, ...], wanted: str, timeout: float | None, **given: Any
) -> None:
    """Query the graph without a server.

    QUERY is SPARQL, a file (FILE.rq, FILE.sparql), the name of a stored query, or - for standard
    input; without it the stored queries are listed. Exit code 0: answered, also with no row, which
    standard error says; 2: not answered. On Linux a query that runs too long is stopped; elsewhere
    it runs for as long as it takes.

    \b
    Examples:
      urbact-graph query
      urbact-graph query networks-of-city -p city=Wrocław
      urbact-graph query cities-on-theme -p theme=food -p country=PT --format csv
      urbact-graph query 'SELECT * WHERE { ?s ?p ?o } LIMIT 5'
      urbact-graph query ./long.rq --timeout 0
    """
    settings = Settings.load(**given, query_timeout_seconds=_seconds(timeout))
    sources = find_sources(settings)
    if query is None:
        print_queries(load_queries(sources.queries, sources.base))
        return
    question = read_question(query, params, sources)
    dataset = settings.dataset
    if dataset is None:
        with progress_bar("Building") as progress:
            dataset = build(sources, build_folder(settings, sources), progress).dataset
    answer = _answer(question, wanted, dataset, settings)
    stored = question.stored
    if wanted == "table" and answer.media_type == RESULTS_JSON:
        hidden = {parameter.name for parameter in stored.parameters} if stored else set()
        print_results(answer.content, settings.base_iri, hidden)
    else:
        click.echo(answer.content, nl=not answer.content.endswith(b"\n"))
    if is_empty(answer.content, answer.media_type):
        click.echo(_nothing(question), err=True)


def _seconds(timeout: float | None) -> float | None:
    """Return the limit that ``--timeout`` sets; None where it is not given."""
    if timeout is None:
        return None
    if math.isnan(timeout) or timeout < 0:
        raise QueryError(
            f"The timeout cannot be {timeout:g}; write --timeout with seconds, or 0 for no limit."
        )
    return min(timeout, _NO_TIMEOUT) or _NO_TIMEOUT


def _answer(question: Question, wanted: str, dataset: Path, settings: Settings) -> Answer:
    """Evaluate in a worker process, which a query can crash, and which no query can leave.

    Where no worker can be forked, this process evaluates, without a limit of time.
    """
    is_table = wanted == "table"
    # A table is made from JSON; the results that cannot be a table are shown as Turtle.
    results = format_named("json" if is_table else wanted, "results")
    graph = format_named("ttl" if is_table else wanted, "graph")
    settings = settings.model_copy(update={"max_running_queries": 1})
    with _engine(settings, dataset) as engine:
        request = Request(
            query=question.text,
            results_format=results.media_type if results else None,
            graph_format=graph.media_type if graph else None,
            max_result_bytes=_LARGEST_ANSWER,
            substitutions=_terms(question, engine, settings.base_iri),
        )
        try:
            return engine.query(request)
        except ProblemError as error:
            if error.problem is QUERY_TIMEOUT:
                raise QueryError(
                    f"The query was stopped after {settings.query_timeout_seconds:g} s; allow it "
                    "more with --timeout SECONDS, or any time with --timeout 0."
                ) from None
            raise


def _engine(settings: Settings, file: Path) -> "Dataset":
    # They take longer to import than the help may.
    from urbact_graph.engine.source import Source  # noqa: PLC0415

    if not can_fork_workers():
        from urbact_graph.engine.embedded import EmbeddedDataset  # noqa: PLC0415

        return EmbeddedDataset(settings, Source(file))
    from urbact_graph.engine.local import LocalEngine  # noqa: PLC0415

    return LocalEngine(settings, Source(file))


def _terms(question: Question, engine: "Dataset", base: str) -> dict[str, str]:
    """Return the terms of the parameters in N-Triples, as the graph in ``engine`` names them."""
    if question.stored is None:
        return {}

    def select(query: str) -> Iterator[Mapping[str, Term]]:
        return solutions(engine.query(Request(query, RESULTS_JSON, None, _LARGEST_ANSWER)).content)

    terms = question.stored.bind(question.given, base, Names(select, base))
    return {name: str(term) for name, term in terms.items()}


def _nothing(question: Question) -> str:
    """Say that an answer is empty, which is no mistake."""
    given = ", ".join(f"{name}={value}" for name, value in question.given.items())
    what = f"with {given}" if given else "that fits the query"
    return f"The graph has nothing {what}: the answer is empty."
