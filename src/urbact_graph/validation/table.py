"""Write a report for people: as a table in the terminal, and as tables in Markdown."""

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from urbact_graph.errors import SourceError
from urbact_graph.settings import WRITTEN_BASE
from urbact_graph.validation.report import Report, Result, Severity, shorten, shorten_iri

_STYLES = {Severity.VIOLATION: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}
_END = "<!-- end -->"
_INDENT = 2
# A column of values is at least this wide, in characters, or has a line of its own.
_VALUE_WIDTH = 28

_Row = tuple[Text, Text, Text]
_PLURALS = {severity: f"{severity.lower()}s" for severity in Severity}


def print_table(report: Report, console: Console, base: str = WRITTEN_BASE) -> None:
    """Print the results by rule, the most severe first, and a closing line with the counts."""
    for results in report.by_rule():
        _print_rule(results, console, base)
    console.print(_summary(report))


def markdown_table(report: Report, base: str = WRITTEN_BASE) -> str:
    """Return the violations and warnings as Markdown tables, a rule each, and count the infos."""
    lines = [f"{_counted(report)}.", ""]
    groups = report.by_rule()
    for results in groups:
        if results[0].severity is not Severity.INFO:
            lines += _markdown_rule(results, base)
    infos = [results for results in groups if results[0].severity is Severity.INFO]
    if infos:
        lines += ["| Info | Message | Entities |", "| --- | --- | ---: |"]
        lines += [
            table_line(f"`{found[0].rule_name}`", found[0].message, str(len(found)))
            for found in infos
        ]
    return "\n".join(lines).rstrip() + "\n"


def update_document(document: str, report: Report, base: str = WRITTEN_BASE) -> str:
    """Return ``document`` with the part between its markers replaced by the tables of ``report``.

    Raises:
        SourceError: the markers are missing.
    """
    return replace_part(document, "warnings", markdown_table(report, base))


def replace_part(document: str, name: str, content: str) -> str:
    """Return ``document`` with ``content`` between the markers of the part called ``name``.

    Raises:
        SourceError: the markers are missing.
    """
    marker = f"<!-- begin: {name} -->"
    before, begin, rest = document.partition(marker)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise SourceError(f"The document lacks the lines {marker} and {_END}; add them to it.")
    return f"{before}{begin}\n{content}{end}{after}"


def _print_rule(results: tuple[Result, ...], console: Console, base: str) -> None:
    first = results[0]
    colour = _STYLES[first.severity]
    console.print(
        Text.assemble(
            (f" {first.severity.upper()} ", f"bold reverse {colour}"),
            (f" {first.rule_name} ", f"bold {colour}"),
            (_number(len(results)), "dim"),
        )
    )
    remedy = Text.assemble(("Remedy: ", "green"), first.remedy)
    console.print(_indented(Text(first.message, "bold")), _indented(remedy), sep="\n")
    console.print()
    rows = [_row(result, base) for result in results]
    header = (
        Text("Entity", "dim"),
        Text(shorten_iri(first.path, base) if first.path else "Value", "dim"),
        Text("Data file", "dim"),
    )
    console.print(_indented(_columns([header, *rows], console.width - _INDENT)))
    console.print()


def _row(result: Result, base: str) -> _Row:
    return (
        Text(shorten(result.focus, base), "bold"),
        Text(shorten(result.value, base), "" if result.value is not None else "dim"),
        Text(result.file, "cyan"),
    )


def _columns(rows: list[_Row], width: int) -> RenderableType:
    """Lay ``rows`` out in three columns, or in two lines a row where they would not fit."""
    entity, value, file = (max(len(row[index]) for row in rows) for index in range(3))
    table = Table.grid(padding=(0, 2, 0, 0))
    if entity + file + min(value, _VALUE_WIDTH) + 4 <= width:
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        table.add_column(no_wrap=True)
        for row in rows:
            table.add_row(*row)
        return table
    for first, second, third in rows:
        beside = Table.grid(padding=(0, 2, 0, 0))
        beside.add_column(width=min(file, width // 2), overflow="fold")
        beside.add_column(overflow="fold")
        beside.add_row(third, second)
        table.add_row(Group(Text(first.plain, first.style, overflow="fold"), _indented(beside)))
    return table


def _indented(renderable: RenderableType) -> Padding:
    return Padding(renderable, (0, 0, 0, _INDENT), expand=False)


def _summary(report: Report) -> Text:
    verdict = ("Conforms", "bold green") if report.conforms else ("Does not conform", "bold red")
    return Text.assemble(verdict, f": {_counted(report)}.")


def _counted(report: Report) -> str:
    parts = [
        f"{count} {severity.lower() if count == 1 else _PLURALS[severity]}"
        for severity, count in report.counts.items()
    ]
    return f"{', '.join(parts)} ({report.rules} rules)"


def _number(count: int) -> str:
    return "1 result" if count == 1 else f"{count} results"


def _markdown_rule(results: tuple[Result, ...], base: str) -> list[str]:
    first = results[0]
    value = f"`{shorten_iri(first.path, base)}`" if first.path else "Value"
    return [
        f"**{first.severity} `{first.rule_name}`, {_number(len(results))}.** {first.message} "
        f"*Remedy:* {first.remedy}",
        "",
        f"| Entity | {value} | Data file |",
        "| --- | --- | --- |",
        *(
            table_line(f"`{shorten(r.focus, base)}`", shorten(r.value, base), f"`{r.file}`")
            for r in results
        ),
        "",
    ]


def table_line(*cells: str) -> str:
    """Return a row of a Markdown table."""
    escaped = (cell.replace("|", "\\|").replace("\n", " ") for cell in cells)
    return f"| {' | '.join(escaped)} |"
