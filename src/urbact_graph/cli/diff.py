"""``urbact-graph diff``."""

import json
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from rich.console import Console
from rich.text import Text

from urbact_graph.cli.curating import built
from urbact_graph.cli.options import setting_options
from urbact_graph.cli.progress import spinner
from urbact_graph.dataset.building import DATASET_NAME
from urbact_graph.history.commits import ONTOLOGY, CommitsError, Repository
from urbact_graph.history.diff import (
    Change,
    Comparison,
    Facts,
    Kind,
    compare,
    read_facts,
)
from urbact_graph.history.dates import extract
from urbact_graph.errors import DatasetError
from urbact_graph.rdf.namespaces import NAMESPACES, namespaces
from urbact_graph.settings import Settings
from urbact_graph.sources import GraphSources, find_sources

# Written as they are in Turtle (1.1, section 2.5.2).
_BARE = {
    "boolean": re.compile(r"true|false"),
    "decimal": re.compile(r"[+-]?\d*\.\d+"),
    "integer": re.compile(r"[+-]?\d+"),
}
_LOCAL_NAME = re.compile(r"[\w-]*")
_STYLES = {"+": "green", "-": "red"}
# What describes the dataset changes with everything else, so its facts are only counted.
_DESCRIPTION = {"catalog", "dataset"}


@click.command("diff")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option(
    "--format",
    "-f",
    "wanted",
    type=click.Choice(("text", "nt", "json")),
    default="text",
    show_default=True,
    help="nt: N-Triples, each after + or -; json: the same by entity.",
)
@setting_options("sources", "base_iri")
def compare_graphs(before: str, after: str, wanted: str, **given: Any) -> None:
    """Print the facts that B has and A has not (+), and the reverse (-), by entity.

    A and B are each an RDF file or dump (also .gz), the folder of a build, a working copy, or a
    revision of the working copy you are in. The named graphs of a file count as one graph; blank
    nodes are the same where the same is said of them. Exit code 0: no difference; 1: some; 2: the
    two could not be compared.

    \b
    Examples:
      urbact-graph diff HEAD~1 .
      urbact-graph diff urbact-graph-2026-11-01-0123456789ab.nt.gz build
      urbact-graph diff v1.0 main --format json
    """
    settings = Settings.load(**given)
    with tempfile.TemporaryDirectory() as passing:
        former = _facts(before, settings, Path(passing) / "a")
        latter = _facts(after, settings, Path(passing) / "b")
        with spinner("Comparing"):
            found = compare(former, latter, settings.base_iri)
    if wanted == "nt":
        click.echo("".join(_lines(found)), nl=False)
    elif wanted == "json":
        click.echo(json.dumps(_document(found), indent=2, ensure_ascii=False))
    else:
        _print(found, settings.base_iri)
    sys.exit(1 if found.changes else 0)


# What is compared ------------------------------------------------------------------------------


def _facts(name: str, settings: Settings, folder: Path) -> Facts:
    """Return the facts of what ``name`` stands for; ``folder`` is for what must be made of it."""
    path = Path(name)
    if not _stands(path):
        return _built(_revision(name, settings, folder / "sources"), folder)
    if not path.is_dir():
        return read_facts(path)
    if (path / ONTOLOGY).is_file():
        return _built(GraphSources(path.resolve(), settings.base_iri), folder)
    if (path / DATASET_NAME).is_file():
        return read_facts(path / DATASET_NAME)
    raise DatasetError(
        f"{name} holds neither {DATASET_NAME} nor {ONTOLOGY}; name a file, the folder of a build "
        "or a working copy."
    )


def _stands(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        # It is too long for a name, or stands where we may not look.
        return False


def _revision(name: str, settings: Settings, folder: Path) -> GraphSources:
    root = find_sources(settings).root
    repository = Repository.find(root)
    if repository is None:
        raise DatasetError(
            f"{name} is no file or folder, and {root} has no whole history in git to find it in; "
            "name a file or folder."
        )
    try:
        commit = repository.commit(name)
    except CommitsError:
        raise DatasetError(
            f"{name} is no file or folder, and no commit, branch or tag in the history of {root}; "
            "name one of these."
        ) from None
    return extract(repository, commit, settings.base_iri, folder)


def _built(sources: GraphSources, folder: Path) -> Facts:
    return read_facts(built(sources, folder / "build").dataset)


# How it is told --------------------------------------------------------------------------------


def _signed(change: Change) -> Iterator[tuple[str, Triple]]:
    """Yield the facts of a change with their signs, what was before what is."""
    facts = [("-", triple) for triple in change.removed] + [("+", t) for t in change.added]
    yield from sorted(
        facts, key=lambda fact: (_node(fact[1].subject), str(fact[1].predicate), fact[0] == "+")
    )


def _lines(found: Comparison) -> Iterator[str]:
    for change in found.changes:
        for sign, triple in _signed(change):
            yield f"{sign} {triple} .\n"


def _document(found: Comparison) -> dict[str, Any]:
    return {
        "added": found.added,
        "removed": found.removed,
        **{kind.value: found.count(kind) for kind in Kind},
        "entities": [
            {
                "entity": change.entity,
                "label": change.label,
                "kind": change.kind.value,
                "added": [_statement(triple) for triple in change.added],
                "removed": [_statement(triple) for triple in change.removed],
            }
            for change in found.changes
        ],
    }


def _statement(triple: Triple) -> dict[str, Any]:
    return {
        "subject": _node(triple.subject),
        "property": triple.predicate.value,
        "value": _value(triple.object),
    }


def _node(term: object) -> str:
    return term.value if isinstance(term, NamedNode) else str(term)


def _value(term: object) -> dict[str, str]:
    """Return a value as in SPARQL 1.1 Query Results JSON Format (section 3.2.2)."""
    if isinstance(term, NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, BlankNode):
        return {"type": "bnode", "value": term.value}
    if not isinstance(term, Literal):
        return {"type": "triple", "value": str(term)}
    if term.language:
        return {"type": "literal", "value": term.value, "xml:lang": term.language}
    return {"type": "literal", "value": term.value, "datatype": term.datatype.value}


def _print(found: Comparison, base: str) -> None:
    console = Console(highlight=False, markup=False, emoji=False)
    for change in found.changes:
        text = Text()
        if change.label:
            text.append(f"{_printable(change.label)}  ", style="bold")
        text.append(change.entity.removeprefix(base) or change.entity)
        if change.kind is not Kind.CHANGED:
            text.append(f"  ({change.kind})", style="dim")
        if change.entity.removeprefix(base) in _DESCRIPTION:
            text.append(
                f"\n{_counts(len(change.added), len(change.removed))}; --format nt prints them."
            )
        else:
            for sign, triple in _signed(change):
                text.append("\n").append(_line(sign, triple, change.entity, base), _STYLES[sign])
        # A line is as long as its fact: whoever reads on, a program too, finds it whole.
        console.print(text, soft_wrap=True)
        console.print()
    console.print(_summary(found), soft_wrap=True)


def _line(sign: str, triple: Triple, entity: str, base: str) -> str:
    parts = [sign, _shown(triple.predicate, base), _shown(triple.object, base)]
    if (part := _node(triple.subject)) != entity:
        # A part of the entity, such as #geometry.
        parts.insert(1, part.removeprefix(entity))
    return " ".join(parts)


def _summary(found: Comparison) -> str:
    if not found.changes:
        return f"No difference: both have the same {_number(found.facts, 'fact')}."
    kinds = ", ".join(f"{found.count(kind):,} {kind}" for kind in Kind)
    return (
        f"{_counts(found.added, found.removed)}, in "
        f"{_number(len(found.changes), 'entity', 'entities')}: {kinds}."
    )


def _counts(added: int, removed: int) -> str:
    return f"{_number(added, 'fact')} added, {removed:,} removed"


def _number(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _shown(term: object, base: str) -> str:
    if isinstance(term, Literal):
        return _shown_literal(term, base)
    if not isinstance(term, NamedNode):
        return _printable(str(term))
    for prefix, namespace in namespaces(base).items():
        rest = term.value.removeprefix(namespace)
        if rest != term.value and _LOCAL_NAME.fullmatch(rest):
            return f"{prefix}:{rest}"
    return term.value.removeprefix(base) or term.value


def _shown_literal(term: Literal, base: str) -> str:
    datatype = term.datatype.value.removeprefix(NAMESPACES["xsd"])
    if datatype in _BARE and _BARE[datatype].fullmatch(term.value):
        return term.value
    # As in N-Triples, where quotes and ends of lines are escaped.
    text = _printable(str(Literal(term.value)))
    if term.language:
        return f"{text}@{term.language}"
    return text if datatype == "string" else f"{text}^^{_shown(term.datatype, base)}"


def _printable(text: str) -> str:
    """Return ``text`` without what could steer a terminal, which is escaped as in Turtle."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04X}" for c in text)
